"""Where nothing happens, nothing is written and nobody is woken: an idle server costs next to nothing."""

import asyncio

from damso.bootstrap import Parts, readers_of, timers_of
from damso.kernel import log
from damso.kernel.database import Database
from damso.kernel.readers import catch_up
from damso.kernel.timers import run_due
from tests.conversations.company import Company
from tests.conversations.conftest import company, parts, postcards

__all__ = ["company", "parts", "postcards"]


async def next_xid(database: Database) -> int:
    """That of the next transaction that writes."""
    async with database.reading() as tx:
        return int(await tx.value("SELECT pg_snapshot_xmax(pg_current_snapshot())::text"))


async def test_readers_that_have_seen_everything_write_nothing(database: Database, company: Company) -> None:
    seen = await catch_up(database, readers_of(), log.START)
    before = await next_xid(database)
    for _ in range(3):
        seen = await catch_up(database, readers_of(), seen)
    assert await next_xid(database) == before


async def test_timers_that_find_nothing_write_nothing_and_wake_nobody(parts: Parts, company: Company) -> None:
    database, timers = parts.database, timers_of(parts)
    for _ in range(2):
        await run_due(database, timers)
    before, heard, told = await next_xid(database), list[str](), asyncio.Event()

    def hear(channel: str) -> None:
        heard.append(channel)
        if channel == "end":
            told.set()

    ends = [database.notifier.subscribe(one, lambda _, one=one: hear(one)) for one in ("log", "lane", "end")]
    await run_due(database, timers)
    database.notifier.wake("end")
    async with asyncio.timeout(10):
        await told.wait()
    for end in ends:
        end()
    # The notification above is the only transaction that wrote.
    assert heard == ["end"]
    assert await next_xid(database) - before == 1
