"""The companies of a customer, as their card shows them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from damso.kernel.database import Transaction


class Membership(Struct, frozen=True, kw_only=True):
    """A company of a customer. `role` is what they are there, by whoever said something last; `source` is `domain`
    where their address says so, else who did."""

    id: UUID
    name: str
    role: str
    source: str
    at: datetime


async def companies_of(tx: Transaction, identity_ids: Sequence[int]) -> list[Membership]:
    """The companies of whoever has these identities, by name."""
    return await tx.all(
        Membership,
        """SELECT * FROM (
            SELECT DISTINCT ON (k.id) k.id, k.name, b.role, b.source, b.at
            FROM customer_company b JOIN company k ON k.id = b.company_id
            WHERE b.identity_id = ANY ($1) AND b.left_at IS NULL ORDER BY k.id, b.role = '', b.at DESC
        ) own ORDER BY lower(name), id""",
        list(identity_ids),
    )
