"""Writing to a customer first, on a channel that lets the company do so."""

from uuid import UUID

from damso.channels.inboxes import InboxRecord
from damso.conversations.cases import open_case
from damso.conversations.errors import NotReachable
from damso.customers.lock import lock_customer
from damso.kernel.database import Transaction
from damso.kernel.log import Actor


async def start(
    tx: Transaction,
    inbox: InboxRecord,
    customer_id: UUID,
    identity_id: int,
    *,
    send_key: str,
    subject: str,
    actor: Actor,
) -> UUID:
    """Open a case that begins with us; its id. Where the message of this key was sent before, that is its case.

    Raises `NotReachable`.
    """
    kind = await tx.value("SELECT kind FROM identity WHERE id = $1 AND customer_id = $2", identity_id, customer_id)
    policy = inbox.adapter.policy
    if not policy.may_start or kind != policy.reaches:
        raise NotReachable(field="inbox_id")
    # Locked, so that of two clicks at once the second finds what the first has sent.
    await lock_customer(tx, identity_id)
    begun: UUID | None = await tx.value("SELECT conversation_id FROM message WHERE send_key = $1", send_key)
    if begun:
        return begun
    case = await open_case(
        tx,
        anchor_identity_id=identity_id,
        brand_id=inbox.brand_id,
        inbox_id=inbox.id,
        channel=inbox.channel,
        subject=subject,
        actor=actor,
        at=tx.now,
    )
    return case.id
