"""Days of the company: from when until when a question asks, what it is compared with, and where a day begins."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any as Expression
from zoneinfo import ZoneInfo

import ibis
from msgspec import Struct

MICROSECOND = 1_000_000
"""Of a second."""
DAY = 86_400 * MICROSECOND
_EPOCH = date(1970, 1, 1)


class Span(Struct, frozen=True, kw_only=True):
    """Whole days `first` to `last` in a zone. Times are microseconds since 1970, UTC; `end` belongs to what follows."""

    first: date
    last: date
    zone: str

    @property
    def start(self) -> int:
        return _midnight(self.first, self.zone)

    @property
    def end(self) -> int:
        return _midnight(self.last + timedelta(days=1), self.zone)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def before(self) -> "Span":
        """As many days, right before."""
        return Span(first=self.first - timedelta(days=self.days), last=self.first - timedelta(days=1), zone=self.zone)


def inside(at: Expression, span: Span) -> Expression:
    """Whether a time lies in a span."""
    return (at >= span.start) & (at < span.end)


def day_of(at: Expression, span: Span) -> Expression:
    """The number of the local day (0: the first) that a time of the span lies on. Where the zone's offset changes
    within the span the time is moved by another step, so that no engine has to know the zones."""
    (_, offset), *changes = _offsets(span)
    local = at + offset
    for since, offset in changes:
        local = ibis.ifelse(at >= since, at + offset, local)
    return (local - _local_midnight(span.first)) // DAY


@lru_cache(maxsize=64)
def _offsets(span: Span) -> Sequence[tuple[int, int]]:
    """From when on local time is so far ahead of UTC, the earliest first. Zones change their offset at full halves of
    an hour (tzdata, since 1972)."""
    zone = ZoneInfo(span.zone)
    found = [(span.start, _offset(span.start, zone))]
    for at in range(span.start, span.end, DAY // 48):
        if (offset := _offset(at, zone)) != found[-1][1]:
            found.append((at, offset))
    return found


def _offset(at: int, zone: ZoneInfo) -> int:
    local = datetime.fromtimestamp(at // MICROSECOND, UTC).astimezone(zone).utcoffset()
    assert local is not None
    return int(local.total_seconds()) * MICROSECOND


def _midnight(day: date, zone: str) -> int:
    return int(datetime.combine(day, time.min, ZoneInfo(zone)).timestamp()) * MICROSECOND


def _local_midnight(day: date) -> int:
    return (day - _EPOCH).days * DAY
