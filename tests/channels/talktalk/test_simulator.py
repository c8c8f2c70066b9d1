"""The double: what it refuses, what stands on the customer's screen, and what it posts."""

import httpx
import msgspec
import pytest

from damso.channels.adapters.talktalk.adapter import TalkTalkAdapter
from damso.channels.adapters.talktalk.client import EVENTS
from damso.channels.content import Button, Buttons
from damso.channels.failures import TryLater
from damso.channels.items import Unsupported
from damso.channels.simulator import Act, Delivery, Simulated
from damso.channels.types import Request, Thread

ADAPTER = TalkTalkAdapter()


def read(naver, deliveries, peer: str = "127.0.0.1") -> list:
    """What the adapter makes of deliveries, once it has let them in."""
    found = []
    for delivery in deliveries:
        request = Request(body=delivery.body, headers=delivery.headers, received_at=delivery.due, peer=peer)
        ADAPTER.verify(request, naver.config())
        found += ADAPTER.parse(request, naver.config())
    return found


def test_the_adapter_knows_its_double(naver) -> None:
    assert isinstance(ADAPTER, Simulated)
    assert ADAPTER.simulator(naver.now).hosts == ADAPTER.hosts == ("gw.talk.naver.com",)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (Act(what="says", text="안녕하세요"), ["안녕하세요"]),
        (Act(what="presses", button=Button(label="좋아요", value="5")), ["5"]),
        (Act(what="presses", button=Button(label="보기", action="link", value="https://shop.example")), []),
        (Act(what="pictures", picture="https://pictures.example/cup.png"), ["https://pictures.example/cup.png"]),
        (Act(what="opens"), ["opened"]),
        (Act(what="leaves"), ["left"]),
        (Act(what="befriends"), ["befriended"]),
        (Act(what="blocks"), ["unfriended"]),
    ],
)
def test_what_a_customer_does_is_understood(naver, mina, act: Act, said: list[str]) -> None:
    items = read(naver, naver.act(mina, act))

    assert [
        getattr(item, "change", "") or item.text or "".join(str(file.ref) for file in item.attachments)
        for item in items
    ] == said


def test_what_is_not_pressed_by_itself_is_understood(naver, mina) -> None:
    product = {"name": "새벽 머그컵", "currencyPrice": "19,900원"}
    deliveries = [
        *naver.asks_about(mina, product),
        *naver.discloses(mina, cellphone="01000000001"),
        *naver.withdraws(mina, "cellphone"),
        *naver.console_says(mina, "제가 볼게요"),
        *naver.console_finishes(mina),
    ]

    items = read(naver, deliveries)

    assert [type(item).__name__ for item in items] == [
        "InboundMessage",
        "InboundClaims",
        "InboundWithdrawal",
        "InboundEcho",
        "ThreadChange",
    ]
    assert not [item for item in items if isinstance(item, Unsupported)]


async def test_people_in_the_console_take_over_and_give_back(naver, mina, message, config, http) -> None:
    def whose() -> list:
        return [item.owner for item in read(naver, naver.act(mina, Act(what="says", text="여보세요")))]

    assert whose() == ["us"]
    await ADAPTER.give(message.to, Thread(), config, http)
    assert whose() == ["them"]
    pressed = naver.act(mina, Act(what="presses", button=Button(label="네")))
    assert [item.owner for item in read(naver, pressed)] == [None]
    naver.console_finishes(mina)
    assert whose() == ["us"]


async def test_what_we_say_comes_back_once_without_an_author(naver, mina, message, config, http) -> None:
    await ADAPTER.send(message, Thread(), config, http)

    [echo] = read(naver, naver.due())
    assert (echo.to.value, echo.text, echo.external_id) == (naver.user(mina), "오늘 발송했어요.", None)
    assert not naver.due()


async def test_quick_replies_go_away_with_the_next_word(naver, mina, message, config, http) -> None:
    choices = Buttons(buttons=(Button(label="네"),))
    await ADAPTER.send(msgspec.structs.replace(message, content=choices), Thread(), config, http)
    naver.act(mina, Act(what="says", text="음"))

    assert [bubble.buttons for bubble in naver.screen(mina)] == [(), ()]


def test_one_customer_has_another_id_with_every_account(naver, mina) -> None:
    other = type(naver)(naver.now, account="wother1")

    assert len(naver.user(mina)) == 22
    assert naver.user(mina) == naver.user(mina) != other.user(mina)


async def test_nothing_is_said_while_a_consent_is_asked_for(naver, mina, message, config, http) -> None:
    naver.asks_consent(mina)
    with pytest.raises(TryLater):
        await ADAPTER.send(message, Thread(), config, http)
    naver.discloses(mina, nickname="미나")

    await ADAPTER.send(message, Thread(), config, http)

    [bubble] = naver.screen(mina)
    assert bubble.text == "오늘 발송했어요."


async def test_thirty_calls_in_three_seconds_are_too_many(naver, hands, message, config, http) -> None:
    for _ in range(29):
        await ADAPTER.send(message, Thread(), config, http)
    with pytest.raises(TryLater):
        await ADAPTER.send(message, Thread(), config, http)
    hands.advance(3)

    await ADAPTER.send(message, Thread(), config, http)


