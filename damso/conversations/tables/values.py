"""What cells mean, as people and spreadsheets in Korea and elsewhere write it. What can be read in two ways is not."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from damso.commerce.money import as_decimal
from damso.conversations.tables.types import Reading

YES = frozenset(
    [
        "y",
        "yes",
        "true",
        "t",
        "1",
        "o",
        "on",
        "ok",
        "예",
        "네",
        "동의",
        "동의함",
        "수신",
        "수신동의",
        "수신함",
        "허용",
        "승인",
        "○",
    ]
)
NO = frozenset(
    [
        "n",
        "no",
        "false",
        "f",
        "0",
        "x",
        "off",
        "아니오",
        "아니요",
        "미동의",
        "동의안함",
        "비동의",
        "거부",
        "거절",
        "수신거부",
        "미수신",
        "철회",
        "×",
    ]
)
_DAY = re.compile(r"(\d{4})\s*[-./년]\s*(\d{1,2})\s*[-./월]\s*(\d{1,2})(?:\s*[.일])?|(\d{4})(\d{2})(\d{2})")
_CLOCK = re.compile(
    r"(오전|오후|am|pm)?\s*(\d{1,2})(?::|시\s*)(\d{2})?(?:(?::|분\s*)(\d{2}))?(?:\.(\d{1,6})\d*)?[분초]?\s*(am|pm)?"
    r"\s*(z|utc|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_EPOCHS = {10: 1, 13: 1_000, 16: 1_000_000}
"""Digits of a time since 1970, and how many of its units make a second."""


def as_day(cell: Any) -> date | None:
    """A day: 2026-03-04, 2026.3.4, 2026년 3월 4일, 20260304; with a time, its day."""
    text = str(cell).strip()
    found = _DAY.match(text)
    if found is None or (found.end() < len(text) and text[found.end()] not in " T("):
        return None
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def as_moment(cell: Any, zone: str) -> datetime | None:
    """A time, in `zone` where it does not say; a day is its midnight there. Numbers are seconds, milli- or
    microseconds since 1970."""
    text = str(cell).strip()
    if text.isdecimal() and len(text) in _EPOCHS:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(text) * (1_000_000 // _EPOCHS[len(text)]))
    day = as_day(text)
    if day is None:
        return None
    rest = _DAY.sub("", text, count=1).strip().removeprefix("T").strip()
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    try:
        return midnight.astimezone(UTC) if not rest else _at_clock(midnight, rest)
    except OverflowError:  # the last and first days there are, elsewhere: `0001-01-01` is what .NET writes for no time
        return None


def _at_clock(midnight: datetime, rest: str) -> datetime | None:
    found = _CLOCK.fullmatch(rest)
    if found is None or (found[2] and found[3] is None and "시" not in rest):
        return None
    half = (found[1] or found[6] or "").lower()
    hour, minute, second = int(found[2]), int(found[3] or 0), int(found[4] or 0)
    if half:
        hour = hour % 12 + (12 if half in ("오후", "pm") else 0)
    try:
        moment = midnight.replace(
            hour=hour, minute=minute, second=second, microsecond=int((found[5] or "0").ljust(6, "0"))
        )
        if said := found[7]:
            offset = "+00:00" if said.lower() in ("z", "utc") else said
            moment = datetime.fromisoformat(moment.replace(tzinfo=None).isoformat() + offset)
        return moment.astimezone(UTC)
    except ValueError:
        return None


def as_yes_no(cell: Any) -> bool | None:
    if isinstance(cell, bool):
        return cell
    word = str(cell).strip().lower().replace(" ", "")
    return True if word in YES else False if word in NO else None


def as_number(cell: Any) -> int | float | None:
    number = as_decimal(cell)
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def read_as(cell: Any, reading: Reading) -> Any:
    """A cell as a property's value; None where it is not what it should be."""
    match reading:
        case "auto":
            return cell
        case "text":
            return cell if isinstance(cell, str) else str(cell)
        case "number":
            return as_number(cell)
        case "date":
            day = as_day(cell)
            return day.isoformat() if day else None
        case "yes_no":
            return as_yes_no(cell)


def reading_of(cells: Sequence[Any]) -> Reading:
    """How a column's cells are read, by a few of them. Numbers that begin with a nought or are long are names: postal
    codes, members."""
    texts = [cell for cell in cells if cell != ""]
    if not texts or not all(isinstance(cell, str) for cell in texts):
        return "auto"
    if all(as_day(cell) and not cell.isdecimal() for cell in texts):
        return "date"
    if all(len(cell) <= 12 and as_number(cell) is not None and not re.match(r"[+-]?0\d", cell) for cell in texts):
        return "number"
    if all(not cell.isdecimal() and as_yes_no(cell) is not None for cell in texts):
        return "yes_no"
    return "text"
