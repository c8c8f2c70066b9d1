"""From a request's bytes to single events: unpacked, within limits, each in its own bytes.

A batch is cut into its events without looking into them, so that each is judged by itself. Only what cannot be cut is
refused as a whole.
"""

import re
import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Raw, Struct

from damso.customers.tracking.types import MAX_BODY, CallType, Parcel
from damso.customers.tracking.when import TimeRefused, parse_time
from damso.kernel.errors import AppError, TooLarge
from damso.kernel.i18n import Text

GZIP = 16 + zlib.MAX_WBITS
BATCHES = frozenset({"batch", "import"})


class BodyUnreadable(AppError):
    """The request cannot be cut into events."""

    code = "BODY_UNREADABLE"
    status = 400
    text = Text("요청 본문을 읽을 수 없어요: {why}", "The body of the request cannot be read: {why}")


class Opened(Struct, frozen=True):
    """A request's events, and the write key that it names in its body."""

    parcels: Sequence[Parcel]
    write_key: str


class _Single(Struct, frozen=True, rename="camel", kw_only=True):
    write_key: str | None = None


class _Batch(_Single, frozen=True, rename="camel", kw_only=True):
    batch: list[Raw]
    sent_at: str | None = None
    context: dict[str, Any] | None = None
    integrations: dict[str, Any] | None = None


def unpacked(body: bytes, encoding: str) -> bytes:
    """Raises `TooLarge`, `BodyUnreadable`. Never unpacks more than a request may have."""
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip":
        raise BodyUnreadable(why=f"content-encoding {encoding[:20]}")
    unpacking = zlib.decompressobj(GZIP)
    try:
        plain = unpacking.decompress(body, MAX_BODY + 1)
    except zlib.error as error:
        raise BodyUnreadable(why="gzip") from error
    if len(plain) > MAX_BODY:
        raise too_large()
    if not unpacking.eof:
        raise BodyUnreadable(why="gzip ends too early")
    return plain


def too_large() -> TooLarge:
    return TooLarge(limit=f"{MAX_BODY // 1024} kB")


def open_body(body: bytes, call: str, received_at: datetime) -> Opened:
    """Cut a request into its events; `call` is what its address says. Raises `BodyUnreadable`."""
    if call in BATCHES:
        return _open_batch(_decoded(body, _Batch), received_at, historical=call == "import")
    said = _decoded(body, _Single).write_key or ""
    if said:
        # A server's key is a secret, and what is refused is kept and shown.
        body = body.replace(said.encode(), b"")
    kind: CallType = call  # type: ignore[assignment]
    return Opened([Parcel(body=body, received_at=received_at, call=kind)], said)


def _open_batch(batch: _Batch, received_at: datetime, *, historical: bool) -> Opened:
    parcels = [
        Parcel(
            body=bytes(raw),
            received_at=received_at,
            sent_at=_sent_at(batch),
            historical=historical,
            context=batch.context,
            integrations=batch.integrations,
        )
        for raw in batch.batch
    ]
    return Opened(parcels, batch.write_key or "")


def _sent_at(batch: _Batch) -> datetime | None:
    """When the batch was sent; a time that makes no sense corrects nothing."""
    try:
        return parse_time(batch.sent_at) if batch.sent_at else None
    except TimeRefused:
        return None


def _decoded(body: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise BodyUnreadable(why=str(error)[:200]) from error
    except RecursionError as error:
        raise BodyUnreadable(why="nested too deep") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        mended = _whole_signs(body)
        if mended != body:
            return _decoded(mended, kind)
        raise BodyUnreadable(why=str(error)[:200]) from error


_ESCAPES = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)", re.DOTALL
)


def _whole_signs(body: bytes) -> bytes:
    """JavaScript cuts a text in the middle of an emoji, and writes the half that is left as an escape that is no
    character. One such title shall not cost a batch: it becomes the sign for what cannot be shown."""
    return _ESCAPES.sub(lambda found: rb"\ufffd" if len(found[0]) == 6 and found[0][1:2] == b"u" else found[0], body)
