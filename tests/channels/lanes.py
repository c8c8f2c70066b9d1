"""Working lanes until there is nothing left to do now."""

import asyncio
from collections.abc import Sequence

from damso.kernel.database import Database
from damso.kernel.lanes import Lane, Worker

PATIENCE = 20.0


async def work_all(database: Database, lanes: Sequence[Lane], *, seconds: float = PATIENCE) -> None:
    """Run a real worker until its lanes hold nothing that is due."""
    names = [lane.name for lane in lanes]
    worker = asyncio.create_task(Worker(database, lanes).run())
    try:
        async with asyncio.timeout(seconds):
            while await _waiting(database, names) and not worker.done():  # noqa: ASYNC110 - nobody tells when lanes are empty
                await asyncio.sleep(0.02)
    finally:
        await _end(worker)
    assert worker.cancelled(), "the worker came to a stop"


async def _end(worker: asyncio.Task[None]) -> None:
    """Cancel until it is heard: `asyncio.wait_for` of Python 3.11 may swallow a cancellation."""
    while not worker.done():
        worker.cancel()
        await asyncio.wait([worker], timeout=0.5)


async def _waiting(database: Database, lanes: Sequence[str]) -> int:
    async with database.reading() as tx:
        count: int = await tx.value(
            "SELECT count(*) FROM lane_item WHERE lane = ANY ($1) AND parked_at IS NULL AND due_at <= $2",
            lanes,
            tx.now,
        )
    return count
