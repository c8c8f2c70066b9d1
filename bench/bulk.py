"""Rebuilding segments in bulk on the large lake, beside SQL that somebody wrote by hand for the same questions.

Both run in a child of their own, one after the other for each question, over the same files and under the same bounds
(`damso.lake.connect`). That they find the same people is checked each time. Beside the seconds of the clock stand those
that the processor worked: on a machine that others use, too, only these can be compared.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import msgspec
from msgspec import Struct

from bench.bulk_questions import QUESTIONS, Question
from bench.lake_world import LakeWorld, lake_world
from bench.results import Goal, Result
from damso.bootstrap import dimensions_of
from damso.kernel.database import Database, open_database
from damso.lake.connect import MEMORY, THREADS, connect
from damso.lake.manifest import read_manifest
from damso.lake.store import FolderStore
from damso.segments.bulk import kept_by, members
from damso.segments.leaves import canonical, leaves_of
from damso.segments.on_lake import lake_tables


class Job(Struct, frozen=True):
    """What a child is to do; without `by_hand` its memory is that of the bulk alone."""

    dsn: str
    folder: str
    now: datetime
    by_hand: bool


class Took(Struct, frozen=True):
    """Seconds of the clock, and of the processor."""

    clock: float
    processor: float


class Timed(Struct, frozen=True):
    """What one question took: until its tables stand, for its answer, and for the same by hand."""

    name: str
    members: int
    preparing: Took
    ours: Took
    by_hand: Took


async def measure_bulk() -> list[Result]:
    """Raises where the two do not find the same people."""
    async with lake_world() as world:
        alone, peak = await asyncio.to_thread(_in_child, world, by_hand=False)
        found, _ = await asyncio.to_thread(_in_child, world, by_hand=True)
    size = world.size
    ours, theirs, before = (_sum(getattr(one, way) for one in found) for way in ("ours", "by_hand", "preparing"))
    return [
        *(Result(one.name, _figures(one.ours, one.by_hand), None, f"{one.members:,} customers") for one in found),
        Result(
            "all of them",
            _figures(ours, theirs),
            Goal("times (CPU)", 1.5),
            f"{size.events:,} events in {size.days} days, {size.customers:,} customers",
        ),
        Result(
            "before each: the lake opened, who is shown copied out of PostgreSQL",
            {"s": round(before.clock / len(found), 2), "CPU s": round(before.processor / len(found), 2)},
        ),
        Result(
            "memory of the process that rebuilds, at most",
            {"MB": round(peak)},
            None,
            f"of which DuckDB may use {MEMORY}; {len(alone)} segments one after the other",
        ),
    ]


def _sum(some: Iterable[Took]) -> Took:
    every = list(some)
    return Took(sum(one.clock for one in every), sum(one.processor for one in every))


def _figures(ours: Took, theirs: Took) -> dict[str, float]:
    return {
        "times": round(ours.clock / theirs.clock, 2),
        "times (CPU)": round(ours.processor / theirs.processor, 2),
        "s": round(ours.clock, 2),
        "by hand s": round(theirs.clock, 2),
        "CPU s": round(ours.processor, 2),
        "by hand CPU s": round(theirs.processor, 2),
    }


def _in_child(world: LakeWorld, *, by_hand: bool) -> tuple[list[Timed], float]:
    """What it found, and megabytes at the most."""
    job = Job(world.database.notifier.dsn, str(world.store.folder), world.now, by_hand)
    child = subprocess.Popen([sys.executable, "-m", "bench.bulk"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin is not None
    assert child.stdout is not None
    with child.stdin as given, child.stdout as answer:
        given.write(msgspec.json.encode(job))
        given.close()
        found = answer.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"the bulk ended with {child.returncode}")
    return msgspec.json.decode(found, type=list[Timed]), used.ru_maxrss / 1000


async def _work(job: Job) -> list[Timed]:
    database = await open_database(job.dsn)
    try:
        found = []
        for question in QUESTIONS:
            found.append(await _once(database, job, question))
            print(f"  {found[-1]}", file=sys.stderr, flush=True)
        return found
    finally:
        await database.close()


async def _once(database: Database, job: Job, question: Question) -> Timed:
    store = FolderStore(Path(job.folder))
    clock = _Clock()
    lake = await connect(database, store, dimensions_of())
    rule = canonical(question.rule, {})
    tables = await lake_tables(database, lake, list(leaves_of(rule)), job.now)
    preparing, clock = clock.took(), _Clock()
    mine = [
        str(one) for one in lake.to_pyarrow(members(rule, tables, job.now, kept_by(lake)))["customer_id"].to_pylist()
    ]
    ours = clock.took()
    lake.disconnect()
    if not job.by_hand:
        return Timed(question.name, len(mine), preparing, ours, Took(0, 0))
    theirs, by_hand = _by_hand(store, question, job.now)
    if set(mine) != set(by_hand) or len(mine) != len(set(mine)):
        raise RuntimeError(f"{question.name}: {len(mine)} by the rule, {len(by_hand)} by hand")
    return Timed(question.name, len(mine), preparing, ours, theirs)


def _by_hand(store: FolderStore, question: Question, now: datetime) -> tuple[Took, list[str]]:
    manifest = read_manifest(store)
    spill = tempfile.TemporaryDirectory(prefix="bench-spill-")
    bare = duckdb.connect(config={"memory_limit": MEMORY, "threads": THREADS, "temp_directory": spill.name})
    events = [str(store.folder / file.path) for file in manifest.streams["tracked"].files]
    bare.execute(f"CREATE VIEW event AS SELECT * FROM read_parquet({events}, hive_types = {{'day': DATE}})")
    for name, snapshot in manifest.dimensions.items():
        files = [str(store.folder / file.path) for file in snapshot.files]
        bare.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({files})")
    after = now - timedelta(days=min(question.days, 3_650))
    sql = question.sql.format(day=f"{after:%Y-%m-%d}", after=after.isoformat(), now=now.isoformat())
    clock = _Clock()
    found = [str(row[0]) for row in bare.execute(sql).fetchall()]
    took = clock.took()
    bare.close()
    spill.cleanup()
    return took, found


class _Clock:
    """Runs from when it is made."""

    def __init__(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    def took(self) -> Took:
        clock, processor = self._began
        return Took(time.perf_counter() - clock, time.process_time() - processor)


if __name__ == "__main__":
    given = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(_work(given))))
