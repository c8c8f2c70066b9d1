"""Forgetting a customer in segments: what was known of them, and when they were in."""

from collections.abc import Mapping
from typing import ClassVar

from damso.kernel.database import Transaction
from damso.kernel.erasure import Erased, Kept, Person
from damso.segments.plan import lock_segments


class SegmentEraser:
    store: ClassVar[str] = "segments"

    async def count(self, tx: Transaction, person: Person) -> Mapping[str, int]:
        found = await tx.value(
            "SELECT count(*) FROM segment_member WHERE customer_id = ANY ($1)", list(person.customer_ids)
        )
        return {"memberships": found}

    async def kept(self, tx: Transaction, person: Person) -> list[Kept]:
        return []

    async def erase(self, tx: Transaction, person: Person) -> Erased:
        await lock_segments(tx)
        who = list(person.customer_ids)
        gone = await tx.execute("DELETE FROM segment_member WHERE customer_id = ANY ($1)", who)
        gone += await tx.execute("DELETE FROM rfm_score WHERE customer_id = ANY ($1)", who)
        gone += await tx.execute("DELETE FROM leaf_state WHERE customer_id = ANY ($1)", who)
        return Erased(rows=gone)
