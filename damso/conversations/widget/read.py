"""How far a visitor has got: messages that reached their browser, and those they have seen."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from damso.conversations.facts import fact_of
from damso.conversations.statuses import RISES
from damso.kernel.database import Transaction
from damso.kernel.log import Actor, append


async def acknowledge(
    tx: Transaction, identities: Sequence[int], up_to: UUID, status: Literal["delivered", "read"]
) -> None:
    """Everything of ours in the chat up to a message was delivered, or read. Never lowers a status."""
    rows = await tx.rows(
        f"""UPDATE message SET status = $3 WHERE identity_id = ANY ($1) AND direction = 'out' AND channel = 'chat'
            AND status IN ('sent', 'delivered') AND {RISES.format(new="$3")}
            AND position_at <= (SELECT position_at FROM message WHERE id = $2 AND identity_id = ANY ($1))
        RETURNING id, conversation_id, identity_id, inbox_id""",
        list(identities),
        up_to,
        status,
    )
    await append(
        tx,
        *(
            fact_of(row, "message.status_changed", actor=Actor("customer"), properties={"status": status})
            for row in rows
        ),
    )
