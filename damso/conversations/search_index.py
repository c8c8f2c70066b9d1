"""What the search goes by: each message's n-grams and facets, in monthly partitions, written with the message.

A facet is what a message has for good (its inbox, its channel). It stands among the grams, so that the index itself
narrows by it.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from uuid import UUID

from msgspec import Struct

from damso.kernel.database import Transaction
from damso.kernel.ngrams import gram_keys, grams

INDEXED = 20_000
"""Characters of a message that can be found by; what a longer one says after that is not searched."""


class Indexed(Struct, frozen=True):
    """A message as the index needs it."""

    message_id: UUID
    conversation_id: UUID
    position_at: datetime
    subject: str
    text: str
    inbox_id: UUID | None = None
    channel: str | None = None


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
    await index_messages(tx, [Indexed(message_id, conversation_id, position_at, subject, text, inbox_id, channel)])


async def index_messages(tx: Transaction, messages: Sequence[Indexed]) -> None:
    """The same for many, in one statement."""
    await _ensure_partitions(tx, [one.position_at for one in messages])
    await tx.execute(
        """INSERT INTO search_entry (message_id, conversation_id, position_at, grams)
        SELECT message_id, conversation_id, position_at, grams::integer[]
        FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[])
            AS m(message_id, conversation_id, position_at, grams)
        ON CONFLICT (position_at, message_id) DO UPDATE SET grams = excluded.grams""",
        [one.message_id for one in messages],
        [one.conversation_id for one in messages],
        [one.position_at for one in messages],
        # Arrays of different lengths cannot stand in an array of arrays, so each travels as a text.
        [f"{{{','.join(map(str, index_keys(one.subject, one.text, one.inbox_id, one.channel)))}}}" for one in messages],
    )


async def _ensure_partitions(tx: Transaction, moments: Collection[datetime]) -> None:
    """Old mail that is imported lies in months that no partition was made for ahead of time. This month has one, or
    the log itself could not be written."""
    months = {f"{moment.astimezone(UTC):%Y_%m}": moment for moment in moments}
    months.pop(f"{tx.now:%Y_%m}", None)
    if not months:
        return
    # Asked of the catalogue itself: a cached "no" may be older than the partition that somebody else has made.
    missing = """SELECT m FROM unnest($1::text[]) AS m WHERE NOT EXISTS (
        SELECT FROM pg_class WHERE relname = 'search_entry_p' || m) ORDER BY m"""
    if not await tx.values(missing, list(months)):
        return
    # Whoever waited for another's turn looks once more.
    await tx.execute("SELECT pg_advisory_xact_lock(hashtext('damso_make_partition'))")
    for month in await tx.values(missing, list(months)):
        await tx.value("SELECT damso_make_partition('search_entry', $1)", months[month])


def index_keys(subject: str, text: str, inbox_id: UUID | None, channel: str | None) -> list[int]:
    """All that the index knows a message by."""
    return gram_keys([*grams(f"{subject}\n{text}"[:INDEXED]), *facets(inbox_id, channel)])


def facets(inbox_id: UUID | None, channel: str | None) -> list[str]:
    """Spelt as no gram can be."""
    found = {"inbox": inbox_id, "channel": channel}
    return [f"{name}={value}" for name, value in found.items() if value is not None]


async def forget_messages(tx: Transaction, messages: Sequence[tuple[UUID, datetime]]) -> None:
    """Those of these (id, place in time)."""
    await tx.execute(
        """DELETE FROM search_entry e USING unnest($1::uuid[], $2::timestamptz[]) AS m(id, at)
        WHERE e.position_at = m.at AND e.message_id = m.id""",
        [message_id for message_id, _ in messages],
        [at for _, at in messages],
    )


async def forget_message(tx: Transaction, message_id: UUID, position_at: datetime) -> None:
    await tx.execute("DELETE FROM search_entry WHERE position_at = $1 AND message_id = $2", position_at, message_id)
