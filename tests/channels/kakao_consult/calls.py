"""Calls as HappyTalk's published documents show them, anonymised."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from damso.channels.adapters.kakao_consult.config import ConsultConfig
from damso.channels.types import Request

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
CONFIG = ConsultConfig(
    channel_id="@달빛상점",
    sender_key="07c2c1b0661cfa374ccc8a9fa9fa2adac1fe89ca",
    client_id="client-for-tests",
    client_secret="secret-for-tests",
)
PAYLOADS = Path(__file__).parent / "payloads"


def recorded() -> dict[str, Request]:
    return {page.stem: Request(body=page.read_bytes(), received_at=AT) for page in sorted(PAYLOADS.glob("*.json"))}


def call(**fields: Any) -> Request:
    body = {"user_key": "MZjEVK4x18_V", "sender_key": CONFIG.sender_key, **fields}
    return Request(body=msgspec.json.encode(body), received_at=AT)


def message(**fields: Any) -> Request:
    said = {"session_id": "1", "time": 1772415000535, "serial_number": 7, "type": "text", "content": "안녕하세요"}
    return call(**(said | fields))
