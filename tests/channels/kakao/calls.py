"""Calls as Kakao makes them, anonymised, in the form its documents give."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from damso.channels.adapters.kakao.config import KakaoConfig
from damso.channels.types import Request

BOT = "667e5382f2b2f84cb555091c"
AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
CALLBACK = f"https://bot-api.kakao.com/v1/bots/{BOT}/callback/token-1"
CONFIG = KakaoConfig(
    bot_id=BOT,
    secret="a-skill-secret-for-tests",
    admin_key="an-admin-key-for-tests",
    rest_api_key="a-rest-api-key-for-tests",
    event_name="damso_answer",
    quick_replies="배송 조회, 상담 시간",
)
PAYLOADS = Path(__file__).parent / "payloads"


def recorded() -> dict[str, Request]:
    return {
        page.stem: Request(
            body=page.read_bytes(),
            headers=msgspec.json.decode(page.with_suffix(".headers.json").read_bytes()),
            received_at=AT,
        )
        for page in sorted(PAYLOADS.glob("*.json"))
        if not page.stem.endswith(".headers")
    }


def skill_call(utterance: str = "안녕하세요", *, at: datetime = AT, **said: Any) -> Request:
    """A customer's words; `said` overrides fields of `userRequest`."""
    user = {"id": "b" * 64, "type": "botUserKey", "properties": {"plusfriendUserKey": "T8x9DhjAiBrv"}}
    body = {"bot": {"id": BOT}, "userRequest": {"utterance": utterance, "user": user, **said}}
    return Request(
        body=msgspec.json.encode(body), headers={"x-damso-skill": "a-skill-secret-for-tests"}, received_at=at
    )


LATER = AT + timedelta(minutes=1)
"""When a callback of `AT` is good no more."""
