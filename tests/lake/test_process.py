"""The keeper's child: does a round by itself, and can be killed anywhere."""

import asyncio
import sys
from collections.abc import Sequence

import msgspec

from damso.kernel.database import Database
from damso.kernel.dimensions import Dimension
from damso.kernel.log import START
from damso.lake.keep import keep
from damso.lake.keeper import IDLE, LakeKeeper, Signs, is_due
from damso.lake.manifest import LakeBusy
from damso.lake.store import FolderStore
from damso.lake.types import FRESH, MANY, FactFile, Manifest, StreamState
from tests.clock import ManualClock
from tests.lake.conftest import Write, in_lake, logged

QUIET = Signs(care=0, tracked=0, epoch=0, forgets=False)


async def test_a_round_in_a_child_brings_everything_in(
    database: Database, store: FolderStore, dimensions: Sequence[Dimension], write: Write
) -> None:
    await write(3)
    await LakeKeeper(database, store, dimensions).round()
    assert await in_lake(database, store) == await logged(database)


async def test_a_child_that_is_killed_loses_and_doubles_nothing(
    database: Database, store: FolderStore, dimensions: Sequence[Dimension], write: Write
) -> None:
    await write(20)
    await asyncio.gather(_kill_soon(database, store, dimensions, 0.9), _kill_soon(database, store, dimensions, 1.3))
    await write(5)
    async with asyncio.timeout(30):
        while True:
            try:
                await keep(database, store, dimensions)
                break
            except LakeBusy:  # PostgreSQL has not seen yet that the killed child is gone
                await asyncio.sleep(0.05)
    assert await in_lake(database, store) == await logged(database)


async def _kill_soon(database: Database, store: FolderStore, dimensions: Sequence[Dimension], after: float) -> None:
    job = {"dsn": database.notifier.dsn, "url": store.url, "dimensions": dimensions}
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "damso.lake.keep_child", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdin is not None
    child.stdin.write(msgspec.json.encode(job) + b"\n")
    try:
        await asyncio.wait_for(child.wait(), after)
    except TimeoutError:
        child.kill()
        await child.wait()


def test_nothing_to_do_is_seen_without_a_child(clock: ManualClock) -> None:
    manifest = Manifest(renewed_at=clock.now())
    assert not is_due(manifest, QUIET, QUIET, FRESH, clock.now())
    assert is_due(manifest, QUIET, QUIET, IDLE, clock.now())


def test_facts_wait_for_a_minute_or_until_they_are_many(clock: ManualClock) -> None:
    manifest = Manifest(renewed_at=clock.now())
    few, many = msgspec.structs.replace(QUIET, tracked=1), msgspec.structs.replace(QUIET, tracked=MANY)
    soon = FRESH / 2
    assert not is_due(manifest, few, QUIET, soon, clock.now())
    assert is_due(manifest, few, QUIET, FRESH, clock.now())
    assert is_due(manifest, many, QUIET, soon, clock.now())
    assert not is_due(manifest, many, many, soon, clock.now())


def test_whoever_is_to_be_forgotten_is_not_kept_waiting(clock: ManualClock) -> None:
    forgets = msgspec.structs.replace(QUIET, forgets=True)
    assert is_due(Manifest(renewed_at=clock.now()), forgets, forgets, FRESH / 20, clock.now())


def test_what_went_from_the_log_by_rule_is_let_go_within_a_minute(clock: ManualClock) -> None:
    file = FactFile(path="a", day="2026-08-01", rows=1, bytes=1, after=START, upto=START)
    manifest = Manifest(renewed_at=clock.now(), streams={"tracked": StreamState(files=(file,)), "care": StreamState()})
    at, above = [msgspec.structs.replace(QUIET, floors={"tracked": day}) for day in ("2026-08-01", "2026-08-02")]
    assert not is_due(manifest, at, at, FRESH, clock.now())
    assert is_due(manifest, above, above, FRESH, clock.now())
    assert not is_due(manifest, above, above, FRESH / 2, clock.now())
