"""What `damso lake` does with Arrow and DuckDB: putting the lake in order, and asking it."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import pyarrow as pa

from damso.bootstrap import Parts, dimensions_of
from damso.commands.connecting import any_parts
from damso.commands.console import tell
from damso.commands.operator import operator, say_shown
from damso.kernel.i18n import Text
from damso.kernel.settings import Settings
from damso.lake.compact import compact
from damso.lake.connect import connect
from damso.lake.flush import flush
from damso.lake.forget import certify, forget
from damso.lake.keep import writing
from damso.lake.manifest import Book
from damso.lake.open import store_of
from damso.lake.query import Write, ask, csv_into, jsonl_into, parquet_into, rows_of, shown
from damso.lake.rebuild import rebuild_all
from damso.lake.snapshot import renew
from damso.lake.types import Format
from damso.team import audit
from damso.team.records.reasons import Reason

CUT = Text(
    "처음 {count}건만 보여요. 모두 받으려면 --format csv를 쓰세요.",
    "The first {count} rows. Use --format csv to have all.",
)

PATIENCE = 60.0
"""Seconds that a command waits for a round that is just being made."""
SHOWN = 100
"""Rows that a table at a terminal shows."""
WIDEST = 60
"""Characters of a cell."""


@asynccontextmanager
async def _book(settings: Settings) -> AsyncIterator[tuple[Parts, Book]]:
    async with any_parts(settings) as parts, writing(parts.database, store_of(settings), patience=PATIENCE) as book:
        yield parts, book


async def compact_lake(settings: Settings) -> int:
    async with _book(settings) as (parts, book):
        await flush(parts.database, book)
        await forget(parts.database, book, dimensions_of())
        await renew(parts.database, book, dimensions_of())
        joined = await compact(book, parts.database.clock, whole=True)
        book.bury(parts.database.clock.now())
        await certify(parts.database, book)
        return joined


async def rebuild_lake(settings: Settings) -> int:
    async with _book(settings) as (parts, book):
        days = await rebuild_all(parts.database, book)
        await flush(parts.database, book)
        await renew(parts.database, book, dimensions_of())
        return days


async def query_lake(
    settings: Settings, sql: str, why: Reason, form: Format, output: Path | None, *, tail: bool
) -> int:
    async with any_parts(settings) as parts:
        store = store_of(settings)
        async with parts.database.transaction() as tx:
            await audit.record(tx, operator(), "data.exported", "lake", reason=why.kind, note=why.note)
        backend = await connect(parts.database, store, dimensions_of(), tail=tail)
        answer = await asyncio.to_thread(ask, backend, sql)
        count = 0
        with _target(output) as out, _writer(form, out, answer.schema) as write:
            while batch := await asyncio.to_thread(_next, answer):
                await _witness(parts, batch, why)
                write(batch)
                count += batch.num_rows
        backend.disconnect()
    return count


def _next(answer: pa.RecordBatchReader) -> pa.RecordBatch | None:
    return next(iter(answer), None)


async def _witness(parts: Parts, batch: pa.RecordBatch, why: Reason) -> None:
    """Into the access log whose rows these are, as far as the answer names them."""
    await say_shown(
        parts.database,
        "exported",
        "damso lake query",
        [UUID(one) for one in _ids(batch, "customer_id")],
        identity_ids=_ids(batch, "identity_id"),
        reason=why,
    )


def _ids(batch: pa.RecordBatch, column: str) -> Sequence[Any]:
    if column not in batch.schema.names:
        return ()
    return [one for one in batch.column(column).unique().to_pylist() if one is not None]


def _target(output: Path | None) -> AbstractContextManager[BinaryIO]:
    return output.open("wb") if output else nullcontext(sys.stdout.buffer)


def _writer(form: Format, out: BinaryIO, schema: pa.Schema) -> AbstractContextManager[Write]:
    match form:
        case "csv":
            return csv_into(out, schema)
        case "jsonl":
            return jsonl_into(out, schema)
        case "parquet":
            return parquet_into(out, schema)
        case "table":
            return _Table(out, schema)


class _Table:
    """Columns under each other, as wide as they need."""

    def __init__(self, out: BinaryIO, schema: pa.Schema) -> None:
        self._out = out
        self._rows: list[list[str]] = [list(schema.names)]
        self._more = False

    def __enter__(self) -> Write:
        return self._take

    def __exit__(self, *error: object) -> None:
        widths = [max(len(row[place]) for row in self._rows) for place in range(len(self._rows[0]))]
        for row in self._rows:
            line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self._out.write(line.rstrip().encode() + b"\n")
        self._out.flush()
        if self._more:
            tell(CUT, count=SHOWN)

    def _take(self, batch: pa.RecordBatch) -> None:
        room = SHOWN + 1 - len(self._rows)
        self._rows += [[_cell(value) for value in row] for row in rows_of(batch.slice(0, room))]
        self._more |= batch.num_rows > room


def _cell(value: Any) -> str:
    text = str(shown(value)).replace("\n", " ")
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"
