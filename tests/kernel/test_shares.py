"""Shares of a lane: none keeps the others waiting, each keeps its pace, and what is away is not tried in vain."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import ClassVar

from damso.kernel import standstill
from damso.kernel.database import Database
from damso.kernel.i18n import Text
from damso.kernel.lanes import Claim, Retry, Wait, Worker, enqueue
from damso.kernel.shares import hold, pass_on, release, take_turn
from tests.clock import ManualClock

SECOND = timedelta(seconds=1)


class Counters:
    """A lane whose shares are counters of a post office; at some the clerk has gone, or works at a pace."""

    name: ClassVar[str] = "counters"
    title: ClassVar[Text] = Text("창구", "Counters")
    width: ClassVar[int] = 4
    each: ClassVar[int] = 2

    def __init__(self, database: Database) -> None:
        self._database = database
        self.done: list[str] = []
        self.begun: Counter[str] = Counter()
        self.news = asyncio.Event()
        self.stuck: dict[str, asyncio.Event] = {}
        self.away: set[str] = set()
        self.pace: dict[str, timedelta] = {}

    async def work(self, claim: Claim) -> None:
        share = claim.item.share
        async with self._database.transaction() as tx:
            turn = await take_turn(tx, share, self.pace.get(share))
        if turn.wait:
            raise Wait(0, "not its turn")
        self._tell(share)
        if share in self.stuck:
            await self.stuck[share].wait()
        if share in self.away:
            async with self._database.transaction() as tx:
                held = await hold(tx, share, first=5, longest=60, asked=0, ahead=turn.ahead)
            raise Retry(held.seconds + 2, "away")
        async with self._database.transaction() as tx:
            await claim.finish(tx)
            await release(tx, share, self.pace.get(share))
        self.done.append(claim.item.payload["n"])
        self._tell("")

    def _tell(self, share: str) -> None:
        self.begun[share] += bool(share)
        self.news.set()

    async def sees(self, *done: str) -> None:
        """Wait until this is done."""
        async with asyncio.timeout(10):
            while not set(done) <= set(self.done):
                self.news.clear()
                await self.news.wait()


async def put(database: Database, share: str, *numbers: str, key: str | None = None) -> None:
    async with database.transaction() as tx:
        await enqueue(tx, "counters", [(key, {"n": number}) for number in numbers], share=share)


@asynccontextmanager
async def working(database: Database, lane: Counters) -> AsyncIterator[None]:
    task = asyncio.create_task(Worker(database, [lane]).run())
    try:
        yield
    finally:
        for event in lane.stuck.values():
            event.set()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def drains(database: Database, lane: Counters, workers: int = 1) -> Sequence[str]:
    """What was done by so many workers at once."""
    before = len(lane.done)
    await asyncio.gather(*(Worker(database, [lane]).drain() for _ in range(workers)))
    return lane.done[before:]


async def test_a_share_that_is_stuck_keeps_no_other_waiting(database: Database) -> None:
    lane = Counters(database)
    lane.stuck["slow"] = asyncio.Event()
    await put(database, "slow", *(f"s{number}" for number in range(20)))
    async with working(database, lane):
        await put(database, "quick", "q1", "q2", "q3")
        await lane.sees("q1", "q2", "q3")
        assert lane.begun["slow"] == 2
        assert sorted(lane.done) == ["q1", "q2", "q3"]


async def test_shares_take_turns_however_much_one_has(database: Database) -> None:
    lane = Counters(database)
    await put(database, "many", *(f"m{number}" for number in range(200)))
    await put(database, "few", "f1", "f2")
    done = await drains(database, lane)
    assert max(done.index("f1"), done.index("f2")) < 8
    assert len(done) == 202


async def test_what_has_no_share_is_done_as_well(database: Database) -> None:
    lane = Counters(database)
    await put(database, "", "of none")
    await put(database, "one", "of one")
    assert sorted(await drains(database, lane)) == ["of none", "of one"]


async def test_a_pace_is_kept_over_workers(database: Database, clock: ManualClock) -> None:
    lane = Counters(database)
    lane.pace["slow"] = SECOND / 2
    await put(database, "slow", *"12345")
    assert [len(await drains(database, lane, workers=2)), len(await drains(database, lane, workers=2))] == [1, 0]
    for _ in range(4):
        clock.advance(SECOND / 2)
        assert len(await drains(database, lane, workers=2)) == 1
    assert sorted(lane.done) == list("12345")


async def attempts(database: Database) -> list[int]:
    async with database.reading() as tx:
        return await tx.values("SELECT attempts FROM lane_item ORDER BY id")


async def test_while_it_is_away_one_goes_ahead_and_then_all(database: Database, clock: ManualClock) -> None:
    lane = Counters(database)
    lane.away.add("post")
    await put(database, "post", *"12345678")
    await drains(database, lane)
    before = lane.begun["post"]
    assert before <= lane.each
    for seconds in (5, 10, 20):
        clock.advance(timedelta(seconds=seconds - 1))
        await drains(database, lane)
        clock.advance(SECOND)
        await drains(database, lane)
    assert lane.begun["post"] == before + 3, "one each after 5, 10 and 20 seconds"
    assert (await attempts(database))[5:] == [0, 0, 0]
    lane.away.clear()
    clock.advance(timedelta(seconds=40))
    assert sorted(await drains(database, lane)) == list("12345678")


async def test_one_that_alone_fails_gives_way(database: Database, clock: ManualClock) -> None:
    """The fault may be its own: the next goes ahead, and those behind it are not held for its sake."""
    async with database.transaction() as tx:
        began = await hold(tx, "post", first=5, longest=60, asked=0, ahead=False)
        other = await hold(tx, "post", first=5, longest=60, asked=0, ahead=False)
    assert (began.began, began.seconds, other.began, other.seconds) == (True, 5, False, 5)
    clock.advance(timedelta(seconds=5))
    lane = Counters(database)
    await put(database, "post", *"123")
    assert len(await drains(database, lane)) == 3


async def test_who_went_ahead_and_died_is_followed(database: Database, clock: ManualClock) -> None:
    async with database.transaction() as tx:
        await hold(tx, "post", first=5, longest=60, asked=0, ahead=False)
    clock.advance(timedelta(seconds=5))
    async with database.transaction() as tx:
        assert (await take_turn(tx, "post")).ahead
    lane = Counters(database)
    await put(database, "post", "1")
    assert await drains(database, lane) == []
    async with database.transaction() as tx:
        assert (await take_turn(tx, "post")).wait == 90
        await tx.execute("UPDATE lane_item SET claimed_by = 12345")
    assert await drains(database, lane) == ["1"]


async def test_an_end_that_tells_nothing_lets_the_next_go_ahead(database: Database) -> None:
    async with database.transaction() as tx:
        await hold(tx, "post", first=5, longest=60, asked=0, ahead=False)
        assert (await take_turn(tx, "post")).wait == 5
        await pass_on(tx, "post")
        assert (await take_turn(tx, "post")).ahead


async def test_a_clock_that_was_ahead_holds_nothing(database: Database, clock: ManualClock) -> None:
    clock.advance(timedelta(days=3))
    async with database.transaction() as tx:
        await hold(tx, "post", first=5, longest=60, asked=0, ahead=False)
    clock.advance(timedelta(days=-3))
    await put(database, "post", "1")
    assert await drains(database, Counters(database)) == ["1"]


async def test_what_is_held_is_not_called_late(database: Database, clock: ManualClock) -> None:
    await put(database, "post", "1", "2", key="mina")
    clock.advance(timedelta(minutes=10))
    async with database.transaction() as tx:
        assert [late.lane for late in await standstill.late_work(tx)] == ["counters"]
        await hold(tx, "post", first=5, longest=60, asked=0, ahead=False)
        assert await standstill.late_work(tx) == []
