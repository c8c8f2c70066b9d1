"""A worker that is told to stop lets what is at work come to its end, and takes nothing more."""

import asyncio
from typing import ClassVar

import pytest

from damso.kernel.database import Database
from damso.kernel.lanes import Claim, Worker, enqueue


class SlowLane:
    """Begins an item and ends it when it is let go."""

    name: ClassVar[str] = "slow"
    width: ClassVar[int] = 1

    def __init__(self, database: Database) -> None:
        self._database = database
        self.begun = asyncio.Event()
        self.let_go = asyncio.Event()

    async def work(self, claim: Claim) -> None:
        self.begun.set()
        await self.let_go.wait()
        async with self._database.transaction() as tx:
            await claim.finish(tx)


async def test_item_at_work_is_finished_and_the_next_one_is_left(database: Database) -> None:
    async with database.transaction() as tx:
        await enqueue(tx, "slow", [("mina", {"n": 1}), ("mina", {"n": 2})])
    lane = SlowLane(database)
    work = asyncio.create_task(Worker(database, [lane]).run())
    await lane.begun.wait()
    work.cancel()
    lane.let_go.set()
    with pytest.raises(asyncio.CancelledError):
        await work
    async with database.reading() as tx:
        assert await tx.values("SELECT payload->>'n' FROM lane_item") == ["2"]
