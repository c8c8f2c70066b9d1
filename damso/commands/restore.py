"""`damso restore`: a backup brought back into an empty place."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from damso.bootstrap import make_ready
from damso.commands.connecting import any_database
from damso.commands.console import print_json, result, tell, word
from damso.commands.options import AS_JSON, new_app
from damso.commands.running import announced, prepared, run
from damso.kernel.archive import Archive
from damso.kernel.backup import Files, files_of
from damso.kernel.backup_folder import is_backup_folder, open_existing
from damso.kernel.backup_key import BackupKey, BackupKeyMissing, keep_backup_key, parse_backup_key
from damso.kernel.backup_manifest import BackupUnreadable, Manifest
from damso.kernel.database import open_database
from damso.kernel.erasure_list import ErasureList
from damso.kernel.i18n import Text
from damso.kernel.migrations import migrate
from damso.kernel.restore import Source
from damso.kernel.restore import restore as bring_back
from damso.kernel.settings import Settings

app = new_app()

ASK_KEY = word("복구 키", "Recovery key")
MIGRATING = Text("데이터베이스를 최신 구조로 바꾸고 있어요.", "Bringing the database up to date.")
DONE = Text("{created_at}에 만든 백업을 복원했어요.", "Restored the backup made at {created_at}.")
NO_KEY = Text(
    "백업에 암호화 키가 없어요. 시작하기 전에 보관해 둔 키 파일을 {key}에 놓아 주세요.",
    "The backup has no key. Before you start, put the key file you kept at {key}.",
)


@app.command(
    help=word(
        "백업을 빈 데이터 폴더(DAMSO_DATA)나 빈 데이터베이스(DAMSO_DATABASE_URL)로 복원해요. "
        "이미 있는 데이터는 절대 덮어쓰지 않고, 백업 뒤에 삭제된 고객은 다시 지워요.\n\n"
        "복구 키는 DAMSO_BACKUP_KEY에 넣거나, 물어볼 때 입력하세요.\n\n"
        "예: DAMSO_DATA=/srv/damso-new damso restore /backup/damso",
        "Bring a backup back into an empty data folder (DAMSO_DATA) or an empty database (DAMSO_DATABASE_URL). "
        "Nothing that is there is ever overwritten, and who was erased since is erased again.\n\n"
        "The recovery key is asked for, or taken from DAMSO_BACKUP_KEY.\n\n"
        "Example: DAMSO_DATA=/srv/damso-new damso restore /backup/damso",
    )
)
def restore(
    backup: Annotated[
        Path,
        typer.Argument(
            metavar="BACKUP",
            exists=True,
            help=word("백업 폴더, 또는 담소 0.1이 만든 파일.", "The folder of backups, or a file that Damso 0.1 made."),
        ),
    ],
    chosen: Annotated[
        str | None,
        typer.Option(
            "--run",
            metavar="RUN",
            help=word("어느 때의 백업인지. 없으면 최신.", "Which backup. Without it, the newest."),
        ),
    ] = None,
    erasures: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help=word("예전 데이터 폴더의 erasures.jsonl.", "The erasures.jsonl of the old data folder."),
        ),
    ] = None,
    as_json: AS_JSON = False,
) -> None:
    settings = prepared()
    files = files_of(settings.data, settings.key_file)
    source, key = _source(settings, backup.absolute(), chosen)
    try:
        manifest = run(_restore(settings, files, source, erasures))
    finally:
        source.close()
    if key and not settings.backup_key and not files.backup_key.exists():
        keep_backup_key(key, files.backup_key)  # the nightly backup goes on into the same folder
    key_missing = not settings.key_file.exists()
    if as_json:
        print_json(
            msgspec.to_builtins(
                {"created_at": manifest.created_at, "damso": manifest.damso, "key_missing": key_missing}
            )
        )
        return
    result(DONE, created_at=f"{manifest.created_at:%Y-%m-%d %H:%M %Z}")
    if key_missing:
        tell(NO_KEY, key=settings.key_file)


def _source(settings: Settings, path: Path, chosen: str | None) -> tuple[Source, BackupKey | None]:
    """The backup, and the recovery key that opened it. Raises `BackupUnreadable` and what opening it raises."""
    if path.is_file():
        return Archive(path), None
    if not is_backup_folder(path):
        raise BackupUnreadable(file=path)
    key = parse_backup_key(settings.backup_key or _asked())
    return open_existing(path, key).run(chosen), key


def _asked() -> str:
    """Raises `BackupKeyMissing` where nobody is there to be asked."""
    if not sys.stdin.isatty():
        raise BackupKeyMissing
    return str(typer.prompt(ASK_KEY, err=True))


async def _restore(settings: Settings, files: Files, source: Source, erasures: Path | None) -> Manifest:
    async with any_database(settings) as dsn:
        also = ErasureList(erasures).read() if erasures else []
        manifest = await bring_back(source, dsn, files, erasures=also, say=tell)
        async with announced(MIGRATING):
            await migrate(dsn)
        # The log's new epoch begins here, since transaction numbers start over in another cluster; and whoever was
        # erased since the backup is erased again.
        database = await open_database(dsn)
        try:
            await make_ready(settings, database)
        finally:
            await database.close()
    return manifest
