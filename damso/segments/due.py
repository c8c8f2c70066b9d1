"""The timer that lets time pass: leaves whose instant has come are worked out anew, and people leave or enter."""

from typing import ClassVar

from damso.kernel.database import Transaction
from damso.segments.plan import load_plan, lock_segments
from damso.segments.refresh import refresh

CHUNK = 500
"""Leaves of customers in one transaction."""


class LeafTimer:
    name: ClassVar[str] = "segments.due"

    async def run(self, tx: Transaction) -> bool:
        if not await tx.value("SELECT EXISTS (SELECT FROM leaf_state WHERE next_change_at <= $1)", tx.now):
            return False
        await lock_segments(tx)
        due = await tx.rows(
            """SELECT leaf_id, customer_id FROM leaf_state WHERE next_change_at <= $1
            ORDER BY next_change_at LIMIT $2""",
            tx.now,
            CHUNK,
        )
        await refresh(tx, await load_plan(tx), {(row["leaf_id"], row["customer_id"]) for row in due})
        return len(due) == CHUNK
