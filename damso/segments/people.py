"""Customers of a segment, as its screens show them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from damso.customers.faces import colour_of, initials_of
from damso.customers.search import ListedIdentity, listed
from damso.kernel.database import Transaction


class SegmentPerson(Struct, frozen=True, kw_only=True):
    """A customer of a segment; `from_at` is since when, none in a preview."""

    customer_id: UUID
    name: str
    initials: str
    colour: int
    identities: list[ListedIdentity]
    last_seen_at: datetime
    from_at: datetime | None = None


async def people_of(tx: Transaction, customer_ids: Collection[UUID]) -> dict[UUID, SegmentPerson]:
    """As lists show them."""
    return {
        one.id: SegmentPerson(
            customer_id=one.id,
            name=one.name,
            initials=initials_of(one.name),
            colour=colour_of(one.id),
            identities=one.identities,
            last_seen_at=one.last_seen_at,
        )
        for one in await listed(tx, customer_ids)
    }
