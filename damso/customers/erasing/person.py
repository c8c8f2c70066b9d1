"""Who an erasure is about: a customer with all that became part of them, and what they are known by."""

from collections.abc import Sequence
from uuid import UUID

from damso.customers.types import INTERNAL
from damso.kernel.database import Transaction
from damso.kernel.erasure import Person
from damso.kernel.errors import AppError, NotFound
from damso.kernel.i18n import Text

SUBJECT = "customer:"
"""Before a customer's id in the list of erasures."""


class MergedAway(AppError):
    code = "CUSTOMER_MERGED"
    text = Text(
        "다른 고객과 합쳐진 고객이에요. 합쳐진 고객에서 삭제해 주세요.",
        "This customer became part of another. Erase that one.",
    )


async def customers_of(tx: Transaction, customer_id: UUID) -> list[UUID]:
    """A customer and all that became part of them. Raises `NotFound`, `MergedAway`."""
    row = await tx.row("SELECT merged_into FROM customer WHERE id = $1", customer_id)
    if row is None:
        raise NotFound
    if row["merged_into"]:
        raise MergedAway(extra={"customer_id": str(row["merged_into"])})
    merged = await tx.values("SELECT id FROM customer WHERE merged_into = $1 ORDER BY id", customer_id)
    return [customer_id, *merged]


async def person_of(tx: Transaction, erasure_id: UUID, customer_ids: Sequence[UUID]) -> Person:
    """Those of the customers that are there; what is erased already has no address and no name any more."""
    identities = await tx.rows(
        "SELECT id, kind, value, first_seen_at FROM identity WHERE customer_id = ANY ($1) ORDER BY id",
        list(customer_ids),
    )
    ids = [row["id"] for row in identities]
    names = await tx.values(
        """SELECT DISTINCT n FROM (
            SELECT unnest(ARRAY[own_name, name]) AS n FROM customer WHERE id = ANY ($1)
            UNION ALL SELECT name FROM identity WHERE id = ANY ($2)
            UNION ALL SELECT value FROM claim WHERE identity_id = ANY ($2)) named WHERE n <> '' ORDER BY 1""",
        list(customer_ids),
        ids,
    )
    return Person(
        erasure_id=erasure_id,
        customer_ids=tuple(customer_ids),
        identity_ids=tuple(ids),
        since=min((row["first_seen_at"] for row in identities), default=tx.now),
        addresses=tuple(
            (row["kind"], row["value"])
            for row in identities
            if row["kind"] != INTERNAL and not row["value"].startswith("erased:")
        ),
        names=tuple(names),
    )
