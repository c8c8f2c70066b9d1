"""Reading what relays post: a list of events, each by itself, so that a broken one drops no neighbour."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from damso.channels.failures import Unparsable
from damso.channels.items import Item, Unsupported

T = TypeVar("T")

KOREA = ZoneInfo("Asia/Seoul")
NAMED = 256 * 1024
"""Bytes of a delivery whose events are looked at for their ids before it is stored."""


def body_of(raw: bytes) -> Any:
    """Raises `Unparsable` where it is no JSON. Half an emoji is read for what it is (see the API inbox)."""
    try:
        return json.loads(raw.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise Unparsable(f"no JSON: {error}") from error


def each(events: Any, kind: str, read: Callable[[Any], Iterable[Item]]) -> Sequence[Item]:
    """Items of every event, in their order."""
    found: list[Item] = []
    for event in events if isinstance(events, list) else [events]:
        try:
            found += read(event)
        except (msgspec.ValidationError, UnicodeError) as error:
            found.append(Unsupported(kind=kind, why=str(error)[:300]))
    return found


def as_(kind: type[T], data: Any) -> T:
    """Raises `msgspec.ValidationError`."""
    return msgspec.convert(data, kind, strict=False)


def delivery_key(raw: bytes) -> str:
    """The ids of the events in it, which are the same when they come again; else the bytes themselves.

    SOLAPI counts its tries in the body (`retryCount`), so that a repetition has other bytes.
    """
    if len(raw) <= NAMED and (ids := _event_ids(raw)):
        return "events:" + hashlib.sha256("\n".join(ids).encode()).hexdigest()
    return "body:" + hashlib.sha256(raw).hexdigest()


def _event_ids(raw: bytes) -> list[str]:
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    events = body.get("hooks") if isinstance(body, dict) else body
    if not isinstance(events, list):
        return []
    found = [event.get("eventDataId") or event.get("hookId") for event in events if isinstance(event, dict)]
    ids = [one for one in found if isinstance(one, str)]
    return ids if len(ids) == len(events) else []


def moment(text: str | None) -> datetime | None:
    """A time as a relay writes it, in Korea where no zone stands; None where it is none."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=KOREA)
