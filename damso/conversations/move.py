"""Messages go from one case into another, with all that hangs on them: the one way in which they do."""

from collections.abc import Sequence
from uuid import UUID

from damso.conversations.cases import show_without
from damso.kernel.database import Transaction


async def move_messages(tx: Transaction, message_ids: Sequence[UUID], *, out_of: UUID, into: UUID) -> Sequence[UUID]:
    """Move those of these messages, notes and lines that are in the one case into the other, both being locked; which
    they were. What the search and who is named by them go along; what lists show of both cases stays true.

    Who takes part in which case is for the caller to decide.
    """
    moved = await tx.values(_MOVE, out_of, into, list(message_ids))
    for case in (out_of, into) if moved else ():
        await show_without(tx, case)
    return moved


_MOVE = """
WITH moved AS (
    UPDATE message SET conversation_id = $2 WHERE id = ANY ($3) AND conversation_id = $1 RETURNING id, position_at
), found AS (
    UPDATE search_entry s SET conversation_id = $2 FROM moved m
    WHERE s.position_at = m.position_at AND s.message_id = m.id
), named AS (
    UPDATE mention n SET conversation_id = $2 FROM moved m WHERE n.message_id = m.id
)
SELECT id FROM moved
"""


async def let_take_part(tx: Transaction, conversation_id: UUID, *, also_of: UUID) -> None:
    """Who wrote or was written to in a case takes part in it, in the role they have in the other; who takes part for
    no such reason any more, and is not who it is about, leaves it."""
    await tx.execute(_ENTER, conversation_id, also_of)
    for case in (conversation_id, also_of):
        await tx.execute(_LEAVE, case)


_SPEAKS = """(m.identity_id = i.id OR m.reply_to = i.value OR m.recipients->'to' ? i.value
    OR m.recipients->'cc' ? i.value)"""

_ENTER = f"""
INSERT INTO participant (conversation_id, identity_id, role)
SELECT $1, p.identity_id, p.role FROM participant p JOIN identity i ON i.id = p.identity_id
WHERE p.conversation_id = $2 AND EXISTS (
    SELECT 1 FROM message m WHERE m.conversation_id = $1 AND m.kind = 'message' AND {_SPEAKS})
ON CONFLICT DO NOTHING
"""

_LEAVE = f"""
DELETE FROM participant p USING identity i, conversation c
WHERE p.conversation_id = $1 AND i.id = p.identity_id AND c.id = $1 AND c.anchor_identity_id <> i.id
    AND NOT EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = $1 AND m.kind = 'message' AND {_SPEAKS})
"""
