"""When a day of the year comes round, in the solar calendar and in the Korean lunar one, by a customer's own clock.

Calendars are reckoned here and nowhere else: every evaluator joins its customers to the rows of `round_of_year`. A
birthday on 29 February is kept on the 28th in other years, one on the 30th of a lunar month that has 29 days on the
29th, and one in a leap month in the ordinary month of that number, as Korean families do.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from korean_lunar_calendar import KoreanLunarCalendar
from msgspec import Struct

_DAY = timedelta(days=1)
_AHEAD = 400
"""Days in which every day of either year comes round: a lunar year with a leap month has up to 385."""

DAY_PATTERN = r"^([0-9]{4}-)?(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
"""How a trait names a day; its last five characters are the key."""


class Turn(Struct, frozen=True, kw_only=True):
    """Whether a day of the year (`05-03`) is near for somebody in a zone, and when that changes."""

    zone: str
    day: str
    holds: bool
    next_change_at: datetime


def round_of_year(zones: Iterable[str], now: datetime, calendar: Literal["solar", "lunar"], days: int) -> list[Turn]:
    """For every zone and every day of the year whether it is today or within `days` days."""
    return [turn for name in zones for turn in _in_zone(name, now, calendar, days)]


def zone_of(name: str | None, fallback: str) -> ZoneInfo:
    """The zone of that name; a customer whose browser named none that there is keeps the company's."""
    for wanted in (name, fallback):
        try:
            if wanted:
                return ZoneInfo(wanted)
        except (ValueError, OSError):
            continue
    return ZoneInfo("UTC")


def _in_zone(name: str, now: datetime, calendar: Literal["solar", "lunar"], days: int) -> Iterator[Turn]:
    zone = zone_of(name, "UTC")
    today = now.astimezone(zone).date()
    for day, comes in _coming(today, calendar).items():
        holds = comes - today <= timedelta(days=days)
        turns = comes + _DAY if holds else comes - timedelta(days=days)
        yield Turn(zone=name, day=day, holds=holds, next_change_at=_midnight(turns, zone))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


@lru_cache(maxsize=8)
def _coming(today: date, calendar: Literal["solar", "lunar"]) -> dict[str, date]:
    """The next date, today included, on which each day of the year is kept."""
    kept = _solar if calendar == "solar" else _lunar
    coming: dict[str, date] = {}
    for number in range(_AHEAD):
        for key in kept(today + number * _DAY):
            coming.setdefault(key, today + number * _DAY)
    return coming


def _solar(day: date) -> list[str]:
    keys = [f"{day:%m-%d}"]
    return [*keys, "02-29"] if keys == ["02-28"] and (day + _DAY).day == 1 else keys


def _lunar(day: date) -> list[str]:
    month, number, leap = _lunar_day(day)
    if leap or not month:
        return []
    keys = [f"{month:02}-{number:02}"]
    return [*keys, f"{month:02}-30"] if number == 29 and _lunar_day(day + _DAY)[1] == 1 else keys


@lru_cache(maxsize=1024)
def _lunar_day(day: date) -> tuple[int, int, bool]:
    """Month, day and whether the month is a leap one; zeros after 2050, where the tables of the observatory end."""
    calendar = KoreanLunarCalendar()
    if not calendar.setSolarDate(day.year, day.month, day.day):
        return 0, 0, False
    return calendar.lunarMonth, calendar.lunarDay, bool(calendar.isIntercalation)
