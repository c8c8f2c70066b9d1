"""`damso inbox`: connections of channels."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import typer

from damso.bootstrap import Parts
from damso.channels.checks import check as try_connection
from damso.channels.checks import keep
from damso.channels.inbox_list import InboxView, list_inboxes, show_inbox
from damso.channels.types import Health
from damso.commands.connecting import any_parts
from damso.commands.console import LOCALE, print_json, result, tell, word
from damso.commands.health_lines import moment, print_details, problems_of
from damso.commands.inbox_add import ADD_HELP, add
from damso.commands.options import AS_JSON, new_app
from damso.commands.running import prepared, run
from damso.kernel.i18n import Text
from damso.kernel.settings import Settings

app = new_app()

NOTHING = Text(
    "아직 연결한 채널이 없어요. `damso inbox add`로 연결해 주세요.",
    "No channel is connected yet. Connect one with `damso inbox add`.",
)
WORKS = Text("잘 연결돼요.", "The connection works.")
PRACTICE = Text("연습용", "simulated")
FAILS = Text("연결되지 않아요.", "The connection does not work.")
ID = Annotated[
    UUID, typer.Argument(metavar="ID", help=word("`damso inbox list`가 보여 주는 ID.", "As `list` shows it."))
]

STATES = {
    "ok": Text("정상", "ok"),
    "failing": Text("문제 있음", "failing"),
    "idle": Text("아직 오간 메시지 없음", "nothing came or went yet"),
    "off": Text("꺼짐", "off"),
}


@app.callback(help=word("채널 연결: 메일함, 사이트 채팅, API.", "Connections: mailboxes, site chats, the API."))
def inbox() -> None:
    """A group."""


app.command(help=ADD_HELP)(add)


@app.command(
    "list",
    help=word(
        "연결한 채널을 모두 보여 줘요. 비밀번호는 보이지 않아요.\n\n예: damso inbox list",
        "Show every connection, without its secrets.\n\nExample: damso inbox list",
    ),
)
def list_all(as_json: AS_JSON = False) -> None:
    views = run(_list(prepared()))
    if as_json:
        print_json(views)
        return
    if not views:
        tell(NOTHING)
    for view in views:
        practice = f"  ({PRACTICE.say(LOCALE)})" if view.simulator else ""
        state = STATES[view.health.state].say(LOCALE)
        print(f"{view.id}  {view.channel:<6}  {state}  {view.name}  {view.address}{practice}")


async def _list(settings: Settings) -> list[InboxView]:
    async with any_parts(settings) as parts, parts.database.reading() as tx:
        return await list_inboxes(tx, parts.adapters, settings, LOCALE)


@app.command(
    help=word(
        "연결을 지금 점검해요: 로그인, 메일함, 보내는 도메인의 SPF·DKIM·DMARC. 연결되지 않으면 종료 코드가 1이에요.\n\n"
        "예: damso inbox check 0193…",
        "Try a connection now: the sign-ins, the folder, and SPF, DKIM and DMARC of the sending domain. Exits with 1 "
        "where it does not work.\n\nExample: damso inbox check 0193…",
    )
)
def check(inbox_id: ID, as_json: AS_JSON = False) -> None:
    health = run(_check(prepared(), inbox_id))
    if as_json:
        print_json({"ok": health.ok, "problems": problems_of(health), "facts": health.facts})
    else:
        result(WORKS if health.ok else FAILS)
        print_details(problems_of(health), health.facts)
    raise typer.Exit(0 if health.ok else 1)


async def _check(settings: Settings, inbox_id: UUID) -> Health:
    async with any_parts(settings) as parts:
        return await check_inbox(parts, inbox_id)


async def check_inbox(parts: Parts, inbox_id: UUID) -> Health:
    """Try a stored connection and remember what was found. Raises `NotFound`, `InboxUnusable`."""
    async with parts.database.reading() as tx:
        inbox = await parts.inboxes.by_id(tx, inbox_id)
    health = await try_connection(inbox.adapter, inbox.config, parts.http)
    async with parts.database.transaction() as tx:
        await keep(tx, inbox.id, inbox.revision, health)
    return health


@app.command(
    help=word(
        "연결 상태를 보여 줘요: 마지막으로 받고 보낸 때, 언제부터 안 되는지, 보류된 메시지.\n\n예: damso inbox health",
        "Show how connections are doing: last in, last out, failing since, what is parked.\n\n"
        "Example: damso inbox health",
    )
)
def health(
    inbox_id: Annotated[
        UUID | None, typer.Argument(metavar="[ID]", help=word("없으면 모두.", "All of them by default."))
    ] = None,
    as_json: AS_JSON = False,
) -> None:
    views = run(_health(prepared(), inbox_id))
    if as_json:
        print_json([{"id": one.id, "name": one.name, "channel": one.channel, "health": one.health} for one in views])
        return
    for view in views:
        _print_health(view)


async def _health(settings: Settings, inbox_id: UUID | None) -> Sequence[InboxView]:
    async with any_parts(settings) as parts, parts.database.reading() as tx:
        if inbox_id:
            return [await show_inbox(tx, parts.adapters, settings, LOCALE, inbox_id)]
        return await list_inboxes(tx, parts.adapters, settings, LOCALE)


HEALTH = Text(
    "{name} ({channel}): {state}\n  마지막 수신 {last_in}, 마지막 발신 {last_out}, 보류 {parked}건",
    "{name} ({channel}): {state}\n  last in {last_in}, last out {last_out}, {parked} parked",
)
SINCE = Text("  {since}부터 안 돼요: {problem}", "  failing since {since}: {problem}")


def _print_health(view: InboxView) -> None:
    found = view.health
    result(
        HEALTH,
        name=view.name,
        channel=view.channel,
        state=STATES[found.state].say(LOCALE),
        last_in=moment(found.last_in_at),
        last_out=moment(found.last_out_at),
        parked=found.parked,
    )
    if found.problem:
        result(SINCE, since=moment(found.failing_since), problem=found.problem)
    print_details(found.problems, found.facts)
