"""A case itself: opening it, locking it, and keeping what lists show of it true."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from damso.conversations.types import AuthorKind, ConversationStatus
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.ids import new_id
from damso.kernel.log import Actor, Event, append
from damso.kernel.masking import mask_kept

PREVIEW = 140
"""Characters of a message that a list shows."""


class Case(Struct, frozen=True, kw_only=True):
    """A conversation as the use cases of this room see it, locked."""

    id: UUID
    anchor_identity_id: int
    brand_id: UUID
    inbox_id: UUID
    status: ConversationStatus
    visibility: str
    subject: str
    team_id: UUID | None
    assignee_id: UUID | None
    priority: str
    waiting_since: datetime | None
    snoozed_until: datetime | None
    snoozed_until_reply: bool
    last_message_at: datetime
    joined_into: UUID | None


_COLUMNS = ", ".join(Case.__struct_fields__)


async def lock_case(tx: Transaction, conversation_id: UUID) -> Case:
    """The conversation, or the one it was joined into; held until the end of the transaction.

    Raises `NotFound`.
    """
    case = await tx.one(Case, f"SELECT {_COLUMNS} FROM conversation WHERE id = $1 FOR UPDATE", conversation_id)
    return await lock_case(tx, case.joined_into) if case.joined_into else case


async def case_shown(tx: Transaction, conversation_id: UUID) -> UUID:
    """The conversation, or the one it was joined into. Raises `NotFound`."""
    found: UUID | None = await tx.value(
        "SELECT coalesce(joined_into, id) FROM conversation WHERE id = $1", conversation_id
    )
    if found is None:
        raise NotFound
    return found


async def open_case(
    tx: Transaction,
    *,
    anchor_identity_id: int,
    brand_id: UUID,
    inbox_id: UUID,
    channel: str,
    subject: str,
    actor: Actor,
    at: datetime,
    resolved: bool = False,
) -> Case:
    """Open a new conversation, anchored to the identity it began with; `resolved` for one that is history."""
    case = await tx.one(
        Case,
        f"""INSERT INTO conversation (id, anchor_identity_id, brand_id, inbox_id, status, visibility, subject, priority,
            snoozed_until_reply, record_class, last_message_at, last_channel, last_author, preview, created_at,
            resolved_at)
        VALUES ($1, $2, $3, $4, CASE WHEN $8::boolean THEN 'resolved' ELSE 'open' END, 'private', $5, 'normal', false,
            'conversation', $6, $7, 'system', '', $6, CASE WHEN $8 THEN $6::timestamptz END)
        RETURNING {_COLUMNS}""",
        new_id(),
        anchor_identity_id,
        brand_id,
        inbox_id,
        await mask_kept(tx, subject),
        at,
        channel,
        resolved,
    )
    await add_participant(tx, case.id, anchor_identity_id, "customer")
    await append(
        tx,
        Event(
            name="conversation.opened",
            subject_kind="conversation",
            subject_id=str(case.id),
            conversation_id=case.id,
            identity_id=anchor_identity_id,
            inbox_id=inbox_id,
            brand_id=brand_id,
            actor=actor,
            properties={"channel": channel},
        ),
    )
    return case


async def add_participant(tx: Transaction, conversation_id: UUID, identity_id: int, role: str) -> None:
    await add_participants(tx, conversation_id, [identity_id], role)


async def add_participants(tx: Transaction, conversation_id: UUID, identity_ids: Sequence[int], role: str) -> None:
    """Let these take part; who does already keeps their role."""
    await tx.execute(
        """INSERT INTO participant (conversation_id, identity_id, role)
        SELECT $1, identity_id, $3 FROM unnest($2::bigint[]) identity_id ON CONFLICT DO NOTHING""",
        conversation_id,
        list(identity_ids),
        role,
    )


def preview_of(text: str, fresh: int | None, files: Sequence[str]) -> str:
    """One line that tells what a message says: its new words, else the names of its files."""
    words = " ".join(text[:fresh].split())
    return words[:PREVIEW] if words else ", ".join(files)[:PREVIEW]


async def show_changed(tx: Transaction, conversation_id: UUID, message_id: UUID, preview: str) -> None:
    """Let lists show what a message says now, if it is the one they show."""
    await tx.execute(
        "UPDATE conversation SET preview = $3 WHERE id = $1 AND last_message_id = $2",
        conversation_id,
        message_id,
        preview,
    )


async def show_newest(
    tx: Transaction,
    conversation_id: UUID,
    *,
    message_id: UUID,
    at: datetime,
    channel: str,
    author: AuthorKind,
    preview: str,
) -> None:
    """Let lists show this message, unless they already show a newer one."""
    await tx.execute(
        """UPDATE conversation SET last_message_at = $2, last_message_id = $3, last_channel = $4, last_author = $5,
            preview = $6 WHERE id = $1 AND (last_message_id IS NULL OR last_message_at <= $2)""",
        conversation_id,
        at,
        message_id,
        channel,
        author,
        preview,
    )


def next_place(case: Case, now: datetime) -> datetime:
    """Where what is said now stands: behind what was said before, even if the clock was set back since."""
    return now if case.last_message_at <= now else case.last_message_at + timedelta(microseconds=1)


async def show_without(tx: Transaction, conversation_id: UUID) -> None:
    """Messages were taken away: lists show the newest that is left, and who waited for it waits again."""
    await show_newest_left(tx, [conversation_id])


async def show_newest_left(tx: Transaction, conversation_ids: Sequence[UUID]) -> None:
    """Let lists show the newest message of each, and since when its customer waits, by what there is now."""
    await tx.execute(_SHOW_NEWEST_LEFT, list(conversation_ids), PREVIEW)


_SHOW_NEWEST_LEFT = r"""
UPDATE conversation c SET last_message_id = l.id, last_message_at = coalesce(l.position_at, c.created_at),
    last_channel = coalesce(l.channel, c.last_channel), last_author = coalesce(l.author_kind, 'system'),
    preview = coalesce(
        nullif(left(regexp_replace(btrim(left(l.text, coalesce(l.fresh, length(l.text))::int)),
            '\s+', ' ', 'g'), $2), ''),
        (SELECT left(string_agg(name, ', ' ORDER BY position, id), $2) FROM attachment WHERE message_id = l.id), ''),
    waiting_since = CASE WHEN c.status <> 'resolved' THEN u.since END
FROM unnest($1::uuid[]) AS wanted(id)
LEFT JOIN LATERAL (
    SELECT m.id, m.position_at, m.channel, m.author_kind, m.text, m.fresh FROM message m
    WHERE m.conversation_id = wanted.id AND m.kind = 'message' AND m.deleted_at IS NULL
    ORDER BY m.position_at DESC, m.id DESC LIMIT 1) AS l ON true
LEFT JOIN LATERAL (
    SELECT o.position_at, o.id FROM message o
    WHERE o.conversation_id = wanted.id AND o.direction = 'out' AND o.deleted_at IS NULL
    ORDER BY o.position_at DESC, o.id DESC LIMIT 1) AS answered ON true
LEFT JOIN LATERAL (
    SELECT i.position_at AS since FROM message i
    WHERE i.conversation_id = wanted.id AND i.direction = 'in' AND i.automation = 'none' AND i.deleted_at IS NULL
        AND (answered.id IS NULL OR (i.position_at, i.id) > (answered.position_at, answered.id))
    ORDER BY i.position_at, i.id LIMIT 1) AS u ON true
WHERE c.id = wanted.id
"""
