"""`damso key`: API keys for programs."""

from typing import Annotated, Any, get_args
from uuid import UUID

import msgspec
import typer

from damso.commands.connecting import any_parts
from damso.commands.console import print_json, tell, word
from damso.commands.operator import operator
from damso.commands.options import AS_JSON, new_app
from damso.commands.running import prepared, run
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.settings import Settings
from damso.team.access import PERMISSIONS, Limits, Permission, Room
from damso.team.keys import create_key
from damso.team.types import ApiKey

app = new_app()

ROOMS: tuple[Room, ...] = get_args(Room)

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


class RoomUnknown(AppError):
    code = "ROOM_UNKNOWN"
    status = 422
    text = Text("'{room}'라는 메뉴는 없어요. 쓸 수 있는 이름: {known}", "There is no room '{room}'. There are: {known}")


def _limit(metavar: str, ko: str, en: str) -> Any:
    return typer.Option(metavar=metavar, help=word(f"{ko} 여러 번 쓸 수 있어요.", f"{en} May be given several times."))


INBOX = Annotated[list[UUID] | None, _limit("ID", "이 채널에만.", "Only in this inbox.")]
TEAM = Annotated[list[UUID] | None, _limit("ID", "이 팀에만.", "Only for this team.")]
BRAND = Annotated[list[UUID] | None, _limit("ID", "이 브랜드에만.", "Only for this brand.")]
ROOM = Annotated[list[str] | None, _limit("ROOM", "이 메뉴에만.", "Only in this room.")]


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
    inbox: INBOX = None,
    team: TEAM = None,
    brand: BRAND = None,
    room: ROOM = None,
    as_json: AS_JSON = False,
) -> None:
    limits = Limits(
        inboxes=tuple(inbox or ()), teams=tuple(team or ()), brands=tuple(brand or ()), rooms=_rooms(room or [])
    )
    made, secret = run(_create(prepared(), name, _known(scope), limits))
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


def _rooms(names: list[str]) -> tuple[Room, ...]:
    """Raises `RoomUnknown`."""
    if unknown := next((name for name in names if name not in ROOMS), None):
        raise RoomUnknown(room=unknown, known=", ".join(ROOMS))
    return tuple(room for room in ROOMS if room in names)


async def _create(settings: Settings, name: str, scopes: list[Permission], limits: Limits) -> tuple[ApiKey, str]:
    async with any_parts(settings) as parts, parts.database.transaction() as tx:
        return await create_key(tx, name, scopes, operator(), limits)
