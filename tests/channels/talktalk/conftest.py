"""Naver's double, a customer in it, and the client that reaches it by Naver's own address."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from damso.channels.adapters.talktalk.config import TalkTalkConfig
from damso.channels.adapters.talktalk.simulator import TalkTalkSimulator
from damso.channels.items import Address
from damso.channels.simulator import Act, Person
from damso.channels.types import Brand, OutboundMessage
from damso.kernel.http import open_http


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
async def naver(hands: Hands) -> AsyncIterator[TalkTalkSimulator]:
    async with TalkTalkSimulator(hands.now) as naver:
        yield naver


@pytest.fixture
async def http(naver: TalkTalkSimulator) -> AsyncIterator[httpx.AsyncClient]:
    async with open_http([], doubles=dict.fromkeys(naver.hosts, naver.origin)) as http:
        yield http


@pytest.fixture
def config(naver: TalkTalkSimulator) -> TalkTalkConfig:
    return naver.config()


@pytest.fixture
def mina(naver: TalkTalkSimulator) -> Person:
    """She has opened the chat, so Naver knows her."""
    mina = Person(id="mina", name="김미나", phone="+821000000001")
    naver.act(mina, Act(what="opens"))
    return mina


@pytest.fixture
def message(naver: TalkTalkSimulator, mina: Person, config: TalkTalkConfig) -> OutboundMessage:
    return OutboundMessage(
        send_key="send-1",
        token="token",
        to=Address(kind="talktalk", scope=config.scope, value=naver.user(mina)),
        text="오늘 발송했어요.",
        author="이수진",
        brand=Brand(name="달빛상점", colour="#5b5bd6"),
        locale="ko",
        created_at=naver.now(),
    )
