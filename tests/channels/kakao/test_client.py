"""Answering by callback and by event, against the double."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import msgspec
import pytest

from damso.channels.adapters.kakao.adapter import KakaoAdapter
from damso.channels.adapters.kakao.simulator import KakaoSimulator
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
from damso.channels.items import Address, InboundMessage, InboundReceipt
from damso.channels.simulator import Act, Answer, Delivery, Fault, Person
from damso.channels.types import Blob, OutboundMessage, Request, Response, Thread
from damso.kernel.http import open_http
from tests.channels.kakao.calls import AT
from tests.channels.test_health import MESSAGE
from tests.clock import ManualClock

MINA = Person(id="mina", name="김미나", phone="+821000001024")


class Talk:
    """A customer's phone, the double between, and our adapter."""

    def __init__(self, kakao: KakaoSimulator, clock: ManualClock, http: httpx.AsyncClient) -> None:
        self.kakao, self.clock, self.http = kakao, clock, http
        self.adapter = KakaoAdapter(now=clock.now)
        self.config = kakao.config()

    def hear(self, act: Act) -> InboundMessage:
        """What the customer does, verified, answered and parsed."""
        [delivery] = self.kakao.act(MINA, act)
        [said] = self.receive(delivery)
        assert isinstance(said, InboundMessage)
        return said

    def receive(self, delivery: Delivery) -> list[object]:
        request = Request(body=delivery.body, headers=delivery.headers, received_at=self.clock.now())
        self.adapter.verify(request, self.config)
        answer: Response = self.adapter.answer(request, self.config)
        self.kakao.take(MINA, delivery, Answer(status=answer.status, body=answer.body))
        return list(self.adapter.parse(request, self.config))

    def thread(self, said: InboundMessage) -> Thread:
        return Thread(handle=said.handle, handle_until=said.handle_until, last_inbound_at=self.clock.now())

    async def say(self, message: OutboundMessage, thread: Thread, to: Address):
        return await self.adapter.send(msgspec.structs.replace(message, to=to), thread, self.config, self.http)

    def seen(self) -> list[str]:
        return [bubble.text for bubble in self.kakao.screen(MINA) if bubble.side == "company"]


@pytest.fixture
async def talk() -> AsyncIterator[Talk]:
    clock = ManualClock(AT)
    async with KakaoSimulator(clock.now) as kakao, open_http([], dict.fromkeys(kakao.hosts, kakao.origin)) as http:
        yield Talk(kakao, clock, http)


async def test_an_answer_follows_by_the_callback_once(talk: Talk) -> None:
    said = talk.hear(Act(what="says", text="반품하고 싶어요"))
    thread = talk.thread(said)
    choices = Buttons(buttons=(Button(label="단순 변심"), Button(label="파손")))

    receipt = await talk.say(msgspec.structs.replace(MESSAGE, content=choices), thread, said.sender)

    assert (receipt.external_id[:9], receipt.spent, receipt.status_code) == ("callback:", True, 200)
    assert talk.seen() == [talk.config.waiting, "오늘 발송했어요."]
    assert [one.label for one in talk.kakao.screen(MINA)[-1].buttons] == ["단순 변심", "파손"]
    with pytest.raises(WindowClosed):
        await talk.say(MESSAGE, thread, said.sender)


async def test_a_callback_ends_with_its_minute(talk: Talk) -> None:
    said = talk.hear(Act(what="says", text="저기요"))
    deaf = KakaoAdapter(now=lambda: AT)

    talk.clock.advance(timedelta(minutes=1))

    with pytest.raises(WindowClosed, match="Invalid callback token"):
        await deaf.send(MESSAGE, talk.thread(said), talk.config, talk.http)


async def test_later_answers_reach_friends_by_the_event_api(talk: Talk) -> None:
    talk.receive(talk.kakao.act(MINA, Act(what="befriends"))[0])
    said = talk.hear(Act(what="says", text="저기요"))
    talk.clock.advance(timedelta(hours=3))
    card = Card(title="송장", buttons=(Button(label="조회", action="link", value="https://shop.example/1"),))

    receipt = await talk.say(msgspec.structs.replace(MESSAGE, content=card), talk.thread(said), said.sender)

    assert (receipt.external_id[:6], receipt.spent) == ("event:", False)
    assert talk.seen()[-1] == "오늘 발송했어요.\n\n송장\n▸ 조회 https://shop.example/1"
    call = talk.kakao.calls[-1]
    assert (call.path, call.headers["authorization"]) == (
        f"/v2/bots/{talk.config.bot_id}/talk",
        f"KakaoAK {talk.config.rest_api_key}",
    )
    assert msgspec.json.decode(call.body)["params"] == {"damso": "send-1"}
    [report] = await talk.adapter.poll_reports([receipt.external_id], talk.config, talk.http)
    assert report == InboundReceipt(status="delivered", external_id=receipt.external_id)


async def test_an_event_that_reaches_nobody_is_told_by_its_result(talk: Talk) -> None:
    said = talk.hear(Act(what="says", text="저기요"))
    stranger = msgspec.structs.replace(said.sender, value="nobody")
    talk.kakao.results_after = timedelta(minutes=5)

    not_a_friend = await talk.say(MESSAGE, Thread(), said.sender)
    unknown = await talk.say(MESSAGE, Thread(), stranger)
    tasks = [unknown.external_id, "callback:1", not_a_friend.external_id]

    assert [one.external_id for one in await talk.adapter.poll_reports(tasks, talk.config, talk.http)] == ["callback:1"]
    talk.clock.advance(timedelta(minutes=5))
    nobody, _, no_friend = await talk.adapter.poll_reports(tasks, talk.config, talk.http)
    assert (nobody.status, nobody.reason, nobody.permanent) == ("failed", "1 FAIL", True)
    assert (no_friend.status, no_friend.reason, no_friend.permanent) == ("failed", "채널을 추가하지 않은 사용자", False)


