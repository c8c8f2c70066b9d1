"""The connections: can their secrets be read, do they work, what does the world think of our mail."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
from msgspec import Struct

from damso.channels.checks import check
from damso.channels.inboxes import InboxUnusable, read_config
from damso.channels.types import Adapter, Health
from damso.commands.checkup.findings import Finding, broken, fine, warning
from damso.commands.console import LOCALE
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.i18n import Text

AT_ONCE = 8

NONE = Text("연결한 채널이 없어요.", "No channel is connected.")
CONNECT = Text(
    "데스크의 채널 설정이나 `damso inbox add`로 연결해 주세요.", "Connect one in the desk, or by `damso inbox add`."
)
WORKS = Text("잘 연결돼요. {facts}", "The connection works. {facts}")
FAILS = Text("연결되지 않아요.", "The connection does not work.")
ADVICE = Text("연결은 되지만 살펴볼 것이 있어요.", "The connection works, but have a look.")
SAY = Text("{why}", "{why}")
UNREADABLE = Text("저장된 설정을 읽을 수 없어요({why}).", "The stored settings cannot be read ({why}).")
NOT_INSTALLED = Text("'{channel}' 채널이 설치돼 있지 않아요.", "The channel '{channel}' is not installed.")
ENTER_AGAIN = Text(
    "원래 암호화 키 파일을 되돌려 놓거나, 데스크에서 비밀번호를 다시 입력해 주세요.",
    "Put the original key file back, or enter the secrets again in the desk.",
)
INSTALL = Text("채널 패키지를 다시 설치해 주세요.", "Install the channel's package again.")


class _Stored(Struct, frozen=True, kw_only=True):
    name: str
    channel: str
    enabled: bool
    config: dict[str, Any]


async def look_at_connections(
    database: Database, adapters: Mapping[str, Adapter], keyring: Keyring, http: httpx.AsyncClient
) -> AsyncIterator[Finding]:
    """Every connection; one that is switched off only for its secrets."""
    async with database.reading() as tx:
        stored = await tx.all(_Stored, "SELECT name, channel, enabled, config FROM inbox ORDER BY created_at, id")
    if not stored:
        yield warning("inbox", NONE, CONNECT)
    room = asyncio.Semaphore(AT_ONCE)

    async def look(one: _Stored) -> Finding:
        async with room:
            return await _look_at(one, adapters, keyring, http)

    for finding in await asyncio.gather(*(look(one) for one in stored)):
        yield finding


async def _look_at(one: _Stored, adapters: Mapping[str, Adapter], keyring: Keyring, http: httpx.AsyncClient) -> Finding:
    about = f"inbox {one.name}"
    adapter = adapters.get(one.channel)
    if adapter is None:
        return broken(about, NOT_INSTALLED, INSTALL, channel=one.channel)
    try:
        config = read_config(adapter, one.config, keyring)
    except InboxUnusable as error:
        return broken(about, UNREADABLE, ENTER_AGAIN, why=error.fields["why"])
    return _judged(about, await check(adapter, config, http)) if one.enabled else fine(about, WORKS, facts="")


def _judged(about: str, health: Health) -> Finding:
    why = " ".join(ko if LOCALE == "ko" else en for ko, en in health.problems)
    if not health.ok:
        return broken(about, FAILS, SAY, why=why)
    if why:
        return warning(about, ADVICE, SAY, why=why)
    return fine(about, WORKS, facts=", ".join(f"{name}: {value}" for name, value in health.facts.items()))
