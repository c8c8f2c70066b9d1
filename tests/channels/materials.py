"""What the contract test needs of every channel that comes with Damso."""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from damso.channels.adapters.api.adapter import ApiAdapter
from damso.channels.adapters.api.config import ApiConfig
from damso.channels.adapters.chat.adapter import ChatAdapter
from damso.channels.adapters.chat.config import ChatConfig
from damso.channels.adapters.email.adapter import EmailAdapter
from damso.channels.adapters.email.config import EmailConfig
from damso.channels.adapters.kakao.adapter import KakaoAdapter
from damso.channels.adapters.kakao_consult.adapter import ConsultAdapter
from damso.channels.adapters.sms.adapter import SmsAdapter
from damso.channels.adapters.talktalk.adapter import TalkTalkAdapter
from damso.channels.contract import Material
from damso.channels.types import Request
from tests.channels.api.system import SECRET, signed
from tests.channels.kakao import calls as kakao_calls
from tests.channels.kakao_consult import calls as consult_calls
from tests.channels.sms.company import CONFIG as SMS
from tests.channels.talktalk import naver

HERE = Path(__file__).parent
RECORDED_AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def recorded_api() -> dict[str, Request]:
    """Calls with their headers, signed once by the Standard Webhooks library; see tests/channels/api/payloads."""
    return recorded(HERE / "api" / "payloads")


def recorded(payloads: Path) -> dict[str, Request]:
    """Every call of a folder, with the headers in the file beside it."""
    return {
        page.stem: Request(
            body=page.read_bytes(),
            headers=msgspec.json.decode(page.with_suffix(".headers.json").read_bytes()),
            received_at=RECORDED_AT + timedelta(seconds=2),
        )
        for page in sorted(payloads.glob("*.json"))
        if not page.stem.endswith(".headers")
    }


def recorded_mails() -> dict[str, Request]:
    return {
        page.stem: Request(body=page.read_bytes(), received_at=RECORDED_AT)
        for page in sorted((HERE / "email" / "mails").glob("*.eml"))
    }


def regroup_api(requests: Sequence[Request]) -> Sequence[Sequence[Request]]:
    """All events in one call; each in a call of its own; shuffled; each call five times."""
    events = [event for request in requests for event in _events(request)]
    shuffled = random.Random(7).sample(events, len(events))
    return [[_call(events)], [_call([event]) for event in events], [_call([event]) for event in shuffled]]


def _events(request: Request) -> list[Any]:
    body = msgspec.json.decode(request.body)
    return body if isinstance(body, list) else [body]


def _call(events: Sequence[Any]) -> Request:
    body = msgspec.json.encode(events)
    at = RECORDED_AT + timedelta(seconds=2)
    return msgspec.structs.replace(signed(body, identifier="msg_regrouped", at=RECORDED_AT), received_at=at)


def api() -> Material:
    return Material(
        adapter=ApiAdapter(),
        config=ApiConfig(system="shop", url="https://shop.example/damso", secret=SECRET),
        recorded=recorded_api(),
        proof=("webhook-id", "webhook-timestamp", "webhook-signature"),
        regroup=regroup_api,
    )


def chat() -> Material:
    return Material(
        adapter=ChatAdapter(),
        config=ChatConfig(identity_secret="a secret for tests, 32 characters"),
        recorded={},
    )


def email() -> Material:
    return Material(
        adapter=EmailAdapter(),
        config=EmailConfig(
            address="help@shop.example",
            password="a password for tests",
            imap_host="imap.shop.example",
            smtp_host="smtp.shop.example",
            oauth_client_secret="a client secret for tests",
            oauth_refresh_token="a refresh token for tests",
        ),
        recorded=recorded_mails(),
    )


def kakao() -> Material:
    return Material(
        adapter=KakaoAdapter(),
        config=kakao_calls.CONFIG,
        recorded=kakao_calls.recorded(),
        proof=("x-damso-skill", "authorization"),
        signs=False,
    )


def kakao_consult() -> Material:
    """No header proves anything: the profile's key stands in the body."""
    return Material(
        adapter=ConsultAdapter(), config=consult_calls.CONFIG, recorded=consult_calls.recorded(), signs=False
    )


def talktalk() -> Material:
    """Naver signs nothing and sends one event in each call."""
    return Material(
        adapter=TalkTalkAdapter(), config=naver.CONFIG, recorded=naver.recorded(), signs=False, by_address=True
    )


def sms() -> Material:
    return Material(
        adapter=SmsAdapter(),
        config=SMS,
        recorded=recorded(HERE / "sms" / "payloads"),
        proof=("x-solapi-secret",),
        signs=False,
        regroup=regroup_sms,
    )


def regroup_sms(requests: Sequence[Request]) -> Sequence[Sequence[Request]]:
    """All reports in one call; each in a call of its own; shuffled."""
    reports = [report for request in requests for report in _events(request)]
    shuffled = random.Random(7).sample(reports, len(reports))
    return [[_reported(reports)], [_reported([one]) for one in reports], [_reported([one]) for one in shuffled]]


def _reported(reports: Sequence[Any]) -> Request:
    first = next(iter(recorded(HERE / "sms" / "payloads").values()))
    return msgspec.structs.replace(first, body=msgspec.json.encode(reports))


MATERIALS: Mapping[str, Callable[[], Material]] = {
    "api": api,
    "chat": chat,
    "email": email,
    "kakao": kakao,
    "kakao_consult": kakao_consult,
    "sms": sms,
    "talktalk": talktalk,
}
