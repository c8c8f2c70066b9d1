"""Calls to Naver, and what its answers mean.

Every call is answered with 200 and a code of its own (README, "오류 명세"). The words beside the code tell more than
the code: 01 stands for a wrong key, and also for a customer who is asked for a consent right now. A call has no key by
which a repetition would be known, so what may have been taken is `OutcomeUnknown`.
"""

from typing import Any, Literal

import httpx
import msgspec
from msgspec import Struct

from damso.channels.adapters.talktalk.config import TalkTalkConfig
from damso.channels.failures import (
    ChannelError,
    ContentRejected,
    CredentialsRejected,
    OutcomeUnknown,
    RecipientBusy,
    RecipientUnreachable,
    TryLater,
)
from damso.channels.types import Blob

HOST = "gw.talk.naver.com"
EVENTS = f"https://{HOST}/chatbot/v1/event"
PICTURES = f"https://{HOST}/chatbot/v1/imageUpload"
NO_PICTURE = "https://damso.invalid/none.png"
"""A name that never leads anywhere (RFC 2606)."""
SECONDS = 25.0
"""Naver fetches a picture while we wait, within 10 s; answers after 5 to 8 s were seen without one (issue 86)."""
MAX_FILE = 25 * 1024 * 1024
CONSENT = 180.0
"""Seconds in which nothing can be said to a customer who is asked for a consent (issue 170: up to three minutes)."""
BLOCKED = 10.0
"""Seconds to hold still after too many calls; Naver tells no figure."""

_ASKED = "보낼 수 없음"
"""현재 이 사용자에게 메시지를 보낼 수 없음: while Naver asks them for a consent (issues 96, 170, 179; once code 04)."""
_NO_USER = "user 값"
"""잘못된 user 값: under 99, 02 and 12 (issues 66, 152, 308)."""
_NOT_OURS = "권한"
"""권한없는 파트너에 대한 요청: the key is wrong, or another account's (issues 295, 302; once code 03)."""


class Answer(Struct, frozen=True, rename="camel"):
    success: bool
    result_code: str
    result_message: str | None = None


async def say(content: dict[str, Any], user: str, config: TalkTalkConfig, http: httpx.AsyncClient) -> int:
    """One bubble; the HTTP status. Raises a `ChannelError`."""
    options = {"options": {"notification": True}} if config.notify else {}
    return await _tell({"event": "send", "user": user, **content, **options}, config, http)


async def hand_over(
    control: Literal["passThread", "takeThread"], user: str, config: TalkTalkConfig, http: httpx.AsyncClient
) -> None:
    """Give a thread to people in Naver's console, or take it from them (handover_v1.md)."""
    options = {"control": control} | ({"targetId": 1} if control == "passThread" else {})
    await _tell({"event": "handover", "user": user, "options": options}, config, http)


async def try_key(config: TalkTalkConfig, http: httpx.AsyncClient) -> None:
    """Raises `CredentialsRejected` where the key is refused. Nobody sees the call: it offers Naver a picture that does
    not exist, which is refused as such where the key is good (imageupload_api_v1.md)."""
    _, answer = await _post(PICTURES, {"imageUrl": NO_PICTURE}, config, http)
    if not answer.success and isinstance(fact := _failed(answer), CredentialsRejected):
        raise fact


async def _tell(event: dict[str, Any], config: TalkTalkConfig, http: httpx.AsyncClient) -> int:
    status, answer = await _post(EVENTS, event, config, http)
    if not answer.success:
        fact = _failed(answer)
        fact.status_code = status
        raise fact
    return status


async def _post(
    address: str, body: dict[str, Any], config: TalkTalkConfig, http: httpx.AsyncClient
) -> tuple[int, Answer]:
    if not config.authorization:
        raise CredentialsRejected("the key of the sending API is not set")
    headers = {"authorization": config.authorization, "content-type": "application/json;charset=UTF-8"}
    try:
        response = await http.post(address, content=msgspec.json.encode(body), headers=headers, timeout=SECONDS)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise TryLater(type(error).__name__) from error
    except httpx.HTTPError as error:
        raise OutcomeUnknown(type(error).__name__) from error
    try:
        if response.status_code == httpx.codes.OK:
            return response.status_code, msgspec.json.decode(response.content, type=Answer)
        fact = _refused(response.status_code)
    except (msgspec.DecodeError, UnicodeDecodeError):
        fact = OutcomeUnknown("an answer that is not documented")
    fact.status_code = response.status_code
    raise fact


def _refused(status: int) -> ChannelError:
    """Statuses that are not documented: only what HTTP itself says of them (RFC 9110, RFC 6585)."""
    if status in (401, 403):
        return CredentialsRejected(f"HTTP {status}")
    if status == 429:
        return TryLater("HTTP 429", after=BLOCKED)
    if 300 <= status < 500:
        return ContentRejected(f"HTTP {status}")
    return OutcomeUnknown(f"HTTP {status}")


def _failed(answer: Answer) -> ChannelError:
    """Naver's words name customers here and there, so only its code is repeated."""
    code, words = answer.result_code, answer.result_message or ""
    why = f"code {code[:10]}"
    if _ASKED in words:
        return RecipientBusy(f"{why}: the customer is being asked for a consent", after=CONSENT)
    if _NO_USER in words:
        return RecipientUnreachable(f"{why}: no such customer")
    if code == "01" or _NOT_OURS in words:
        return CredentialsRejected(f"{why}: the key was refused")
    match code:
        case "02":
            return ContentRejected(f"{why}: the message was not understood")
        case "IMG-01":
            return ContentRejected(f"{why}: no JPEG, PNG or GIF")
        case "IMG-03":
            return ContentRejected(f"{why}: the picture is too large")
        case _:
            return OutcomeUnknown(f"{why}: failed while it was carried out")


async def fetch(url: str, http: httpx.AsyncClient) -> Blob:
    """A picture or file by its address. Raises `ContentRejected` where it is gone or too large, `TryLater`."""
    try:
        request = http.build_request("GET", url, timeout=SECONDS)
    except (httpx.InvalidURL, ValueError) as error:
        raise ContentRejected("no usable address") from error
    body = bytearray()
    try:
        response = await http.send(request, stream=True)
        try:
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_FILE:
                    raise ContentRejected(f"more than {MAX_FILE // 1024 // 1024} MB")
        finally:
            await response.aclose()
    except httpx.UnsupportedProtocol as error:
        raise ContentRejected("no usable address") from error
    except httpx.HTTPError as error:
        raise TryLater(type(error).__name__) from error
    if response.status_code == 429 or response.status_code >= 500:
        raise TryLater(f"HTTP {response.status_code}")
    if response.status_code != httpx.codes.OK:
        raise ContentRejected(f"HTTP {response.status_code}")
    return Blob(
        name=request.url.path.rpartition("/")[2],
        content_type=response.headers.get("content-type", "application/octet-stream"),
        data=bytes(body),
    )
