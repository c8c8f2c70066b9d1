"""How many items a second one worker takes through a lane: claimed, worked, finished in a transaction of their own.

The figures of docs/adr/0004 and 0046: `python -m bench.lane_rate postgresql://…` on an empty database of its own. The
work is nothing but its transaction, so what is measured is the lane.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar

from damso.kernel.database import Database, open_database
from damso.kernel.i18n import Text
from damso.kernel.lanes import Claim, Lane, Worker, enqueue
from damso.kernel.migrations import migrate, prepare

ITEMS = 5_000
CHUNK = 500
KEYS = {"without a key": 0, "1,000 keys": 1_000, "one key": 1}
SHARES = {"one share": 1, "10 shares": 10}
MANY = 10_000


class Nothing:
    """A lane whose items need nothing but to be finished."""

    name: ClassVar[str] = "bench"
    title: ClassVar[Text] = Text("측정", "Measuring")
    width: ClassVar[int] = 8

    def __init__(self, database: Database) -> None:
        self._database = database

    async def work(self, claim: Claim) -> None:
        async with self._database.transaction() as tx:
            await claim.finish(tx)


class Shared(Nothing):
    """The same, with places as messages have them."""

    width: ClassVar[int] = 24
    each: ClassVar[int] = 4


async def put(database: Database, keys: int, items: int, *, share: str = "") -> None:
    for first in range(0, items, CHUNK):
        async with database.transaction() as tx:
            payloads: list[tuple[str | None, dict[str, object]]] = [
                (str(number % keys) if keys else None, {}) for number in range(first, min(first + CHUNK, items))
            ]
            await enqueue(tx, Nothing.name, payloads, share=share)


@asynccontextmanager
async def working(database: Database, lane: Lane) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        running = group.create_task(Worker(database, [lane]).run())
        yield
        running.cancel()


async def empty(database: Database, share: str | None = None) -> float:
    """Seconds until there is nothing more, of this share or at all."""
    started = time.perf_counter()
    sql = "SELECT EXISTS (SELECT FROM lane_item WHERE $1::text IS NULL OR share = $1)"
    while await database.pool.fetchval(sql, share):  # noqa: ASYNC110 - in the database
        await asyncio.sleep(0.02)
    return time.perf_counter() - started


async def measure(database: Database, what: str, lane: Lane, items: int) -> None:
    await database.pool.execute("ANALYZE lane_item")
    async with working(database, lane):
        spent = await empty(database)
    print(f"{what:15} {items / spent:8.0f} items/s ({items} items)")


async def main(dsn: str) -> None:
    await migrate(dsn)
    database = await open_database(dsn)
    await prepare(database)
    for what, keys in KEYS.items():
        items = CHUNK if keys == 1 else ITEMS
        await put(database, keys, items)
        await measure(database, what, Nothing(database), items)
    for what, shares in SHARES.items():
        for share in range(shares):
            await put(database, 0, ITEMS // shares, share=f"share {share}")
        await measure(database, what, Shared(database), ITEMS)
    await put(database, 0, MANY, share="many")
    await database.pool.execute("ANALYZE lane_item")
    async with working(database, Shared(database)):
        await asyncio.sleep(0.5)
        await put(database, 0, 1, share="one")
        print(f"one beside {MANY:,} of another share: done after {await empty(database, 'one') * 1000:.0f} ms")
        await database.pool.execute("DELETE FROM lane_item WHERE claimed_by IS NULL")
        await empty(database)
    await database.close()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main(sys.argv[1]))
