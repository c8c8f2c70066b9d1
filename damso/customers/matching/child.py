"""The process that compares all customers, once: the engine is loaded here and nowhere else, and its memory goes with
it. Ends with whoever started it; being cut off anywhere is allowed."""

import asyncio
import os
import resource
import shutil
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import msgspec
import pyarrow as pa

from damso.customers.matching.compare import Comparison
from damso.customers.matching.keep import bands_of, forget_earlier, join_likely, keep_pairs
from damso.customers.matching.policy import MatchPolicy, policy_of
from damso.customers.matching.read import people
from damso.customers.matching.runs import MATCHER, note_failure, note_step
from damso.customers.matching.start import Job, Outcome
from damso.customers.matching.types import Pair, Parameters, Step
from damso.kernel.database import Database, open_database

NICE = 5
"""Customers who wait come first."""


class Busy(Exception):
    """Somebody else is at it."""


async def do_run(job: Job) -> Outcome:
    database = await open_database(job.dsn, pool_size=3)
    try:
        async with _turn(database):
            return await _guarded(database, job)
    except Busy:
        return Outcome(busy=True)
    finally:
        await database.close()


async def _guarded(database: Database, job: Job) -> Outcome:
    try:
        await _run(database, job)
    except Exception as error:
        # What the error says may quote a row: its name alone is told.
        async with database.transaction() as tx:
            await note_failure(tx, job.run_id, type(error).__name__)
        return Outcome(fault=type(error).__name__)
    return Outcome()


@asynccontextmanager
async def _turn(database: Database) -> AsyncIterator[None]:
    async with database.pool.acquire() as connection:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", MATCHER):
            raise Busy
        try:
            yield
        finally:
            if not connection.is_closed():
                await connection.execute("SELECT pg_advisory_unlock($1)", MATCHER)


async def _run(database: Database, job: Job) -> None:
    began = time.monotonic()
    comparison = Comparison(_empty(Path(job.folder)))
    try:
        customers = await _read(database, job.run_id, comparison)
        await _step(database, job.run_id, "learning")
        parameters = await asyncio.to_thread(comparison.learn)
        async with database.reading() as tx:
            policy = await policy_of(tx)
        await _step(database, job.run_id, "comparing")
        pairs = await asyncio.to_thread(comparison.predict, policy.propose_at)
        await _keep(database, job.run_id, comparison, pairs)
    finally:
        comparison.close()
        shutil.rmtree(job.folder, ignore_errors=True)
    await _end(database, job.run_id, policy, parameters, customers, pairs, began)


def _empty(folder: Path) -> Path:
    """Without what a run that was killed left behind."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    return folder


async def _step(database: Database, run_id: UUID, step: Step, done: int = 0, total: int = 0) -> None:
    async with database.transaction() as tx:
        await note_step(tx, run_id, step, done, total)


async def _read(database: Database, run_id: UUID, comparison: Comparison) -> int:
    async with database.reading() as tx:
        total = await tx.value("SELECT count(*) FROM customer WHERE merged_into IS NULL AND NOT anonymous")
    done = 0
    async for chunk in people(database):
        await asyncio.to_thread(comparison.add, chunk)
        done += len(chunk)
        await _step(database, run_id, "reading", done, max(done, total))
    return done


async def _keep(database: Database, run_id: UUID, comparison: Comparison, total: int) -> None:
    done = 0
    chunks = comparison.pairs()
    while chunk := await asyncio.to_thread(_next, chunks):
        async with database.transaction() as tx:
            await keep_pairs(tx, run_id, chunk)
            await note_step(tx, run_id, "keeping", done := done + len(chunk), total)
    async with database.transaction() as tx:
        await forget_earlier(tx, run_id)


def _next(chunks: Iterator[list[Pair]]) -> Sequence[Pair]:
    return next(chunks, [])


async def _end(
    database: Database,
    run_id: UUID,
    policy: MatchPolicy,
    parameters: Parameters,
    customers: int,
    pairs: int,
    began: float,
) -> None:
    async with database.reading() as tx:
        bands = await bands_of(tx, run_id, policy.propose_at)
    joined = held = 0
    if policy.join_at is not None:
        await _step(database, run_id, "joining")
        joined, held = await join_likely(database, run_id, policy.join_at)
    async with database.transaction() as tx:
        await tx.execute(
            """UPDATE match_run SET state = 'done', step = '', done = 0, total = 0, customers = $2, pairs = $3,
                bands = $4, joined = $5, held = $6, parameters = $7, seconds = $8, peak_mb = $9, finished_at = $10
            WHERE id = $1""",
            run_id,
            customers,
            pairs,
            msgspec.to_builtins(bands),
            joined,
            held,
            msgspec.to_builtins(parameters),
            round(time.monotonic() - began, 2),
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            tx.now,
        )


def main() -> None:
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.nice(NICE)
    pa.set_memory_pool(pa.system_memory_pool())  # which gives back what is not needed any more
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    outcome = asyncio.run(do_run(job))
    sys.stdout.buffer.write(msgspec.json.encode(outcome))
    sys.stdout.buffer.flush()
    os._exit(0)  # the thread that waits for the parent would hold us


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main()
