"""Answering a customer: by the callback of their call within its minute, else by the Event API.

Sources: the Kakao business guide (ai_chatbot_callback_guide: CallbackRequest, CallbackResponse and its table of
messages; event-api), and Kakao's guide to skill servers of group chats for the result of a task.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

import httpx
import msgspec

from damso.channels.adapters.kakao.bubbles import plain, template_body
from damso.channels.adapters.kakao.config import KakaoConfig
from damso.channels.adapters.kakao.parse import APP_USER, BOT_USER, CHANNEL_USER
from damso.channels.adapters.kakao.skill import OURS, is_callback, is_file
from damso.channels.calls import Answered, call, fetch
from damso.channels.failures import (
    ChannelError,
    ContentRejected,
    CredentialsRejected,
    OutcomeUnknown,
    RecipientUnreachable,
    TryLater,
    WindowClosed,
)
from damso.channels.items import Address, InboundReceipt
from damso.channels.types import Blob, OutboundMessage, Receipt, Thread

API = "https://bot-api.kakao.com"
SENT_SCOPE = "kakao:sent"

CALLBACK = "callback:"
EVENT = "event:"
"""Before a task's id, to tell them apart: only events have a result of their own."""

_USER_TYPES = {CHANNEL_USER: "plusfriendUserKey", BOT_USER: "botUserKey", APP_USER: "appUserId"}

_REFUSALS: tuple[tuple[str, type[ChannelError]], ...] = (
    ("invalid callback token", WindowClosed),
    ("use callback true setting required", WindowClosed),
    ("invalid bot id", CredentialsRejected),
    ("invalid json response", ContentRejected),
    ("invalid skill-json format", ContentRejected),
)
"""How a FAIL's message begins or what it holds, in lower case, and what follows from it. Its "internal server error"s
are left out: whether those delivered nothing nobody says."""

_FAILED = re.compile(r"^\d+ FAIL$")


def callback_of(thread: Thread, now: datetime) -> str:
    """Where an answer may still follow, else an empty string."""
    url = str(thread.handle_at(now).get("callback_url", ""))
    return url if is_callback(url) else ""


async def send(
    message: OutboundMessage, thread: Thread, config: KakaoConfig, http: httpx.AsyncClient, now: datetime
) -> Receipt:
    """Raises a `ChannelError`."""
    if message.purpose == "marketing":
        raise ContentRejected("advertising needs a form of its own on KakaoTalk, which is not there")
    if url := callback_of(thread, now):
        return await _by_callback(url, message, http)
    if config.has_events:
        return await _by_event(message, config, http)
    raise WindowClosed("the minute for an answer is over, and the Event API is not set up")


async def _by_callback(url: str, message: OutboundMessage, http: httpx.AsyncClient) -> Receipt:
    answered = await call(_post(url, template_body(message), http), http)
    task = _task(answered, message)
    return Receipt(external_id=f"{CALLBACK}{task}", dedupe_scope=SENT_SCOPE, status_code=answered.status, spent=True)


async def _by_event(message: OutboundMessage, config: KakaoConfig, http: httpx.AsyncClient) -> Receipt:
    """The text reaches the customer by the block of the event, which has to show `event.data.text`."""
    if message.to.kind not in _USER_TYPES:
        raise RecipientUnreachable("not a person that Kakao knows")
    body = msgspec.json.encode(
        {
            "event": {"name": config.event_name, "data": {"text": plain(message)}},
            "user": [{"type": _USER_TYPES[message.to.kind], "id": message.to.value}],
            "params": {OURS: message.send_key},
        }
    )
    url = f"{API}/v2/bots/{quote(_bot(message.to, config), safe='!')}/talk"
    answered = await call(_post(url, body, http, _key(config)), http)
    task = _task(answered, message)
    return Receipt(external_id=f"{EVENT}{task}", dedupe_scope=SENT_SCOPE, status_code=answered.status)


def _bot(to: Address, config: KakaoConfig) -> str:
    """The bot as the customer's calls name it: that of its channel for trying things out has a sign behind its id."""
    return to.scope or config.bot_id


async def poll_reports(
    external_ids: Sequence[str], config: KakaoConfig, http: httpx.AsyncClient
) -> Sequence[InboundReceipt]:
    """What became of events. A callback that was taken has been delivered: that is what its answer says."""
    reports = [await _report(identifier, config, http) for identifier in external_ids]
    return [report for report in reports if report]


async def _report(identifier: str, config: KakaoConfig, http: httpx.AsyncClient) -> InboundReceipt | None:
    if identifier.startswith(CALLBACK):
        return InboundReceipt(status="delivered", external_id=identifier)
    url = f"{API}/v1/tasks/{quote(identifier.removeprefix(EVENT), safe='')}"
    try:
        answered = await call(http.build_request("GET", url, headers=_key(config)), http)
    except (TryLater, OutcomeUnknown):
        return None
    if answered.status in (401, 403):
        raise answered.fact(CredentialsRejected, "the REST API key is refused")
    return _result(identifier, answered)


def _result(identifier: str, answered: Answered) -> InboundReceipt | None:
    """None as long as nothing is known."""
    told = answered.fields
    status = str(told.get("status", ""))
    if status == "ALL SUCCESS":
        return InboundReceipt(status="delivered", external_id=identifier)
    if not _FAILED.match(status):
        return None
    return InboundReceipt(
        status="failed",
        external_id=identifier,
        reason=_reason(told) or status,
        permanent=bool(told.get("userKeyResolvingFailCount")),
    )


def _reason(told: dict[str, object]) -> str:
    fail = told.get("fail")
    failures = fail.get("list") if isinstance(fail, dict) else None
    first = failures[0] if isinstance(failures, list) and failures else None
    error = first.get("errorMsg", "") if isinstance(first, dict) else ""
    return str(error.get("msg", "") if isinstance(error, dict) else error)[:300]


async def fetch_picture(ref: str, http: httpx.AsyncClient) -> Blob:
    """Raises `ContentRejected`, also where the address is not Kakao's."""
    if not is_file(ref):
        raise ContentRejected("not a file at Kakao")
    return await fetch(ref, http)


def _post(url: str, body: bytes, http: httpx.AsyncClient, headers: dict[str, str] | None = None) -> httpx.Request:
    return http.build_request(
        "POST", url, content=body, headers={"content-type": "application/json; charset=utf-8", **(headers or {})}
    )


def _key(config: KakaoConfig) -> dict[str, str]:
    return {"authorization": f"KakaoAK {config.rest_api_key}"}


def _task(answered: Answered, message: OutboundMessage) -> str:
    """The id of the task by which it was taken. Raises what a refusal means; the status of the answer is not
    documented, so its words go first."""
    told = answered.fields
    if told.get("status") == "SUCCESS":
        return str(told.get("taskId") or message.send_key)
    words = str(told.get("message", ""))
    for beginning, kind in _REFUSALS:
        if beginning in words.lower():
            raise answered.fact(kind, words[:200])
    if answered.status in (401, 403):
        raise answered.fact(CredentialsRejected, f"HTTP {answered.status}: the key is refused")
    if answered.status == 429:
        raise answered.fact(TryLater, "HTTP 429")
    if 400 <= answered.status < 500:
        raise answered.fact(ContentRejected, words[:200] or f"HTTP {answered.status}")
    raise answered.fact(OutcomeUnknown, words[:200] or f"HTTP {answered.status}")
