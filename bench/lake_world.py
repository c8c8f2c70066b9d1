"""A lake of the size that a large shop fills in half a year, laid down as `docs/lake.md` says a lake lies.

What lies in it never went through a database: that would take an hour, and what is measured on it only reads it.
DuckDB makes the rows, the lake's own writer packs them, the lake's own manifest says what counts. The same seed makes
the same rows; what was made stays in `.build` between runs. The customers who are shown stand in PostgreSQL, where a
bulk asks for them.
"""

import shutil
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

import duckdb
import msgspec
from msgspec import Struct

from bench.sizes import BUILD
from damso.bootstrap import dimensions_of
from damso.kernel.database import Database, open_database
from damso.kernel.dimensions import Column
from damso.kernel.log import START, Position
from damso.kernel.migrations import migrate, prepare
from damso.kernel.postgres import EmbeddedPostgres
from damso.lake.arrow import schema_of
from damso.lake.facts import SCHEMA, fact_path
from damso.lake.manifest import Book
from damso.lake.parquet import ROWS, ParquetFile
from damso.lake.store import FolderStore
from damso.lake.types import FactFile, Manifest, Snapshot, SnapshotFile, StreamState

VERSION = 1
"""Raised by hand when the rows shall be made anew."""
END = date(2026, 11, 22)
"""The first day that nothing has happened on."""
SESSION = 6
"""Events of one visit, some two minutes apart."""
BLOCK = 3_000
"""Events among which visits overlap."""


class LakeSize(Struct, frozen=True, kw_only=True):
    """So many customers, one in four with a second address, and what they did."""

    customers: int
    events: int
    days: int = 180

    @property
    def identities(self) -> int:
        return self.customers + self.customers // 4


LARGE = LakeSize(customers=1_000_000, events=50_000_000)


class LakeWorld(Struct, frozen=True, kw_only=True):
    """The filled lake, and the database beside it."""

    size: LakeSize
    database: Database
    store: FolderStore
    now: datetime


_NAMES = (
    "Page Viewed",
    "Product Viewed",
    "Product List Viewed",
    "Product Clicked",
    "Products Searched",
    "Product Added",
    "Cart Viewed",
    "Checkout Started",
    "Order Completed",
    "Product Removed",
    "Coupon Applied",
    "Product Shared",
    "Product Reviewed",
    "Order Refunded",
    "Wishlist Product Added",
    "Signed Up",
)
_MACROS = f"""
CREATE MACRO chance(n, seed) AS hash(n * 64 + seed) / 18446744073709551616.0;
CREATE MACRO ranked(u, many, steep) AS floor(steep * pow((many + steep) / steep::DOUBLE, u) - steep)::BIGINT;
CREATE MACRO named(n) AS md5(n::VARCHAR)::UUID::VARCHAR;
CREATE MACRO visit(n) AS n // {BLOCK} * {BLOCK // SESSION} + n % {BLOCK // SESSION};
"""
"""`ranked` is Zipf's law as Mandelbrot has it: the place of rank k gets a share like 1 / (k + steep)."""

_EVENTS = """
SELECT 1::BIGINT AS epoch, 1000 + n // 100 AS xid, n AS id, {names}[1 + ranked(chance(n, 1), 16, 1)] AS name,
    1::SMALLINT AS version, make_timestamp(arrived) AS recorded_at,
    make_timestamp(arrived - CASE WHEN chance(n, 2) < 0.02 THEN (chance(n, 3) * 259200000000)::BIGINT
        ELSE (chance(n, 3) * 5000000)::BIGINT END) AS occurred_at,
    CASE WHEN who % 4 = 0 AND chance(n, 4) < 0.4 THEN {customers} + 1 + who // 4 ELSE 1 + who END AS identity_id,
    NULL::VARCHAR AS conversation_id, 'track' AS subject_kind, 'ajs-next-' || hash(n * 64 + 5) AS subject_id,
    'source' AS actor_kind, '00000000-0000-0000-0000-000000000001' AS actor_id, NULL::VARCHAR AS inbox_id,
    NULL::VARCHAR AS brand_id, NULL::BIGINT AS cause_id,
    '{{"url":"https://shop.example/goods/' || product || '","product_id":"P' || product || '","price":' || price
        || ',"currency":"KRW","quantity":' || (1 + hash(n * 64 + 8) % 3) || ',"category":"'
        || ['과일', '채소', '생활', '의류', '도서', '가전', '화장품', '문구'][1 + product % 8] || '"}}' AS properties
FROM (
    SELECT n, {begin} + (n - {first}) * {pace} AS arrived,
        (ranked(chance(visit(n), 6), {customers}, 1000) * 611953) % {customers} AS who,
        ranked(chance(n, 7), 10000, 20) AS product, 100 * (10 + hash(n * 64 + 9) % 890) AS price
    FROM range({first}, {last}) AS numbers(n)
)
"""
_TABLES = {
    "customer": """SELECT named(n) AS id, '손님 ' || n AS name, 'asserted' AS name_source, 'ko' AS locale,
        'Asia/Seoul' AS timezone, NULL::VARCHAR AS merged_into, make_timestamp({begin}) AS created_at,
        make_timestamp({begin}) AS last_seen_at FROM range({customers}) AS numbers(n)""",
    "identity": """SELECT 1 + n AS id, CASE WHEN n < {customers} THEN 'email' ELSE 'phone' END AS kind, '' AS scope,
        'guest' || n || '@shop.example' AS value, '' AS name,
        named(CASE WHEN n < {customers} THEN n ELSE (n - {customers}) * 4 END) AS customer_id,
        CASE WHEN n % 3 = 0 THEN 'proven' ELSE 'none' END AS proof, 'bench' AS source, NULL::TIMESTAMP AS bounced_at,
        make_timestamp({begin}) AS first_seen_at, make_timestamp({begin}) AS last_seen_at
        FROM range({identities}) AS numbers(n)""",
    "trait": """SELECT 1 + n AS id, 1 + n % {identities} AS identity_id, 'grade' AS key,
        CASE hash(n) % 10 WHEN 0 THEN '"VIP"' WHEN 1 THEN '"골드"' ELSE '"일반"' END AS value, 'bench' AS source,
        make_timestamp({begin} + n * 1000000) AS changed_at, NULL::TIMESTAMP AS said_at
        FROM range({customers} * 3 // 2) AS numbers(n)""",
}
_CUSTOMERS = (
    """INSERT INTO customer (id, own_name, name, timezone, created_at, last_seen_at)
    SELECT md5(n::text)::uuid, '손님 ' || n, '손님 ' || n, 'Asia/Seoul', now(), now()
    FROM generate_series(0, $1::int - 1) AS n""",
    "INSERT INTO customer_search (customer_id, grams) SELECT id, '{}' FROM customer LIMIT $1",
)


