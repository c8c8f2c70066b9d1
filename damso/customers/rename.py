"""Giving a customer a name by hand; it stands before whatever channels and the person said."""

from uuid import UUID

from damso.customers.addresses import canonical_name
from damso.customers.card import internal_identity
from damso.customers.create import name_source_of
from damso.customers.lock import lock_customer
from damso.customers.shown import refresh
from damso.kernel import log
from damso.kernel.database import Transaction
from damso.kernel.log import Actor, Event


async def rename(tx: Transaction, customer_id: UUID, name: str, *, actor: Actor) -> None:
    """Set the name. Of customers that were joined, the one they are shown as gets it. Raises `NameInvalid`,
    `NotFound`."""
    name = canonical_name(name)
    identity_id = await internal_identity(tx, customer_id)
    shown_id = await lock_customer(tx, identity_id)
    await tx.execute(
        "UPDATE customer SET own_name = $2, own_name_source = $3 WHERE id = $1", shown_id, name, name_source_of(actor)
    )
    await refresh(tx, [shown_id])
    await log.append(
        tx,
        Event(
            name="customer.renamed",
            subject_kind="customer",
            subject_id=str(shown_id),
            actor=actor,
            identity_id=identity_id,
        ),
    )
