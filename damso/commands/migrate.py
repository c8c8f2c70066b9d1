"""`damso migrate`: the database in the shape of this version."""

from contextlib import AsyncExitStack

from damso.bootstrap import make_ready, open_parts
from damso.commands.connecting import any_database
from damso.commands.console import print_json, result, word
from damso.commands.options import AS_JSON, new_app
from damso.commands.running import announced, prepared, run
from damso.kernel.i18n import Text
from damso.kernel.migrations import migrate as migrate_database
from damso.kernel.migrations import newest_version
from damso.kernel.restore import require_whole
from damso.kernel.settings import Settings

app = new_app()

MIGRATING = Text("데이터베이스를 최신 구조로 바꾸고 있어요.", "Bringing the database up to date.")
CHANGED = Text("데이터베이스를 최신 구조({version})로 바꿨어요.", "The database is up to date now ({version}).")
CURRENT = Text("데이터베이스가 이미 최신 구조({version})예요.", "The database was up to date already ({version}).")


@app.command(
    help=word(
        "데이터베이스를 이 버전의 구조로 바꿔요. 여러 번 실행해도 괜찮아요.\n\n"
        "`damso serve`는 시작할 때 스스로 하니, `damso web`과 `damso worker`를 따로 띄울 때만 먼저 실행하세요. "
        "암호화 키 파일이 없으면 함께 만들어요.\n\n예: damso migrate",
        "Bring the database into the shape of this version. May be run at any time.\n\n"
        "`damso serve` does so itself; run this before `damso web` and `damso worker`. It also makes the key file "
        "where there is none.\n\nExample: damso migrate",
    )
)
def migrate(as_json: AS_JSON = False) -> None:
    changed = run(_migrate(prepared()))
    if as_json:
        print_json({"changed": changed, "version": newest_version()})
    else:
        result(CHANGED if changed else CURRENT, version=newest_version())


async def _migrate(settings: Settings) -> bool:
    require_whole(settings.data)
    async with AsyncExitStack() as opened:
        dsn = await opened.enter_async_context(any_database(settings))
        async with announced(MIGRATING):
            changed = await migrate_database(dsn)
        parts = await opened.enter_async_context(open_parts(settings, dsn))
        await make_ready(settings, parts.database)
    return changed
