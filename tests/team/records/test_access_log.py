"""Lists are written in batches; a kill loses a second of them and nothing else."""

import asyncio
import signal
import subprocess
import sys
from uuid import UUID

import pytest

from damso.kernel.database import STATEMENTS, Database
from damso.kernel.ids import new_id
from damso.team.records.access_log import AccessLog, Act, Look, look
from damso.team.records.reasons import Reason, ReasonNeeded, reason
from tests.processes import REPOSITORY
from tests.team.records.writing import AGENT

CHILD = """
import asyncio, os, signal, sys
from uuid import UUID
from damso.kernel.database import open_database
from damso.kernel.log import Actor
from damso.team.records.access_log import AccessLog, look

async def main():
    database = await open_database(sys.argv[1])
    log = AccessLog(database)
    asyncio.create_task(log.run())
    def one(act, number):
        return look(log.now(), Actor("agent", "1"), None, act, "x", [UUID(int=number)])
    for number in range(100):
        log.collect(one("listed", number))
    await asyncio.sleep(float(sys.argv[2]))
    for number in range(5):
        await log.write_at_once(one("viewed", number))
    print("answered", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def seen(log: AccessLog, act: Act = "listed") -> Look:
    return look(log.now(), AGENT, None, act, "list_customers", [new_id()])


async def rows(database: Database, act: str) -> int:
    async with database.reading() as tx:
        return int(await tx.value("SELECT count(*) FROM access_record WHERE act = $1", act))


async def test_a_thousand_lists_are_two_statements(database: Database) -> None:
    log = AccessLog(database)
    for _ in range(1_000):
        log.collect(seen(log))
    before = STATEMENTS._value.get()
    await log.flush()

    assert (STATEMENTS._value.get() - before, await rows(database, "listed")) == (2, 1_000)


async def test_what_was_collected_is_written_when_the_process_ends(database: Database) -> None:
    log = AccessLog(database)
    task = asyncio.create_task(log.run())
    log.collect(seen(log))
    log.pushed(AGENT, None, "live", [UUID(int=1)])
    await log.stop()
    await task

    assert await rows(database, "listed") == 2


async def test_nothing_is_lost_while_the_database_is_away(database: Database) -> None:
    log = AccessLog(database)
    task = asyncio.create_task(log.run())
    log.collect(seen(log))
    async with database.pool.acquire() as connection:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    async with asyncio.timeout(5):
        while True:
            if await rows(database, "listed") == 1:
                break
            await asyncio.sleep(0.05)
    await log.stop()
    await task


@pytest.mark.parametrize(("pause", "listed"), [("0", (0, 100)), ("1.5", (100, 100))])
async def test_a_kill_loses_no_view_that_was_answered(
    pause: str, listed: tuple[int, int], database: Database, dsn: str
) -> None:
    child = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", CHILD, dsn, pause], cwd=REPOSITORY, capture_output=True, text=True
    )

    assert (child.stdout, child.returncode) == ("answered\n", -signal.SIGKILL), child.stderr
    assert await rows(database, "viewed") == 5
    assert listed[0] <= await rows(database, "listed") <= listed[1]


@pytest.mark.parametrize(("kind", "note"), [(None, ""), ("because", ""), ("other", " ")])
def test_a_reason_is_one_of_ours_and_another_is_explained(kind: str | None, note: str) -> None:
    with pytest.raises(ReasonNeeded):
        reason(kind, note)


def test_a_common_reason_needs_no_words() -> None:
    assert reason("complaint") == Reason("complaint")
