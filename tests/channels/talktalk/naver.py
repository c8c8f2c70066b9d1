"""Naver as the documents describe it: calls from its addresses, with nothing that proves them but that."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from damso.channels.adapters.talktalk.config import TalkTalkConfig
from damso.channels.types import Request

CONFIG = TalkTalkConfig(account="WMoon01", authorization="ct_wmoon01_a-key-for-tests")
AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
PEER = "211.249.40.7"
HEADERS = {"content-type": "application/json;charset=UTF-8", "accept": "application/json", "user-agent": "navertalk/v1"}
USER = "Mina-00000000000000001"
PAYLOADS = Path(__file__).parent / "payloads"


def posted(body: bytes, *, at: datetime = AT, peer: str = PEER) -> Request:
    return Request(body=body, headers=HEADERS, received_at=at, peer=peer)


def recorded() -> dict[str, Request]:
    """Written after the documents' examples and those in answers of Naver's people, with nobody's data in them."""
    return {page.stem: posted(page.read_bytes()) for page in sorted(PAYLOADS.glob("*.json"))}


def event(kind: str, **more: Any) -> Request:
    return posted(msgspec.json.encode({"event": kind, "user": USER} | more))
