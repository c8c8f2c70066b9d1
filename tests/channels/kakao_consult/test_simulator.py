"""The double keeps the dealer's rules."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest

from damso.channels.adapters.kakao_consult.simulator import ConsultSimulator, user_key
from damso.channels.simulator import Act, Person
from tests.channels.kakao_consult.calls import AT
from tests.clock import ManualClock

MINA = Person(id="mina", name="김미나", phone="+821000001024")


@pytest.fixture
async def dealer() -> AsyncIterator[ConsultSimulator]:
    async with ConsultSimulator(ManualClock(AT).now) as dealer:
        dealer.act(MINA, Act(what="says", text="안녕"))
        yield dealer


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, 0),
        ({"sender_key": "another"}, -501),
        ({"user_key": "somebody"}, -502),
        ({"user_key": "a" * 21}, -503),
        ({"serial_number": ""}, -509),
        ({"serial_number": "1" * 31}, -509),
        ({"message": "가" * 1001}, -506),
        ({"message": ""}, -510),
        ({"chat_bubble_type": "HOLOGRAM"}, -510),
        ({"attachment": {"buttons": [{"name": "b", "type": "BK"}] * 6}}, -510),
        ({"attachment": {"buttons": [{"name": "b", "type": "WL"}]}}, -510),
        ({"attachment": {"image": {"img_url": "https://shop.example/1.jpg"}}}, -505),
    ],
)
async def test_what_the_dealer_refuses_has_its_code(dealer, changes: dict[str, Any], code: int) -> None:
    config = dealer.config()
    body = {
        "user_key": user_key(MINA),
        "sender_key": config.sender_key,
        "serial_number": "1",
        "chat_bubble_type": "TEXT",
        "message": "네",
    }
    headers = {"HT-Client-Id": config.client_id, "HT-Client-Secret": config.client_secret}
    async with httpx.AsyncClient(base_url=dealer.origin, headers=headers, trust_env=False) as http:
        sent = await http.post("/kakaoWebhook/v3/bzc/chat/send/plain", json=body | changes)

    assert msgspec.json.decode(sent.content)["code"] == code


async def test_opening_tells_with_what_words(dealer) -> None:
    [delivery] = dealer.act(MINA, Act(what="opens", text="주문 1024"))

    assert msgspec.json.decode(delivery.body)["reference"]["extra"] == "주문 1024"
    assert dealer.act(MINA, Act(what="befriends")) == []
    assert all(rule.source.startswith("http") for rule in dealer.rules)
