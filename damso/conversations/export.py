"""All cases with everything said in them, one after the other, for `damso export conversations`."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from damso.kernel.database import Transaction

CHUNK = 100


class ExportedMessage(Struct, frozen=True, kw_only=True):
    """A message, note or activity. The text of one that was taken back is left out."""

    id: UUID
    kind: str
    at: datetime
    direction: str | None
    author_kind: str
    author_id: UUID | None
    inbox_id: UUID | None
    channel: str | None
    identity_id: int | None
    purpose: str
    subject: str
    text: str
    status: str | None
    reason: str | None
    automation: str
    external_id: str | None
    provider_at: datetime | None
    sent_at: datetime | None
    edited_at: datetime | None
    deleted_at: datetime | None
    recipients: dict[str, Any]
    reactions: list[Any]
    activity: dict[str, Any] | None
    attachments: list[dict[str, Any]]


class ExportedConversation(Struct, frozen=True, kw_only=True):
    """One line of the export. Those `joined_into` another come too, so that ids found elsewhere can be followed."""

    id: UUID
    customer_id: UUID
    anchor_identity_id: int
    brand_id: UUID
    inbox_id: UUID
    status: str
    visibility: str
    subject: str
    priority: str
    team_id: UUID | None
    assignee_id: UUID | None
    waiting_since: datetime | None
    snoozed_until: datetime | None
    resolved_at: datetime | None
    joined_into: UUID | None
    created_at: datetime
    last_message_at: datetime
    tags: list[str]
    participants: list[dict[str, Any]]
    messages: list[ExportedMessage]


_SELECT = """
SELECT c.id, i.customer_id, c.anchor_identity_id, c.brand_id, c.inbox_id, c.status, c.visibility, c.subject, c.priority,
    c.team_id, c.assignee_id, c.waiting_since, c.snoozed_until, c.resolved_at, c.joined_into, c.created_at,
    c.last_message_at, ARRAY(
        SELECT t.name FROM conversation_tag ct JOIN tag t ON t.id = ct.tag_id
        WHERE ct.conversation_id = c.id ORDER BY t.name) AS tags,
    coalesce((SELECT jsonb_agg(jsonb_build_object('identity_id', p.identity_id, 'role', p.role) ORDER BY p.identity_id)
        FROM participant p WHERE p.conversation_id = c.id), '[]') AS participants
FROM conversation c JOIN identity i ON i.id = c.anchor_identity_id
"""
_ALIVE = """
WHERE c.id > $1 AND ($2::timestamptz IS NULL OR c.last_message_at >= $2)
    AND ($3::timestamptz IS NULL OR c.created_at < $3)
ORDER BY c.id LIMIT $4
"""

_MESSAGES = """
SELECT m.conversation_id, m.id, m.kind, m.position_at AS at, m.direction, m.author_kind, m.author_id, m.inbox_id,
    m.channel, m.identity_id, m.purpose, m.subject, CASE WHEN m.deleted_at IS NULL THEN m.text ELSE '' END AS text,
    m.status, m.reason, m.automation, m.external_id, m.provider_at, m.sent_at, m.edited_at, m.deleted_at, m.recipients,
    m.reactions, m.activity, coalesce((
        SELECT jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name, 'content_type', a.content_type,
            'size', a.size, 'blob', a.blob_ref) ORDER BY a.position, a.id)
        FROM attachment a WHERE a.message_id = m.id AND m.deleted_at IS NULL), '[]') AS attachments
FROM message m WHERE m.conversation_id = ANY ($1) ORDER BY m.conversation_id, m.position_at, m.id
"""


async def export_conversations(
    tx: Transaction, *, since: datetime | None = None, until: datetime | None = None, chunk: int = CHUNK
) -> AsyncIterator[ExportedConversation]:
    """Every case that was alive in a time, in the order of their ids, a chunk at a time, so that memory does not grow
    with their number. `since` looks at its last message, `until` at its beginning."""
    last = UUID(int=0)
    while rows := await tx.rows(_SELECT + _ALIVE, last, since, until, chunk):
        for conversation in await _with_messages(tx, rows):
            yield conversation
        last = rows[-1]["id"]


async def conversations_by_id(tx: Transaction, ids: Sequence[UUID]) -> list[ExportedConversation]:
    """These cases with everything said in them, in the order of their ids."""
    return await _with_messages(tx, await tx.rows(_SELECT + "WHERE c.id = ANY ($1) ORDER BY c.id", list(ids)))


async def _with_messages(tx: Transaction, rows: Sequence[Any]) -> list[ExportedConversation]:
    said: defaultdict[UUID, list[ExportedMessage]] = defaultdict(list)
    for message in await tx.rows(_MESSAGES, [row["id"] for row in rows]):
        fields = dict(message)
        said[fields.pop("conversation_id")].append(ExportedMessage(**fields))
    return [ExportedConversation(**row, messages=said[row["id"]]) for row in rows]
