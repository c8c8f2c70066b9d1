"""`damso lake`: the log as Parquet: how it stands, putting it in order, asking it."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Annotated, Any, BinaryIO
from uuid import UUID

import pyarrow as pa
import typer

from damso.bootstrap import Parts, dimensions_of
from damso.commands.connecting import any_parts
from damso.commands.console import LOCALE, print_json, result, tell, word
from damso.commands.export import NOTE, REASON
from damso.commands.operator import operator, say_shown
from damso.commands.options import AS_JSON, new_app
from damso.commands.running import prepared, run
from damso.kernel.i18n import Text
from damso.kernel.settings import Settings
from damso.lake.compact import compact
from damso.lake.connect import connect
from damso.lake.flush import flush
from damso.lake.forget import certify, forget
from damso.lake.keep import writing
from damso.lake.manifest import Book
from damso.lake.open import store_of
from damso.lake.query import Format, Write, ask, csv_into, jsonl_into, parquet_into, rows_of, shown
from damso.lake.rebuild import rebuild_all
from damso.lake.snapshot import renew
from damso.lake.status import LakeState, lake_state
from damso.team import audit
from damso.team.records.reasons import Reason
from damso.team.records.reasons import reason as stated

app = new_app()

WHERE = Text("{url}: 파일 {files}개, 이벤트 {rows}건, {size} MB.", "{url}: {files} files, {rows} events, {size} MB.")
FRESH = Text(
    "아직 담기지 않은 이벤트 {lag}건, 마지막으로 쓴 때 {written}, 마지막으로 정리한 때 {compacted}.",
    "{lag} events not in it yet; last written {written}, last compacted {compacted}.",
)
FORGETTING = Text(
    "삭제한 고객 {count}명의 파일을 다시 쓰는 중이에요. 5일이 넘은 것: {late}건.",
    "Files of {count} erased customers are still being rewritten; {late} for more than five days.",
)
TABLE = Text("  {name}: {rows}건", "  {name}: {rows}")
JOINED = Text("파일 {count}개를 합쳤어요.", "Joined {count} files.")
REBUILT = Text("{days}일치를 다시 만들었어요.", "Made {days} days anew.")
ANSWERED = Text("{count}건.", "{count} rows.")
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

SQL = Annotated[str, typer.Argument(metavar="SQL", help=word("SELECT 하나.", "One SELECT."))]
FORMAT = Annotated[Format, typer.Option("--format", help=word("결과의 형식.", "Form of the answer."))]
OUTPUT = Annotated[
    Path | None, typer.Option("--output", "-o", help=word("결과를 쓸 파일.", "File to write to; else standard output."))
]
TAIL = Annotated[
    bool,
    typer.Option(
        "--tail", help=word("아직 레이크에 담기지 않은 이벤트도 함께.", "With events that are not in the lake yet.")
    ),
]


@app.callback(help=word("분석용 데이터 레이크(Parquet).", "The lake: everything as Parquet, for analysis."))
def lake() -> None:
    """A group."""


@app.command(
    help=word(
        "레이크의 크기, 얼마나 최신인지, 어떤 표가 있는지 알려 줘요.\n\n예: damso lake status",
        "How large the lake is, how fresh, and which tables it has.\n\nExample: damso lake status",
    )
)
def status(as_json: AS_JSON = False) -> None:
    state = run(_status(prepared()))
    if as_json:
        print_json(state)
    else:
        _say(state)


@app.command(
    "compact",
    help=word(
        "지금까지의 이벤트를 모두 담고, 날마다 파일을 될수록 적게 합쳐요. 평소에는 저절로 돼요.\n\n"
        "예: damso lake compact",
        "Bring in everything up to now, and make as few files as can be of each day. Happens by itself, too.\n\n"
        "Example: damso lake compact",
    ),
)
def compact_() -> None:
    result(JOINED, count=run(_compact(prepared())))


@app.command(
    help=word(
        "레이크를 데이터베이스에서 다시 만들어요. 파일이 상했거나 지워졌을 때 쓰세요. 그동안에도 조회할 수 있어요.\n\n"
        "예: damso lake rebuild",
        "Make the lake anew from the database: for when files were damaged or deleted. It can be asked meanwhile.\n\n"
        "Example: damso lake rebuild",
    )
)
def rebuild() -> None:
    result(REBUILT, days=run(_rebuild(prepared())))


@app.command(
    help=word(
        "SQL(DuckDB)로 물어봐요. 표와 열은 docs/lake.md에 있어요. 이유가 접속 기록에 남아요.\n\n"
        '예: damso lake query "SELECT day, count(*) FROM event GROUP BY ALL ORDER BY 1" --reason reporting',
        "Ask in SQL (DuckDB). Tables and columns stand in docs/lake.md. The reason is kept in the access log.\n\n"
        'Example: damso lake query "SELECT day, count(*) FROM event GROUP BY ALL ORDER BY 1" --reason reporting',
    )
)
def query(
    sql: SQL,
    reason: REASON,
    note: NOTE = "",
    form: FORMAT = "table",
    output: OUTPUT = None,
    tail: TAIL = False,
) -> None:
    count = run(_query(prepared(), sql, stated(reason, note), form, output, tail=tail))
    tell(ANSWERED, count=count)


def _say(state: LakeState) -> None:
    result(WHERE, url=state.url, files=state.files, rows=f"{state.rows:,}", size=f"{state.bytes / 1e6:,.1f}")
    result(FRESH, lag=state.lag, written=state.written_at or "-", compacted=state.compacted_at or "-")
    if state.forgetting:
        result(FORGETTING, count=state.forgetting, late=state.late)
    for table in state.tables:
        result(TABLE, name=table.name, rows=f"{table.rows:,}")


async def _status(settings: Settings) -> LakeState:
    async with any_parts(settings) as parts:
        return await lake_state(parts.database, store_of(settings), dimensions_of(), LOCALE)


@asynccontextmanager
async def _book(settings: Settings) -> AsyncIterator[tuple[Parts, Book]]:
    async with any_parts(settings) as parts, writing(parts.database, store_of(settings), patience=PATIENCE) as book:
        yield parts, book


async def _compact(settings: Settings) -> int:
    async with _book(settings) as (parts, book):
        await flush(parts.database, book)
        await forget(parts.database, book, dimensions_of())
        await renew(parts.database, book, dimensions_of())
        joined = await compact(book, parts.database.clock, whole=True)
        book.bury(parts.database.clock.now())
        await certify(parts.database, book)
        return joined


async def _rebuild(settings: Settings) -> int:
    async with _book(settings) as (parts, book):
        days = await rebuild_all(parts.database, book)
        await flush(parts.database, book)
        await renew(parts.database, book, dimensions_of())
        return days


async def _query(settings: Settings, sql: str, why: Reason, form: Format, output: Path | None, *, tail: bool) -> int:
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
