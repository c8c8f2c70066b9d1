"""Taking people who were erased out of the files: those that hold them are written again, the old ones go."""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from damso.kernel.database import Database
from damso.kernel.dimensions import Dimension
from damso.kernel.log import SYSTEM, Stream
from damso.lake.erase import OpenErasure, left_out_by, open_erasures
from damso.lake.facts import SCHEMA, fact_path
from damso.lake.manifest import Book
from damso.lake.parquet import ParquetFile, read_batches
from damso.lake.snapshot import renew
from damso.lake.types import FactFile, LeftOut
from damso.team import audit

_STREAM: Stream = "tracked"
"""Facts of the other one hold ids that name nobody any more, and stay in the log as well."""
_SKEW = timedelta(days=2)
"""Facts may have been recorded before their identity was `since` by so much: clocks, and days of other zones."""


async def forget(database: Database, book: Book, dimensions: Sequence[Dimension]) -> int:
    """Take out whom the lake has to forget and still holds; how many erasures that were."""
    async with database.reading() as tx:
        pending = [one for one in await open_erasures(tx) if one.rewritten_at is None]
    if not pending:
        return 0
    now = database.clock.now()
    book.switch(replace(book.manifest, left_out=book.manifest.left_out.joined(left_out_by(pending))), now)
    counts = await _take_out(book, pending, database)
    await renew(database, book, dimensions)
    await _note(database, pending, counts)
    await _stop_leaving_out(database, book)
    return len(pending)


async def certify(database: Database, book: Book) -> int:
    """Write down, for the records, which erasures have reached every file: none is left that was there before its
    rewriting. How many."""
    oldest = min((gone.at for gone in book.manifest.retired), default=None)
    async with database.transaction() as tx:
        done = await tx.rows(
            """UPDATE lake_erasure SET gone_at = $1, identity_ids = '{}', customer_ids = '{}'
            WHERE gone_at IS NULL AND rewritten_at IS NOT NULL AND ($2::timestamptz IS NULL OR rewritten_at < $2)
            RETURNING erasure_id, counts""",
            tx.now,
            oldest,
        )
        for row in done:
            await audit.record(tx, SYSTEM, "lake.erased", row["erasure_id"], **row["counts"])
    return len(done)


async def _take_out(book: Book, pending: Sequence[OpenErasure], database: Database) -> Counter[int]:
    """How many facts of each identity went; one switch for each file, so that a kill loses one at most."""
    gone = [number for one in pending for number in one.identity_ids]
    since = f"{min(one.since for one in pending) - _SKEW:%Y-%m-%d}"
    counts: Counter[int] = Counter()
    for file in book.manifest.streams[_STREAM].files:
        if file.day >= since and (found := await asyncio.to_thread(_found, book, file, gone)):
            fresh = await asyncio.to_thread(_without, book, file, gone)
            state = book.manifest.streams[_STREAM]
            files = tuple(new for old in state.files if (new := fresh if old is file else old))
            book.switch_stream(_STREAM, replace(state, files=files), database.clock.now())
            counts += found
    return counts


def _found(book: Book, file: FactFile, gone: Collection[int]) -> Counter[int]:
    """How often a file names each of them."""
    counts: Counter[int] = Counter()
    for batch in read_batches(book.store, file.path, columns=["identity_id"]):
        for pair in pc.value_counts(batch.filter(_of(batch, gone)).column("identity_id")).to_pylist():
            counts[pair["values"]] += pair["counts"]
    return counts


def _without(book: Book, file: FactFile, gone: Collection[int]) -> FactFile | None:
    """The file without them; None where nothing is left of it."""
    path = fact_path(_STREAM, file.day, file.after, file.upto, book.next)
    with ParquetFile(book.store, path, SCHEMA) as fresh:
        for batch in read_batches(book.store, file.path):
            fresh.write(batch.filter(pc.invert(_of(batch, gone))).cast(SCHEMA))
    if not fresh.rows:
        book.store.delete(path)
        return None
    return replace(file, path=path, rows=fresh.rows, bytes=fresh.bytes)


def _of(batch: pa.RecordBatch, gone: Collection[int]) -> pa.Array:
    return pc.is_in(batch.column("identity_id"), value_set=pa.array(gone, pa.int64()))


async def _note(database: Database, pending: Sequence[OpenErasure], counts: Mapping[int, int]) -> None:
    """Rewritten, unless the erasure went on meanwhile: then the next run looks once more."""
    async with database.transaction() as tx:
        for one in pending:
            await tx.execute(
                """UPDATE lake_erasure SET rewritten_at = CASE WHEN asked_at = $2 THEN $3::timestamptz END,
                    counts = jsonb_build_object('events', coalesce((counts->>'events')::bigint, 0) + $4::bigint)
                WHERE erasure_id = $1""",
                one.erasure_id,
                one.asked_at,
                tx.now,
                sum(counts.get(number, 0) for number in one.identity_ids),
            )


async def _stop_leaving_out(database: Database, book: Book) -> None:
    """Whoever is in no file that counts need not be left out any more."""
    async with database.reading() as tx:
        still = [one for one in await open_erasures(tx) if one.rewritten_at is None]
    left_out: LeftOut = left_out_by(still)
    book.switch(replace(book.manifest, left_out=left_out), database.clock.now())
