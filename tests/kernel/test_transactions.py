"""Transactions that end before they have begun."""

import asyncio
from typing import Any

import asyncpg
import pytest

from damso.kernel.database import LOG_WRITERS, Database


async def test_who_is_cancelled_at_the_beginning_leaves_nothing_open(database: Database, dsn: str) -> None:
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    holder = await asyncpg.connect(dsn)
    await holder.execute(f"SELECT pg_advisory_lock({LOG_WRITERS})")

    async def write() -> None:
        async with database.transaction():
            pytest.fail("nobody can write now")

    writing = asyncio.create_task(write())
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    while not await holder.fetchval(waiting):  # noqa: ASYNC110 - the database tells nobody
        await asyncio.sleep(0)
    writing.cancel()
    try:
        with pytest.raises(asyncio.CancelledError):
            await writing
    finally:
        await holder.close()
        asyncio.get_running_loop().set_exception_handler(None)

    assert complaints == []
    async with database.transaction() as tx:
        assert await tx.value("SELECT 1") == 1
