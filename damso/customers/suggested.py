"""Other customers beside the one that is looked at: who of them the caller may see, and how they are shown."""

from collections.abc import Sequence
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import SkipValidation
from msgspec import Struct

from damso.customers.faces import colour_of, initials_of
from damso.customers.search import ListedIdentity, listed
from damso.customers.types import CaseSource
from damso.kernel.database import Transaction

Cases = NamedDependency[SkipValidation[CaseSource]]


class SuggestedCustomer(Struct, frozen=True, kw_only=True):
    """A customer of a suggestion."""

    id: UUID
    name: str
    initials: str
    colour: int
    identities: list[ListedIdentity]


async def check_all(tx: Transaction, cases: CaseSource, customer_ids: Sequence[UUID]) -> None:
    """Raises `NotFound` where one of them is out of the caller's reach."""
    for customer_id in customer_ids:
        await cases.check(tx, customer_id)


async def in_reach(tx: Transaction, cases: CaseSource, customer_ids: set[UUID]) -> set[UUID]:
    """Those that the caller may see."""
    args: list[object] = [list(customer_ids)]
    condition = cases.within(args, "u")
    if not condition:
        return customer_ids
    return set(await tx.values(f"SELECT u.id FROM customer u WHERE u.id = ANY ($1) AND {condition}", *args))


async def faces(tx: Transaction, customer_ids: Sequence[UUID] | set[UUID]) -> dict[UUID, SuggestedCustomer]:
    return {
        customer.id: SuggestedCustomer(
            id=customer.id,
            name=customer.name,
            initials=initials_of(customer.name),
            colour=colour_of(customer.id),
            identities=customer.identities,
        )
        for customer in await listed(tx, customer_ids)
    }
