"""Opening hours on the clock of a zone, turned into moments: daylight saving, hours past midnight, closed dates."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from damso.brand.types import Hours, Opening

ONE_DAY = timedelta(days=1)


class Span(Struct, frozen=True):
    """A time in which somebody is there, in UTC; `ends` does not belong to it."""

    starts: datetime
    ends: datetime


def coming_spans(hours: Hours, zone: ZoneInfo, now: datetime) -> Iterator[Span]:
    """The span that `now` lies in, if any, and those after it. Spans that touch are one."""
    open_since: Span | None = None
    for span in _spans(hours, zone, now.astimezone(zone).date() - ONE_DAY):
        if open_since and span.starts <= open_since.ends:
            open_since = Span(open_since.starts, max(open_since.ends, span.ends))
            continue
        if open_since and open_since.ends > now:
            yield open_since
        open_since = span
    if open_since and open_since.ends > now:
        yield open_since


def _spans(hours: Hours, zone: ZoneInfo, first: date) -> Iterator[Span]:
    """Day by day, for long enough that a weekly opening is met though every closed date falls on one."""
    closed = {day for day in hours.closed_on if day >= first}
    for number in range(7 * (len(closed) + 2) + 2):
        day = first + number * ONE_DAY
        if day in closed:
            continue
        for opening in sorted(hours.week[day.weekday()], key=lambda one: one.opens):
            span = _span(opening, day, zone)
            if span.starts < span.ends:
                yield span


def _span(opening: Opening, day: date, zone: ZoneInfo) -> Span:
    starts = datetime.combine(day, time.fromisoformat(opening.opens), zone)
    past_midnight = opening.closes == "24:00" or opening.closes <= opening.opens
    last = day + ONE_DAY if past_midnight else day
    ends = datetime.combine(last, time.fromisoformat("00:00" if opening.closes == "24:00" else opening.closes), zone)
    # An hour that comes twice is closed at its second coming; one that is skipped counts from where the clock lands.
    return Span(starts.astimezone(UTC), max(ends.replace(fold=fold).astimezone(UTC) for fold in (0, 1)))
