"""`damso lake`: the log as Parquet: how it stands, putting it in order, asking it."""

from pathlib import Path
from typing import Annotated

import typer

from damso.bootstrap import dimensions_of
from damso.commands.connecting import any_parts
from damso.commands.console import LOCALE, print_json, result, tell, word
from damso.commands.export import NOTE, REASON
from damso.commands.options import AS_JSON, new_app
from damso.commands.running import prepared, run
from damso.kernel.i18n import Text
from damso.kernel.settings import Settings
from damso.lake.open import store_of
from damso.lake.status import LakeState, lake_state
from damso.lake.types import Format
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
    help=word(
        "지금까지의 이벤트를 모두 담고, 날마다 파일을 될수록 적게 합쳐요. 평소에는 저절로 돼요.\n\n"
        "예: damso lake compact",
        "Bring in everything up to now, and make as few files as can be of each day. Happens by itself, too.\n\n"
        "Example: damso lake compact",
    ),
)
def compact() -> None:
    # Arrow and DuckDB take a second to load: only who asks the lake itself waits for them.
    from damso.commands.lake_work import compact_lake

    result(JOINED, count=run(compact_lake(prepared())))


@app.command(
    help=word(
        "레이크를 데이터베이스에서 다시 만들어요. 파일이 상했거나 지워졌을 때 쓰세요. 그동안에도 조회할 수 있어요.\n\n"
        "예: damso lake rebuild",
        "Make the lake anew from the database: for when files were damaged or deleted. It can be asked meanwhile.\n\n"
        "Example: damso lake rebuild",
    )
)
def rebuild() -> None:
    from damso.commands.lake_work import rebuild_lake

    result(REBUILT, days=run(rebuild_lake(prepared())))


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
    from damso.commands.lake_work import query_lake

    count = run(query_lake(prepared(), sql, stated(reason, note), form, output, tail=tail))
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
