"""`damso backup`: one file with everything, while all runs on."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from damso import __version__
from damso.commands.connecting import any_database, require_something
from damso.commands.console import print_json, result, tell, word
from damso.commands.options import AS_JSON, new_app
from damso.commands.running import prepared, run
from damso.kernel.archive import Manifest
from damso.kernel.backup import backup as write_backup
from damso.kernel.clock import SystemClock
from damso.kernel.i18n import Text
from damso.kernel.settings import Settings

app = new_app()

DONE = Text("백업했어요: {file} ({size} MB)", "Backed up: {file} ({size} MB)")
WITHOUT_KEY = Text(
    "암호화 키({key})는 들어 있지 않아요. 키 파일은 다른 곳에 따로 보관해 주세요. "
    "없으면 복원한 뒤 메일 비밀번호 등을 다시 입력해야 해요.",
    "The key ({key}) is not in it. Keep the key file elsewhere: without it, mail passwords and other secrets must be "
    "entered again after a restore.",
)


@app.command(
    help=word(
        "데이터베이스와 파일을 파일 하나로 백업해요. 담소가 실행 중이어도 돼요.\n\n"
        "암호화 키는 --include-key를 줄 때만 들어가요. "
        "그 파일로는 저장된 비밀번호까지 읽을 수 있으니 조심해서 보관하세요.\n\n"
        "예: damso backup /backup/damso-$(date +%F).tar",
        "Save the database and all files into one file, while Damso runs on.\n\n"
        "The key goes in with --include-key only: with such a file, stored passwords can be read, so guard it.\n\n"
        "Example: damso backup /backup/damso-$(date +%F).tar",
    )
)
def backup(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help=word("새로 만들 백업 파일.", "The file to write; must not exist."))
    ],
    include_key: Annotated[
        bool, typer.Option("--include-key", help=word("암호화 키도 넣어요.", "Put the key in as well."))
    ] = False,
    as_json: AS_JSON = False,
) -> None:
    settings = prepared()
    manifest = run(_back_up(settings, file.absolute(), include_key=include_key))
    size = file.stat().st_size
    if as_json:
        print_json({"file": str(file), "size": size, "has_key": manifest.has_key, **_facts(manifest)})
        return
    result(DONE, file=file, size=f"{size / 1e6:.1f}")
    if not include_key:
        tell(WITHOUT_KEY, key=settings.key_file)


async def _back_up(settings: Settings, file: Path, *, include_key: bool) -> Manifest:
    require_something(settings)
    async with any_database(settings) as dsn:
        return await write_backup(
            *(dsn, settings.data / "blobs", settings.key_file, file),
            version=__version__,
            clock=SystemClock(),
            include_key=include_key,
            say=tell,
        )


def _facts(manifest: Manifest) -> dict[str, object]:
    return {name: msgspec.to_builtins(getattr(manifest, name)) for name in ("damso", "postgres", "created_at")}
