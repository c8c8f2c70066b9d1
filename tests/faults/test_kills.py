"""kill -9 of any process at many points of intake and sending: nothing lost, nothing stored twice, nothing sent twice.

The clients and the receivers live in the test. Every client repeats under the same id until it is told that its
message is stored; no receiver drops a repetition.
"""

import asyncio
import random
from pathlib import Path

import pytest
from msgspec import Struct

from tests.channels.api.system import SECRET
from tests.faults.company import Company, furnish
from tests.faults.installation import Installation, Victim, installed
from tests.faults.peers import MailServer, WebhookReceiver, receiving
from tests.faults.traffic import Progress, Traffic

SETTLES_SECONDS = 60.0


class Plan(Struct, frozen=True, kw_only=True):
    """How much is said, and who is killed meanwhile, spread evenly over it."""

    users: int
    visitors: int
    each: int
    answers: int
    mails: int
    victims: tuple[Victim, ...]
    during_mails: tuple[Victim, ...]
    seconds: float = 120.0

    @property
    def total(self) -> int:
        return (self.users + self.visitors) * self.each + self.users * self.answers + self.mails


SHORT = Plan(
    users=3,
    visitors=2,
    each=8,
    answers=3,
    mails=10,
    victims=("worker", "web", "database"),
    during_mails=("worker",),
)


def long_plan(seed: int) -> Plan:
    chance = random.Random(seed)
    victims: tuple[Victim, ...] = ("web", "worker", "database")
    return Plan(
        users=6,
        visitors=6,
        each=60,
        answers=20,
        mails=30,
        victims=tuple(chance.choice(victims) for _ in range(40)),
        during_mails=tuple(chance.choice(victims) for _ in range(8)),
        seconds=900.0,
    )


async def live_through(folder: Path, plan: Plan) -> None:
    webhooks, mails = WebhookReceiver(SECRET), MailServer()
    async with receiving(webhooks, mails), installed(folder, [webhooks.origin]) as installation:
        company = await furnish(installation, system_url=webhooks.origin, smtp_port=mails.port)
        installation.start("web")
        installation.start("worker")
        await installation.is_ready()
        progress = Progress()
        async with asyncio.timeout(plan.seconds):
            await talk(installation, company, progress, mails, plan)
        await settle(installation)
        await audit(installation, progress, webhooks, mails, plan)


async def talk(installation: Installation, company: Company, progress: Progress, mails: MailServer, plan: Plan) -> None:
    """Everybody says what they have to say while processes die."""
    traffic = Traffic(installation, company, progress)
    try:
        async with asyncio.TaskGroup() as killers:
            killers.create_task(kill_all(installation, progress, plan))
            during_mails = killers.create_task(kill_during_mails(installation, mails, plan))
            async with asyncio.TaskGroup() as talkers:
                for number in range(plan.mails):
                    talkers.create_task(traffic.agent_writes(f"mina{number}@naver.example"))
                for number in range(plan.users):
                    talkers.create_task(traffic.system_says(f"user-{number}", plan.each))
                    talkers.create_task(traffic.agent_answers(f"user-{number}", plan.answers))
                for number in range(plan.visitors):
                    talkers.create_task(traffic.visitor_says(f"visitor-{number}", plan.each))
            # Several mails may have passed while one victim came back: then there is none left to be killed in.
            during_mails.cancel()
    finally:
        await traffic.close()


async def kill_all(installation: Installation, progress: Progress, plan: Plan) -> None:
    step = plan.total // (len(plan.victims) + 1)
    for number, victim in enumerate(plan.victims, start=1):
        await progress.reaches(number * step)
        await installation.kill(victim)


async def kill_during_mails(installation: Installation, mails: MailServer, plan: Plan) -> None:
    """At the moment in which a mail is in the hands of the mail server."""
    for victim in plan.during_mails:
        mails.in_hand.clear()
        await mails.in_hand.wait()
        await installation.kill(victim)


