"""When something happened, told by clocks that may be wrong.

A device says when it made an event and when it sent it, by its own clock; we know when it reached us. What lies between
the first two is right even where the clock is not, so the event happened that long before it reached us.
"""

from datetime import UTC, datetime, timedelta

AHEAD = timedelta(minutes=5)
"""Clocks of well-kept servers differ by less."""
OLDEST = timedelta(days=366)
"""Older than this comes through `/v1/import` only."""
OLDEST_IMPORT = datetime(1990, 1, 1, tzinfo=UTC)


class TimeRefused(Exception):
    """`args[0]` is the code of the reason."""


def parse_time(written: str) -> datetime:
    """ISO 8601; without a zone it is UTC. Raises `TimeRefused`."""
    try:
        moment = datetime.fromisoformat(written)
        if moment.tzinfo is UTC:
            return moment
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise TimeRefused("TIME_INVALID") from error


def occurred(
    original: datetime | None, sent_at: datetime | None, received_at: datetime, *, historical: bool
) -> datetime:
    """When it happened by our clock. Raises `TimeRefused`.

    An import comes from systems that keep their time, long after the fact: it is taken at its word.
    """
    if original is None:
        return received_at
    moment = original
    if sent_at is not None and not historical:
        try:
            moment = received_at - (sent_at - original)
        except OverflowError as error:
            raise TimeRefused("TIME_INVALID") from error
    if moment > received_at + AHEAD:
        raise TimeRefused("TIME_IN_FUTURE")
    if moment < (OLDEST_IMPORT if historical else received_at - OLDEST):
        raise TimeRefused("TIME_TOO_OLD")
    return min(moment, received_at)
