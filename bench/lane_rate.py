"""How many items a second one worker takes through a lane: claimed, worked, finished in a transaction of their own.

The figures of docs/adr/0004: `python -m bench.lane_rate postgresql://…` on an empty database of its own. The work is
nothing but its transaction, so what is measured is the lane.
"""

import asyncio
import sys
import time
from typing import ClassVar

from damso.kernel.database import Database, open_database
from damso.kernel.i18n import Text
from damso.kernel.lanes import Claim, Worker, enqueue
from damso.kernel.migrations import migrate, prepare

ITEMS = 5_000
CHUNK = 500
KEYS = {"without a key": 0, "1,000 keys": 1_000, "one key": 1}


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


async def put(database: Database, keys: int, items: int) -> None:
    for first in range(0, items, CHUNK):
        async with database.transaction() as tx:
            payloads: list[tuple[str | None, dict[str, object]]] = [
                (str(number % keys) if keys else None, {}) for number in range(first, first + CHUNK)
            ]
            await enqueue(tx, Nothing.name, payloads)


async def main(dsn: str) -> None:
    await migrate(dsn)
    database = await open_database(dsn)
    await prepare(database)
    for what, keys in KEYS.items():
        items = CHUNK if keys == 1 else ITEMS
        await put(database, keys, items)
        await database.pool.execute("ANALYZE lane_item")
        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            running = group.create_task(Worker(database, [Nothing(database)]).run())
            while await database.pool.fetchval("SELECT EXISTS (SELECT FROM lane_item)"):  # noqa: ASYNC110 - in the database
                await asyncio.sleep(0.02)
            spent = time.perf_counter() - started
            running.cancel()
        print(f"{what:15} {items / spent:8.0f} items/s ({items} items)")
    await database.close()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main(sys.argv[1]))
