"""Everything the desk shows beside a conversation about its customer."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from damso.customers.claim import Claim
from damso.customers.companies.memberships import Membership, companies_of
from damso.customers.traits import Trait, current_traits
from damso.customers.types import INTERNAL, Customer, Identity
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound


class Card(Struct, frozen=True, kw_only=True):
    """A customer with what is known of them. Of one that was joined to another (`merged_into`) little is left."""

    customer: Customer
    identities: list[Identity]
    claims: list[Claim]
    traits: list[Trait]
    companies: list[Membership]


_CUSTOMER = """
SELECT id, name, name_source, coalesce(locale, lent_locale) AS locale,
    coalesce(timezone, lent_timezone) AS timezone, merged_into, created_at, last_seen_at FROM customer WHERE id = $1
"""

_IDENTITIES = """
SELECT id, kind, scope, value, name, customer_id, proof, source, bounced_at, first_seen_at, last_seen_at
FROM identity WHERE customer_id = $1 ORDER BY kind = 'internal', last_seen_at DESC, id
"""

_CLAIMS = """
SELECT id, identity_id, kind, value, source, at FROM (
    SELECT DISTINCT ON (identity_id, kind, value) * FROM claim WHERE identity_id = ANY ($1)
    ORDER BY identity_id, kind, value, at DESC
) newest ORDER BY at DESC, id DESC LIMIT 50
"""


async def customer_card(tx: Transaction, customer_id: UUID) -> Card:
    """The card, in five statements. Raises `NotFound`."""
    customer = await tx.one(Customer, _CUSTOMER, customer_id)
    identities = await tx.all(Identity, _IDENTITIES, customer_id)
    ids = [identity.id for identity in identities]
    return Card(
        customer=customer,
        identities=[identity for identity in identities if identity.kind != INTERNAL],
        claims=await tx.all(Claim, _CLAIMS, ids),
        traits=await current_traits(tx, ids),
        companies=await companies_of(tx, ids),
    )


async def identities_of(tx: Transaction, customer_id: UUID) -> Sequence[int]:
    """Ids of all identities of a customer, the internal one included."""
    ids: list[int] = await tx.values("SELECT id FROM identity WHERE customer_id = $1 ORDER BY id", customer_id)
    return ids


async def identities_in(tx: Transaction, identity_ids: Sequence[int]) -> list[Identity]:
    """These identities, whoever they belong to."""
    return await tx.all(
        Identity,
        """SELECT id, kind, scope, value, name, customer_id, proof, source, bounced_at, first_seen_at, last_seen_at
        FROM identity WHERE id = ANY ($1) ORDER BY id""",
        list(identity_ids),
    )


async def internal_identity(tx: Transaction, customer_id: UUID) -> int:
    """The identity that facts without an address hang off. Raises `NotFound`."""
    identity_id: int | None = await tx.value(
        "SELECT id FROM identity WHERE kind = $1 AND scope = '' AND value = $2", INTERNAL, str(customer_id)
    )
    if identity_id is None:
        raise NotFound
    return identity_id
