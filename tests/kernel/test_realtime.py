"""The tail of the log: everything is handed over once it is final, and resuming never skips."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import asyncpg
import pytest
from msgspec.structs import replace

from damso.kernel import log
from damso.kernel.database import Database
from damso.kernel.log import Position, Recorded
from damso.kernel.realtime import Signals, Tail
from tests.logs import FACT

PATIENCE = 5.0


@pytest.fixture
async def tail(database: Database) -> AsyncIterator[Tail]:
    tail = Tail(database)
    task = asyncio.create_task(tail.run())
    await tail.started.wait()
    yield tail
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


class Ear:
    def __init__(self) -> None:
        self.heard: list[str] = []
        self.cursors: list[str] = []
        self._news = asyncio.Event()

    async def __call__(self, events: Sequence[Recorded], at: Position) -> None:
        self.heard += [event.subject_id for event in events]
        self.cursors.append(at.encode())
        self._news.set()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(self.heard) < count:
                await self._news.wait()
                self._news.clear()


async def tell(database: Database, *subjects: str) -> None:
    for subject in subjects:
        async with database.transaction() as tx:
            await log.append(tx, replace(FACT, subject_id=subject))


async def test_what_is_committed_is_handed_over(database: Database, tail: Tail):
    ear = Ear()
    tail.follow(ear)
    await tell(database, "a", "b")
    await ear.until(2)
    assert ear.heard == ["a", "b"]


async def test_who_resumes_gets_all_that_was_missed(database: Database, tail: Tail):
    before = tail.position.encode()
    ear = Ear()
    tail.follow(ear)
    await tell(database, "a", "b", "c")
    await ear.until(3)
    missed = await tail.missed(before)
    assert missed is not None
    assert [event.subject_id for event in missed] == ["a", "b", "c"]


async def test_who_is_up_to_date_missed_nothing(database: Database, tail: Tail):
    ear = Ear()
    tail.follow(ear)
    await tell(database, "a")
    await ear.until(1)
    assert await tail.missed(ear.cursors[-1]) == []


@pytest.mark.parametrize("cursor", ["nonsense", "ffff.ffffffffff.0"])
async def test_a_cursor_that_is_not_of_this_log_starts_afresh(tail: Tail, cursor: str):
    assert await tail.missed(cursor) is None


async def test_a_writer_that_is_still_at_work_is_waited_for(database: Database, tail: Tail):
    ear = Ear()
    tail.follow(ear)
    async with database.transaction() as slow:
        await log.append(slow, replace(FACT, subject_id="slow"))
        await tell(database, "quick")
    await ear.until(2)
    assert ear.heard == ["slow", "quick"]


async def test_a_listener_that_fails_does_not_silence_the_others(database: Database, tail: Tail):
    async def broken(_events: Sequence[Recorded], _at: Position) -> None:
        raise ZeroDivisionError

    ear = Ear()
    tail.follow(broken)
    tail.follow(ear)
    await tell(database, "a")
    await ear.until(1)


async def test_a_signal_reaches_its_subscribers(database: Database):
    heard: asyncio.Queue[dict] = asyncio.Queue()
    signals = Signals(database)
    signals.subscribe(heard.put_nowait)
    signals.publish({"kind": "typing", "on": True})
    assert await asyncio.wait_for(heard.get(), PATIENCE) == {"kind": "typing", "on": True}


async def test_what_was_being_told_when_the_database_went_away_is_told_again(database: Database, tail: Tail):
    lost = [asyncpg.ConnectionDoesNotExistError("gone")]
    ear = Ear()

    async def forgetful(events: Sequence[Recorded], at: Position) -> None:
        if lost:
            raise lost.pop()
        await ear(events, at)

    tail.follow(forgetful)
    await tell(database, "a", "b")
    await ear.until(2)
    assert ear.heard == ["a", "b"]
