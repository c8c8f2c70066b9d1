"""Asking the channels that have to be asked: each inbox in a task of its own, in one process at a time.

Which process polls an inbox is decided by an advisory lock that the process holds on one connection: when it dies,
another takes over within seconds. Should two poll for a moment, nothing is stored twice, and a cursor that falls
back only means that something is looked at again.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from typing import Any, Protocol
from uuid import UUID

import structlog
from httpx import AsyncClient

from damso.channels.abilities import Polled, Polls
from damso.channels.failures import ChannelError, CredentialsRejected, TryLater
from damso.channels.health import fault_code, note_fault, note_recovery
from damso.channels.inboxes import CHANNEL, Inboxes, InboxRecord
from damso.channels.intake import Origin, store
from damso.channels.types import Request
from damso.kernel.blobs import Blobs
from damso.kernel.database import Connection, Database, Transaction, is_gone
from damso.kernel.notify import LOST, ConnectionLost

log = structlog.get_logger()

LEASES = 0x0DA50003
"""First half of the advisory lock on an inbox; the second is a hash of its id. Inboxes that share one are polled by
the same process."""
SCAN = 5.0
"""Seconds between looks at which inboxes there are, where no change wakes us."""
WAIT = 120.0
"""Seconds to wait for news before asking anyway: the delay of a server that cannot tell."""
STALL = 300.0
"""Seconds after which a poll that brings nothing and does not end is given up."""
LONGEST_PAUSE = 300.0
LONGEST_PAUSE_REFUSED = 900.0
"""Seconds between attempts where we are refused: servers lock accounts out that try too often."""
MAX_WAITING = 500
"""Deliveries and items at work above which no old mail is brought in, so that new mail does not queue behind it."""


class Doorkeeper(Protocol):
    """Contribution point: what is found and not to be taken."""

    async def left_out(self, tx: Transaction, request: Request) -> bool:
        """Whether to pass by. The cursor moves on, and nothing of it is kept."""


class Poller:
    """Polls every enabled inbox that this process gets hold of."""

    def __init__(
        self, database: Database, blobs: Blobs, inboxes: Inboxes, http: AsyncClient, doorkeeper: Doorkeeper
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._inboxes = inboxes
        self._http = http
        self._doorkeeper = doorkeeper
        self._running: dict[UUID, tuple[int, asyncio.Task[None]]] = {}

    @property
    def polled(self) -> frozenset[UUID]:
        """The inboxes this process polls at present."""
        return frozenset(self._running)

    async def run(self) -> None:
        while True:
            try:
                async with self._database.pool.acquire() as connection:
                    await self._hold(connection)
            except LOST:
                log.info("poller.waiting_for_database")
                await asyncio.sleep(1)

    async def _hold(self, connection: Connection) -> None:
        """Poll as long as the connection that holds our locks is there."""
        try:
            async with self._database.notifier.listen(CHANNEL) as woken:
                while True:
                    if is_gone(connection):
                        raise ConnectionLost
                    await self._adjust(connection)
                    await woken(SCAN)
        finally:
            for inbox_id in list(self._running):
                await self._stop(inbox_id)
            if not is_gone(connection):
                with suppress(*LOST):
                    await connection.execute("SELECT pg_advisory_unlock_all()")

    async def _adjust(self, connection: Connection) -> None:
        """Stop what changed or went, start what is new and free."""
        async with self._database.reading() as tx:
            wanted = {inbox.id: inbox for inbox in await self._inboxes.enabled(tx) if isinstance(inbox.adapter, Polls)}
        for inbox_id, (revision, task) in list(self._running.items()):
            inbox = wanted.get(inbox_id)
            if task.done() and not task.cancelled():
                log.error("poller.died", inbox_id=str(inbox_id), exc_info=task.exception())
            if inbox is None or inbox.revision != revision or task.done():
                await self._stop(inbox_id)
                await connection.execute("SELECT pg_advisory_unlock($1, hashtext($2))", LEASES, str(inbox_id))
        for inbox in wanted.values():
            if inbox.id not in self._running and await connection.fetchval(
                "SELECT pg_try_advisory_lock($1, hashtext($2))", LEASES, str(inbox.id)
            ):
                task = asyncio.create_task(
                    _InboxPoller(self._database, self._blobs, inbox, self._http, self._doorkeeper).run()
                )
                self._running[inbox.id] = inbox.revision, task

    async def _stop(self, inbox_id: UUID) -> None:
        _, task = self._running.pop(inbox_id)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class _InboxPoller:
    """Polls one inbox for ever."""

    def __init__(
        self, database: Database, blobs: Blobs, inbox: InboxRecord, http: AsyncClient, doorkeeper: Doorkeeper
    ) -> None:
        assert isinstance(inbox.adapter, Polls)
        self._database = database
        self._blobs = blobs
        self._inbox = inbox
        self._http = http
        self._doorkeeper = doorkeeper
        self._adapter: Polls = inbox.adapter

    async def run(self) -> None:
        failures = 0
        while True:
            try:
                await self._catch_up()
                failures = 0
                await self._until_news()
            except ChannelError as error:
                failures += 1
                log.warning("poll.failed", inbox_id=str(self._inbox.id), error=type(error).__name__)
                await self._note(error)
                await asyncio.sleep(pause(error, failures))
            except LOST:
                await asyncio.sleep(1)

    async def _catch_up(self) -> None:
        """Store everything that came since the cursor; a fault that was noted is over then."""
        async with self._database.reading() as tx:
            cursor = await tx.value("SELECT cursor FROM inbox WHERE id = $1", self._inbox.id)
        async with aclosing(self._adapter.poll(cursor or {}, self._inbox.config, self._http)) as stream:  # type: ignore[type-var]
            while (polled := await self._next(stream)) is not None:
                await self._take(polled)
        async with self._database.transaction() as tx:
            await note_recovery(tx, self._inbox.id, "in")

    async def _take(self, polled: Polled) -> None:
        await wait_for_room(self._database)
        async with self._database.reading() as tx:
            passed_by = await self._doorkeeper.left_out(tx, polled.request)
        if passed_by:
            async with self._database.transaction() as tx:
                await _keep_cursor(tx, self._inbox.id, polled.cursor)
        else:
            await bring_in(self._database, self._blobs, self._inbox, polled.request, "poll", cursor=polled.cursor)

    async def _next(self, stream: AsyncIterator[Polled]) -> Polled | None:
        try:
            async with asyncio.timeout(STALL):
                return await anext(stream, None)
        except Exception as error:
            raise self._fact(error) from error

    async def _until_news(self) -> None:
        try:
            async with asyncio.timeout(WAIT + STALL):
                await self._adapter.wait(WAIT, self._inbox.config, self._http)
        except Exception as error:
            raise self._fact(error) from error

    def _fact(self, error: Exception) -> ChannelError:
        """What the adapter did not turn into a fact itself is a fault that may pass."""
        if isinstance(error, ChannelError):
            return error
        if not isinstance(error, OSError):  # a TimeoutError is one
            log.exception("poll.fault", inbox_id=str(self._inbox.id), exc_info=error)
            return ChannelError(type(error).__name__)
        return TryLater(type(error).__name__)

    async def _note(self, error: ChannelError) -> None:
        with suppress(*LOST):
            async with self._database.transaction() as tx:
                await note_fault(tx, self._inbox.id, "in", fault_code(error) or "FAULT", str(error)[:500])


def pause(error: ChannelError, failures: int) -> float:
    """Seconds until the next try: longer each time, a little by chance so that mailboxes do not march in step."""
    refused = isinstance(error, CredentialsRejected)
    first, longest = (60.0, LONGEST_PAUSE_REFUSED) if refused else (2.0, LONGEST_PAUSE)
    after = error.after if isinstance(error, TryLater) else 0.0
    return max(after, min(longest, first * 2.0 ** min(failures - 1, 16)) * random.uniform(0.8, 1.2))  # noqa: S311


async def bring_in(
    database: Database,
    blobs: Blobs,
    inbox: InboxRecord,
    request: Request,
    origin: Origin,
    *,
    cursor: Any = None,
) -> bool:
    """Store what was found, together with the cursor behind it; whether it is new. The raw bytes become a file."""
    body_ref = await blobs.put(request.body) if request.body else None
    key = inbox.adapter.delivery_key(request)
    async with database.transaction() as tx:
        stored = await store(tx, inbox, request, key=key, body_ref=body_ref, origin=origin)
        if cursor is not None:
            await _keep_cursor(tx, inbox.id, cursor)
    return stored is not None


async def _keep_cursor(tx: Transaction, inbox_id: UUID, cursor: Any) -> None:
    await tx.execute("UPDATE inbox SET cursor = $2 WHERE id = $1", inbox_id, cursor)


async def import_raw(database: Database, blobs: Blobs, inbox: InboxRecord, raw: bytes) -> bool:
    """Bring in an old message (`damso mail import`) by the same path as a new one; whether it is new."""
    request = Request(body=raw, received_at=database.clock.now())
    return await bring_in(database, blobs, inbox, request, "import")


async def wait_for_room(database: Database) -> None:
    """Wait while there is much at work already. Needs a worker that runs."""
    while True:
        async with database.reading() as tx:
            waiting: int = await tx.value(
                """SELECT count(*) FROM (SELECT 1 FROM lane_item
                WHERE lane IN ('parse', 'inbound') AND parked_at IS NULL LIMIT $1) AS waiting""",
                MAX_WAITING,
            )
        if waiting < MAX_WAITING:
            return
        await asyncio.sleep(0.2)
