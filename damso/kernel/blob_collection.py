"""Deleting files that nothing refers to any more, while others write.

Who stores a file has it on disk before a row names it. So a file is only taken for unneeded when it has not been
stored again for a while (`Blobs.discard` decides that in turn with writers), and nothing names it after that.
"""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import ClassVar

import structlog
from msgspec import Struct

from damso.kernel import lanes
from damso.kernel.blobs import Blobs
from damso.kernel.database import Database, Transaction
from damso.kernel.i18n import Text

log = structlog.get_logger()

UNTOUCHED = timedelta(hours=24)
"""How long a file that nothing names is left alone: an import may take its time to name what it has stored."""
IN_A_HURRY = timedelta(seconds=60)
"""The same for files of somebody who is erased: no request takes longer to name what it has stored."""
BATCH = 20_000
EVERY = timedelta(hours=24)
LANE = "blobs"


class BlobColumn(Struct, frozen=True):
    """Contribution point: a column whose values are references of files."""

    table: str
    column: str


async def unneeded(tx: Transaction, columns: Sequence[BlobColumn], refs: Collection[str]) -> set[str]:
    """Those of the files that nothing names: no row, and no item of a lane on its way to become one."""
    named = " ".join(
        f"AND NOT EXISTS (SELECT FROM {one.table} WHERE {one.table}.{one.column} = r.ref)" for one in columns
    )
    found = await tx.values(f"SELECT ref FROM unnest($1::text[]) AS r(ref) WHERE true {named}", list(refs))
    if not found:
        return set()
    waiting = await tx.values(
        "SELECT DISTINCT m[1] FROM lane_item, regexp_matches(payload::text, '\\m[0-9a-f]{64}\\M', 'g') m"
    )
    return set(found) - set(waiting)


async def discard(
    database: Database, blobs: Blobs, columns: Sequence[BlobColumn], refs: Collection[str], untouched: timedelta
) -> set[str]:
    """Delete those that nothing names; the ones that were stored too recently to tell are given back."""
    async with database.reading() as tx:
        idle = await unneeded(tx, columns, refs)
    return {ref for ref in idle if not await blobs.discard(ref, untouched)}


class BlobTimer:
    """Once a day has the files looked through; the first time a day after the start."""

    name: ClassVar[str] = "blobs"

    def __init__(self) -> None:
        self._next: datetime | None = None

    async def run(self, tx: Transaction) -> bool:
        due, self._next = self._next is not None and tx.now >= self._next, self._next or tx.now + EVERY
        if due:
            self._next = tx.now + EVERY
            if not await tx.value(
                "SELECT true FROM lane_item WHERE lane = $1 AND key = $1 AND parked_at IS NULL", LANE
            ):
                await lanes.enqueue(tx, LANE, [(LANE, {})])
        return False


class BlobLane:
    """Deletes every file that nothing names."""

    name: ClassVar[str] = LANE
    title: ClassVar[Text] = Text("쓰지 않는 파일 정리", "Deleting files that nothing needs")
    width: ClassVar[int] = 1

    def __init__(self, database: Database, blobs: Blobs, columns: Sequence[BlobColumn]) -> None:
        self._database = database
        self._blobs = blobs
        self._columns = columns

    async def work(self, claim: lanes.Claim) -> None:
        if refs := claim.item.payload.get("unneeded"):
            await discard(self._database, self._blobs, self._columns, [ref[::-1] for ref in refs], IN_A_HURRY)
        else:
            await collect(self._database, self._blobs, self._columns)
        async with self._database.transaction() as tx:
            await claim.finish(tx)


async def discard_soon(tx: Transaction, refs: Collection[str]) -> None:
    """Have files deleted that this transaction makes unneeded, as soon as that is safe. Their references are written
    backwards: as they are, this would count as needing them."""
    due = tx.now + 2 * IN_A_HURRY
    await lanes.enqueue(tx, LANE, [(None, {"unneeded": [ref[::-1] for ref in refs]})], due=due)


async def collect(database: Database, blobs: Blobs, columns: Sequence[BlobColumn]) -> int:
    """Delete what nothing names and nobody has stored for a while; how many files went."""
    idle = 0
    refs = blobs.refs()
    while batch := await asyncio.to_thread(lambda: list(islice(refs, BATCH))):
        async with database.reading() as tx:
            unnamed = await unneeded(tx, columns, batch)
        idle += sum([await blobs.discard(ref, UNTOUCHED) for ref in sorted(unnamed)])
    if idle:
        log.info("blobs.collected", count=idle)
    return idle
