"""What the search goes by: each message's n-grams and facets, in monthly partitions, written with the message.

A facet is what a message has for good (its inbox, its channel). It stands among the grams, so that the index itself
narrows by it.
"""

from datetime import UTC, datetime
from uuid import UUID

from damso.kernel.database import Transaction
from damso.kernel.ngrams import gram_keys, grams

INDEXED = 20_000
"""Characters of a message that can be found by; what a longer one says after that is not searched."""


async def index_message(
    tx: Transaction,
    message_id: UUID,
    conversation_id: UUID,
    position_at: datetime,
    subject: str,
    text: str,
    *,
    inbox_id: UUID | None = None,
    channel: str | None = None,
) -> None:
    """Make a message findable, or findable by its new text."""
    await _ensure_partition(tx, position_at)
    await tx.execute(
        """INSERT INTO search_entry (message_id, conversation_id, position_at, grams) VALUES ($1, $2, $3, $4)
        ON CONFLICT (position_at, message_id) DO UPDATE SET grams = excluded.grams""",
        message_id,
        conversation_id,
        position_at,
        index_keys(subject, text, inbox_id, channel),
    )


async def _ensure_partition(tx: Transaction, moment: datetime) -> None:
    """Old mail that is imported lies in months that no partition was made for ahead of time. This month has one, or
    the log itself could not be written."""
    month = f"{moment.astimezone(UTC):%Y_%m}"
    if month != f"{tx.now:%Y_%m}" and not await tx.value(
        "SELECT to_regclass($1) IS NOT NULL", f"search_entry_p{month}"
    ):
        await tx.value("SELECT damso_make_partition('search_entry', $1)", moment)


def index_keys(subject: str, text: str, inbox_id: UUID | None, channel: str | None) -> list[int]:
    """All that the index knows a message by."""
    return gram_keys([*grams(f"{subject}\n{text}"[:INDEXED]), *facets(inbox_id, channel)])


def facets(inbox_id: UUID | None, channel: str | None) -> list[str]:
    """Spelt as no gram can be."""
    found = {"inbox": inbox_id, "channel": channel}
    return [f"{name}={value}" for name, value in found.items() if value is not None]


async def forget_message(tx: Transaction, message_id: UUID, position_at: datetime) -> None:
    await tx.execute("DELETE FROM search_entry WHERE position_at = $1 AND message_id = $2", position_at, message_id)