def text(length: int = 2, **more: object) -> dict:
    return {"textContent": {"text": "가" * length} | more}


def composite(*forms: dict) -> dict:
    return {"compositeContent": {"compositeList": forms}}


def button(label: str = "네", kind: str = "TEXT", **data: str) -> dict:
    return {"type": kind, "data": {"title": label} | data}


FORM = {"title": "교환", "description": "안내"}
ROW = {"title": "머그컵"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (text(10_000), "00"),
        (text(10_001), "99"),
        (text(0), "99"),
        ({}, "02"),
        (text() | composite(FORM), "02"),
        (text(quickReply={"buttonList": [button("가" * 10)] * 10}), "00"),
        (text(quickReply={"buttonList": [button("가" * 11)]}), "99"),
        (text(quickReply={"buttonList": [button()] * 11}), "99"),
        (text(quickReply={"buttonList": [button(code="가" * 1_001)]}), "99"),
        (text(quickReply={"buttonList": [button(kind="LINK", url="https://shop.example")]}), "02"),
        (composite(*[FORM] * 10), "00"),
        (composite(*[FORM] * 11), "99"),
        (composite(), "99"),
        (composite({"title": "교환"}), "02"),
        (composite({"image": {"imageUrl": "https://shop.example/a.png"}, "buttonList": [button()]}), "02"),
        (composite({"title": "가" * 200, "description": "가" * 1_000}), "00"),
        (composite({"title": "가" * 201, "description": "안내"}), "99"),
        (composite({"title": "교환", "description": "가" * 1_001}), "99"),
        (composite(FORM | {"buttonList": [button("가" * 18)] * 10}), "00"),
        (composite(FORM | {"buttonList": [button("가" * 19)]}), "99"),
        (composite(FORM | {"buttonList": [button()] * 11}), "99"),
        (composite(FORM | {"elementList": {"type": "LIST", "data": [ROW] * 3}}), "00"),
        (composite(FORM | {"elementList": {"type": "LIST", "data": [ROW] * 4}}), "99"),
        (composite(FORM | {"elementList": {"type": "LIST", "data": [{"title": "가" * 101}]}}), "99"),
        (composite(FORM | {"elementList": {"type": "LIST", "data": [ROW | {"button": button("가" * 11)}]}}), "99"),
        ({"imageContent": {"imageUrl": "https://shop.example/a.gif?x=1"}}, "00"),
        ({"imageContent": {"imageUrl": "https://help.shop.example/lent/a-token"}}, "00"),
        ({"imageContent": {"imageUrl": "https://shop.example/a.pdf"}}, "IMG-01"),
    ],
)
async def test_what_naver_refuses(naver, mina, config, http, content: dict, code: str) -> None:
    body = {"event": "send", "user": naver.user(mina)} | content

    answer = await _post(http, config.authorization, msgspec.json.encode(body))

    assert answer == {"success": code == "00", "resultCode": code} | _words(answer)


@pytest.mark.parametrize(
    ("key", "body", "code"),
    [
        ("another", b"{}", "01"),
        (None, b"{", "02"),
        (None, b"[]", "02"),
        (None, b"{}", "02"),
        (None, b'{"event":"send","user":"nobody","textContent":{"text":"hi"}}', "99"),
        (None, b'{"event":"send","textContent":{"text":"hi"}}', "99"),
    ],
)
async def test_whom_naver_does_not_know(config, http, key: str | None, body: bytes, code: str) -> None:
    answer = await _post(http, key or config.authorization, body)

    assert (answer["success"], answer["resultCode"]) == (False, code)


async def test_a_handover_to_nobody_is_refused(naver, mina, config, http) -> None:
    body = {"event": "handover", "user": naver.user(mina), "options": {"control": "passThread", "targetId": 7}}

    assert (await _post(http, config.authorization, msgspec.json.encode(body)))["resultCode"] == "02"


async def test_a_picture_is_uploaded_by_its_address(config, http) -> None:
    headers = {"authorization": config.authorization}
    address = EVENTS.replace("event", "imageUpload")

    response = await http.post(address, json={"imageUrl": "https://shop.example/a.png"}, headers=headers)

    assert response.json()["imageId"]


def test_every_rule_names_its_source(naver) -> None:
    assert all(rule.source.startswith("https://github.com/navertalk/chatbot-api/") for rule in naver.rules)


async def _post(http: httpx.AsyncClient, key: str, body: bytes) -> dict:
    response = await http.post(EVENTS, content=body, headers={"authorization": key})
    return response.json()


def _words(answer: dict) -> dict:
    return {name: value for name, value in answer.items() if name == "resultMessage"}


def test_a_delivery_is_posted_as_naver_posts_it(naver, mina) -> None:
    [delivery] = naver.act(mina, Act(what="says", text="안녕"))

    assert isinstance(delivery, Delivery)
    assert (delivery.headers["user-agent"], delivery.due) == ("navertalk/v1", naver.now())
    assert "authorization" not in delivery.headers
