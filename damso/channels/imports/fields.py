"""Single values of records, however loosely they are written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from damso.channels.cleaning import LONGEST_TEXT, storable
from damso.channels.html import to_text
from damso.channels.imports.errors import RecordInvalid

EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
"""Nothing was said to a help desk before; such a date is a mistake."""
_LATEST = 253_402_300_799
_LONGEST_ID = 100


def text_of(value: object) -> str:
    """A text or a number as one storable line or more; anything else is empty."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return storable(str(value)).strip()


def id_of(value: object) -> str:
    """Raises `RecordInvalid` where there is none."""
    if not (found := text_of(value)[:_LONGEST_ID]):
        raise RecordInvalid("NO_ID")
    return found


def moment_of(value: object) -> datetime | None:
    """ISO 8601, or seconds since 1970; without a zone it is UTC."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            at = datetime.fromtimestamp(value, UTC) if 0 < value < _LATEST else None
        elif isinstance(value, str) and value.strip().isdecimal():
            return moment_of(int(value))
        elif isinstance(value, str):
            at = datetime.fromisoformat(value.strip().replace(" UTC", "Z").replace(" ", "T", 1))
            at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        else:
            at = None
    except (ValueError, OverflowError):
        return None
    return at if at and at >= EARLIEST else None


def date_of(*values: object) -> datetime:
    """The first that is a date. Raises `RecordInvalid`."""
    for value in values:
        if at := moment_of(value):
            return at
    raise RecordInvalid("NO_DATE")


def said_text(plain: object, html: object, links: Iterable[tuple[str, str]] = ()) -> str:
    """The words of a message, and behind them a line for each file: its name and where it lay there."""
    words = text_of(plain) or (to_text(storable(html)) if isinstance(html, str) else "")
    lines = [words[:LONGEST_TEXT], *(f"[{name or 'file'}] {url}" for name, url in links if url)]
    return "\n".join(line for line in lines if line)


def links_of(files: object, name: str, url: str) -> Iterator[tuple[str, str]]:
    """Name and address of each attachment."""
    for file in records(files):
        yield text_of(file.get(name)), text_of(file.get(url))


def records(value: object) -> list[dict[str, Any]]:
    """The objects of an array; nothing where it is none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def inner(value: object, key: str) -> Any:
    """A member of an object, or None."""
    return value.get(key) if isinstance(value, dict) else None


def texts(value: object) -> tuple[str, ...]:
    """Words of an array, or of a text that separates them by commas."""
    if isinstance(value, str):
        value = value.split(",")
    found = [text_of(one) for one in value] if isinstance(value, Sequence) else []
    return tuple(dict.fromkeys(one for one in found if one))


def traits_of(*sources: object, **named: object) -> dict[str, Any]:
    """Properties that have a value; objects and endless texts are no properties."""
    found: dict[str, Any] = {}
    for source in (*sources, named):
        for key, value in source.items() if isinstance(source, Mapping) else ():
            name = storable(str(key)).strip()[:100]
            if name and name.isprintable() and (kept := _trait(value)) not in (None, "", []):
                found[name] = kept
    return found


def _trait(value: object) -> Any:
    if isinstance(value, bool | int | float):
        return value if not isinstance(value, float) or value == value else None
    if isinstance(value, str):
        return storable(value).strip()[:1000]
    if isinstance(value, list):
        return [text_of(one)[:200] for one in value if text_of(one)][:30]
    return None