async def settle(installation: Installation) -> None:
    """Everything that waits is done, and every reader has seen all there is."""
    async with asyncio.timeout(SETTLES_SECONDS):
        while True:
            waiting = await installation.value("SELECT count(*) FROM lane_item WHERE parked_at IS NULL")
            queued = await installation.value("SELECT count(*) FROM message WHERE status = 'queued'")
            if not waiting and not queued:
                return
            await installation.revive()
            await asyncio.sleep(0.1)


async def audit(
    installation: Installation, progress: Progress, webhooks: WebhookReceiver, mails: MailServer, plan: Plan
) -> None:
    """Count everything, print the table, and hold it to the promise."""
    stored = [
        row["external_id"] for row in await installation.rows("SELECT external_id FROM message WHERE direction = 'in'")
    ]
    told = await installation.value("SELECT count(*) FROM care_event WHERE name = 'message.received'")
    searchable = await installation.value("SELECT count(*) FROM search_entry")
    messages = await installation.value("SELECT count(*) FROM message WHERE kind = 'message'")
    sent = {
        channel: {row["send_key"]: row["status"] for row in rows}
        for channel in ("api", "email")
        for rows in [
            await installation.rows(
                "SELECT send_key, status FROM message WHERE direction = 'out' AND channel = $1", channel
            )
        ]
    }
    parked = await installation.rows("SELECT lane, reason FROM lane_item WHERE parked_at IS NOT NULL")
    acknowledged = [what for who, said in progress.stored.items() if who not in ("answers", "mails") for what in said]
    statuses = sorted(sent["email"].values())
    print(
        f"\nkills: {', '.join(installation.kills)}"
        f"\n{'':24}{'said':>8}{'stored':>8}{'arrived':>8}{'twice':>8}"
        f"\n{'inbound messages':24}{len(acknowledged):>8}{len(stored):>8}{'':>8}{len(stored) - len(set(stored)):>8}"
        f"\n{'answers by webhook':24}{len(progress.stored['answers']):>8}{len(sent['api']):>8}{len(webhooks.taken):>8}"
        f"{sum(len(said) > 1 for said in webhooks.said.values()):>8}"
        f"\n{'  repeated under their id':24}{sum(webhooks.taken.values()) - len(webhooks.taken):>8}"
        f"\n{'mails':24}{len(progress.stored['mails']):>8}{len(sent['email']):>8}{len(mails.taken):>8}"
        f"{sum(count > 1 for count in mails.taken.values()):>8}"
        f"\n{'  as we know them':24}" + ", ".join(f"{statuses.count(one)} {one}" for one in sorted(set(statuses)))
    )
    assert sorted(stored) == sorted(acknowledged), "an inbound message was lost, or stored twice"
    assert told == len(stored), "a message and the fact that tells of it differ"
    assert searchable == messages, "a message is not found, or twice"
    assert set(sent["api"]) == set(progress.stored["answers"]), "an answer was lost or doubled"
    assert set(webhooks.taken) == set(sent["api"]), "an answer did not arrive"
    assert set(sent["api"].values()) == {"sent"}
    assert set(sent["email"]) == set(progress.stored["mails"]), "a mail was lost or doubled"
    assert max(mails.taken.values(), default=0) <= 1, "a mail was sent twice"
    assert set(statuses) <= {"sent", "unknown"}, statuses
    assert statuses.count("sent") <= len(mails.taken) <= len(statuses)
    assert parked == []
    assert installation.deaths == [], "a process ended where it should have waited for the database"
    await in_order(installation, progress)


async def in_order(installation: Installation, progress: Progress) -> None:
    """What one person said stands in the order in which they said it."""
    rows = await installation.rows(
        """SELECT i.value, m.external_id FROM message m JOIN identity i ON i.id = m.identity_id
        WHERE m.direction = 'in' AND m.channel = 'api' ORDER BY i.value, m.position_at, m.id"""
    )
    stands: dict[str, list[str]] = {}
    for row in rows:
        stands.setdefault(row["value"], []).append(row["external_id"])
    assert stands == {who: said for who, said in progress.stored.items() if who.startswith("user-")}


@pytest.mark.slow
async def test_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    await live_through(tmp_path, SHORT)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(5))
async def test_many_kills_lose_nothing_and_double_nothing(tmp_path: Path, seed: int) -> None:
    await live_through(tmp_path, long_plan(seed))
