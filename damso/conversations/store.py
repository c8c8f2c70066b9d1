"""Writing messages: the one way in for what just arrived and for the history of another help desk, one or many."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.conversations.search_index import Indexed, index_messages
from damso.kernel.database import Transaction


class NewMessage(Struct, frozen=True, kw_only=True):
    """A line of a conversation; the fields are those of the table."""

    id: UUID
    conversation_id: UUID
    kind: str = "message"
    direction: str | None = None
    author_kind: str
    author_id: UUID | None = None
    author_name: str | None = None
    inbox_id: UUID | None = None
    channel: str | None = None
    identity_id: int | None = None
    subject: str = ""
    text: str
    fresh: int | None = None
    html_ref: str | None = None
    source_ref: str | None = None
    delivery_id: UUID | None = None
    dedupe_scope: str | None = None
    external_id: str | None = None
    status: str | None = None
    automation: str = "none"
    authenticated: bool | None = None
    evidence: str = ""
    reply_to: str | None = None
    recipients: Mapping[str, Any] = {}
    content: Mapping[str, Any] | None = None
    quotes_id: UUID | None = None
    echoed_at: datetime | None = None
    provider_at: datetime | None = None
    position_at: datetime
    sent_at: datetime | None = None


_TYPES = {
    "id": "uuid",
    "conversation_id": "uuid",
    "author_id": "uuid",
    "inbox_id": "uuid",
    "identity_id": "bigint",
    "fresh": "integer",
    "delivery_id": "uuid",
    "authenticated": "boolean",
    "recipients": "jsonb",
    "content": "jsonb",
    "quotes_id": "uuid",
    "echoed_at": "timestamptz",
    "provider_at": "timestamptz",
    "position_at": "timestamptz",
    "sent_at": "timestamptz",
}
_NAMES = ", ".join(NewMessage.__struct_fields__)
_STORE = f"""
INSERT INTO message ({_NAMES}, created_at)
SELECT {_NAMES}, $2 FROM jsonb_to_recordset($1) AS m({
    ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in NewMessage.__struct_fields__)
})
"""


async def store_messages(tx: Transaction, messages: Sequence[NewMessage]) -> None:
    """Write them and make them findable. Each is new: the database refuses a repetition (`dedupe_scope`,
    `external_id`) by asyncpg's `UniqueViolationError`."""
    await tx.execute(_STORE, [msgspec.structs.asdict(message) for message in messages], tx.now)
    await index_messages(
        tx,
        [
            Indexed(one.id, one.conversation_id, one.position_at, one.subject, one.text, one.inbox_id, one.channel)
            for one in messages
        ],
    )


async def quoted(tx: Transaction, inbox_id: UUID, external_id: str | None) -> UUID | None:
    """The message that somebody answers, by the provider's id; None where we do not have it."""
    if external_id is None:
        return None
    found: UUID | None = await tx.value(
        "SELECT id FROM message WHERE external_id = $1 AND inbox_id = $2", external_id, inbox_id
    )
    return found
