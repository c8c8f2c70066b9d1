"""Snapshots of the tables beside the log: of each the buckets that have changed are written again.

All of one renewal are seen at one moment, by one transaction that only reads. It has no number of its own, so it does
not hold the horizon of the log back; what it costs is that rows which go meanwhile are cleaned away a minute later.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from msgspec.structs import replace

from damso.kernel.database import Database, Transaction
from damso.kernel.dimensions import Dimension
from damso.lake.arrow import copy_out, schema_of, select_list
from damso.lake.manifest import Book
from damso.lake.parquet import ParquetFile
from damso.lake.types import Snapshot, SnapshotFile


async def renew(database: Database, book: Book, dimensions: Sequence[Dimension]) -> int:
    """Bring every snapshot to what its table holds now; how many files were written."""
    now = database.clock.now()
    fresh: dict[str, Snapshot] = {}
    written = 0
    async with _one_moment(database) as tx:
        for dimension in dimensions:
            known = book.manifest.dimensions.get(dimension.name)
            files = await _files(tx, book, dimension, known)
            written += len({file.path for file in files} - {file.path for file in (known.files if known else ())})
            fresh[dimension.name] = Snapshot(taken_at=now, files=files)
    book.switch(replace(book.manifest, dimensions=fresh, renewed_at=now), database.clock.now())
    return written


async def _files(tx: Transaction, book: Book, dimension: Dimension, known: Snapshot | None) -> tuple[SnapshotFile, ...]:
    before: Mapping[str, SnapshotFile] = {file.bucket: file for file in (known.files if known else ())}
    digests = await _digests(tx, dimension)
    files = []
    for bucket, digest in digests.items():
        same = bucket in before and before[bucket].digest == digest
        files.append(before[bucket] if same else await _write(tx, book, dimension, bucket, digest))
    return tuple(files)


async def _digests(tx: Transaction, dimension: Dimension) -> dict[str, str]:
    """What tells whether rows have changed: PostgreSQL gives a row's every version the number of the transaction that
    wrote it. The shape is part of it, so that a column more makes all new."""
    shape = ",".join(f"{column.name}:{column.kind}:{column.sql}" for column in dimension.columns)
    rows = await tx.rows(
        f"""SELECT ({dimension.bucket})::text AS bucket, md5($1::text || concat_ws('/', count(*),
            sum(hashint8(xmin::text::bigint)), max(xmin::text::bigint))) AS digest
        FROM {dimension.table} WHERE {dimension.where} GROUP BY 1 ORDER BY 1""",
        shape,
    )
    return {row["bucket"]: row["digest"] for row in rows}


async def _write(tx: Transaction, book: Book, dimension: Dimension, bucket: str, digest: str) -> SnapshotFile:
    folder = f"tables/{dimension.name}" + (f"/bucket={bucket}" if bucket else "")
    with ParquetFile(book.store, f"{folder}/g{book.next}.parquet", schema_of(dimension.columns)) as file:
        await copy_out(
            tx,
            dimension.columns,
            f"SELECT {select_list(dimension.columns)} FROM {dimension.table}"
            f" WHERE {dimension.where} AND ({dimension.bucket})::text = $1",
            bucket,
            into=file.add,
        )
    return SnapshotFile(path=file.path, bucket=bucket, rows=file.rows, bytes=file.bytes, digest=digest)


@asynccontextmanager
async def _one_moment(database: Database) -> AsyncIterator[Transaction]:
    """Every statement sees what was committed when the first one began."""
    async with database.reading() as tx, tx.connection.transaction(isolation="repeatable_read", readonly=True):
        yield tx
