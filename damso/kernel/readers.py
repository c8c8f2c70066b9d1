"""Readers follow the log and touch only the database.

What a reader does commits together with how far it has come, so a repeat or a kill -9 changes nothing. An event
that makes a reader fail is parked with its reason and the rest goes on; `damso doctor` and the health page say so.
"""

import asyncio
from collections.abc import Collection, Sequence
from typing import ClassVar, Protocol

import structlog
from prometheus_client import Gauge

from damso.kernel import log as event_log
from damso.kernel.database import Database, Transaction
from damso.kernel.i18n import Text
from damso.kernel.log import START, Position, Recorded, Stream
from damso.kernel.notify import LOST, STANDSTILL

log = structlog.get_logger()

POLL = 0.25
"""Longest time in seconds until a reader sees what was committed, when a wake-up was lost."""
BATCH = 200

LAG = Gauge("damso_reader_lag_events", "Facts a reader has yet to see", ["reader"])


class Reader(Protocol):
    """A follower of one stream; `names` None means every event. `title` says to a person what it does."""

    name: ClassVar[str]
    title: ClassVar[Text]
    stream: ClassVar[Stream]
    names: ClassVar[Collection[str] | None]

    async def read(self, tx: Transaction, events: Sequence[Recorded]) -> None:
        """Act on facts, in their order."""


async def position_of(tx: Transaction, reader: str) -> Position:
    """How far a reader has come; locks its row, so that one process at a time goes on from there."""
    await tx.execute(
        "INSERT INTO reader_position (reader, epoch, xid, id) VALUES ($1, 0, 0, 0) ON CONFLICT DO NOTHING", reader
    )
    row = await tx.row("SELECT epoch, xid, id FROM reader_position WHERE reader = $1 FOR UPDATE", reader)
    return Position(**row) if row else START


async def advance(database: Database, reader: Reader, below: Position) -> bool:
    """Let a reader take one step; whether there may be more."""
    try:
        return await _step(database, reader, below, BATCH)
    except LOST:
        raise
    except Exception:
        log.exception("reader.failed", reader=reader.name)
        return await _step_carefully(database, reader, below)


async def _step(database: Database, reader: Reader, below: Position, limit: int) -> bool:
    async with database.transaction() as tx:
        after = await position_of(tx, reader.name)
        events = await event_log.read(tx, reader.stream, after, below, names=reader.names, limit=limit)
        if events:
            await reader.read(tx, events)
        await _store(tx, reader.name, events[-1].position if len(events) == limit else max(after, below))
        return len(events) == limit


async def _step_carefully(database: Database, reader: Reader, below: Position) -> bool:
    """One event alone; the one that fails is parked with its reason."""
    async with database.transaction() as tx:
        after = await position_of(tx, reader.name)
        events = await event_log.read(tx, reader.stream, after, below, names=reader.names, limit=1)
        if not events:
            return False
        try:
            async with tx.savepoint():
                await reader.read(tx, events)
        except LOST:
            raise
        except Exception as error:
            await _park(tx, reader.name, events[0], error)
        await _store(tx, reader.name, events[0].position)
        return True


async def _park(tx: Transaction, reader: str, event: Recorded, error: Exception) -> None:
    log.warning("reader.parked", reader=reader, fact=event.id, reason=type(error).__name__)
    await tx.execute(
        "INSERT INTO reader_parked (reader, epoch, xid, id, stream, reason, parked_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        reader,
        event.epoch,
        event.xid,
        event.id,
        event.stream,
        type(error).__name__,
        tx.now,
    )
    tx.wake(STANDSTILL)


async def _store(tx: Transaction, reader: str, position: Position) -> None:
    await tx.execute(
        "UPDATE reader_position SET epoch = $2, xid = $3, id = $4, moved_at = $5 WHERE reader = $1",
        reader,
        position.epoch,
        position.xid,
        position.id,
        tx.now,
    )


async def lag(tx: Transaction, stream: Stream, reader: str) -> int:
    """Facts below the horizon that a reader has not seen, counted up to 10,000."""
    below = await event_log.horizon(tx)
    row = await tx.row("SELECT epoch, xid, id FROM reader_position WHERE reader = $1", reader)
    after = Position(**row) if row else START
    return len(await event_log.read(tx, stream, after, below, limit=10_000))


async def catch_up(database: Database, readers: Sequence[Reader], seen: Position) -> Position:
    """Let every reader see what has become final since `seen`; where that is now.

    Where there is nothing no reader is asked: each notes how far it has come, and these notes are transactions that
    move the horizon, by which all would be asked again, for ever.
    """
    async with database.reading() as tx:
        below = await event_log.horizon(tx)
        is_news = below > seen and await event_log.is_anything(tx, seen, below)
    for reader in readers if is_news else ():
        while await advance(database, reader, below):
            pass
    return max(seen, below)


async def run_readers(database: Database, readers: Sequence[Reader]) -> None:
    """Follow the log for ever."""
    seen = START
    async with database.notifier.listen(event_log.CHANNEL) as woken:
        while True:
            try:
                seen = await catch_up(database, readers, seen)
            except LOST:
                log.info("readers.waiting_for_database")
                await asyncio.sleep(1)
            await woken(POLL)
