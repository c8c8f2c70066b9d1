"""Which inboxes somebody may see and manage: those that their limits name, by inbox and by brand."""

from uuid import UUID

from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.team.access import Caller


async def check_inbox(tx: Transaction, caller: Caller, inbox_id: UUID) -> None:
    """Raises `NotFound` where it is out of reach, as if it were not there."""
    if caller.limits.narrows_rows:
        brand_id: UUID | None = await tx.value("SELECT brand_id FROM inbox WHERE id = $1", inbox_id)
        if brand_id is None:
            raise NotFound
        caller.check_inbox(inbox_id, brand_id)


async def check_delivery(tx: Transaction, caller: Caller, delivery_id: UUID) -> None:
    """Of something received through an inbox. Raises `NotFound`."""
    if caller.limits.narrows_rows:
        inbox_id: UUID | None = await tx.value("SELECT inbox_id FROM delivery WHERE id = $1", delivery_id)
        if inbox_id is None:
            raise NotFound
        await check_inbox(tx, caller, inbox_id)


async def inboxes_within(tx: Transaction, caller: Caller) -> list[UUID] | None:
    """The inboxes in reach, or None for all of them."""
    if not caller.limits.inboxes and not caller.limits.brands:
        return None
    rows = await tx.rows("SELECT id, brand_id FROM inbox")
    return [row["id"] for row in rows if caller.limits.admit_inbox(row["id"], row["brand_id"])]
