"""What was said, stored, sent and parked, counted at the end: printed as a table, and held to the promise."""

from collections.abc import Sequence

from msgspec import Struct

from damso.channels.deliveries import REASONS
from tests.faults.installation import Installation
from tests.faults.peers import MailServer, WebhookReceiver
from tests.faults.traffic import Progress


class Ledger(Struct, frozen=True, kw_only=True):
    """Each as the names of messages; what was said is what the clients were told is stored."""

    said_in: Sequence[str]
    stored_in: Sequence[str]
    said_answers: Sequence[str]
    answers: dict[str, str]
    arrived_answers: WebhookReceiver
    said_mails: Sequence[str]
    mails: dict[str, str]
    arrived_mails: MailServer
    nonsense: int
    unread: dict[str, int]
    """Deliveries that nobody could read, by their reason."""
    parked: dict[str, int]
    """Items and facts, by lane or reader and reason."""
    told: int
    searchable: int
    messages: int

    def table(self, progress: Progress, installation: Installation) -> str:
        statuses = sorted(self.mails.values())
        as_known = ", ".join(f"{statuses.count(one)} {one}" for one in sorted(set(statuses)))
        webhooks, mails = self.arrived_answers, self.arrived_mails
        doubled = sum(len(said) > 1 for said in webhooks.said.values())
        twice = len(self.stored_in) - len(set(self.stored_in))
        rows: list[tuple[str, *tuple[object, ...]]] = [
            ("", "said", "stored", "arrived", "twice"),
            ("inbound messages", len(self.said_in), len(self.stored_in), "", twice),
            ("answers by webhook", len(self.said_answers), len(self.answers), len(webhooks.taken), doubled),
            ("  repeated under their id", "", "", sum(webhooks.taken.values()) - len(webhooks.taken), ""),
            (
                "mails",
                len(self.said_mails),
                len(self.mails),
                len(mails.taken),
                sum(count > 1 for count in mails.taken.values()),
            ),
            ("unreadable calls", self.nonsense, sum(self.unread.values()), "", ""),
        ]
        kills = ", ".join(f"{installation.kills.count(one)} {one}" for one in sorted(set(installation.kills)))
        return "\n".join(
            [
                "",
                f"{progress.said:,} said in {progress.calls:,} calls and {progress.seconds:.0f} s"
                f" ({progress.said / progress.seconds:.0f} said/s, {progress.calls / progress.seconds:.0f} calls/s)",
                f"kills: {kills or 'none'}; connections cut: {installation.line.cuts}; other faults:"
                f" {', '.join(installation.faults) or 'none'}",
                *("{:28}{:>9}{:>9}{:>9}{:>9}".format(*row) for row in rows),
                f"{'mails as we know them':28}{as_known}",
                f"{'parked':28}{self._explained()}",
            ]
        )

    def _explained(self) -> str:
        unread = [f"{count} deliveries: {REASONS[reason].en}" for reason, count in sorted(self.unread.items())]
        return "; ".join([*unread, *(f"{count} {what}" for what, count in sorted(self.parked.items()))]) or "nothing"

    def hold(self) -> None:
        """Nothing lost, nothing doubled, everything that is parked explained."""
        assert sorted(self.stored_in) == sorted(self.said_in), "an inbound message was lost, or stored twice"
        assert self.told == len(self.stored_in), "a message and the fact that tells of it differ"
        assert self.searchable == self.messages, "a message is not found, or twice"
        assert sorted(self.answers) == sorted(self.said_answers), "an answer was lost or doubled"
        assert set(self.arrived_answers.taken) == set(self.answers), "an answer did not arrive"
        assert all(len(said) == 1 for said in self.arrived_answers.said.values()), "one id said two things"
        assert set(self.answers.values()) == {"sent"}
        assert sorted(self.mails) == sorted(self.said_mails), "a mail was lost or doubled"
        assert max(self.arrived_mails.taken.values(), default=0) <= 1, "a mail was sent twice"
        statuses = list(self.mails.values())
        assert set(statuses) <= {"sent", "unknown"}, statuses
        assert statuses.count("sent") <= len(self.arrived_mails.taken) <= len(statuses)
        assert sum(self.unread.values()) == self.nonsense, self.unread
        assert set(self.unread) <= {"UNPARSABLE"}
        assert self.parked == {}, "parked, and nobody did anything wrong"


async def count(installation: Installation, progress: Progress, webhooks: WebhookReceiver, mails: MailServer) -> Ledger:
    """Ask the database, and both other sides."""
    ours = ("answers", "mails", "nonsense")
    messages = await installation.rows(
        "SELECT direction, channel, external_id, send_key, status FROM message WHERE kind = 'message'"
    )
    parked = await installation.rows(
        """SELECT lane || ' ' || coalesce(reason, '') AS what, count(*) FROM lane_item WHERE parked_at IS NOT NULL
        GROUP BY 1 UNION ALL SELECT reader || ' ' || reason, count(*) FROM reader_parked GROUP BY 1"""
    )
    unread = await installation.rows("SELECT reason, count(*) FROM delivery WHERE state = 'parked' GROUP BY reason")
    out = {
        channel: {row["send_key"]: row["status"] for row in messages if (row[0], row[1]) == ("out", channel)}
        for channel in ("api", "email")
    }
    return Ledger(
        said_in=[what for who, said in progress.stored.items() if who not in ours for what in said],
        stored_in=[row["external_id"] for row in messages if row["direction"] == "in"],
        said_answers=list(progress.stored.get("answers", ())),
        answers=out["api"],
        arrived_answers=webhooks,
        said_mails=list(progress.stored.get("mails", ())),
        mails=out["email"],
        arrived_mails=mails,
        nonsense=len(progress.stored.get("nonsense", ())),
        unread={row["reason"]: row["count"] for row in unread},
        parked={row["what"]: row["count"] for row in parked},
        told=await installation.value("SELECT count(*) FROM care_event WHERE name = 'message.received'"),
        searchable=await installation.value("SELECT count(*) FROM search_entry"),
        messages=len(messages),
    )


async def in_order(installation: Installation, progress: Progress) -> None:
    """What one person said stands in the order in which they said it."""
    rows = await installation.rows(
        """SELECT i.value, m.external_id FROM message m JOIN identity i ON i.id = m.identity_id
        WHERE m.direction = 'in' AND m.channel = 'api' ORDER BY i.value, m.position_at, m.id"""
    )
    stands: dict[str, list[str]] = {}
    for row in rows:
        stands.setdefault(row["value"], []).append(row["external_id"])
    said = {
        who: sorted(texts, key=lambda one: int(one.rpartition("-")[2]))
        for who, texts in progress.stored.items()
        if who.startswith("user-")
    }
    wrong = {who: (stands.get(who), said.get(who)) for who in {*stands, *said} if stands.get(who) != said.get(who)}
    assert not wrong, f"stands and was said: {wrong}"
