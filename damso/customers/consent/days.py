"""Days that the law counts: on the calendar of Seoul, whatever clock the customer lives by."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from damso.kernel.database import Transaction

SEOUL = ZoneInfo("Asia/Seoul")
RESULT_WITHIN = timedelta(days=14)
"""Network Act art. 50(7), decree art. 62-2."""
CONFIRM_EVERY = 2
"""Years; Network Act art. 50(8), decree art. 62-3."""
CONFIRM_AHEAD = timedelta(days=30)
"""How long before the last day we begin."""


def zone_named(name: str | None) -> ZoneInfo:
    """The zone of that name; Seoul's where there is none."""
    try:
        return ZoneInfo(name) if name else SEOUL
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return SEOUL


def day_of(at: datetime) -> date:
    return at.astimezone(SEOUL).date()


def result_due(at: datetime) -> date:
    """The last day to tell what came of a consent or withdrawal; the day itself is not counted (Civil Act art. 157)."""
    return day_of(at) + RESULT_WITHIN


def confirm_due(at: datetime) -> date:
    """The last day before the same day two years later."""
    return years_later(day_of(at), CONFIRM_EVERY) - timedelta(days=1)


def years_later(day: date, years: int) -> date:
    """The same day; where the month has none, its last (Civil Act art. 160)."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def begin_confirming(due_on: date) -> datetime:
    """Ten in the morning, thirty days before."""
    return datetime.combine(due_on - CONFIRM_AHEAD, time(10), SEOUL)


async def confirmation_overdue(tx: Transaction, consent_id: int) -> bool:
    """Whether the two years of a consent are over and nobody has reminded the customer of it."""
    return bool(
        await tx.value(
            """SELECT true FROM consent c JOIN consent_notice n ON n.identity_id = c.identity_id
            WHERE c.id = $1 AND n.kind = 'confirm' AND c.id = ANY (n.consent_ids)
                AND n.state IN ('waiting', 'by_hand', 'queued') AND n.due_on < $2 LIMIT 1""",
            consent_id,
            day_of(tx.now),
        )
    )
