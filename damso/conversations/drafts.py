"""Drafts and how far an agent has read: kept on the server, so that a reload or another machine loses nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from damso.conversations.entries import file_view
from damso.conversations.masking import mask_draft
from damso.conversations.types import File
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.log import Actor, Event, append


class Draft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer or a note that is not sent yet."""

    kind: Literal["message", "note"]
    text: str
    inbox_id: UUID | None = None
    identity_id: int | None = None
    attachment_ids: Sequence[UUID] = ()


class KeptDraft(Draft, frozen=True, kw_only=True):
    """A draft as it was kept last, with what is known of its files."""

    attachments: Sequence[File]
    updated_at: datetime


async def draft_of(tx: Transaction, conversation_id: UUID, agent_id: UUID) -> KeptDraft | None:
    row = await tx.row(
        """SELECT kind, text, inbox_id, identity_id, attachment_ids, updated_at FROM draft
        WHERE conversation_id = $1 AND agent_id = $2""",
        conversation_id,
        agent_id,
    )
    if row is None:
        return None
    files = await tx.rows(
        """SELECT id, name, content_type, size, inline, width, height FROM attachment
        WHERE id = ANY ($1) AND message_id IS NULL ORDER BY id""",
        row["attachment_ids"],
    )
    return KeptDraft(**dict(row), attachments=[file_view(file) for file in files])


async def keep_draft(tx: Transaction, conversation_id: UUID, agent_id: UUID, draft: Draft) -> None:
    """Raises `NotFound`."""
    kept = await tx.execute(
        """INSERT INTO draft (conversation_id, agent_id, kind, text, inbox_id, identity_id, attachment_ids, updated_at)
        SELECT id, $2, $3, $4, $5, $6, $7, $8 FROM conversation WHERE id = $1
        ON CONFLICT (conversation_id, agent_id) DO UPDATE SET kind = excluded.kind, text = excluded.text,
            inbox_id = excluded.inbox_id, identity_id = excluded.identity_id,
            attachment_ids = excluded.attachment_ids, updated_at = excluded.updated_at""",
        conversation_id,
        agent_id,
        draft.kind,
        await mask_draft(tx, draft.kind, draft.text),
        draft.inbox_id,
        draft.identity_id,
        list(draft.attachment_ids),
        tx.now,
    )
    if not kept:
        raise NotFound


async def drop_draft(tx: Transaction, conversation_id: UUID, agent_id: UUID) -> None:
    await tx.execute("DELETE FROM draft WHERE conversation_id = $1 AND agent_id = $2", conversation_id, agent_id)


async def mark_seen(tx: Transaction, conversation_id: UUID, agent_id: UUID, message_id: UUID) -> None:
    """The agent has read up to a message: the case is no longer unread for them, and what named them there is done.

    The customer's chat shows our reading as well, so it is a fact of the log.
    """
    moved = await tx.value(
        """INSERT INTO seen (conversation_id, agent_id, seen_at)
        SELECT conversation_id, $2, position_at FROM message WHERE id = $3 AND conversation_id = $1
        ON CONFLICT (conversation_id, agent_id) DO UPDATE SET seen_at = excluded.seen_at
            WHERE seen.seen_at < excluded.seen_at
        RETURNING true""",
        conversation_id,
        agent_id,
        message_id,
    )
    await tx.execute(
        "UPDATE mention SET done_at = $3 WHERE conversation_id = $1 AND agent_id = $2 AND done_at IS NULL",
        conversation_id,
        agent_id,
        tx.now,
    )
    if moved:
        await append(
            tx,
            Event(
                name="conversation.seen",
                subject_kind="conversation",
                subject_id=str(conversation_id),
                conversation_id=conversation_id,
                actor=Actor("agent", str(agent_id)),
            ),
        )
