"""Whose data a conversation, a message or a file holds: for the access log."""

from uuid import UUID

from damso.kernel.database import Transaction


async def customer_of(tx: Transaction, conversation_id: UUID) -> UUID | None:
    """The customer of a conversation."""
    found: UUID | None = await tx.value(
        """SELECT i.customer_id FROM conversation c JOIN identity i ON i.id = c.anchor_identity_id WHERE c.id = $1""",
        conversation_id,
    )
    return found


async def customer_of_message(tx: Transaction, message_id: UUID) -> UUID | None:
    """The customer of a message's conversation."""
    found: UUID | None = await tx.value(
        """SELECT i.customer_id FROM message m JOIN conversation c ON c.id = m.conversation_id
            JOIN identity i ON i.id = c.anchor_identity_id WHERE m.id = $1""",
        message_id,
    )
    return found


async def customer_of_file(tx: Transaction, attachment_id: UUID) -> UUID | None:
    """The customer of a file's conversation; None for what was uploaded and not sent yet, which is its agent's own."""
    found: UUID | None = await tx.value(
        """SELECT i.customer_id FROM attachment f JOIN message m ON m.id = f.message_id
            JOIN conversation c ON c.id = m.conversation_id JOIN identity i ON i.id = c.anchor_identity_id
        WHERE f.id = $1""",
        attachment_id,
    )
    return found
