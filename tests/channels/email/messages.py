"""Believable messages."""

from datetime import UTC, datetime
from typing import Any

from damso.channels.items import Address
from damso.channels.types import Brand, OutboundMessage

NOW = datetime(2026, 11, 21, 6, 20, tzinfo=UTC)
TOKEN = "dc1-9f2kQpX7wLz4mN8vR3tY6uB1cD5e"
SEND_KEY = "019aa3b2-7c41-7f00-8d2e-5b6c7d8e9f00"


def make_message(**changed: Any) -> OutboundMessage:
    """An answer of a Korean shop's agent."""
    usual: dict[str, Any] = {
        "send_key": SEND_KEY,
        "token": TOKEN,
        "to": Address(kind="email", value="mina@naver.example", name="김미나"),
        "text": "안녕하세요.\n\n주문하신 머그컵은 내일 도착해요.",
        "author": "이담소",
        "brand": Brand(name="담소상점", colour="#1f6feb", signature="담소상점 고객센터\n02-1234-5678"),
        "locale": "ko",
        "subject": "배송 문의",
        "created_at": NOW,
    }
    return OutboundMessage(**{**usual, **changed})


def make_mail(subject: str = "문의", *, message_id: str = "<1@naver.example>", body: bytes = b"hello") -> bytes:
    """A mail as it lies in a mailbox."""
    return (
        (
            f"From: =?utf-8?b?6rmA66+464KY?= <mina@naver.example>\r\nTo: help@shop.example\r\nSubject: {subject}\r\n"
            f"Message-ID: {message_id}\r\nDate: Sat, 21 Nov 2026 15:20:00 +0900\r\n\r\n"
        ).encode()
        + body.replace(b"\n", b"\r\n")
        + b"\r\n"
    )
