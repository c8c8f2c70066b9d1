"""Bringing in a file of customers, events, consents or products from the command line: mapped, looked at, begun or
gone on with."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from msgspec import Struct

from damso.bootstrap import Parts, contact_rules_of
from damso.commands.connecting import any_parts
from damso.commands.console import LOCALE, print_json, result, tell, word
from damso.commands.operator import operator, say_shown
from damso.commands.progress_line import ProgressLine
from damso.commands.running import prepared, run
from damso.conversations.imports.jobs import check_account
from damso.conversations.imports.reasons import REASONS
from damso.conversations.tables.begin import TableRun, begin_table, open_run, set_running, table_run
from damso.conversations.tables.carry import carry_table, look_through
from damso.conversations.tables.correction import correction
from damso.conversations.tables.mapping import check_mapping
from damso.conversations.tables.open_table import fingerprint, open_table
from damso.conversations.tables.propose import proposed_mapping
from damso.conversations.tables.types import MAPPED, ColumnUse, Reading, TableKind, TableMapping, Tally, Trouble
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.ids import new_id
from damso.kernel.settings import Settings
from damso.team import audit
from damso.team.records.reasons import Reason

FILE = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help=word(
            "CSV, 엑셀(.xlsx), JSONL 파일. .gz도 돼요.", "A file: CSV, Excel (.xlsx) or JSON Lines; also packed, .gz."
        ),
    ),
]
DRY = Annotated[
    bool,
    typer.Option("--dry-run", help=word("아무것도 바꾸지 않고 결과만 미리 봐요.", "Only tell what would happen.")),
]
MAP = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="COLUMN=FIELD",
        help=word(
            "열을 무엇으로 볼지. 비우면 빼요: --map 등급=trait:grade --map 메모=",
            "What a column is taken for; nothing leaves it out: --map Tier=trait:grade --map Memo=",
        ),
    ),
]
SET = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help=word("모든 줄에 같은 값: --set purpose=marketing", "What holds for all lines: --set purpose=marketing"),
    ),
]
NAMESPACE = Annotated[
    str,
    typer.Option(
        help=word("회원 번호가 속한 네임스페이스 (소스와 같게).", "The namespace of user ids, as that of a source.")
    ),
]
ERRORS = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help=word(
            "들어오지 못한 줄을 저장할 파일. 고쳐서 다시 가져올 수 있어요.",
            "A file for the lines that did not come as they are, to be corrected and brought in again.",
        ),
    ),
]

LOOKING = Text("파일을 살펴보고 있어요: {done}줄", "Looking at the file: {done} lines")
BRINGING = Text("가져오고 있어요: {done}줄", "Bringing it in: {done} lines")
TAKEN_FOR = Text("{column} → {target}", "{column} → {target}")
NOTHING = Text("(빼요)", "(left out)")
DRY_SAID = Text("미리 보기예요. 아무것도 바꾸지 않았어요.", "This is a dry run: nothing was changed.")
PROBLEM = Text("{n}건: {why} ({lines})", "{n} × {why} ({lines})")
LINES = Text("{lines}번째 줄", "lines {lines}")
SAVED = Text("들어오지 못한 줄을 {path}에 저장했어요.", "The lines that did not come are in {path}.")
STOPPED = Text(
    "끝까지 가져오지 못했어요. 같은 명령을 다시 실행하면 이어서 가져와요.",
    "It did not come to its end. Run the same command again to go on.",
)
STATES: Mapping[str, Text] = {
    "new": Text("새로 {n}", "{n} new"),
    "changed": Text("바뀜 {n}", "{n} changed"),
    "same": Text("그대로 {n}", "{n} already here"),
    "repeated": Text("파일 안에서 반복 {n}", "{n} again in the file"),
    "refused": Text("제외 {n}", "{n} refused"),
}
READINGS: frozenset[str] = frozenset({"auto", "text", "number", "date", "yes_no"})


class PairInvalid(AppError):
    code = "PAIR_INVALID"
    status = 422
    text = Text("{given}: '이름=값'으로 써 주세요.", "{given}: write NAME=VALUE.")


class Order(Struct, frozen=True, kw_only=True):
    """What somebody wants brought in, as they typed it."""

    kind: TableKind
    path: Path
    mapped: Sequence[str] = ()
    fixed: Sequence[str] = ()
    namespace: str = ""
    dry: bool = False
    errors: Path | None = None


class Report(Struct, frozen=True, kw_only=True):
    """What became of a file, or what would."""

    dry: bool
    state: str
    mapping: dict[str, str]
    counts: dict[str, int]
    problems: list[Trouble]


def bring_table(order: Order, *, as_json: bool) -> None:
    """Do it and say what became of it; exit code 1 where lines were refused."""
    report = run(_import(prepared(), order))
    if as_json:
        print_json(report)
    else:
        _show(report)
    if order.errors:
        tell(SAVED, path=order.errors)
    if report.counts.get("refused") or report.state != "done":
        raise typer.Exit(1)


async def _import(settings: Settings, order: Order) -> Report:
    """Raises `ExportUnreadable`, `MappingWrong`, `MappingLacks`, `ComesTooLate`, `ImportTaken`."""
    path = order.path.absolute()
    table = await asyncio.to_thread(open_table, path)
    mapping = _mapping(order, proposed_mapping(order.kind, table), table.columns)
    namespace = check_account(order.namespace)
    async with any_parts(settings) as parts:
        work = _look if order.dry else _bring
        state, tally = await work(parts, order, path, mapping, namespace)
        if order.errors:
            await _save(parts, order, path, tally)
    told = {use.column: use.target for use in mapping.columns}
    return Report(dry=order.dry, state=state, mapping=told, counts=tally.counts, problems=tally.troubles)


def _mapping(order: Order, proposed: TableMapping, columns: Sequence[str]) -> TableMapping:
    if order.kind not in MAPPED:
        return TableMapping()
    uses = {use.column: use for use in proposed.columns}
    for column, given in map(_pair, order.mapped):
        start, _, end = given.rpartition(":")
        target, reading = (start, end) if end in READINGS else (given, "")
        before = uses.get(column, ColumnUse(column=column))
        read: Reading = reading or before.reading  # type: ignore[assignment]
        uses |= {
            one.column: msgspec.structs.replace(one, target="")
            for one in uses.values()
            if target and one.target == target
        }
        uses[column] = ColumnUse(column=column, target=target, reading=read)
    return check_mapping(
        order.kind, TableMapping(columns=list(uses.values()), fixed=dict(map(_pair, order.fixed))), columns
    )


def _pair(given: str) -> tuple[str, str]:
    """Raises `PairInvalid`."""
    name, sign, value = given.partition("=")
    if not sign or not name.strip():
        raise PairInvalid(given=given)
    return name.strip(), value.strip()


async def _look(parts: Parts, order: Order, path: Path, mapping: TableMapping, namespace: str) -> tuple[str, Tally]:
    wanted = TableRun(
        id=new_id(),
        vendor=order.kind,
        account=namespace,
        path=str(path),
        name=path.name,
        upload_ref=None,
        fingerprint="",
        mapping=msgspec.to_builtins(mapping),
        state="looking",
        position=0,
        started_by=operator().id or "",
        created_at=parts.database.clock.now(),
    )
    opened = await open_run(parts.database, parts.keyring, contact_rules_of(parts), wanted, path, make=False)
    with ProgressLine() as line:
        tally, _ = await look_through(
            parts.database, opened.bringing, opened.table, lambda done: line.show(LOOKING, done=f"{done:,}")
        )
    return "done", tally


async def _bring(parts: Parts, order: Order, path: Path, mapping: TableMapping, namespace: str) -> tuple[str, Tally]:
    database = parts.database
    printed = await asyncio.to_thread(fingerprint, path)
    async with database.transaction() as tx:
        run_id = await begin_table(tx, order.kind, path, printed, mapping, namespace, operator())
        await audit.record(tx, operator(), "import.started", run_id, product=order.kind)
        begun = await table_run(tx, run_id)
    opened = await open_run(database, parts.keyring, contact_rules_of(parts), begun, path, make=True)
    position = await set_running(database, begun, printed)
    with ProgressLine() as line:
        await carry_table(
            database,
            run_id,
            opened.bringing,
            opened.table,
            path.name,
            lambda done: line.show(BRINGING, done=f"{done:,}"),
            position=position,
        )
    async with database.reading() as tx:
        row = await tx.row("SELECT state, counts FROM import_run WHERE id = $1", run_id)
        assert row is not None
        troubles = await tx.all(
            Trouble, "SELECT line, code FROM import_problem WHERE run_id = $1 ORDER BY line, code", run_id
        )
    return row["state"], Tally(counts=row["counts"].get(opened.bringing.kind, {}), troubles=troubles)


async def _save(parts: Parts, order: Order, path: Path, tally: Tally) -> None:
    """The lines that did not come as they are; they are the file's own, so they are told to the access log as taken
    out."""
    assert order.errors is not None
    table = await asyncio.to_thread(open_table, path)
    wrong: dict[int, list[str]] = {}
    for one in tally.troubles:
        wrong.setdefault(one.line, []).append(one.code)
    gone = {line for line, codes in wrong.items() if {"ERASED", "SAID_BEFORE_ERASURE"} & set(codes)}
    await say_shown(parts.database, "exported", "damso import --errors", (), reason=Reason("moving", ""))
    with order.errors.open("wb") as file:
        async for piece in correction(
            table, {line: codes for line, codes in wrong.items() if line not in gone}, LOCALE
        ):
            file.write(piece)


def _show(report: Report) -> None:
    for column, target in report.mapping.items():
        tell(TAKEN_FOR, column=column, target=target or NOTHING.say(LOCALE))
    if report.dry:
        tell(DRY_SAID)
    told = [STATES[state].say(LOCALE, n=f"{number:,}") for state, number in _sorted(report.counts)]
    if told:
        result(Text(", ".join(told), ", ".join(told)))
    by_code: dict[str, list[int]] = {}
    for one in report.problems:
        by_code.setdefault(one.code, []).append(one.line)
    for code, lines in sorted(by_code.items(), key=lambda pair: -len(pair[1])):
        few = ", ".join(map(str, lines[:3])) + (" …" if len(lines) > 3 else "")
        result(PROBLEM, n=f"{len(lines):,}", why=REASONS[code].say(LOCALE), lines=LINES.say(LOCALE, lines=few))
    if report.state != "done":
        result(STOPPED)


def _sorted(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(state, counts[state]) for state in STATES if counts.get(state)]
