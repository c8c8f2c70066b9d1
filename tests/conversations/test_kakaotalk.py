"""Customers on KakaoTalk, from the words on their phones to the answers there, through everything between."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from damso.bootstrap import Parts
from damso.channels.adapters.kakao.adapter import KakaoAdapter
from damso.channels.adapters.kakao.simulator import KakaoSimulator
from damso.channels.adapters.kakao.state import COST
from damso.channels.adapters.kakao_consult.simulator import ConsultSimulator
from damso.channels.connect import connect
from damso.channels.inboxes import Inboxes, InboxRecord
from damso.channels.intake import accept
from damso.channels.registry import load_adapters
from damso.channels.simulator import Act, Answer, Person, PhoneSimulator
from damso.channels.threads import thread_of, window_of
from damso.channels.types import Request, Window
from damso.kernel.blobs import DiskBlobs
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.http import open_http
from damso.kernel.settings import Settings
from tests.clock import ManualClock
from tests.conversations.company import Company, make_company

MINA = Person(id="mina", name="김미나", phone="+821000001024")


class Phone:
    """What a customer holds in their hands, and the agents who answer her."""

    def __init__(self, company: Company, provider: PhoneSimulator, inbox: InboxRecord) -> None:
        self.company, self.provider, self.inbox = company, provider, inbox

    async def does(self, act: Act) -> None:
        parts = self.company.parts
        for delivery in self.provider.act(MINA, act):
            request = Request(body=delivery.body, headers=delivery.headers, received_at=parts.database.clock.now())
            answer = await accept(parts.database, parts.blobs, self.inbox, request)
            self.provider.take(MINA, delivery, Answer(status=answer.status, body=answer.body))
        await self.company.works()

    async def reads(self, text: str) -> str | None:
        """What becomes of an agent's answer, when all is told."""
        async with self.company.parts.database.reading() as tx:
            case_id = await tx.value("SELECT id FROM conversation")
        message_id = await self.company.answers(case_id, text, inbox=self.inbox)
        await self.company.delivers()
        self.company.parts.database.clock.advance(timedelta(seconds=11))  # type: ignore[attr-defined]
        await self.company.due()
        return (await self.company.line(case_id, message_id)).status

    async def window(self) -> Window:
        async with self.company.parts.database.reading() as tx:
            them = await tx.value("SELECT anchor_identity_id FROM conversation")
            return window_of(self.inbox, await thread_of(tx, self.inbox.id, them), tx.now)

    def screen(self) -> list[tuple[str, str]]:
        return [(bubble.side, bubble.text) for bubble in self.provider.screen(MINA)]


@pytest.fixture
async def phone(
    request: pytest.FixtureRequest,
    database: Database,
    keyring: Keyring,
    blobs: DiskBlobs,
    tmp_path: Path,
    clock: ManualClock,
    postcards,
) -> AsyncIterator[Phone]:
    adapters = load_adapters() | {postcards.channel: postcards, "kakao": KakaoAdapter(now=clock.now)}
    async with (
        request.param(clock.now) as provider,
        open_http([], dict.fromkeys(provider.hosts, provider.origin)) as http,
    ):
        parts = Parts(
            settings=Settings(data=tmp_path),
            database=database,
            keyring=keyring,
            blobs=blobs,
            http=http,
            adapters=adapters,
            inboxes=Inboxes(database, adapters, keyring),
        )
        company = await make_company(parts)
        async with database.transaction() as tx:
            inbox_id = await connect(
                tx,
                adapters,
                keyring,
                channel=provider.channel,
                name="카카오톡",
                brand_id=company.brand_id,
                config=msgspec.to_builtins(provider.config()),
            )
        async with database.reading() as tx:
            inbox = await parts.inboxes.by_id(tx, inbox_id)
        yield Phone(company, provider, inbox)


@pytest.mark.parametrize("phone", [KakaoSimulator], indirect=True)
async def test_a_bot_hands_words_over_and_answers_within_a_minute_then_at_a_price(
    phone: Phone, clock: ManualClock
) -> None:
    await phone.does(Act(what="befriends"))
    await phone.does(Act(what="says", text="언제 오나요?"))
    assert (await phone.window()).closes_at == clock.now() + timedelta(minutes=1)

    assert await phone.reads("오늘 출발해요.") == "delivered"
    assert await phone.window() == Window(open=True, cost=COST)
    assert await phone.reads("내일 도착해요.") == "delivered"
    await phone.does(Act(what="blocks"))
    assert await phone.reads("받으셨나요?") == "failed"

    waiting = phone.inbox.config.waiting
    assert phone.screen() == [
        ("customer", "언제 오나요?"),
        ("company", waiting),
        ("company", "오늘 출발해요."),
        ("company", "내일 도착해요."),
    ]


@pytest.mark.parametrize("phone", [ConsultSimulator], indirect=True)
async def test_a_consultation_goes_on_until_it_is_left_and_begins_again(phone: Phone) -> None:
    await phone.does(Act(what="says", text="언제 오나요?"))
    assert await phone.reads("오늘 출발해요.") == "sent"
    assert await phone.reads("내일 도착해요.") == "sent"

    await phone.does(Act(what="leaves"))
    assert not (await phone.window()).open

    await phone.does(Act(what="says", text="저기요"))
    assert (await phone.window()).open
    assert await phone.reads("네, 말씀하세요.") == "sent"
    assert [text for side, text in phone.screen() if side == "company"] == [
        "오늘 출발해요.",
        "내일 도착해요.",
        "네, 말씀하세요.",
    ]
