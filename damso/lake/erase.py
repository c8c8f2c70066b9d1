"""Forgetting a customer in the lake: from the commit on nobody who reads sees them, and soon no file holds them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from msgspec import Struct

from damso.kernel.database import Transaction
from damso.kernel.erasure import Erased, Kept, Person
from damso.lake.types import LeftOut

_ASK = """
INSERT INTO lake_erasure (erasure_id, identity_ids, customer_ids, since, asked_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (erasure_id) DO UPDATE SET asked_at = excluded.asked_at, rewritten_at = NULL, gone_at = NULL
"""


class OpenErasure(Struct, frozen=True, kw_only=True):
    """One that is not through with every file."""

    erasure_id: UUID
    identity_ids: list[int]
    customer_ids: list[UUID]
    since: datetime
    asked_at: datetime
    rewritten_at: datetime | None


class LakeEraser:
    """Writes down who is to be left out, in the transaction that erases them; the files follow (`damso.lake.forget`).

    It runs once more with the last step of an erasure, so a file that was written while the other stores were being
    cleared is looked at again.
    """

    store: ClassVar[str] = "lake"

    async def count(self, tx: Transaction, person: Person) -> Mapping[str, int]:
        """Counted in the log, which the lake repeats: it holds as many."""
        sql = "SELECT count(*) FROM tracked_event WHERE identity_id = ANY ($1)"
        return {"events": await tx.value(sql, list(person.identity_ids))}

    async def kept(self, tx: Transaction, person: Person) -> list[Kept]:
        return []

    async def erase(self, tx: Transaction, person: Person) -> Erased:
        known = await tx.value("SELECT true FROM lake_erasure WHERE erasure_id = $1", person.erasure_id)
        await tx.execute(
            _ASK,
            person.erasure_id,
            list(person.identity_ids),
            list(person.customer_ids),
            person.since,
            tx.now,
        )
        return Erased(rows=0 if known else len(person.identity_ids))


async def open_erasures(tx: Transaction) -> Sequence[OpenErasure]:
    """Those that still have to reach some file, the oldest first."""
    sql = """SELECT erasure_id, identity_ids, customer_ids, since, asked_at, rewritten_at FROM lake_erasure
        WHERE gone_at IS NULL ORDER BY asked_at, erasure_id"""
    return await tx.all(OpenErasure, sql)


def left_out_by(erasures: Sequence[OpenErasure]) -> LeftOut:
    return LeftOut(
        identity_ids=tuple(sorted({number for one in erasures for number in one.identity_ids})),
        customer_ids=tuple(sorted({number for one in erasures for number in one.customer_ids})),
    )