@pytest.mark.parametrize(
    ("message", "fact"),
    [
        ("Invalid callback token for testing purposes.", WindowClosed),
        ("Invalid callback token. Check your callback token.", WindowClosed),
        ("The skill server settings are incorrect.\nUse callback true setting required.", WindowClosed),
        ("Invalid bot ID. Check your Bot ID.", CredentialsRejected),
        ("Invalid json response from bot-skill.", ContentRejected),
        ("Invalid skill-json format.\nThis talk bubble is not suitable for advertising.", ContentRejected),
        ("Internal server error occured. Please contact technical support. 501", OutcomeUnknown),
        ("Internal server error occured. Please contact technical support. 505", OutcomeUnknown),
        ("Internal server error occured. Please contact technical support. 504", OutcomeUnknown),
        ("Internal server error occured. Please contact technical support. 999", OutcomeUnknown),
        ("something new", OutcomeUnknown),
    ],
)
async def test_every_documented_refusal_is_a_fact(talk: Talk, message: str, fact: type[ChannelError]) -> None:
    thread = talk.thread(talk.hear(Act(what="says", text="저기요")))
    for status in ("FAIL", "ERROR"):
        talk.kakao.meet(Answer(body=msgspec.json.encode({"taskId": "t", "status": status, "message": message})))

        with pytest.raises(fact) as caught:
            await talk.say(MESSAGE, thread, MESSAGE.to)

        assert caught.value.status_code == 200


@pytest.mark.parametrize(
    ("answer", "fact"),
    [
        (Answer(status=401), CredentialsRejected),
        (Answer(status=403), CredentialsRejected),
        (Answer(status=429), TryLater),
        (Answer(status=400), ContentRejected),
        (Answer(status=302), OutcomeUnknown),
        (Answer(status=500), OutcomeUnknown),
        (Answer(status=200, body=b"<html>"), OutcomeUnknown),
        (Fault.DROP, OutcomeUnknown),
    ],
)
async def test_answers_in_no_documented_form_are_taken_with_care(talk: Talk, answer, fact) -> None:
    thread = talk.thread(talk.hear(Act(what="says", text="저기요")))
    talk.kakao.meet(answer)

    with pytest.raises(fact):
        await talk.say(MESSAGE, thread, MESSAGE.to)


async def test_a_line_that_never_opened_delivered_nothing(talk: Talk) -> None:
    thread = talk.thread(talk.hear(Act(what="says", text="저기요")))
    async with open_http([], dict.fromkeys(talk.kakao.hosts, "http://127.0.0.1:1")) as dead:
        with pytest.raises(TryLater):
            await talk.adapter.send(MESSAGE, thread, talk.config, dead)


async def test_a_wrong_key_is_found_when_it_is_used(talk: Talk) -> None:
    said = talk.hear(Act(what="says", text="저기요"))
    talk.config = msgspec.structs.replace(talk.config, rest_api_key="another-rest-api-key")

    with pytest.raises(CredentialsRejected):
        await talk.say(MESSAGE, Thread(), said.sender)
    with pytest.raises(CredentialsRejected):
        await talk.adapter.poll_reports(["event:1"], talk.config, talk.http)


async def test_what_cannot_be_sent_is_not_tried(talk: Talk) -> None:
    said = talk.hear(Act(what="says", text="저기요"))
    bare = msgspec.structs.replace(talk.config, rest_api_key="", event_name="")
    advertising = msgspec.structs.replace(MESSAGE, purpose="marketing")
    evil = Thread(handle={"callback_url": "https://evil.example/"}, handle_until=AT + timedelta(minutes=1))

    with pytest.raises(ContentRejected):
        await talk.say(advertising, talk.thread(said), said.sender)
    with pytest.raises(RecipientUnreachable):
        await talk.say(MESSAGE, Thread(), Address(kind="phone", value="+821000001024"))
    with pytest.raises(WindowClosed):
        await talk.adapter.send(MESSAGE, evil, bare, talk.http)
    assert talk.kakao.calls == []


async def test_a_picture_is_fetched_from_kakao_and_from_nowhere_else(talk: Talk) -> None:
    talk.kakao.meet(Answer(body=b"\xff\xd8", headers={"content-type": "image/jpeg"}), Answer(status=404), Fault.DROP)
    here = f"https://{talk.kakao.hosts[0]}/dna/i_1.jpg"

    blob = await talk.adapter.fetch_media(here, talk.config, talk.http)

    assert blob == Blob(name="i_1.jpg", content_type="image/jpeg", data=b"\xff\xd8")
    with pytest.raises(ContentRejected):
        await talk.adapter.fetch_media(here, talk.config, talk.http)
    with pytest.raises(TryLater):
        await talk.adapter.fetch_media(here, talk.config, talk.http)
    with pytest.raises(ContentRejected, match="not a file at Kakao"):
        await talk.adapter.fetch_media("https://evilkakao.com/1.jpg", talk.config, talk.http)
