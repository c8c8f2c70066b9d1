"""`damso key`: API keys for programs."""

from typing import Annotated

import msgspec
import typer

from damso.commands.connecting import any_parts
from damso.commands.console import print_json, tell, word
from damso.commands.options import AS_JSON, new_app
from damso.commands.running import prepared, run
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.log import SYSTEM
from damso.kernel.settings import Settings
from damso.team.access import PERMISSIONS, Permission
from damso.team.keys import create_key
from damso.team.types import ApiKey

app = new_app()

ONCE = Text(
    "키 '{name}'을(를) 만들었어요. 아래 값은 지금 한 번만 볼 수 있어요.",
    "Made the key '{name}'. What follows is shown this once only.",
)


class ScopeUnknown(AppError):
    code = "SCOPE_UNKNOWN"
    status = 422
    text = Text(
        "'{scope}'라는 권한은 없어요. 쓸 수 있는 권한: {known}", "There is no scope '{scope}'. There are: {known}"
    )


@app.callback(help=word("프로그램이 쓰는 API 키.", "API keys for programs."))
def key() -> None:
    """A group of one command."""


@app.command(
    help=word(
        f"API 키를 만들어요. 필요한 권한만 주세요.\n\n권한: {', '.join(sorted(PERMISSIONS))}\n\n"
        "예: damso key create '주문 시스템' --scope customers.read --scope conversations.write",
        f"Make an API key. Give it what it needs and no more.\n\nScopes: {', '.join(sorted(PERMISSIONS))}\n\n"
        "Example: damso key create 'order system' --scope customers.read --scope conversations.write",
    )
)
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help=word("키를 알아볼 이름.", "A name to know the key by."))],
    scope: Annotated[
        list[str],
        typer.Option(metavar="SCOPE", help=word("권한. 여러 번 쓸 수 있어요.", "A scope. May be given several times.")),
    ],
    as_json: AS_JSON = False,
) -> None:
    made, secret = run(_create(prepared(), name, _known(scope)))
    if as_json:
        print_json(msgspec.to_builtins(made) | {"secret": secret})
        return
    tell(ONCE, name=made.name)
    print(secret)


def _known(scopes: list[str]) -> list[Permission]:
    """Raises `ScopeUnknown`."""
    if unknown := next((scope for scope in scopes if scope not in PERMISSIONS), None):
        raise ScopeUnknown(scope=unknown, known=", ".join(sorted(PERMISSIONS)))
    return [permission for permission in sorted(PERMISSIONS) if permission in scopes]


async def _create(settings: Settings, name: str, scopes: list[Permission]) -> tuple[ApiKey, str]:
    async with any_parts(settings) as parts, parts.database.transaction() as tx:
        return await create_key(tx, name, scopes, SYSTEM)
