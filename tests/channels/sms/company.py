"""A company that texts its customers: its connection at SOLAPI, its customers' numbers, and messages to them."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from damso.channels.adapters.sms.config import SmsConfig
from damso.channels.content import Button, Filled
from damso.channels.items import Address
from damso.channels.simulator import Person
from damso.channels.types import Blob, Brand, OutboundMessage

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
MINA = Person(id="mina", name="김미나", phone="+821000001024")
JOON = Person(id="joon", name="박준", phone="+821000002048")
CONFIG = SmsConfig(
    sender="02-1544-0000",
    key="NCSTESTKEY000001",
    secret="an API secret for tests",
    webhook_secret="a webhook secret for tests",
    kakao_channel="PF01ID",
    kakao_secret="a KakaoTalk secret for tests",
)
ORDERED = Filled(
    code="TP01ORDER",
    name="주문 접수",
    variables={"이름": "김미나", "주문번호": "1024"},
    buttons=(Button(label="배송 조회", action="link", value="https://shop.example/orders"),),
)
ORDERED_TEXT = "[달빛상점] 김미나님, 주문 1024번을 받았어요."


def text(words: str, to: Person = MINA, **more: Any) -> OutboundMessage:
    """A message to a customer's number."""
    message = OutboundMessage(
        send_key="send-1",
        token="token-1",
        to=Address(kind="phone", value=to.phone, name=to.name),
        text=words,
        author="이수진",
        brand=Brand(name="달빛상점", colour="#5b5bd6"),
        locale="ko",
        created_at=AT,
    )
    return msgspec.structs.replace(message, **more)


def alimtalk(to: Person = MINA, filled: Filled = ORDERED, words: str = ORDERED_TEXT) -> OutboundMessage:
    return text(words, to, content=filled, purpose="transactional")


def picture(size: int = 2048, name: str = "머그컵.jpg", kind: str = "image/jpeg") -> Blob:
    return Blob(name=name, content_type=kind, data=b"\xff\xd8" + bytes(size - 2))
