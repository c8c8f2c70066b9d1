"""What the search goes by: each message's n-grams, in monthly partitions, written with the message."""

from datetime import datetime
from uuid import UUID

from damso.kernel.database import Transaction
from damso.kernel.ngrams import grams


async def index_message(
    tx: Transaction, message_id: UUID, conversation_id: UUID, position_at: datetime, subject: str, text: str
) -> None:
    """Make a message findable, or findable by its new text."""
    await _ensure_partition(tx, position_at)
    await tx.execute(
        """INSERT INTO search_entry (message_id, conversation_id, position_at, grams) VALUES ($1, $2, $3, $4)
        ON CONFLICT (position_at, message_id) DO UPDATE SET grams = excluded.grams""",
        message_id,
        conversation_id,
        position_at,
        grams(f"{subject}\n{text}"),
    )


async def forget_message(tx: Transaction, message_id: UUID, position_at: datetime) -> None:
    await tx.execute("DELETE FROM search_entry WHERE position_at = $1 AND message_id = $2", position_at, message_id)


async def _ensure_partition(tx: Transaction, moment: datetime) -> None:
    """Old mail that is imported lies in months that no partition was made for ahead of time."""
    month = f"{moment:%Y_%m}"
    if not await tx.value("SELECT to_regclass($1) IS NOT NULL", f"search_entry_p{month}"):
        await tx.value("SELECT damso_make_partition('search_entry', $1)", moment)
