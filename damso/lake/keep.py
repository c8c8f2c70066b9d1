"""One round of keeping the lake: everything that is due, in an order that leaves nothing behind at any cut."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from msgspec import Struct

from damso.kernel.database import Connection, Database
from damso.kernel.dimensions import Dimension
from damso.lake.compact import compact
from damso.lake.floor import let_go
from damso.lake.flush import flush
from damso.lake.forget import certify, forget
from damso.lake.manifest import Book, LakeBusy
from damso.lake.rebuild import follow_epoch
from damso.lake.snapshot import renew
from damso.lake.store import LakeStore
from damso.lake.types import RENEW

LAKE_WRITER = 0x0DA50016
"""Advisory lock of whoever writes the lake: one process at a time, on any machine."""


_AGAIN = 0.2
"""Seconds between tries to get the lock."""


class Kept(Struct, frozen=True, kw_only=True):
    """What a round did."""

    facts: int
    files: int
    joined: int
    erasures: int
    dropped: int
    """Facts that went by rule."""


@asynccontextmanager
async def writing(database: Database, store: LakeStore, *, patience: float = 0) -> AsyncIterator[Book]:
    """The manifest, to be changed by us alone. What a crash left behind is gone. Raises `LakeBusy`, where somebody else
    writes for longer than so many seconds."""
    async with database.pool.acquire() as connection:
        await _take_turn(connection, patience)
        try:
            book = Book(store)
            book.sweep()
            yield book
        finally:
            if not connection.is_closed():
                await connection.execute("SELECT pg_advisory_unlock($1)", LAKE_WRITER)


async def _take_turn(connection: Connection, patience: float) -> None:
    end = time.monotonic() + patience
    while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LAKE_WRITER):
        if time.monotonic() >= end:
            raise LakeBusy
        await asyncio.sleep(_AGAIN)


async def keep(database: Database, store: LakeStore, dimensions: Sequence[Dimension]) -> Kept:
    """Do what is due. May be cut off anywhere and run again. Raises `LakeBusy`."""
    async with writing(database, store) as book:
        await follow_epoch(database, book)
        facts = await flush(database, book)
        dropped = await let_go(database, book)
        erasures = await forget(database, book, dimensions)
        files = await renew(database, book, dimensions) if _stale(database, book, dimensions) else 0
        joined = await compact(book, database.clock)
        book.bury(database.clock.now())
        await certify(database, book)
        return Kept(facts=facts, files=files, joined=joined, erasures=erasures, dropped=dropped)


def _stale(database: Database, book: Book, dimensions: Sequence[Dimension]) -> bool:
    """Whether the snapshots are due; new ones are there at once."""
    at = book.manifest.renewed_at
    known = {dimension.name for dimension in dimensions} == set(book.manifest.dimensions)
    return at is None or not known or database.clock.now() - at >= RENEW
