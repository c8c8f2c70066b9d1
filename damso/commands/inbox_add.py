"""`damso inbox add`: a channel connected, after it was tried."""

import json
import sys
import tomllib
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from damso.brand.queries import brands
from damso.channels import config_form
from damso.channels.checks import check, keep
from damso.channels.connect import adapter_of, connect
from damso.channels.inbox_list import InboxView, show_inbox
from damso.commands.connecting import any_parts
from damso.commands.console import LOCALE, print_json, result, word
from damso.commands.health_lines import problems_of
from damso.commands.operator import operator
from damso.commands.options import AS_JSON
from damso.commands.running import announced, prepared, run
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.settings import Settings
from damso.team import audit

CHECKING = Text("연결을 확인하고 있어요.", "Trying the connection.")
ADDED = Text("연결했어요: {name} ({id})", "Connected: {name} ({id})")


class ConfigUnreadable(AppError):
    code = "CONFIG_UNREADABLE"
    status = 422
    text = Text(
        "{file}을(를) JSON이나 TOML로 읽을 수 없어요. ({why})", "{file} cannot be read as JSON or TOML. ({why})"
    )


class BrandUnknown(AppError):
    code = "BRAND_UNKNOWN"
    status = 422
    text = Text(
        "'{brand}'라는 브랜드는 없어요. 있는 브랜드: {known}", "There is no brand '{brand}'. There are: {known}"
    )


class ConnectionFails(AppError):
    code = "CONNECTION_FAILS"
    status = 422
    text = Text(
        "연결되지 않아서 저장하지 않았어요. 설정을 고치거나 --force로 그대로 저장해 주세요.\n{why}",
        "The connection does not work, so it was not saved. Mend the settings, or save them anyway with --force.\n"
        "{why}",
    )


ADD_HELP = word(
    "채널을 연결해요. 저장하기 전에 먼저 접속해 봐요.\n\n설정 파일은 JSON이나 TOML이고, `-`면 표준 입력에서 읽어요. "
    "예를 들어 mail.toml에 address, password, imap_host, smtp_host를 적어요. 항목은 docs/channels에 있어요.\n\n"
    "예: damso inbox add email --config mail.toml --name 고객센터",
    "Connect a channel. The connection is tried before it is saved.\n\nThe file is JSON or TOML, `-` is standard "
    "input: mail.toml, for example, holds address, password, imap_host and smtp_host. docs/channels has all "
    "fields.\n\nExample: damso inbox add email --config mail.toml --name Support",
)


def add(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="email, chat, api, …")],
    config: Annotated[Path, typer.Option(help=word("설정 파일.", "File with the settings."))],
    name: Annotated[str, typer.Option(help=word("팀에 보이는 이름.", "The name the team sees."))] = "",
    brand: Annotated[
        str, typer.Option(help=word("브랜드 이름. 없으면 첫 브랜드.", "A brand's name; the first one by default."))
    ] = "",
    force: Annotated[
        bool, typer.Option("--force", help=word("연결되지 않아도 저장해요.", "Save it though it does not work."))
    ] = False,
    as_json: AS_JSON = False,
) -> None:
    added = run(_add(prepared(), channel, _read(config), name=name, brand=brand, force=force))
    if as_json:
        print_json(added)
    else:
        result(ADDED, name=added.name, id=added.id)


async def _add(
    settings: Settings, channel: str, given: dict[str, Any], *, name: str, brand: str, force: bool
) -> InboxView:
    async with any_parts(settings) as parts:
        adapter = adapter_of(parts.adapters, channel)
        config = config_form.accept(adapter.config, given)
        async with announced(CHECKING):
            health = await check(adapter, config, parts.http)
        if not health.ok and not force:
            raise ConnectionFails(why="\n".join(f"- {line}" for line in problems_of(health)))
        async with parts.database.transaction() as tx:
            inbox_id = await connect(
                tx,
                parts.adapters,
                parts.keyring,
                channel=channel,
                name=name or str(given.get("address") or channel),
                brand_id=await _brand_id(tx, brand),
                config=given,
            )
            await keep(tx, inbox_id, 1, health)
            await audit.record(tx, operator(), "inbox.connected", inbox_id, channel=channel, name=name)
            return await show_inbox(tx, parts.adapters, settings, LOCALE, inbox_id)


def _read(file: Path) -> dict[str, Any]:
    """Raises `ConfigUnreadable`."""
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        found = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise ConfigUnreadable(file=file, why=error) from error
    assert isinstance(found, dict), "TOML is a table, and JSON that begins with { is an object"
    return found


async def _brand_id(tx: Transaction, wanted: str) -> UUID:
    """Raises `BrandUnknown`."""
    known = await brands(tx)
    found = next((one.id for one in known if wanted in ("", one.name, str(one.id))), None)
    if found is None:
        raise BrandUnknown(brand=wanted, known=", ".join(one.name for one in known) or "-")
    return found
