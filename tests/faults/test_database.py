"""What happens around the database: moved to another cluster, cut off in the middle, and never held while we wait for
somebody outside."""

import asyncio
import os
import resource
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from httpx import AsyncClient

from damso.bootstrap import Parts, open_parts
from damso.channels.inboxes import InboxRecord
from damso.channels.types import Health, OutboundMessage, Receipt, Thread
from damso.kernel import log
from damso.kernel.blobs import DiskBlobs
from damso.kernel.database import STALLED, Database, open_database
from damso.kernel.lanes import Worker, enqueue
from damso.kernel.log import Position
from damso.kernel.migrations import migrate, prepare
from damso.kernel.notify import LOST
from damso.kernel.postgres import EmbeddedPostgres
from damso.kernel.settings import Settings
from damso.web import create_app
from tests.channels.api.system import call, said
from tests.clock import ManualClock
from tests.conversations.company import Company, make_company
from tests.conversations.postcards import PostcardConfig, Postcards, postcard
from tests.http.browsers import browser
from tests.kernel.backups import Place
from tests.logs import FACT, Collector, catch_up

PATIENCE = 30.0

# --- Moved ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
async def test_readers_go_on_after_a_restore_into_a_fresh_cluster(company: Company, dsn: str, tmp_path: Path) -> None:
    """Transaction numbers begin anew there: without an epoch, new facts would stand before those already read."""
    parts = company.parts
    await company.gets(postcard("옮기기 전에"))
    before = Collector()
    await catch_up(parts.database, before)
    await Place(dsn, tmp_path / "here").backup(tmp_path / "backups")
    async with EmbeddedPostgres(tmp_path / "elsewhere", durable=False) as fresh:
        await Place(fresh.dsn, tmp_path / "elsewhere").restore(tmp_path / "backups")
        await migrate(fresh.dsn)
        moved = await open_database(fresh.dsn, clock=parts.database.clock)
        try:
            await prepare(moved)
            async with moved.transaction() as tx:
                await log.append(tx, FACT)
            after = Collector()
            await catch_up(moved, after)
            async with moved.reading() as tx:
                epochs = await tx.values("SELECT epoch FROM log_epoch ORDER BY epoch")
                at = await log.horizon(tx)
                xids = await tx.rows("SELECT max(xid) AS highest, epoch FROM care_event GROUP BY epoch ORDER BY epoch")
        finally:
            await moved.close()

    assert before.seen
    assert after.seen == [FACT.subject_id], "facts were skipped, or told again"
    assert epochs == [1, 2]
    assert at > Position(2, 0, 0)
    assert [row["epoch"] for row in xids] == [1, 2]


# --- Cut off -------------------------------------------------------------------------------------------------------


@pytest.fixture
async def mortal(tmp_path: Path) -> AsyncIterator[EmbeddedPostgres]:
    """A server of the test's own that may be killed."""
    async with EmbeddedPostgres(tmp_path / "mortal") as server:
        await migrate(server.dsn)
        yield server


class Once:
    """A lane whose item writes one row; `doomed` is the server that dies just before that is committed, once."""

    name = "once"
    width = 4

    def __init__(self, database: Database) -> None:
        self.database = database
        self.tries = 0
        self.doomed: int | None = None

    async def work(self, claim: Any) -> None:
        self.tries += 1
        async with self.database.transaction() as tx:
            await log.append(tx, FACT)
            await claim.finish(tx)
            if self.doomed:
                for pid in (await tx.value("SELECT pg_backend_pid()"), self.doomed):
                    os.kill(pid, signal.SIGKILL)
                self.doomed = None


@pytest.mark.slow
async def test_a_database_that_dies_before_a_commit_gets_the_work_again(mortal: EmbeddedPostgres) -> None:
    database = await open_database(mortal.dsn)
    try:
        await prepare(database)
        async with database.transaction() as tx:
            await enqueue(tx, "once", [("key", {})])
        lane = Once(database)
        lane.doomed = mortal.pid

        work = asyncio.create_task(Worker(database, [lane]).run())
        await until_back(mortal, "SELECT NOT EXISTS (SELECT FROM lane_item)")
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work

        async with database.reading() as tx:
            done = await tx.value("SELECT count(*) FROM care_event WHERE name = 'thing.happened'")
        assert (done, lane.tries) == (1, 2)
    finally:
        await database.close()


