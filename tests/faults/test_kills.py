"""Faults at many points of intake and sending: nothing lost, nothing stored twice, nothing sent twice.

The clients and the receivers live in the test. Every client repeats under the same id until it is told that its
message is stored; no receiver drops a repetition. `kill -9` of any process, connections to the database that break,
a process that stalls, a disk that is full.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import Struct

from tests.channels.api.system import SECRET
from tests.faults import ledger
from tests.faults.company import Company, furnish
from tests.faults.installation import Installation, Victim, installed
from tests.faults.peers import MailServer, WebhookReceiver, receiving
from tests.faults.traffic import WHOLE, Progress, Traffic


class Plan(Struct, frozen=True, kw_only=True):
    """How much is said, and what goes wrong meanwhile, spread evenly over it."""

    each_service: int = 1
    users: int
    each: int
    times: int = 0
    """In how many calls a user's message is said, in no order; each call is repeated whole. 0: in order, each twice."""
    visitors: int
    visitor_says: int
    answers: int
    mails: int
    victims: tuple[Victim, ...]
    during_mails: tuple[Victim, ...]
    cuts: int = 0
    stall: float = 0.0
    no_room: tuple[float, ...] = ()
    seconds: float = 120.0
    settles: float = 60.0
    seed: int = 0

    @property
    def total(self) -> int:
        """What is said at least, repetitions included."""
        by_users = self.users * self.each * (self.times * WHOLE or 2)
        return by_users + 2 * (self.visitors * self.visitor_says + self.users * self.answers + self.mails)


SHORT = Plan(
    users=3,
    each=8,
    visitors=2,
    visitor_says=8,
    answers=3,
    mails=10,
    victims=("worker", "web", "database"),
    during_mails=("worker",),
    cuts=2,
    no_room=(0.5,),
)

SOAK = Plan(
    each_service=2,
    users=60,
    each=270,
    times=2,
    visitors=30,
    visitor_says=20,
    answers=20,
    mails=200,
    victims=("web", "worker", "database", "worker", "web", "worker", "web", "worker") * 3,
    during_mails=("worker", "web", "worker", "database", "worker"),
    cuts=30,
    stall=30.0,
    no_room=(3.0, 8.0),
    seconds=1500.0,
    settles=240.0,
)


def long_plan(seed: int) -> Plan:
    chance = random.Random(seed)
    victims: tuple[Victim, ...] = ("web", "worker", "database")
    return Plan(
        users=6,
        each=60,
        visitors=6,
        visitor_says=60,
        answers=20,
        mails=30,
        victims=tuple(chance.choice(victims) for _ in range(30)),
        during_mails=tuple(chance.choice(victims) for _ in range(6)),
        seconds=600.0,
        seed=seed,
    )


async def live_through(folder: Path, plan: Plan) -> None:
    webhooks, mails = WebhookReceiver(SECRET), MailServer()
    async with (
        receiving(webhooks, mails),
        installed(folder, [webhooks.origin], each=plan.each_service) as installation,
    ):
        company = await furnish(installation, system_url=webhooks.origin, smtp_port=mails.port)
        await installation.start()
        progress = Progress()
        async with asyncio.timeout(plan.seconds):
            await talk(installation, company, progress, mails, plan)
        await settle(installation, plan)
        counted = await ledger.count(installation, progress, webhooks, mails)
        print(counted.table(progress, installation))
        assert progress.said >= plan.total
        counted.hold()
        await ledger.in_order(installation, progress)
        assert installation.deaths == [], "a process ended where it should have waited for the database"


async def talk(installation: Installation, company: Company, progress: Progress, mails: MailServer, plan: Plan) -> None:
    """Everybody says what they have to say while things go wrong."""
    traffic = Traffic(installation, company, progress)
    begun = datetime.now(UTC) - timedelta(hours=1)
    try:
        async with asyncio.TaskGroup() as faults:
            faults.create_task(go_wrong(installation, progress, plan))
            during_mails = faults.create_task(kill_during_mails(installation, mails, plan))
            async with asyncio.TaskGroup() as talkers:
                for number in range(plan.mails):
                    talkers.create_task(traffic.agent_writes(f"mina{number}@naver.example"))
                for user in (f"user-{number}" for number in range(plan.users)):
                    if plan.times:
                        talkers.create_task(traffic.system_repeats(user, plan.each, plan.times, begun))
                    else:
                        talkers.create_task(traffic.system_says(user, plan.each))
                    talkers.create_task(traffic.agent_answers(user, plan.answers))
                for number in range(plan.visitors):
                    talkers.create_task(traffic.visitor_says(f"visitor-{number}", plan.visitor_says))
            # Several mails may have passed while one victim came back: then there is none left to be killed in.
            during_mails.cancel()
    finally:
        await traffic.close()


async def go_wrong(installation: Installation, progress: Progress, plan: Plan) -> None:
    """One fault after the other, in any order."""
    chance = random.Random(plan.seed)
    faults: list[Callable[[], Awaitable[None]]] = [
        lambda: installation.line.cut(chance.random()) for _ in range(plan.cuts)
    ]
    faults += [lambda seconds=seconds: installation.run_out_of_room(seconds) for seconds in plan.no_room]  # type: ignore[misc]
    if plan.stall:
        faults.append(lambda: installation.stall("web", 0, plan.stall))
        faults.append(lambda: installation.stall("worker", 0, plan.stall))
    for victim in plan.victims:
        number = chance.randrange(plan.each_service)
        faults.append(lambda victim=victim, number=number: installation.kill(victim, number))  # type: ignore[misc]
    chance.shuffle(faults)
    step = plan.total // (len(faults) + 1)
    for number, fault in enumerate(faults, start=1):
        await progress.reaches(number * step)
        await fault()


async def kill_during_mails(installation: Installation, mails: MailServer, plan: Plan) -> None:
    """At the moment in which a mail is in the hands of the mail server."""
    for victim in plan.during_mails:
        mails.in_hand.clear()
        await mails.in_hand.wait()
        await installation.kill(victim)


async def settle(installation: Installation, plan: Plan) -> None:
    """Everything that waits is done, but what waits for a person to settle it."""
    async with asyncio.timeout(plan.settles):
        while True:
            waiting = await installation.value(
                "SELECT count(*) FROM lane_item WHERE parked_at IS NULL AND reason IS DISTINCT FROM 'unsettled'"
            )
            queued = await installation.value("SELECT count(*) FROM message WHERE status = 'queued'")
            if not waiting and not queued:
                return
            await installation.revive()
            await asyncio.sleep(0.1)


@pytest.mark.slow
async def test_faults_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    await live_through(tmp_path, SHORT)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2))
async def test_many_kills_lose_nothing_and_double_nothing(tmp_path: Path, seed: int) -> None:
    await live_through(tmp_path, long_plan(seed))


@pytest.mark.soak
async def test_a_hundred_thousand_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    assert SOAK.total >= 100_000
    await live_through(tmp_path, SOAK)
