"""Testing connections by themselves, every hour: an expired token is found before a customer waits for an answer."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

import httpx
import msgspec
import structlog

from damso.channels.health import note_fault, note_recovery
from damso.channels.inboxes import Inboxes, InboxUnusable
from damso.channels.types import Adapter, Health, InboxConfig
from damso.kernel import lanes
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import NotFound
from damso.kernel.i18n import Text

log = structlog.get_logger()

EVERY = timedelta(hours=1)
SECONDS = 45.0

_NO_ANSWER = Text("점검을 마치지 못했어요. ({why})", "The check did not come to an end. ({why})")


async def check(adapter: Adapter, config: InboxConfig, http: httpx.AsyncClient) -> Health:
    """Try a connection; always comes back with something that can be shown."""
    try:
        async with asyncio.timeout(SECONDS):
            return await adapter.check(config, http)
    except Exception as error:
        if not isinstance(error, TimeoutError):
            log.exception("inbox.check_fault", channel=adapter.channel)
        why = type(error).__name__
        return Health(ok=False, problems=((_NO_ANSWER.say("ko", why=why), _NO_ANSWER.say("en", why=why)),))


class CheckTimer:
    """Puts the inboxes whose check is due into the lane `check`."""

    name: ClassVar[str] = "inbox_checks"

    async def run(self, tx: Transaction) -> bool:
        due = await tx.values(
            """UPDATE inbox SET check_due_at = $1::timestamptz + $2::interval WHERE id IN (
                SELECT id FROM inbox WHERE enabled AND check_due_at <= $1 ORDER BY check_due_at
                LIMIT 20 FOR NO KEY UPDATE SKIP LOCKED) RETURNING id""",
            tx.now,
            EVERY,
        )
        if due:
            await lanes.enqueue(tx, CheckLane.name, [(str(inbox_id), {"inbox_id": str(inbox_id)}) for inbox_id in due])
        return len(due) == 20


class CheckLane:
    """Works the lane `check`."""

    name: ClassVar[str] = "check"
    title: ClassVar[Text] = Text("채널 연결 점검하기", "Testing connections")
    width: ClassVar[int] = 4

    def __init__(self, database: Database, inboxes: Inboxes, http: httpx.AsyncClient) -> None:
        self._database = database
        self._inboxes = inboxes
        self._http = http

    async def work(self, claim: lanes.Claim) -> None:
        inbox_id = UUID(claim.item.payload["inbox_id"])
        try:
            async with self._database.reading() as tx:
                inbox = await self._inboxes.by_id(tx, inbox_id)
        except NotFound:
            async with self._database.transaction() as tx:
                return await claim.finish(tx)
        except InboxUnusable as error:
            return await self._unusable(claim, inbox_id, error.fields)
        health = await check(inbox.adapter, inbox.config, self._http)
        async with self._database.transaction() as tx:
            await keep(tx, inbox.id, inbox.revision, health)
            await claim.finish(tx)
        return None

    async def _unusable(self, claim: lanes.Claim, inbox_id: UUID, why: Mapping[str, object]) -> None:
        async with self._database.transaction() as tx:
            await note_fault(tx, inbox_id, "check", "UNUSABLE", str(why.get("why", "")))
            await claim.finish(tx)


async def keep(tx: Transaction, inbox_id: UUID, revision: int, health: Health) -> None:
    """Remember what a check found, unless the inbox was changed meanwhile."""
    if not await tx.execute(
        """UPDATE inbox SET checked_at = $2, checked = $3,
            check_due_at = CASE WHEN enabled THEN $2::timestamptz + $5::interval END
        WHERE id = $1 AND revision = $4""",
        inbox_id,
        tx.now,
        msgspec.to_builtins(health),
        revision,
        EVERY,
    ):
        return
    if health.ok:
        await note_recovery(tx, inbox_id, "check")
    else:
        await note_fault(tx, inbox_id, "check", "CHECK_FAILED")
