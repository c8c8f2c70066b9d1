"""The monthly review: a person looks at a month's access, writes what they think of it, and signs. Once."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

from damso.kernel.database import Transaction
from damso.kernel.errors import AppError, NotFound
from damso.kernel.i18n import Text
from damso.team import audit
from damso.team.access import Caller
from damso.team.records.chain import newest_seal
from damso.team.records.review_summary import ReviewSummary, summarise

OVERDUE_AFTER = timedelta(days=10)
"""After a month's end. The law says once a month and names no day; ten days leave time for it."""

State = Literal["running", "due", "overdue", "reviewed"]


class AlreadyReviewed(AppError):
    code = "ALREADY_REVIEWED"
    text = Text(
        "이미 점검을 마친 달이에요. 점검 결과는 바꿀 수 없어요.", "This month was reviewed already, and that stands."
    )


class MonthRunning(AppError):
    code = "MONTH_RUNNING"
    text = Text(
        "아직 끝나지 않은 달이에요. 달이 바뀌면 점검할 수 있어요.", "The month is not over yet. Review it afterwards."
    )


class ReviewedMonth(Struct, frozen=True, kw_only=True):
    """A month and how its review stands; `month` is its first day."""

    month: date
    state: State
    requests: int
    reviewed_by: str | None
    reviewed_at: datetime | None


class MonthReview(Struct, frozen=True, kw_only=True):
    """A month's figures, and what was said of them. Reviewed, both stand as they were when it was signed."""

    month: date
    state: State
    summary: ReviewSummary
    remarks: str
    reviewed_by: str | None
    reviewed_at: datetime | None
    seal: str | None


class Remarks(Struct, frozen=True, forbid_unknown_fields=True):
    remarks: Annotated[str, Meta(min_length=1, max_length=4_000)]


class _Signed(Struct, frozen=True, kw_only=True):
    summary: dict[str, object]
    remarks: str
    reviewed_by: str
    reviewed_at: datetime
    seal: str | None


def month_of(text: str) -> date:
    """`2026-11` as its first day. Raises `NotFound`."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise NotFound from error


async def months(tx: Transaction) -> Sequence[ReviewedMonth]:
    """From the first month with a record to the present one, newest first."""
    rows = await tx.rows(
        """WITH zone AS (SELECT coalesce(max(timezone), 'UTC') AS name FROM installation),
        used AS (
            SELECT date_trunc('month', at AT TIME ZONE zone.name)::date AS month, count(*) AS requests
            FROM access_record, zone GROUP BY 1)
        SELECT m::date AS month, coalesce(u.requests, 0) AS requests, a.name AS reviewed_by, r.reviewed_at
        FROM generate_series(
            (SELECT coalesce(min(month), date_trunc('month', $1 AT TIME ZONE (SELECT name FROM zone))::date) FROM used),
            date_trunc('month', $1 AT TIME ZONE (SELECT name FROM zone)), interval '1 month') AS m
        LEFT JOIN used u ON u.month = m::date LEFT JOIN access_review r ON r.month = m::date
        LEFT JOIN agent a ON a.id = r.reviewed_by ORDER BY m DESC""",
        tx.now,
    )
    zone = await _zone(tx)
    return [
        ReviewedMonth(**dict(row), state=_state(row["month"], row["reviewed_at"] is not None, tx.now, zone))
        for row in rows
    ]


async def review_of(tx: Transaction, month: date) -> MonthReview:
    """A month as it was signed, or as it stands."""
    signed = await tx.maybe(
        _Signed,
        """SELECT r.summary, r.remarks, coalesce(a.name, '') AS reviewed_by, r.reviewed_at, r.seal
        FROM access_review r LEFT JOIN agent a ON a.id = r.reviewed_by WHERE r.month = $1""",
        month,
    )
    summary = msgspec.convert(signed.summary, ReviewSummary) if signed else await summarise(tx, month)
    return MonthReview(
        month=month,
        state=_state(month, signed is not None, tx.now, await _zone(tx)),
        summary=summary,
        remarks=signed.remarks if signed else "",
        reviewed_by=signed.reviewed_by if signed else None,
        reviewed_at=signed.reviewed_at if signed else None,
        seal=signed.seal if signed else None,
    )


async def sign(tx: Transaction, month: date, summary: ReviewSummary, remarks: str, caller: Caller) -> None:
    """Sign a month. The audit log keeps it too, where nobody can change it unseen.

    Raises `AlreadyReviewed`, `MonthRunning`, `Forbidden` for a program.
    """
    if _state(month, False, tx.now, await _zone(tx)) == "running":
        raise MonthRunning(field="month")
    seal = await newest_seal(tx, "access")
    if not await tx.execute(
        """INSERT INTO access_review (month, summary, remarks, reviewed_by, reviewed_at, seal)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING""",
        month,
        msgspec.to_builtins(summary),
        remarks.strip(),
        caller.agent,
        tx.now,
        seal,
    ):
        raise AlreadyReviewed(field="month")
    await audit.record(
        tx, caller.actor, "access.reviewed", f"{month:%Y-%m}", remarks=remarks.strip(), summary=summary, seal=seal
    )


async def _zone(tx: Transaction) -> ZoneInfo:
    return ZoneInfo(await tx.value("SELECT timezone FROM installation") or "UTC")


def _state(month: date, reviewed: bool, now: datetime, zone: ZoneInfo) -> State:
    following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    over = datetime(following.year, following.month, 1, tzinfo=zone)
    if reviewed:
        return "reviewed"
    if now < over:
        return "running"
    return "overdue" if now >= over + OVERDUE_AFTER else "due"
