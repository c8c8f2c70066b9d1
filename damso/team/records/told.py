"""What the access log tells the person it is about: how often they were looked at, not by whom."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from damso.kernel.database import Transaction


async def looks_at(tx: Transaction, customer_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """How often by month and act."""
    rows = await tx.rows(
        """SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM') AS month, act, count(*) AS count FROM access_record
        WHERE customer_ids && $1 GROUP BY 1, 2 ORDER BY 1, 2""",
        list(customer_ids),
    )
    return [dict(row) for row in rows]
