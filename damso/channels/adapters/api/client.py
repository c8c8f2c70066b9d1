"""Posting to a system of one's own, and fetching files from it.

Every call carries the same id however often it is repeated, and the system is told (docs/channels/api.md) to take an
id once: so whatever is not a plain answer may be tried again.
"""

import base64
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx
import msgspec
from msgspec import Struct

from damso.channels.adapters.api.config import ADDRESS_INVALID, ApiConfig
from damso.channels.adapters.api.signature import sign
from damso.channels.failures import (
    ChannelError,
    ContentRejected,
    CredentialsRejected,
    RecipientUnreachable,
    SignatureInvalid,
    TryLater,
)
from damso.channels.types import Blob, OutboundMessage, Thread
from damso.kernel.http import EgressRefused

SECONDS = 10.0
MAX_FILE = 25 * 1024 * 1024
"""Bytes of a file fetched by url."""
MAX_ANSWER = 64 * 1024
"""Bytes of an answer that are read."""
LONGEST_WAIT = 3600.0

_PASSING = frozenset({408, 409, 425, 429})
"""Client errors that pass (RFC 9110, RFC 8470, RFC 6585); 409: the same id is being taken at this moment."""


class Reply(Struct, frozen=True, kw_only=True):
    """An HTTP answer, read up to a limit; `whole` is whether it fitted."""

    status: int
    headers: httpx.Headers
    body: bytes
    whole: bool


class Answer(Struct, frozen=True, kw_only=True):
    """What a system may answer: the id it gives the message."""

    id: str | None = None


def message_body(message: OutboundMessage, thread: Thread) -> bytes:
    """`message.send`, as docs/channels/api.md describes it."""
    return msgspec.json.encode(
        {
            "type": "message.send",
            "data": {
                "id": message.send_key,
                "to": {"id": message.to.value, "name": message.to.name},
                "text": message.text,
                "subject": message.subject,
                "author": {"name": message.author},
                "brand": {"name": message.brand.name},
                "locale": message.locale,
                "thread": thread.external_id,
                "reply_to": message.in_reply_to,
                "created_at": message.created_at,
                "attachments": [
                    {
                        "name": file.name,
                        "content_type": file.content_type,
                        "size": len(file.data),
                        "data": base64.b64encode(file.data).decode(),
                    }
                    for file in message.attachments
                ],
            },
        }
    )


async def post(body: bytes, identifier: str, config: ApiConfig, http: httpx.AsyncClient, now: datetime) -> Reply:
    """Post a signed body; the answer is a 2xx. Raises a `ChannelError`."""
    try:
        headers = {**sign(identifier, body, config.secret, now), "content-type": "application/json"}
    except SignatureInvalid as error:
        raise CredentialsRejected(str(error)) from error
    try:
        request = http.build_request("POST", config.url, content=body, headers=headers, timeout=SECONDS)
    except ADDRESS_INVALID as error:
        raise ContentRejected("no usable address") from error
    reply = await _call(request, http, MAX_ANSWER)
    if not 200 <= reply.status < 300:
        raise _fact(reply, now)
    return reply


def external_id(reply: Reply) -> str | None:
    """The id the system gave the message, where it told one."""
    try:
        return msgspec.json.decode(reply.body, type=Answer).id or None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


async def fetch(url: str, http: httpx.AsyncClient, now: datetime) -> Blob:
    """A file by its address. Raises `ContentRejected` where it is gone or too large, `TryLater` where it may come."""
    try:
        request = http.build_request("GET", url, timeout=SECONDS)
    except ADDRESS_INVALID as error:
        raise ContentRejected("no usable address") from error
    reply = await _call(request, http, MAX_FILE)
    if not 200 <= reply.status < 300:
        fact = _fact(reply, now)
        raise fact if isinstance(fact, TryLater) else ContentRejected(str(fact))
    if not reply.whole:
        raise ContentRejected(f"more than {MAX_FILE // 1024 // 1024} MB")
    return Blob(
        name=request.url.path.rpartition("/")[2],
        content_type=reply.headers.get("content-type", "application/octet-stream"),
        data=reply.body,
    )


async def _call(request: httpx.Request, http: httpx.AsyncClient, limit: int) -> Reply:
    """Raises `TryLater` where no answer came: a repetition does no harm."""
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
    except httpx.HTTPError as error:
        raise TryLater(type(error).__name__) from error
    return Reply(
        status=response.status_code,
        headers=response.headers,
        body=bytes(body[:limit]),
        whole=len(body) <= limit,
    )


def _fact(reply: Reply, now: datetime) -> ChannelError:
    error: ChannelError
    if reply.status in _PASSING or reply.status >= 500:
        error = TryLater(f"HTTP {reply.status}", after=_retry_after(reply, now))
    elif reply.status in (401, 403):
        error = CredentialsRejected(f"HTTP {reply.status}: the signature was refused")
    elif reply.status in (404, 410):
        error = RecipientUnreachable(f"HTTP {reply.status}")
    elif 300 <= reply.status < 400:
        error = ContentRejected(f"HTTP {reply.status}: redirects are not followed")
    else:
        error = ContentRejected(f"HTTP {reply.status}")
    error.status_code = reply.status
    return error


def _retry_after(reply: Reply, now: datetime) -> float:
    """Seconds that the answer asks for (RFC 9110 section 10.2.3), an hour at most."""
    value = reply.headers.get("retry-after", "")
    if value.isascii() and value.isdigit():
        return min(float(value), LONGEST_WAIT)
    try:
        return min(max(0.0, (parsedate_to_datetime(value) - now).total_seconds()), LONGEST_WAIT)
    except (ValueError, TypeError):
        return 0.0
