"""`damso import`: the history of another help desk, brought in from its export."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from damso.channels.imports.products import TITLES
from damso.channels.imports.types import Vendor
from damso.commands.console import LOCALE, print_json, result, tell, word
from damso.commands.export_import import Report, import_export
from damso.commands.options import AS_JSON, new_app
from damso.commands.running import prepared, run
from damso.conversations.imports.reasons import REASONS
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text

app = new_app()

SHOWN = 20
KINDS: dict[str, Text] = {
    "agent": Text("상담원", "colleagues"),
    "team": Text("팀", "teams"),
    "customer": Text("고객", "customers"),
    "conversation": Text("대화", "conversations"),
    "message": Text("메시지", "messages"),
    "company": Text("회사 (보관)", "companies (kept)"),
    "article": Text("도움말 (보관)", "articles (kept)"),
    "rating": Text("만족도 (보관)", "ratings (kept)"),
    "record": Text("알 수 없는 항목", "unknown records"),
}
STATES: dict[str, Text] = {
    "new": Text("새로 {n}", "{n} new"),
    "changed": Text("바뀜 {n}", "{n} changed"),
    "same": Text("그대로 {n}", "{n} already here"),
    "refused": Text("제외 {n}", "{n} refused"),
    "matched": Text("찾음 {n}", "{n} found here"),
    "unmatched": Text("없음 {n}", "{n} not here"),
}
DRY = Text("미리 보기예요. 아무것도 바꾸지 않았어요.", "This is a dry run: nothing was changed.")
LINE = Text("{kind}: {states}", "{kind}: {states}")
PROBLEM = Text("{n}건: {why} ({places})", "{n} × {why} ({places})")
STOPPED = Text(
    "끝까지 가져오지 못했어요. 같은 명령을 다시 실행하면 이어서 가져와요.",
    "It did not come to its end. Run the same command again to go on.",
)
SAVED = Text("모든 문제를 {path}에 저장했어요.", "All problems are in {path}.")


class MappingInvalid(AppError):
    code = "INBOX_MAPPING_INVALID"
    status = 422
    text = Text(
        "--inbox는 채널 ID 또는 '종류=채널 ID'로 써 주세요. 예: --inbox email=0193…",
        "--inbox takes an inbox, or a channel and an inbox. Example: --inbox email=0193…",
    )


@app.callback(
    no_args_is_help=True,
    help=word(
        "다른 상담 도구에서 내보낸 고객과 대화를 가져와요. 먼저 --dry-run으로 무엇이 들어올지 확인해 보세요.",
        "Bring in customers and conversations that another help desk exported. See first what would happen: --dry-run.",
    ),
)
def import_() -> None:
    """A command for each product."""


_PATH = Annotated[
    Path,
    typer.Argument(metavar="PATH", help=word("내보낸 파일, 폴더, 또는 ZIP.", "A file, folder or zip.")),
]
_DRY = Annotated[
    bool,
    typer.Option("--dry-run", help=word("아무것도 바꾸지 않고 결과만 미리 봐요.", "Only tell what would happen.")),
]
_INBOX = Annotated[
    list[str] | None,
    typer.Option(
        metavar="[CHANNEL=]ID",
        help=word(
            "대화를 넣을 채널. 종류별로 나눌 수 있어요: --inbox email=0193… (`damso inbox list`)",
            "The inbox that conversations go to, for all or by channel: --inbox email=0193… (`damso inbox list`)",
        ),
    ),
]
_ACCOUNT = Annotated[
    str,
    typer.Option(
        help=word(
            "같은 도구의 계정이 둘 이상일 때 구분하는 이름.", "A name that tells two accounts of one product apart."
        )
    ),
]
_ERRORS = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help=word("모든 문제를 저장할 CSV 파일.", "A CSV file for all that was amiss.")),
]


def _command(vendor: Vendor) -> None:
    @app.command(
        vendor,
        help=word(
            f"{TITLES[vendor]}에서 내보낸 데이터를 가져와요. 멈춰도 이어서 할 수 있고 두 번 들어가지 않아요.\n\n"
            f"예: damso import {vendor} export.zip --dry-run",
            f"Bring in an export of {TITLES[vendor]}. It can be stopped and gone on with; nothing comes in twice.\n\n"
            f"Example: damso import {vendor} export.zip --dry-run",
        ),
    )
    def bring(
        path: _PATH,
        dry_run: _DRY = False,
        inbox: _INBOX = None,
        account: _ACCOUNT = "",
        errors: _ERRORS = None,
        as_json: AS_JSON = False,
    ) -> None:
        report = run(import_export(prepared(), vendor, path.absolute(), account, _mapping(inbox or ()), dry=dry_run))
        if errors:
            _save(errors, report)
        if as_json:
            print_json(report)
        else:
            _show(report, dry=dry_run)


for _vendor in TITLES:
    _command(_vendor)


def _mapping(given: Sequence[str]) -> dict[str, UUID]:
    """Raises `MappingInvalid`."""
    found = {}
    for one in given:
        channel, _, inbox = one.rpartition("=")
        try:
            found[channel.strip().lower()] = UUID(inbox)
        except ValueError as error:
            raise MappingInvalid from error
    return found


def _show(report: Report, *, dry: bool) -> None:
    if dry:
        tell(DRY)
    for kind, said in KINDS.items():
        if states := report.counts.get(kind):
            told = ", ".join(STATES[state].say(LOCALE, n=f"{states[state]:,}") for state in STATES if states.get(state))
            result(LINE, kind=said.say(LOCALE), states=told)
    for code, places in report.by_code().items():
        few = ", ".join(places[:3]) + (" …" if len(places) > 3 else "")
        result(PROBLEM, n=len(places), why=REASONS[code].say(LOCALE), places=few)
    if report.state != "done":
        result(STOPPED)


def _save(path: Path, report: Report) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("place", "kind", "id", "code", "reason"))
        for one in report.problems:
            writer.writerow((one.place, one.kind, one.external_id, one.code, REASONS[one.code].say(LOCALE)))
    tell(SAVED, path=path)
