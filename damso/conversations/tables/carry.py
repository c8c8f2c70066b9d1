"""Carrying a table in, from wherever the last try stopped to its end; or only telling what would happen.

Each lot is a transaction of its own, which also moves the run's position: after a kill -9 nothing is missing and
nothing is doubled. Two processes at one run notice each other by the position, and one steps back.
"""

import asyncio
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any
from uuid import UUID

import asyncpg

from damso.conversations.imports.run import ImportTaken, finish
from damso.conversations.tables.bringing import Bringing
from damso.conversations.tables.lots import Lot, Lots
from damso.conversations.tables.types import Table, Tally, Trouble
from damso.customers.tracking.collect import UNSTORABLE
from damso.kernel.database import Database, Transaction

Tell = Callable[[int], None]
"""Is told how many rows are done."""


async def look_through(database: Database, bringing: Bringing[Any], table: Table, tell: Tell) -> tuple[Tally, int]:
    """What would happen, and how many rows there are; nothing is written. Raises `ExportUnreadable`."""
    lots, total, done = Lots(bringing, table), Tally(), 0
    lots.size = bringing.largest
    ahead = asyncio.create_task(asyncio.to_thread(lots.next))
    try:
        while lot := await ahead:
            ahead = asyncio.create_task(asyncio.to_thread(lots.next))
            total.add(lot.tally)
            if lot.items:
                async with database.reading() as tx:
                    total.add(await bringing.foresee(tx, lot.items))
            done += lot.rows
            tell(done)
    finally:
        await _settled(ahead)
    return total, done


async def carry_table(
    database: Database, run_id: UUID, bringing: Bringing[Any], table: Table, name: str, tell: Tell, *, position: int
) -> None:
    """Bring in what is left, as far as nobody stops it; the run is `running`. Raises `ExportUnreadable`,
    `ImportTaken`."""
    lots = Lots(bringing, table, skip=position)
    ahead = asyncio.create_task(asyncio.to_thread(lots.next))
    try:
        while lot := await ahead:
            # The next lot is read while this one is written.
            ahead = asyncio.create_task(asyncio.to_thread(lots.next))
            started = monotonic()
            lot.items = list(await bringing.before(database, lot.items))
            if not await _write(database, run_id, bringing, lot, name, position):
                return
            lots.took(monotonic() - started)
            position += lot.rows
            tell(position)
    finally:
        await _settled(ahead)
    await finish(database, run_id)


async def _settled(ahead: "asyncio.Task[Any]") -> None:
    """A thread cannot be stopped: it is waited for, and what it says then does not matter."""
    if not ahead.done():
        await asyncio.wait([ahead])
    if not ahead.cancelled():
        ahead.exception()


async def _write(database: Database, run_id: UUID, bringing: Bringing[Any], lot: Lot, name: str, position: int) -> bool:
    """One lot; false where the run was told to stop. Somebody else may make the same customer meanwhile: then it is
    looked up and written once more. Where the database cannot hold a value, each row is tried by itself."""
    each = False
    while True:
        try:
            async with database.transaction() as tx:
                row = await tx.row("SELECT state, position, counts FROM import_run WHERE id = $1 FOR UPDATE", run_id)
                if row is None or row["state"] != "running":
                    return False
                if row["position"] != position:
                    raise ImportTaken
                tally = Tally(counts=dict(row["counts"].get(bringing.kind, {})))
                tally.add(lot.tally)
                if lot.items:
                    tally.add(await (_bring_each if each else _bring)(tx, bringing, lot.items))
                await tx.execute(
                    "UPDATE import_run SET position = $2, counts = $3 WHERE id = $1",
                    run_id,
                    position + lot.rows,
                    {bringing.kind: tally.counts},
                )
                await note_troubles(tx, run_id, name, bringing.kind, tally.troubles)
            return True
        except (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError):
            continue
        except UNSTORABLE:
            if each:
                raise
            each = True


async def _bring(tx: Transaction, bringing: Bringing[Any], items: Sequence[Any]) -> Tally:
    return await bringing.bring(tx, items)


async def _bring_each(tx: Transaction, bringing: Bringing[Any], items: Sequence[Any]) -> Tally:
    tally = Tally()
    for item in items:
        try:
            async with tx.connection.transaction():
                brought = await bringing.bring(tx, [item])
        except UNSTORABLE:
            tally.refuse(item.line, "UNSTORABLE")
        else:
            tally.add(brought)
    return tally


async def note_troubles(tx: Transaction, run_id: UUID, name: str, kind: str, troubles: Sequence[Trouble]) -> None:
    """Keep what did not come as it is: where, and why."""
    if troubles:
        await tx.execute(
            """INSERT INTO import_problem (run_id, place, kind, external_id, code, line)
            SELECT $1, $2::text || ':' || line, $3, '', code, line FROM unnest($4::bigint[], $5::text[]) AS t(line,
            code) ON CONFLICT DO NOTHING""",
            run_id,
            name,
            kind,
            [one.line for one in troubles],
            [one.code for one in troubles],
        )
