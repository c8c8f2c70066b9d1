"""Asking providers that do not tell by themselves what became of messages.

Each message that such a provider took is asked for again and again, ever less often, until it is known to have arrived
or not, or for three days: so late a carrier's report may come.
"""

from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from httpx import AsyncClient

from damso.channels.abilities import PollsReports
from damso.channels.failures import ChannelError
from damso.channels.inboxes import Inboxes
from damso.conversations.waiting import follow
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction
from damso.kernel.i18n import Text
from damso.kernel.lanes import Claim, enqueue

LANE = "reports"
TOGETHER = 100
"""Messages of one question."""
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
MOST_TRIES = 80
"""With waits that double from ten seconds to an hour: three days."""


async def await_report(tx: Transaction, inbox_id: UUID, message_id: UUID) -> None:
    """The provider took the message; ask it what became of it."""
    await tx.execute(
        "INSERT INTO awaited_report (message_id, inbox_id, due_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        message_id,
        inbox_id,
        tx.now + FIRST_WAIT,
    )


_TAKE = """
WITH due AS (
    SELECT message_id, inbox_id FROM awaited_report WHERE inbox_id = (
        SELECT inbox_id FROM awaited_report WHERE due_at <= $1 LIMIT 1) AND due_at <= $1
    ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED
)
UPDATE awaited_report r SET tries = r.tries + 1,
    due_at = $1::timestamptz + least($3::interval * 2 ^ least(r.tries, 20), $4::interval)
FROM due WHERE r.message_id = due.message_id RETURNING r.message_id, r.inbox_id
"""


class ReportTimer:
    """Puts questions that are due into their lane, and gives up what nobody told anything of."""

    name: ClassVar[str] = "reports"

    async def run(self, tx: Transaction) -> bool:
        await tx.execute("DELETE FROM awaited_report WHERE tries >= $1 AND due_at <= $2", MOST_TRIES, tx.now)
        rows = await tx.rows(_TAKE, tx.now, TOGETHER, FIRST_WAIT, LONGEST_WAIT)
        if rows:
            inbox_id = str(rows[0]["inbox_id"])
            ids = [str(row["message_id"]) for row in rows]
            await enqueue(tx, LANE, [(inbox_id, {"inbox_id": inbox_id, "message_ids": ids})])
        return bool(rows)


class ReportLane:
    name: ClassVar[str] = LANE
    title: ClassVar[Text] = Text("보낸 메시지의 결과 묻기", "Asking what became of messages")
    width: ClassVar[int] = 2

    def __init__(self, database: Database, keyring: Keyring, inboxes: Inboxes, http: AsyncClient) -> None:
        self._database = database
        self._keyring = keyring
        self._inboxes = inboxes
        self._http = http

    async def work(self, claim: Claim) -> None:
        """A provider that cannot be asked now is asked when its messages are due again."""
        payload = claim.item.payload
        ids = [UUID(one) for one in payload["message_ids"]]
        async with self._database.reading() as tx:
            inbox = await self._inboxes.by_id(tx, UUID(payload["inbox_id"]))
            names = await tx.values("SELECT external_id FROM message WHERE id = ANY ($1) AND status = 'sent'", ids)
        try:
            found = (
                await inbox.adapter.poll_reports(names, inbox.config, self._http)
                if names and isinstance(inbox.adapter, PollsReports)
                else ()
            )
        except ChannelError:
            found = ()
        async with self._database.transaction() as tx:
            for receipt in found:
                await follow(tx, self._keyring, inbox, receipt)
            await tx.execute(
                """DELETE FROM awaited_report r USING message m
                WHERE m.id = r.message_id AND r.message_id = ANY ($1) AND m.status <> 'sent'""",
                ids,
            )
            await claim.finish(tx)
