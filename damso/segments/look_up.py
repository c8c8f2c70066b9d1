"""What the segment pages ask: which segments there are, how large they were, whom they share, who is in and why.

Everything that names or counts people is narrowed to whom the caller may see (`within`, see `CaseSource`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.customers.search import Within
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.pagination import Page, decode_cursor, encode_cursor
from damso.segments.rule import Rule

PAGE = 50
DAYS = 90
"""Days of size over time."""


class Segment(Struct, frozen=True, kw_only=True):
    """A segment as it is kept."""

    id: UUID
    name: str
    description: str
    rule: Rule
    version: int
    state: str
    created_at: datetime
    changed_at: datetime
    counted_at: datetime | None


class Stay(Struct, frozen=True, kw_only=True):
    """A segment that a customer is in, since when."""

    segment_id: UUID
    name: str
    from_at: datetime


class Size(Struct, frozen=True, kw_only=True):
    """How many were in a segment at the end of a day (UTC), and how many came and left on it."""

    at: datetime
    members: int
    entered: int
    left: int


class Overlap(Struct, frozen=True, kw_only=True):
    """How many customers of one segment another has as well."""

    segment_id: UUID
    name: str
    members: int
    shared: int


async def segments(tx: Transaction) -> list[Segment]:
    """All segments by name."""
    return [_segment(row) for row in await tx.rows("SELECT * FROM segment ORDER BY lower(name), id")]


async def segment(tx: Transaction, segment_id: UUID) -> Segment:
    """Raises `NotFound`."""
    row = await tx.row("SELECT * FROM segment WHERE id = $1", segment_id)
    if row is None:
        raise NotFound
    return _segment(row)


def _segment(row: Any) -> Segment:
    kept = {field: row[field] for field in Segment.__struct_fields__}
    return Segment(**kept | {"rule": msgspec.convert(row["rule"], Rule)})


async def names_of(tx: Transaction) -> dict[UUID, str]:
    """Of segments and computed traits, by their ids."""
    rows = await tx.rows("SELECT id, name FROM segment UNION ALL SELECT id, name FROM computed_trait")
    return {row["id"]: row["name"] for row in rows}


async def sizes(tx: Transaction, segment_ids: Sequence[UUID], within: Within) -> dict[UUID, int]:
    """Members by now, of those whom the caller may see."""
    args: list[object] = [list(segment_ids)]
    rows = await tx.rows(
        f"""SELECT m.segment_id, count(*) AS members FROM segment_member m {_seen(within, args)}
        WHERE m.segment_id = ANY ($1) AND m.to_at IS NULL GROUP BY m.segment_id""",
        *args,
    )
    return {row["segment_id"]: row["members"] for row in rows}


def _seen(within: Within, args: list[object]) -> str:
    """A join that leaves only members whom the caller may see; none for whoever may see all."""
    condition = within(args, "u")
    return f"JOIN customer u ON u.id = m.customer_id AND {condition}" if condition else ""


async def size_over_time(
    tx: Transaction, segment_id: UUID, within: Within, *, since: datetime, days: int = DAYS
) -> list[Size]:
    """The last days, one after the other, not before `since`."""
    today = tx.now.replace(hour=0, minute=0, second=0, microsecond=0)
    first = max(today - timedelta(days=days - 1), since.replace(hour=0, minute=0, second=0, microsecond=0))
    args: list[object] = [segment_id, first, today]
    rows = await tx.rows(
        f"""WITH move AS (
            SELECT date_trunc('day', m.from_at, 'UTC') AS day, 1 AS came, 0 AS went FROM segment_member m
            {_seen(within, args)} WHERE m.segment_id = $1
            UNION ALL
            SELECT date_trunc('day', m.to_at, 'UTC'), 0, 1 FROM segment_member m {_seen(within, args)}
            WHERE m.segment_id = $1 AND m.to_at IS NOT NULL
        ), earlier AS (SELECT coalesce(sum(came - went), 0) AS members FROM move WHERE day < $2),
        by_day AS (SELECT day, sum(came) AS came, sum(went) AS went FROM move WHERE day >= $2 GROUP BY day)
        SELECT d.day AS at, coalesce(b.came, 0)::bigint AS entered, coalesce(b.went, 0)::bigint AS left,
            ((SELECT members FROM earlier) + sum(coalesce(b.came - b.went, 0)) OVER (ORDER BY d.day))::bigint AS members
        FROM generate_series($2::timestamptz, $3::timestamptz, interval '1 day', 'UTC') AS d(day)
        LEFT JOIN by_day b USING (day) ORDER BY d.day""",
        *args,
    )
    return [Size(**row) for row in rows]


async def overlaps(tx: Transaction, segment_id: UUID, within: Within, *, limit: int = 10) -> list[Overlap]:
    """The segments that share most customers with this one."""
    args: list[object] = [segment_id, limit]
    return await tx.all(
        Overlap,
        f"""WITH shared AS (
            SELECT o.segment_id, count(*) AS shared FROM segment_member m {_seen(within, args)}
            JOIN segment_member o ON o.customer_id = m.customer_id AND o.segment_id <> $1 AND o.to_at IS NULL
            WHERE m.segment_id = $1 AND m.to_at IS NULL GROUP BY o.segment_id ORDER BY 2 DESC, 1 LIMIT $2
        )
        SELECT s.segment_id, g.name, s.shared, (
            SELECT count(*) FROM segment_member m {_seen(within, args)}
            WHERE m.segment_id = s.segment_id AND m.to_at IS NULL) AS members
        FROM shared s JOIN segment g ON g.id = s.segment_id ORDER BY s.shared DESC, g.name""",
        *args,
    )


async def who(
    tx: Transaction, segment_id: UUID, within: Within, *, cursor: str | None = None, limit: int = PAGE
) -> Page[tuple[UUID, datetime]]:
    """Members with since when, who came last first."""
    args: list[object] = [segment_id, limit + 1]
    place = ""
    if cursor:
        args += decode_cursor(cursor, datetime, UUID)
        place = "AND (m.from_at, m.customer_id) < ($3, $4)"
    rows = await tx.rows(
        f"""SELECT m.customer_id, m.from_at FROM segment_member m {_seen(within, args)}
        WHERE m.segment_id = $1 AND m.to_at IS NULL {place}
        ORDER BY m.from_at DESC, m.customer_id DESC LIMIT $2""",
        *args,
    )
    items = [(row["customer_id"], row["from_at"]) for row in rows[:limit]]
    return Page(items=items, next=encode_cursor(items[-1][1], items[-1][0]) if len(rows) > limit else None)


async def segments_of(tx: Transaction, customer_id: UUID) -> list[Stay]:
    """What a customer is in by now."""
    return await tx.all(
        Stay,
        """SELECT m.segment_id, s.name, m.from_at FROM segment_member m JOIN segment s ON s.id = m.segment_id
        WHERE m.customer_id = $1 AND m.to_at IS NULL ORDER BY lower(s.name), s.id""",
        customer_id,
    )
