"""Asking the lake one question in SQL, and handing the answer on, a batch at a time, in a form others read."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from damso.kernel.errors import AppError
from damso.kernel.i18n import Text

ROWS = 10_000
"""Rows of a batch."""


class QueryInvalid(AppError):
    code = "LAKE_QUERY_INVALID"
    status = 422
    text = Text("질문을 실행할 수 없어요. {why}", "The query cannot be run. {why}")


class QueryNotReading(AppError):
    code = "LAKE_QUERY_NOT_READING"
    status = 422
    text = Text("SELECT 하나만 실행할 수 있어요.", "Only one SELECT can be run.")


def ask(lake: Backend, sql: str) -> pa.RecordBatchReader:
    """Run one SELECT. Raises `QueryInvalid` with what the engine says, `QueryNotReading`."""
    try:
        statements = duckdb.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise QueryNotReading
        return lake.con.sql(sql).to_arrow_reader(ROWS)
    except duckdb.Error as error:
        raise QueryInvalid(why=str(error).strip()) from error


Write = Callable[[pa.RecordBatch], None]


@contextmanager
def csv_into(out: BinaryIO, schema: pa.Schema) -> Iterator[Write]:
    """With a line of names; NULL is empty."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(schema.names)
    yield lambda batch: writer.writerows([shown(value) for value in row] for row in rows_of(batch))
    text.detach()


@contextmanager
def jsonl_into(out: BinaryIO, _: pa.Schema) -> Iterator[Write]:
    yield lambda batch: out.writelines(msgspec.json.encode(row, enc_hook=str) + b"\n" for row in batch.to_pylist())


@contextmanager
def parquet_into(out: BinaryIO, schema: pa.Schema) -> Iterator[Write]:
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        yield writer.write_batch


def rows_of(batch: pa.RecordBatch) -> Iterator[tuple[Any, ...]]:
    """Row by row."""
    return zip(*(column.to_pylist() for column in batch.columns), strict=True)


def shown(value: Any) -> Any:
    """A value as a cell of text."""
    if value is None:
        return ""
    return msgspec.json.encode(value, enc_hook=str).decode() if isinstance(value, list | dict) else value