@asynccontextmanager
async def lake_world(size: LakeSize = LARGE) -> AsyncIterator[LakeWorld]:
    """The lake and its database; made where they are not there yet, or were made otherwise."""
    folder = BUILD / f"bench-lake-{size.customers}-{size.events}"
    mark = folder / "made.json"
    wanted = msgspec.json.encode({"version": VERSION, "duckdb": duckdb.__version__, "size": size})
    store = FolderStore(folder / "lake")
    fresh = not mark.exists() or mark.read_bytes() != wanted
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
        _lay_down(store, size)
    async with EmbeddedPostgres(folder) as server:
        await migrate(server.dsn)
        database = await open_database(server.dsn)
        try:
            await prepare(database)
            if fresh:
                await _fill(database, size)
                mark.write_bytes(wanted)
            now = datetime.combine(END, datetime.min.time(), UTC)
            yield LakeWorld(size=size, database=database, store=store, now=now)
        finally:
            await database.close()


async def _fill(database: Database, size: LakeSize) -> None:
    async with database.transaction() as tx:
        for statement in _CUSTOMERS:
            await tx.execute(statement, size.customers)
    async with database.reading() as tx:
        await tx.execute("VACUUM ANALYZE")


def _lay_down(store: FolderStore, size: LakeSize) -> None:
    started = time.monotonic()
    engine = duckdb.connect(config={"memory_limit": "1GB", "threads": 2, "preserve_insertion_order": True})
    engine.execute(_MACROS)
    files: list[FactFile] = []
    for number in range(size.days):
        files.append(_day(engine, store, size, number, files[-1].upto if files else START))
        if number % 20 == 19:
            print(f"  {number + 1} days laid down in {time.monotonic() - started:.0f} s", flush=True)
    now = datetime.combine(END, datetime.min.time(), UTC)
    tables = {name: Snapshot(taken_at=now, files=(_table(engine, store, size, name),)) for name in _TABLES}
    streams = {"tracked": StreamState(position=files[-1].upto, files=tuple(files), written_at=now)}
    empty = Manifest()
    Book(store).switch(
        msgspec.structs.replace(
            empty, epoch=1, streams=empty.streams | streams, dimensions=empty.dimensions | tables, renewed_at=now
        ),
        now,
    )
    engine.close()


def _day(
    engine: duckdb.DuckDBPyConnection, store: FolderStore, size: LakeSize, number: int, after: Position
) -> FactFile:
    day = END - timedelta(days=size.days - number)
    first, last = (1 + size.events * edge // size.days for edge in (number, number + 1))
    upto = Position(epoch=1, xid=1000 + (last - 1) // 100, id=last - 1)
    begin = _microseconds(day)
    sql = _EVENTS.format(
        names=list(_NAMES),
        customers=size.customers,
        begin=begin,
        first=first,
        last=last,
        pace=86_400_000_000 // (last - first),
    )
    path = fact_path("tracked", day.isoformat(), after, upto, 1)
    with ParquetFile(store, path, SCHEMA) as file:
        for batch in engine.sql(sql).to_arrow_reader(ROWS):
            file.write(batch.cast(SCHEMA))
    return FactFile(path=path, day=day.isoformat(), rows=file.rows, bytes=file.bytes, after=after, upto=upto)


def _table(engine: duckdb.DuckDBPyConnection, store: FolderStore, size: LakeSize, name: str) -> SnapshotFile:
    schema = schema_of(_columns(name))
    begin = _microseconds(END - timedelta(days=size.days))
    sql = _TABLES[name].format(customers=size.customers, identities=size.identities, begin=begin)
    with ParquetFile(store, f"tables/{name}/g1.parquet", schema) as file:
        for batch in engine.sql(sql).to_arrow_reader(ROWS):
            file.write(batch.cast(schema))
    return SnapshotFile(path=file.path, bucket="", rows=file.rows, bytes=file.bytes, digest="made")


def _columns(name: str) -> Sequence[Column]:
    return next(one.columns for one in dimensions_of() if one.name == name)


def _microseconds(day: date) -> int:
    return int(datetime.combine(day, datetime.min.time(), UTC).timestamp()) * 1_000_000
