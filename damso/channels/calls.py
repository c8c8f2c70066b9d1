"""One call to a provider: what it answered, or the fact that follows where the line failed.

A line that was never open delivered nothing; one that broke later may have.
"""

import json
from typing import Any

import httpx
from msgspec import Struct

from damso.channels.failures import ChannelError, ContentRejected, OutcomeUnknown, TryLater
from damso.channels.types import Blob
from damso.kernel.http import EgressRefused

MAX_ANSWER = 256 * 1024
"""Bytes of an answer that are read."""
MAX_FILE = 50 * 1024 * 1024
"""Bytes of a file that are fetched."""

_NEVER_OPEN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Answered(Struct, frozen=True, kw_only=True):
    """An HTTP answer, read up to a limit; `whole` is whether it fitted."""

    status: int
    headers: httpx.Headers
    body: bytes
    whole: bool

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def fields(self) -> dict[str, Any]:
        """The JSON object it holds; empty where it holds none."""
        try:
            told = json.loads(self.body.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            return {}
        return told if isinstance(told, dict) else {}

    def fact(self, kind: type[ChannelError], why: str) -> ChannelError:
        """What it says, with the status it said it with."""
        error = kind(why)
        error.status_code = self.status
        return error


async def call(request: httpx.Request, http: httpx.AsyncClient, limit: int = MAX_ANSWER) -> Answered:
    """Raises `TryLater` where nothing can have been delivered, `OutcomeUnknown` where the line broke afterwards."""
    try:
        response = await http.send(request, stream=True)
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > limit:
                    break
        finally:
            await response.aclose()
    except EgressRefused as error:
        raise TryLater(str(error), after=300) from error
    except _NEVER_OPEN as error:
        raise TryLater(type(error).__name__) from error
    except httpx.HTTPError as error:
        raise OutcomeUnknown(type(error).__name__) from error
    return Answered(
        status=response.status_code, headers=response.headers, body=bytes(body[:limit]), whole=len(body) <= limit
    )


async def fetch(url: str, http: httpx.AsyncClient) -> Blob:
    """A file by its address. Raises `ContentRejected` where it is gone or too large, `TryLater` where it may come."""
    request = http.build_request("GET", url)
    try:
        answered = await call(request, http, MAX_FILE)
    except OutcomeUnknown as error:
        raise TryLater(str(error)) from error
    if not answered.ok:
        passing = answered.status in (408, 429) or answered.status >= 500
        raise answered.fact(TryLater if passing else ContentRejected, f"HTTP {answered.status}")
    if not answered.whole:
        raise ContentRejected(f"more than {MAX_FILE // 1024 // 1024} MB")
    return Blob(
        name=request.url.path.rpartition("/")[2],
        content_type=answered.headers.get("content-type", "application/octet-stream"),
        data=answered.body,
    )
