"""Taking turns over a customer.

The order that everybody keeps: first customers that lists show, by their ids; then those that became part of them; then
identities. A customer may become part of another while somebody waits for its lock, and then stands in the second
rank: whoever got it lets go, by a savepoint, before waiting for the next.
"""

from collections.abc import Collection
from uuid import UUID

from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound


class Moved(Exception):
    """What was waited for has become part of another customer meanwhile."""


async def lock_customers(tx: Transaction, customer_ids: Collection[UUID]) -> None:
    """Wait until nobody else changes these customers; held until the transaction ends."""
    await tx.execute("SELECT FROM customer WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE", list(customer_ids))


async def lock_free_customers(tx: Transaction, customer_ids: Collection[UUID]) -> set[UUID]:
    """Lock those that nobody else holds just now, waiting for none; which they are."""
    return set(
        await tx.values(
            "SELECT id FROM customer WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED", list(customer_ids)
        )
    )


async def lock_shown_customers(tx: Transaction, customer_ids: Collection[UUID]) -> None:
    """Lock customers of the first rank, one after the other. Raises `Moved`: to be caught outside of a savepoint."""
    for customer_id in sorted(customer_ids):
        if await tx.value("SELECT merged_into FROM customer WHERE id = $1 FOR NO KEY UPDATE", customer_id):
            raise Moved


async def lock_customer(tx: Transaction, identity_id: int) -> UUID:
    """Lock the customer an identity belongs to, whoever that is by then, and tell who. Raises `NotFound`."""
    customer_id = await _customer_of(tx, identity_id)
    if await lock_free_customers(tx, [customer_id]) and await _customer_of(tx, identity_id) == customer_id:
        return customer_id
    while True:
        try:
            async with tx.savepoint():
                await lock_shown_customers(tx, [customer_id])
                if await _customer_of(tx, identity_id) == customer_id:
                    return customer_id
                raise Moved
        except Moved:
            customer_id = await _customer_of(tx, identity_id)


async def _customer_of(tx: Transaction, identity_id: int) -> UUID:
    customer_id: UUID | None = await tx.value("SELECT customer_id FROM identity WHERE id = $1", identity_id)
    if customer_id is None:
        raise NotFound
    return customer_id
