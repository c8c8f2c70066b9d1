"""Calls to a relay, and what its answers mean while nothing more is known."""

from typing import Any, TypeVar

import httpx
import msgspec
from msgspec import Struct

from damso.channels.failures import (
    ChannelError,
    ContentRejected,
    CredentialsRejected,
    OutcomeUnknown,
    TryLater,
)

T = TypeVar("T")

SECONDS = 15.0
MAX_ANSWER = 4 * 1024 * 1024
"""Bytes of an answer that are read: a page of templates is the largest."""
LONGEST_WAIT = 3600.0

_NOT_HANDED_OVER = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""Faults before the first byte left, so that nobody can have read the message."""


class Reply(Struct, frozen=True, kw_only=True):
    """An answer: `body` is what its JSON holds, None where it is none."""

    status: int
    body: Any
    retry_after: float = 0

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


async def call(
    http: httpx.AsyncClient,
    method: str,
    url: str,
    *,
    headers: dict[str, str],
    json: Any = None,
    hands_over: bool = False,
) -> Reply:
    """`hands_over`: the call sends a message, so a line that breaks leaves the outcome unknown. Raises `TryLater`,
    `OutcomeUnknown`."""
    content = None if json is None else msgspec.json.encode(json)
    sent = {"content-type": "application/json; charset=utf-8"} if json is not None else {}
    request = http.build_request(method, url, content=content, headers={**sent, **headers}, timeout=SECONDS)
    try:
        response = await http.send(request, stream=True)
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_ANSWER:
                    break
        finally:
            await response.aclose()
    except _NOT_HANDED_OVER as error:
        raise TryLater(type(error).__name__) from error
    except httpx.HTTPError as error:
        raise (OutcomeUnknown if hands_over else TryLater)(type(error).__name__) from error
    return Reply(status=response.status_code, body=_json(bytes(body)), retry_after=_retry_after(response))


def fact(reply: Reply, why: str = "", *, hands_over: bool = False) -> ChannelError:
    """What a status means where the relay's own code tells nothing better. A server that fails may have taken the
    message before."""
    said = f"HTTP {reply.status}" + (f": {why}" if why else "")
    error: ChannelError
    if reply.status in (401, 403):
        error = CredentialsRejected(said)
    elif reply.status == 429:
        error = TryLater(said, after=reply.retry_after)
    elif reply.status >= 500:
        error = OutcomeUnknown(said) if hands_over else TryLater(said, after=reply.retry_after)
    else:
        error = ContentRejected(said)
    error.status_code = reply.status
    return error


def read(kind: type[T], reply: Reply, *, hands_over: bool = False) -> T:
    """The body as what the documents say. Where it is something else, whether a message was taken is not known."""
    try:
        return msgspec.convert(reply.body, kind, strict=False)
    except msgspec.ValidationError as error:
        raise unreadable(reply, hands_over=hands_over) from error


def unreadable(reply: Reply, *, hands_over: bool = False) -> ChannelError:
    """The relay answered something that its documents do not know."""
    error = (OutcomeUnknown if hands_over else TryLater)("the answer is not what the documents say")
    error.status_code = reply.status
    return error


def _json(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _retry_after(response: httpx.Response) -> float:
    value = response.headers.get("retry-after", "")
    return min(float(value), LONGEST_WAIT) if value.isascii() and value.isdigit() else 0.0
