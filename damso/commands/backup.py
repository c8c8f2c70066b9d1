"""`damso backup`: everything into a folder of backups, while all runs on; and a look at what is in there."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from msgspec import Struct
from typer.core import TyperGroup

from damso import __version__
from damso.commands.connecting import any_database, require_something
from damso.commands.console import print_json, result, tell, word
from damso.commands.operator import operator
from damso.commands.options import AS_JSON, new_app
from damso.commands.running import prepared, run
from damso.kernel.backup import Done, files_of
from damso.kernel.backup import backup as write_backup
from damso.kernel.backup_folder import BackupRun, create_or_open, open_existing
from damso.kernel.backup_key import BackupKey, BackupKeyMissing, keep_backup_key, new_backup_key, read_backup_key
from damso.kernel.backup_verify import verify_all
from damso.kernel.clock import SystemClock
from damso.kernel.database import open_database
from damso.kernel.i18n import Text
from damso.kernel.settings import Settings
from damso.team import audit


class _MakeUnlessNamed(TyperGroup):
    """`damso backup /backup` is `damso backup make /backup`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        named = not args or args[0] in self.commands or args[0] in ctx.help_option_names
        return super().parse_args(ctx, args if named else ["make", *args])


app = new_app()

FOLDER = Annotated[Path, typer.Argument(metavar="FOLDER", help=word("백업 폴더.", "The folder of backups."))]
DONE = Text(
    "백업했어요: {run} (새 파일 {new_blobs}개, {size} MB). 이 폴더의 백업 {count}개.",
    "Backed up: {run} ({new_blobs} new files, {size} MB). Backups in this folder: {count}.",
)
REMOVED = Text(
    "오래된 백업 {runs}개와 더는 쓰지 않는 파일 {blobs}개를 지웠어요.",
    "Removed {runs} old backups, and {blobs} files that no backup needs any more.",
)
KEY_MADE = Text(
    "복구 키를 만들었어요. 종이에 적거나 비밀번호 관리자에 넣어, 이 컴퓨터가 아닌 곳에 보관해 주세요.\n"
    "이 키가 없으면 아무도 백업을 열 수 없어요. 다음 백업부터는 {file}의 사본을 써요.\n\n    {key}\n",
    "A recovery key was made. Write it down, or put it into a password manager, away from this machine.\n"
    "Without it nobody can open a backup. The next backups use the copy in {file}.\n\n    {key}\n",
)
SOUND = Text("{run}: 이상 없어요 (파일 {blobs}개).", "{run}: sound ({blobs} files).")


class Made(Struct, frozen=True, kw_only=True):
    """What `damso backup make --json` prints."""

    folder: str
    run: str
    new_blobs: int
    new_bytes: int
    removed_runs: list[str]
    removed_blobs: int
    runs: int
    recovery_key: str | None
    """Only where this backup has made it: to be kept elsewhere."""


@app.callback(
    cls=_MakeUnlessNamed,
    help=word(
        "백업: 데이터베이스, 파일, 암호화 키를 한 폴더에 암호화해서 저장해요.\n\n"
        "`damso backup /backup/damso`처럼 폴더만 적으면 바로 백업해요.",
        "Backups: database, files and keys, encrypted in one folder.\n\n"
        "`damso backup /backup/damso` is short for `damso backup make /backup/damso`.",
    ),
)
def backup() -> None:
    """A group."""


