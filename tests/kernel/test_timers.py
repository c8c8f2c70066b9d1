"""Due columns, and what wakes processes."""

import asyncio
from datetime import timedelta

import pytest

from damso.kernel.database import Database, Transaction
from damso.kernel.errors import NotFound
from damso.kernel.notify import GAP
from damso.kernel.timers import run_due
from tests.clock import ManualClock


class Countdown:
    """Due three times over, in chunks of one."""

    name = "countdown"

    def __init__(self, chunks: int) -> None:
        self.left = chunks
        self.at: list[object] = []

    async def run(self, tx: Transaction) -> bool:
        self.left -= 1
        self.at.append(tx.now)
        return self.left > 0


async def test_a_timer_does_all_that_is_due(database: Database, clock: ManualClock):
    timer = Countdown(3)
    await run_due(database, [timer])
    assert timer.at == [clock.now()] * 3


async def test_the_time_is_one_for_a_whole_transaction(database: Database, clock: ManualClock):
    async with database.transaction() as tx:
        before = tx.now
        clock.advance(timedelta(hours=1))
        assert tx.now == before


async def test_many_wakes_are_few_notifications(database: Database, dsn: str):
    heard: list[str] = []
    database.notifier.subscribe("crowd", heard.append)
    for _ in range(200):
        database.notifier.wake("crowd")
    async with database.notifier.listen("crowd") as woken:
        await woken(GAP * 10)
    assert 1 <= len(heard) <= 3


async def test_a_missing_row_is_a_fact(database: Database):
    class Named(dict): ...

    with pytest.raises(NotFound):
        async with database.reading() as tx:
            await tx.one(Named, "SELECT name FROM team WHERE false")


async def test_what_fails_in_a_savepoint_is_undone_alone(database: Database):
    async with database.transaction() as tx:
        await tx.execute("INSERT INTO team (id, name, created_at) VALUES (gen_random_uuid(), 'kept', now())")
        with pytest.raises(ZeroDivisionError):
            async with tx.savepoint():
                await tx.execute("INSERT INTO team (id, name, created_at) VALUES (gen_random_uuid(), 'gone', now())")
                raise ZeroDivisionError
    async with database.reading() as tx:
        assert await tx.values("SELECT name FROM team") == ["kept"]


async def test_the_notifier_comes_back_after_its_connection_is_cut(database: Database):
    heard = asyncio.Event()
    database.notifier.subscribe("news", lambda _: heard.set())
    async with database.reading() as tx:
        await tx.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'damso notify' AND datname = current_database()"
        )
    async with asyncio.timeout(10):
        while not heard.is_set():
            database.notifier.wake("news")
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("steps", range(4))
async def test_who_is_cancelled_while_being_woken_ends(database: Database, steps: int):
    async def listen_for_ever() -> None:
        async with database.notifier.listen("news") as woken:
            while True:
                await woken(30)

    listener = asyncio.create_task(listen_for_ever())
    for _ in range(3):
        await asyncio.sleep(0)
    database.notifier._heard(None, 0, "damso", "news ")
    for _ in range(steps):
        await asyncio.sleep(0)
    listener.cancel()
    done, _ = await asyncio.wait([listener], timeout=5)
    assert done, "the cancellation was swallowed"