async def until_back(server: EmbeddedPostgres, condition: str) -> None:
    """The server is there again and says so."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(OSError, asyncpg.PostgresError):
                connection = await asyncpg.connect(server.dsn)
                try:
                    if await connection.fetchval(condition):
                        return
                finally:
                    await connection.close()
            await asyncio.sleep(0.05)


async def test_a_connection_that_is_cut_is_told_as_a_loss(database: Database) -> None:
    for begin in (database.transaction, database.reading):
        with pytest.raises(LOST):
            async with begin() as tx:
                pid = await tx.value("SELECT pg_backend_pid()")
                async with database.reading() as other:
                    await other.execute("SELECT pg_terminate_backend($1)", pid)
                await tx.value("SELECT 1")
    async with database.transaction() as tx:
        assert await tx.value("SELECT 1") == 1


async def test_a_transaction_whose_process_is_stopped_gives_way(database: Database) -> None:
    """It holds nothing back for long, neither its rows nor the horizon, and is not stored when its process goes on."""
    with pytest.raises(LOST):
        async with database.transaction() as tx:
            assert await tx.value("SHOW idle_in_transaction_session_timeout") == STALLED
            await tx.execute("SET LOCAL idle_in_transaction_session_timeout = '100ms'")
            await log.append(tx, FACT)
            mine = int(await tx.value("SELECT pg_current_xact_id()::text"))
            async with asyncio.timeout(PATIENCE), database.reading() as other:
                while (await log.horizon(other)).xid <= mine:  # noqa: ASYNC110 - another process sets no event
                    await asyncio.sleep(0.02)
            await log.append(tx, FACT)
    async with database.reading() as tx:
        assert await tx.value("SELECT count(*) FROM care_event WHERE name = $1", FACT.name) == 0


async def test_who_asks_while_the_database_is_away_is_told_so(mortal: EmbeddedPostgres, tmp_path: Path) -> None:
    async with open_parts(Settings(data=tmp_path), mortal.dsn) as parts:
        await prepare(parts.database)
        await mortal.stop()
        async with browser(create_app(parts)) as client:
            answer = await client.get("/widget/v1/some/config")

    assert (answer.status_code, answer.json()["code"]) == (503, "AWAY")


# --- Full ----------------------------------------------------------------------------------------------------------


NO_ROOM = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full';
END $$;
CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON {} EXECUTE FUNCTION no_room()
"""


async def test_what_finds_no_room_is_refused_and_taken_when_there_is_some(
    company: Company, system: InboxRecord, anyone: AsyncClient, clock: ManualClock
) -> None:
    event = call(said("m1", "자리가 있나요?"), identifier="c1", at=clock.now())
    database, statuses = company.parts.database, []
    async with database.transaction() as tx:
        await tx.connection.execute(NO_ROOM.format("delivery"))
    for full in (True, False):
        if not full:
            async with database.transaction() as tx:
                await tx.execute("DROP FUNCTION no_room CASCADE")
        answer = await anyone.post(f"/hooks/{system.key}", content=event.body, headers=dict(event.headers))
        statuses.append((answer.status_code, answer.json()["code"] if full else None))
    await company.works()
    assert statuses == [(503, "STORAGE_FULL"), (200, None)]
    assert await company.count("message") == 1


async def test_a_lane_waits_for_room_and_parks_nothing(mortal: EmbeddedPostgres) -> None:
    database = await open_database(mortal.dsn)
    try:
        await prepare(database)
        async with database.transaction() as tx:
            await enqueue(tx, "once", [("key", {})])
            await tx.connection.execute(NO_ROOM.format("care_event"))
        lane = Once(database)
        work = asyncio.create_task(Worker(database, [lane]).run())
        async with asyncio.timeout(PATIENCE):
            while lane.tries < 2:  # noqa: ASYNC110 - the lane under test sets no event
                await asyncio.sleep(0.05)
        async with database.transaction() as tx:
            await tx.execute("DROP FUNCTION no_room CASCADE")
        await until_back(mortal, "SELECT NOT EXISTS (SELECT FROM lane_item)")
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work
    finally:
        await database.close()


async def test_a_file_that_found_no_room_leaves_none_of_itself(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            await DiskBlobs(tmp_path).put(b"x" * 2000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(DiskBlobs(tmp_path).refs()) == []
    assert list(tmp_path.glob("*/*.part")) == []  # noqa: ASYNC240 - a folder of the test's own


# --- Not held ------------------------------------------------------------------------------------------------------


OPEN = """SELECT pid, xact_start FROM pg_stat_activity WHERE datname = current_database()
    AND xact_start IS NOT NULL AND state LIKE 'idle in transaction%'"""
HELD_SECONDS = 5.0


class Watchful(Postcards):
    """Looks, whenever it is called, whether a transaction of ours is kept waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.dsn = ""
        self.held: list[int] = []

    async def send(
        self, message: OutboundMessage, thread: Thread, config: PostcardConfig, http: AsyncClient
    ) -> Receipt:
        await self._look()
        return await super().send(message, thread, config, http)

    async def check(self, config: PostcardConfig, http: AsyncClient) -> Health:
        await self._look()
        return await super().check(config, http)

    async def _look(self) -> None:
        """Others may be at work: only a transaction that waits for us is still there in the end."""
        connection = await asyncpg.connect(self.dsn)
        try:
            held = await connection.fetch(OPEN)
            with suppress(TimeoutError):
                async with asyncio.timeout(HELD_SECONDS):
                    while held:
                        await asyncio.sleep(0.01)
                        held = [one for one in await connection.fetch(OPEN) if one in held]
            self.held.append(len(held))
        finally:
            await connection.close()


class TestNoTransactionIsHeldOutside:
    @pytest.fixture
    def postcards(self) -> Watchful:
        return Watchful()

    async def test_while_a_provider_is_called(
        self, parts: Parts, postcards: Watchful, dsn: str, clock: ManualClock
    ) -> None:
        postcards.dsn = dsn
        company = await make_company(parts)
        received = await company.gets(postcard())
        await company.answers(received.conversation_id)
        async with parts.database.transaction() as tx:
            await enqueue(tx, "check", [(None, {"inbox_id": str(company.post.id)})])
        clock.advance(timedelta(seconds=11))

        await company.works()

        assert postcards.sent
        assert postcards.held
        assert set(postcards.held) == {0}
