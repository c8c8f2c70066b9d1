"""Writing, uploading and ending, against the double."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest

from damso.channels.adapters.kakao_consult.adapter import ConsultAdapter
from damso.channels.adapters.kakao_consult.happytalk_api import FACTS, serial_number
from damso.channels.adapters.kakao_consult.simulator import ConsultSimulator
from damso.channels.content import Button, Buttons, Card
from damso.channels.failures import (
    ChannelError,
    ContentRejected,
    CredentialsRejected,
    OutcomeUnknown,
    RecipientUnreachable,
    TryLater,
    WindowClosed,
)
from damso.channels.items import InboundMessage, Item
from damso.channels.simulator import Act, Answer, Delivery, Fault, Person
from damso.channels.types import Blob, OutboundMessage, Receipt, Request, Thread
from damso.kernel.http import open_http
from tests.channels.kakao_consult.calls import AT
from tests.channels.test_health import MESSAGE
from tests.clock import ManualClock

MINA = Person(id="mina", name="김미나", phone="+821000001024")
PHOTO = Blob(name="컵.jpg", content_type="image/jpeg", data=b"\xff\xd8 a cup \r\n\x00")
INVOICE = Blob(name="송장.pdf", content_type="application/pdf", data=b"%PDF-1.7\n")


class Talk:
    """A customer's phone, the dealer's double between, and our adapter."""

    def __init__(self, dealer: ConsultSimulator, clock: ManualClock, http: httpx.AsyncClient) -> None:
        self.dealer, self.clock, self.http = dealer, clock, http
        self.adapter = ConsultAdapter()
        self.config = dealer.config()

    def hear(self, what: str = "says", **act: Any) -> list[Item]:
        return [item for one in self.dealer.act(MINA, Act(what=what, **act)) for item in self.receive(one)]

    def receive(self, delivery: Delivery) -> list[Item]:
        request = Request(body=delivery.body, headers=delivery.headers, received_at=self.clock.now())
        self.adapter.verify(request, self.config)
        return list(self.adapter.parse(request, self.config))

    async def say(self, text: str = "오늘 발송했어요.", **more: Any) -> Receipt:
        message: OutboundMessage = msgspec.structs.replace(MESSAGE, text=text, to=self.sender, **more)
        return await self.adapter.send(message, Thread(), self.config, self.http)

    def begin(self) -> None:
        [item] = self.hear(text="저기요")
        assert isinstance(item, InboundMessage)
        self.sender = item.sender

    def seen(self) -> list[str]:
        return [bubble.text for bubble in self.dealer.screen(MINA) if bubble.side == "company"]


@pytest.fixture
async def talk() -> AsyncIterator[Talk]:
    clock = ManualClock(AT)
    async with ConsultSimulator(clock.now) as dealer, open_http([], dict.fromkeys(dealer.hosts, dealer.origin)) as http:
        talk = Talk(dealer, clock, http)
        talk.begin()
        yield talk


async def test_words_arrive_once_however_often_they_are_tried(talk: Talk) -> None:
    first, again = await talk.say(), await talk.say()

    assert (
        first
        == again
        == Receipt(external_id=serial_number("send-1", 0), dedupe_scope="kakao_consult:sent", status_code=200)
    )
    assert talk.seen() == ["오늘 발송했어요."]
    assert len(serial_number("send-1", 0)) == 30


async def test_a_line_that_broke_is_tried_again_without_harm(talk: Talk) -> None:
    talk.dealer.meet(Fault.DROP)

    with pytest.raises(TryLater):
        await talk.say()
    await talk.say()

    assert talk.seen() == ["오늘 발송했어요."]


async def test_buttons_stand_under_the_words_and_what_has_none_is_spelled(talk: Talk) -> None:
    link = Button(label="주문 보기", action="link", value="https://shop.example/1")
    call = Button(label="전화", action="call", value="02-000-1234")

    await talk.say(content=Buttons(buttons=(Button(label="네"), link)))
    await talk.say(content=Buttons(buttons=(Button(label="네"), call)), send_key="send-2")
    await talk.say(content=Card(title="머그컵", text="달빛 무늬"), send_key="send-3")

    rich, spelled, card = [bubble for bubble in talk.dealer.screen(MINA) if bubble.side == "company"]
    assert rich.buttons == (Button(label="네"), link)
    assert spelled.text == "오늘 발송했어요.\n\n▸ 네\n▸ 전화 02-000-1234"
    assert card.text == "오늘 발송했어요.\n\n머그컵\n달빛 무늬"
    [pressed] = talk.hear("presses", button=rich.buttons[0])
    assert isinstance(pressed, InboundMessage)
    assert pressed.text == "네"


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        (PHOTO, "IMAGE"),
        (INVOICE, "FILE"),
        (Blob(name="a.mp4", content_type="video/mp4", data=b"v"), "VIDEO"),
        (Blob(name="a.m4a", content_type="audio/mp4", data=b"a"), "AUDIO"),
        (Blob(name="big.jpg", content_type="image/jpeg", data=bytes(5 * 1024 * 1024 + 1)), "FILE"),
    ],
)
async def test_a_file_goes_to_kakao_first_and_before_the_words(talk: Talk, file: Blob, kind: str) -> None:
    await talk.say("여기 있어요.", attachments=(file,))

    upload, sent, words = talk.dealer.calls
    assert upload.path.endswith("/image/upload" if kind == "IMAGE" else "/file/upload")
    assert msgspec.json.decode(sent.body)["chat_bubble_type"] == kind
    assert msgspec.json.decode(words.body)["message"] == "여기 있어요."
    assert talk.seen() == ["", "여기 있어요."]


async def test_a_file_that_was_uploaded_is_not_uploaded_again(talk: Talk) -> None:
    uploaded = await talk.adapter.upload(PHOTO, talk.config, talk.http)
    blob = msgspec.structs.replace(PHOTO, ref=uploaded)

    await talk.say("", attachments=(blob,))

    assert [call.path.rpartition("/")[2] for call in talk.dealer.calls] == ["upload", "plain"]
    fetched = await talk.adapter.fetch_media(uploaded, talk.config, talk.http)
    assert (fetched.content_type, fetched.data) == ("image/jpeg", PHOTO.data)


async def test_files_are_fetched_from_kakao_and_from_nowhere_else(talk: Talk) -> None:
    with pytest.raises(ContentRejected, match="not a file at Kakao"):
        await talk.adapter.fetch_media("https://evil.example/1.jpg", talk.config, talk.http)
    assert talk.dealer.calls == []


async def test_without_a_session_nothing_can_be_said(talk: Talk) -> None:
    [ended] = talk.hear("leaves")

    with pytest.raises(WindowClosed):
        await talk.say()
    assert ended.change == "ended"
    talk.begin()
    await talk.say()


async def test_a_session_ends_thirty_days_after_the_last_words(talk: Talk) -> None:
    talk.clock.advance(timedelta(days=30))

    with pytest.raises(WindowClosed):
        await talk.say()
    [delivery] = talk.dealer.due()
    assert [item.change for item in talk.receive(delivery)] == ["ended"]
    assert talk.dealer.due() == []


async def test_a_customer_who_blocks_the_channel_cannot_be_reached(talk: Talk) -> None:
    talk.hear("blocks")

    with pytest.raises(RecipientUnreachable):
        await talk.say()


async def test_a_consultation_is_ended_alone_or_given_back_to_the_bot(talk: Talk) -> None:
    to, with_bot = talk.sender, msgspec.structs.replace(talk.config, bot_event="start_bot")

    await talk.adapter.end(to, Thread(), talk.config, talk.http)
    await talk.adapter.end(to, Thread(), talk.config, talk.http)
    talk.begin()
    await talk.adapter.end(to, Thread(), with_bot, talk.http)

    assert [call.path.rpartition("/")[2] for call in talk.dealer.calls] == ["end", "end", "endWithBot"]
    assert msgspec.json.decode(talk.dealer.calls[-1].body)["bot_event"] == "start_bot"
    assert [bubble.side for bubble in talk.dealer.screen(MINA)].count("notice") == 2


@pytest.mark.parametrize(("code", "fact"), sorted(FACTS.items()))
@pytest.mark.parametrize("form", [int, str])
async def test_every_code_is_a_fact(talk: Talk, code: int, fact: type[ChannelError], form: type) -> None:
    body = {"code": form(code), "message": "SomeException(senderKey: a-key)"}
    talk.dealer.meet(Answer(body=msgspec.json.encode(body)))

    with pytest.raises(fact) as caught:
        await talk.say()

    assert (str(caught.value), caught.value.status_code) == (f"{code} SomeException", 200)


@pytest.mark.parametrize(
    ("answer", "fact"),
    [
        (Answer(status=401), CredentialsRejected),
        (Answer(status=403), CredentialsRejected),
        (Answer(status=400), ContentRejected),
        (Answer(status=429), TryLater),
        (Answer(status=502), TryLater),
        (Answer(body=b"<html>"), OutcomeUnknown),
        (Answer(body=b'{"code": -999}'), OutcomeUnknown),
        (Answer(body=b'{"code": null}'), OutcomeUnknown),
    ],
)
async def test_answers_in_no_documented_form_are_taken_with_care(talk: Talk, answer, fact) -> None:
    talk.dealer.meet(answer)

    with pytest.raises(fact):
        await talk.say()


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ({"text": ""}, "nothing to say"),
        ({"text": "가" * 1001}, "1001 characters"),
        ({"attachments": (Blob(name="a", content_type="a/b", data=bytes(20 * 1024 * 1024 + 1)),)}, "20 MB"),
    ],
)
async def test_what_the_dealer_would_not_take_is_told_before(talk: Talk, message: dict[str, Any], why: str) -> None:
    with pytest.raises(ContentRejected, match=why):
        await talk.say(**message)
    assert talk.dealer.calls == []


async def test_a_refused_file_says_nothing(talk: Talk) -> None:
    talk.dealer.meet(Answer(body=b'{"code": "-505", "message": "InvalidImageSizeException"}'))

    with pytest.raises(ContentRejected):
        await talk.say(attachments=(PHOTO,))
    assert talk.seen() == []


async def test_the_check_says_what_to_mend_and_what_is_unproven(talk: Talk) -> None:
    async def checked(**changes: str):
        return await talk.adapter.check(msgspec.structs.replace(talk.config, **changes), talk.http)

    fine = await checked()
    missing, refused = await checked(client_secret=""), await checked(client_secret="another")
    talk.dealer.profile["profileStatus"] = "B"
    blocked = await checked()
    talk.dealer.meet(Fault.DROP)
    away = await checked()

    assert fine.ok
    assert (fine.facts["channel"], fine.facts["posts to"]) == ("달빛상점", "https://help.shop.example/hooks/key")
    assert "HT-Client" in missing.problems[0][0]
    assert "-500" in refused.problems[0][1]
    assert "profileStatus=B" in blocked.problems[0][1]
    assert "cannot be reached" in away.problems[0][1]
    assert [health.ok for health in (missing, refused, blocked, away)] == [False] * 4
    assert all("unproven" in health.facts for health in (fine, missing, refused, blocked, away))
