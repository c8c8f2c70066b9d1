"""`damso mail`: old mail, brought in by the same path as new mail."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from damso.commands.console import print_json, result, tell, word
from damso.commands.mail_import import Report, import_mail
from damso.commands.options import AS_JSON, new_app
from damso.commands.running import prepared, run
from damso.kernel.i18n import Text

app = new_app()

DONE = Text(
    "메일 {found}통 중 {imported}통을 새로 가져왔어요. "
    "이미 있던 메일 {duplicates}통, 보류 {parked}통, 삭제 요청으로 제외 {left_out}통, 건너뛴 파일 {skipped}개.",
    "{imported} of {found} mails are new. {duplicates} were here already, {parked} are parked, "
    "{left_out} left out: erased on request; {skipped} files skipped.",
)
QUEUED = Text(
    "{queued}통은 아직 처리 중이에요. 담소가 실행되면 이어서 처리해요.",
    "{queued} are still being processed; that goes on as soon as Damso runs.",
)
PARKED = Text(
    "보류된 메일은 `damso inbox health {inbox_id}`와 채널 화면에서 볼 수 있어요.",
    "See what is parked by `damso inbox health {inbox_id}`, or on the channels page.",
)
SKIPPED = Text("건너뜀: {path} ({why})", "skipped: {path} ({why})")
SHOWN = 20


@app.callback(help=word("지난 메일 가져오기.", "Old mail."))
def mail() -> None:
    """A group of one command."""


@app.command(
    "import",
    help=word(
        "지난 메일을 가져와요: .eml 파일, mbox 파일, Maildir. 폴더는 안쪽까지 찾아요. "
        "메일함에서 받은 메일과 똑같이 처리되고, 쓴 날짜 순서로 들어가요. "
        "중간에 멈췄다가 다시 실행해도 두 번 들어가지 않아요.\n\n"
        "예: damso mail import ~/Mail 2019.mbox --inbox 0193…",
        "Bring in old mail: .eml files, mbox files, Maildirs; folders are searched to the bottom. It is treated as "
        "mail from the mailbox is, in the order in which it was written. Run it again after an interruption: nothing "
        "comes in twice.\n\nExample: damso mail import ~/Mail 2019.mbox --inbox 0193…",
    ),
)
def import_(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH…", exists=True, help=word("파일이나 폴더.", "Files and folders."))
    ],
    inbox: Annotated[
        UUID,
        typer.Option(
            metavar="ID",
            help=word("어느 메일함의 메일인지: `damso inbox list`", "Whose mail it is: `damso inbox list`"),
        ),
    ],
    as_json: AS_JSON = False,
) -> None:
    report = run(import_mail(prepared(), paths, inbox))
    if as_json:
        print_json(report)
    else:
        _show(report, inbox)


def _show(report: Report, inbox_id: UUID) -> None:
    for skipped in report.skipped[:SHOWN]:
        tell(SKIPPED, path=skipped.path, why=skipped.why)
    result(
        DONE,
        found=report.found,
        imported=report.imported,
        duplicates=report.duplicates,
        parked=report.parked,
        left_out=report.left_out,
        skipped=len(report.skipped),
    )
    if report.parked:
        result(PARKED, inbox_id=inbox_id)
    if report.queued:
        result(QUEUED, queued=report.queued)
