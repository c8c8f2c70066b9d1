"""How fast the log becomes Parquet, beside Arrow alone; how fast it is asked, beside DuckDB; what a round takes."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import duckdb
import msgspec
import pyarrow.parquet as pq

from bench.results import Goal, Result
from bench.sizes import BUILD
from damso.bootstrap import dimensions_of
from damso.kernel.database import Database, open_database
from damso.kernel.log import make_partitions
from damso.kernel.migrations import migrate, prepare
from damso.kernel.postgres import EmbeddedPostgres
from damso.lake.connect import MEMORY, THREADS, connect
from damso.lake.flush import flush
from damso.lake.keep import writing
from damso.lake.manifest import read_manifest
from damso.lake.parquet import ROWS
from damso.lake.snapshot import renew
from damso.lake.store import FolderStore

FACTS, CUSTOMERS = 1_000_000, 1_000_000

_FACTS = """
INSERT INTO tracked_event (epoch, xid, name, version, recorded_at, occurred_at, identity_id, subject_kind, subject_id,
    actor_kind, actor_id, properties)
SELECT (SELECT max(epoch) FROM log_epoch), pg_current_xact_id()::text::bigint,
    (ARRAY['Page Viewed', 'Product Viewed', 'Product Added', 'Order Completed'])[1 + n % 4], 1,
    now() - n * '1 ms'::interval, now() - n * '1 ms'::interval, 1 + n % 100000,
    'page', '/goods/' || n % 5000, 'customer', NULL,
    jsonb_build_object('url', 'https://shop.example/goods/' || n % 5000, 'price', n % 90000, 'referrer', md5(n::text))
FROM generate_series(1, $1) AS n
"""
_CUSTOMERS = (
    """INSERT INTO customer (id, own_name, name, created_at, last_seen_at)
    SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '손님 ' || n, '손님 ' || n, now(), now()
    FROM generate_series(1, $1) AS n""",
    """INSERT INTO identity (kind, scope, value, customer_id, home_id, proof, source, first_seen_at, last_seen_at)
    SELECT 'email', '', 'guest' || n || '@shop.example', id, id, 'none', 'bench', now(), now()
    FROM (SELECT id, row_number() OVER () AS n FROM customer LIMIT $1) AS known""",
)
_QUESTION = "SELECT name, count(*), count(DISTINCT identity_id) FROM {source} GROUP BY name ORDER BY name"


async def measure_lake() -> list[Result]:
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="lake-") as scratch:
        place = Path(scratch)
        async with EmbeddedPostgres(place / "postgres") as server:
            await migrate(server.dsn)
            database = await open_database(server.dsn)
            try:
                await _fill(database)
                return await _measure(database, server.dsn, place)
            finally:
                await database.close()


async def _fill(database: Database) -> None:
    await prepare(database)
    async with database.transaction() as tx:
        await make_partitions(tx)
        await tx.execute(_FACTS, FACTS)
        for statement in _CUSTOMERS:
            await tx.execute(statement, CUSTOMERS)
    async with database.reading() as tx:
        await tx.execute("VACUUM ANALYZE")


async def _measure(database: Database, dsn: str, place: Path) -> list[Result]:
    store = FolderStore(place / "lake")
    async with writing(database, store) as book:
        flushing = await _seconds(lambda: flush(database, book))
        renewing = await _seconds(lambda: renew(database, book, dimensions_of()))
        again = await _seconds(lambda: renew(database, book, dimensions_of()))
    size = sum(file.bytes for file in read_manifest(store).streams["tracked"].files)
    seconds, peak = await asyncio.to_thread(_round, dsn, place / "other")
    return [
        Result("facts into Parquet", {"rows/s": FACTS / flushing, "MB": size / 1e6}),
        Result("the same rows by Arrow alone, for reference", {"rows/s": FACTS / _arrow_alone(store, place)}),
        Result(f"{CUSTOMERS:,} customers and their addresses, snapshot", {"s": renewing}, goal=Goal("s", 60)),
        Result("the same, nothing changed", {"s": again}),
        Result("a first round, both, in its process", {"s": seconds, "MB": peak}, goal=Goal("MB", 300)),
        *await _asked(database, store),
    ]


async def _asked(database: Database, store: FolderStore) -> list[Result]:
    lake = await connect(database, store, dimensions_of())
    by_us = await _best(lambda: lake.con.sql(_QUESTION.format(source="event")).fetchall())
    files = [str(store.folder / file.path) for file in read_manifest(store).streams["tracked"].files]
    bare = duckdb.connect(config={"memory_limit": MEMORY, "threads": THREADS})
    by_hand = await _best(lambda: bare.sql(_QUESTION.format(source=f"read_parquet({files})")).fetchall())
    return [
        Result("counted through the connection", {"ms": by_us * 1000, "rows/s": FACTS / by_us}),
        Result("the same by hand in DuckDB, for reference", {"ms": by_hand * 1000, "rows/s": FACTS / by_hand}),
    ]


def _arrow_alone(store: FolderStore, place: Path) -> float:
    """Rows that are in memory already, with the same packing."""
    files = read_manifest(store).streams["tracked"].files
    table = pq.read_table([store.folder / file.path for file in files], partitioning=None)
    started = time.perf_counter()
    pq.write_table(table, place / "bare.parquet", compression="zstd", compression_level=3, row_group_size=ROWS)
    return time.perf_counter() - started


def _round(dsn: str, folder: Path) -> tuple[float, float]:
    """Seconds, and megabytes at the most, of a child that does everything at once."""
    job = msgspec.json.encode({"dsn": dsn, "url": str(folder), "dimensions": dimensions_of()})
    started = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", "damso.lake.keep_child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdin is not None
    child.stdin.write(job + b"\n")
    child.stdin.flush()
    _, _, used = os.wait4(child.pid, 0)
    return time.perf_counter() - started, used.ru_maxrss / 1000


async def _seconds(work: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started


async def _best(work: Callable[[], object]) -> float:
    """Of five, as nothing else shall be measured."""

    async def once() -> None:
        await asyncio.to_thread(work)

    return min([await _seconds(once) for _ in range(5)])
