"""`damso upgrade-database`: the embedded database taken to a new major version of PostgreSQL."""

from pathlib import Path
from typing import Annotated

import typer

from damso.commands.connecting import require_something
from damso.commands.console import print_json, result, tell, word
from damso.commands.options import AS_JSON, new_app
from damso.commands.running import prepared, run
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.postgres_binaries import MAJOR
from damso.kernel.postgres_upgrade import upgrade_database as upgrade

app = new_app()

CURRENT = Text(
    "이미 PostgreSQL {major} 버전이라 할 일이 없어요.", "It is PostgreSQL {major} already: there is nothing to do."
)
DONE = Text(
    "PostgreSQL {found}에서 {major} 버전으로 옮겼어요. 원래 데이터베이스는 {kept}에 남겨 뒀어요. "
    "잘 되는지 확인한 뒤 지우세요.",
    "PostgreSQL {found} became {major}. The old database is kept in {kept}: remove it once you are content.",
)


class DatabaseNotEmbedded(AppError):
    code = "DATABASE_NOT_EMBEDDED"
    text = Text(
        "이 명령은 내장 데이터베이스용이에요. "
        "DAMSO_DATABASE_URL로 지정한 서버는 그 서버의 방법으로 업그레이드해 주세요.",
        "DAMSO_DATABASE_URL names a server of your own: upgrade it by its own means. This is for the embedded one.",
    )


@app.command(
    "upgrade-database",
    help=word(
        "데이터 폴더의 내장 PostgreSQL을 이 담소가 쓰는 버전으로 옮겨요. 담소를 먼저 종료하세요. "
        "원래 데이터베이스는 지우지 않고 옆에 남겨 둬요.\n\n"
        "예전 버전의 실행 파일이 필요해요. 찾지 못하면 받는 방법을 알려 드려요.\n\n"
        "예: damso upgrade-database --old-binaries ./old-postgres",
        "Take the embedded PostgreSQL of the data folder to the major version that this Damso runs. Stop Damso first. "
        "The old database is kept beside the new one.\n\n"
        "It needs the programs of the old version, and says how to get them where it finds none.\n\n"
        "Example: damso upgrade-database --old-binaries ./old-postgres",
    ),
)
def upgrade_database(
    old_binaries: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            exists=True,
            file_okay=False,
            help=word("예전 PostgreSQL이 들어 있는 폴더.", "A folder with the old PostgreSQL somewhere in it."),
        ),
    ] = None,
    as_json: AS_JSON = False,
) -> None:
    settings = prepared()
    if settings.database_url:
        raise DatabaseNotEmbedded
    require_something(settings)
    done = run(upgrade(settings.data, old_binaries, say=tell))
    if as_json:
        print_json({"upgraded": done is not None, "version": MAJOR, "kept": str(done.kept) if done else None})
    elif done:
        result(DONE, found=done.found, major=MAJOR, kept=done.kept)
    else:
        result(CURRENT, major=MAJOR)
