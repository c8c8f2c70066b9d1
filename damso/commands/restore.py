"""`damso restore`: a backup brought back into an empty place."""

from pathlib import Path
from typing import Annotated

import typer

from damso.commands.connecting import any_database
from damso.commands.console import print_json, result, tell, word
from damso.commands.options import AS_JSON, new_app
from damso.commands.running import announced, prepared, run
from damso.kernel.archive import Manifest
from damso.kernel.database import open_database
from damso.kernel.i18n import Text
from damso.kernel.migrations import migrate, prepare
from damso.kernel.restore import restore as read_backup
from damso.kernel.settings import Settings

app = new_app()

MIGRATING = Text("데이터베이스를 최신 구조로 바꾸고 있어요.", "Bringing the database up to date.")
DONE = Text("{created_at}에 만든 백업을 복원했어요.", "Restored the backup made at {created_at}.")
NO_KEY = Text(
    "백업에 암호화 키가 없어요. 시작하기 전에 보관해 둔 키 파일을 {key}에 놓아 주세요.",
    "The backup has no key. Before you start, put the key file you kept at {key}.",
)


@app.command(
    help=word(
        "백업을 빈 데이터 폴더(DAMSO_DATA)나 빈 데이터베이스(DAMSO_DATABASE_URL)로 복원해요. "
        "이미 있는 데이터는 절대 덮어쓰지 않아요.\n\n예: DAMSO_DATA=/srv/damso-new damso restore damso-2026-11-01.tar",
        "Bring a backup back into an empty data folder (DAMSO_DATA) or an empty database (DAMSO_DATABASE_URL). "
        "Nothing that is there is ever overwritten.\n\n"
        "Example: DAMSO_DATA=/srv/damso-new damso restore damso-2026-11-01.tar",
    )
)
def restore(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help=word("백업 파일.", "The backup."))
    ],
    as_json: AS_JSON = False,
) -> None:
    settings = prepared()
    manifest = run(_restore(settings, file))
    key_missing = not settings.key_file.exists()
    if as_json:
        print_json({"created_at": manifest.created_at, "damso": manifest.damso, "key_missing": key_missing})
        return
    result(DONE, created_at=f"{manifest.created_at:%Y-%m-%d %H:%M %Z}")
    if key_missing:
        tell(NO_KEY, key=settings.key_file)


async def _restore(settings: Settings, file: Path) -> Manifest:
    async with any_database(settings) as dsn:
        manifest = await read_backup(file, dsn, settings.data / "blobs", settings.key_file, say=tell)
        async with announced(MIGRATING):
            await migrate(dsn)
        # The log's new epoch begins here: transaction numbers start over in another cluster.
        database = await open_database(dsn)
        try:
            await prepare(database)
        finally:
            await database.close()
    return manifest