@app.command(
    help=word(
        "담소가 실행 중인 동안 백업 하나를 더해요. 파일은 새것만 복사하니 자주 해도 돼요.\n\n"
        "첫 백업 때 복구 키를 한 번 보여 줘요. 그 키가 있어야 복원할 수 있어요.\n\n"
        "예: damso backup make /backup/damso --keep 14",
        "Add a backup, while Damso runs on. Files are copied once, so that it may be done often.\n\n"
        "The first one shows a recovery key, once: a restore needs it.\n\n"
        "Example: damso backup make /backup/damso --keep 14",
    )
)
def make(
    folder: FOLDER,
    keep: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help=word("최근 N개만 남기고 오래된 백업을 지워요.", "Keep the newest N, remove others."),
        ),
    ] = None,
    as_json: AS_JSON = False,
) -> None:
    settings = prepared()
    made = run(_make(settings, folder.absolute(), keep))
    if as_json:
        print_json(made)
        return
    result(DONE, run=made.run, new_blobs=made.new_blobs, size=f"{made.new_bytes / 1e6:.1f}", count=made.runs)
    if made.removed_runs:
        result(REMOVED, runs=len(made.removed_runs), blobs=made.removed_blobs)
    if made.recovery_key:
        result(KEY_MADE, key=made.recovery_key, file=files_of(settings.data, settings.key_file).backup_key)


async def _make(settings: Settings, path: Path, keep: int | None) -> Made:
    require_something(settings)
    files = files_of(settings.data, settings.key_file)
    known = read_backup_key(settings.backup_key, files.backup_key)
    key = known or new_backup_key()
    async with any_database(settings) as dsn:
        folder = create_or_open(path, key)
        if known is None:
            # Before the backup: whatever happens, what is sealed can be opened.
            keep_backup_key(key, files.backup_key)
        done = await write_backup(dsn, files, folder, version=__version__, clock=SystemClock(), keep=keep, say=tell)
        await _note(dsn, done.run)
    return _told(done, path, len(folder.runs()), None if known else key.text)


async def _note(dsn: str, backup: str) -> None:
    """All personal data has left; the record stands in the next backup."""
    database = await open_database(dsn, pool_size=1)
    try:
        async with database.transaction() as tx:
            await audit.record(tx, operator(), "backup.made", backup)
    finally:
        await database.close()


def _told(done: Done, path: Path, runs: int, fresh_key: str | None) -> Made:
    return Made(
        folder=str(path),
        run=done.run,
        new_blobs=done.new_blobs,
        new_bytes=done.new_bytes,
        removed_runs=done.removed_runs,
        removed_blobs=done.removed_blobs,
        runs=runs,
        recovery_key=fresh_key,
    )


@app.command(
    help=word(
        "백업을 모두 읽어서 복원할 수 있는지 확인해요. 손상된 곳이 있으면 알려 주고 종료 코드 1로 끝나요.\n\n"
        "예: damso backup verify /backup/damso",
        "Read every backup and prove that it can be restored. What is damaged is named; the exit code is 1 then.\n\n"
        "Example: damso backup verify /backup/damso",
    )
)
def verify(folder: FOLDER, as_json: AS_JSON = False) -> None:
    settings = prepared()
    runs = run(verify_all(open_existing(folder.absolute(), opening_key(settings)), say=tell))
    if as_json:
        print_json([_facts(one) for one in runs])
        return
    for one in runs:
        result(SOUND, run=one.name, blobs=one.manifest.blobs)


def _facts(one: BackupRun) -> dict[str, object]:
    manifest = one.manifest
    return {"run": one.name, "blobs": manifest.blobs} | {
        name: msgspec.to_builtins(getattr(manifest, name)) for name in ("damso", "postgres", "created_at")
    }


@app.command(
    help=word(
        "복구 키를 다시 보여 줘요. 복원하려면 이 키가 필요해요.\n\n예: damso backup key",
        "Show the recovery key again, which a restore needs.\n\nExample: damso backup key",
    )
)
def key() -> None:
    print(opening_key(prepared()).text)


def opening_key(settings: Settings) -> BackupKey:
    """The recovery key, from DAMSO_BACKUP_KEY or the data folder. Raises `BackupKeyMissing`, `BackupKeyInvalid`."""
    found = read_backup_key(settings.backup_key, files_of(settings.data, settings.key_file).backup_key)
    if found is None:
        raise BackupKeyMissing
    return found
