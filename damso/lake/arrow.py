"""From PostgreSQL to Arrow: a COPY is read as it comes, in pieces of a few megabytes, whatever it holds in all."""

from collections.abc import Awaitable, Callable, Iterator, Sequence

import pyarrow as pa
from pyarrow import csv

from damso.kernel.database import Transaction
from damso.kernel.dimensions import Column, Kind

PIECE = 1 << 20
"""Bytes of CSV that are parsed at a time."""

_TYPES: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "id": pa.string(),
    "number": pa.int64(),
    "small": pa.int16(),
    "real": pa.float64(),
    "yes_no": pa.bool_(),
    "moment": pa.timestamp("us", tz="UTC"),
    "json": pa.string(),
}
_SQL: dict[Kind, str] = {
    "moment": "(extract(epoch FROM {}) * 1000000)::bigint",
    "id": "({})::text",
    "json": "({})::text",
}


def schema_of(columns: Sequence[Column]) -> pa.Schema:
    """Each field carries what it means, in English, for whoever looks into a file alone."""
    return pa.schema(
        [pa.field(column.name, _TYPES[column.kind], metadata={"meaning": column.meaning.en}) for column in columns]
    )


def select_list(columns: Sequence[Column]) -> str:
    """What is selected so that `copy_out` understands it."""
    return ", ".join(
        f'{_SQL.get(column.kind, "{}").format(column.sql or column.name)} AS "{column.name}"' for column in columns
    )


Sink = Callable[[pa.RecordBatch], Awaitable[None]]


async def copy_out(tx: Transaction, columns: Sequence[Column], sql: str, *args: object, into: Sink) -> None:
    """Run a query whose columns are made by `select_list`, and hand on what it finds, piece by piece."""
    await copy_as(tx, schema_of(columns), sql, *args, into=into)


async def copy_as(tx: Transaction, schema: pa.Schema, sql: str, *args: object, into: Sink) -> None:
    """The same of any query whose columns are of these types; a time is selected as its microseconds."""
    parser = _Parser(schema)

    async def take(data: bytes) -> None:
        for batch in parser.feed(data):
            await into(batch)

    await tx.connection.copy_from_query(sql, *args, output=take, format="csv")
    for batch in parser.end():
        await into(batch)


class _Parser:
    """Cuts a stream of CSV where a record ends, and reads it. PostgreSQL writes NULL as nothing and an empty text as
    `""`; a line break inside of quotes is part of a text."""

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema
        plain = {f.name: pa.int64() if pa.types.is_timestamp(f.type) else f.type for f in self._schema}
        self._parsing = csv.ParseOptions(newlines_in_values=True)
        self._converting = csv.ConvertOptions(
            column_types=plain,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        )
        self._waiting: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> Iterator[pa.RecordBatch]:
        self._waiting.append(bytes(data))
        self._size += len(data)
        if self._size >= PIECE:
            yield from self._parse(last=False)

    def end(self) -> Iterator[pa.RecordBatch]:
        yield from self._parse(last=True)

    def _parse(self, *, last: bool) -> Iterator[pa.RecordBatch]:
        data = b"".join(self._waiting)
        cut = len(data) if last else _record_end(data)
        self._waiting, self._size = [data[cut:]], len(data) - cut
        if cut:
            block = csv.ReadOptions(
                column_names=self._schema.names, use_threads=False, block_size=max(cut, 1 << 16) + 1
            )
            table = csv.read_csv(
                pa.py_buffer(data[:cut]),
                read_options=block,
                parse_options=self._parsing,
                convert_options=self._converting,
            )
            yield from table.cast(self._schema).to_batches()


def _record_end(data: bytes) -> int:
    """Behind the last line break that stands outside of quotes: an even number of them goes before it."""
    cut = data.rfind(b"\n")
    while cut >= 0 and data.count(b'"', 0, cut) % 2:
        cut = data.rfind(b"\n", 0, cut)
    return cut + 1
