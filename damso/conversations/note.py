"""Notes: what colleagues tell each other in a case, and whom they call by name."""

from collections.abc import Sequence
from uuid import UUID

from damso.conversations.cases import lock_case, next_place
from damso.conversations.errors import NothingToSend
from damso.conversations.search_index import index_message
from damso.kernel.database import Transaction
from damso.kernel.errors import Invalid
from damso.kernel.ids import new_id
from damso.kernel.log import Actor, Event, append
from damso.kernel.masking import mask_kept


async def write_note(
    tx: Transaction,
    conversation_id: UUID,
    agent_id: UUID,
    *,
    send_key: str,
    text: str,
    mentions: Sequence[UUID],
    attachment_ids: Sequence[UUID],
) -> UUID:
    """Store a note and tell whom it names; its id. A repeated send key is the same note."""
    case = await lock_case(tx, conversation_id)
    written: UUID | None = await tx.value("SELECT id FROM message WHERE send_key = $1", send_key)
    if written:
        return written
    if not text.strip() and not attachment_ids:
        raise NothingToSend(field="text")
    named = list(set(mentions))
    if await tx.value("SELECT count(*) FROM agent WHERE id = ANY ($1)", named) != len(named):
        raise Invalid(field="mentions")
    text = await mask_kept(tx, text)
    note_id = new_id()
    await tx.execute(
        """INSERT INTO message (id, conversation_id, kind, author_kind, author_id, text, send_key, mentions,
            position_at, created_at) VALUES ($1, $2, 'note', 'agent', $3, $4, $5, $6, $7, $7)""",
        note_id,
        case.id,
        agent_id,
        text,
        send_key,
        named,
        next_place(case, tx.now),
    )
    await tx.execute(
        """UPDATE attachment SET message_id = $1
        WHERE id = ANY ($2) AND message_id IS NULL AND uploader_kind = 'agent' AND uploader_id = $3""",
        note_id,
        list(attachment_ids),
        str(agent_id),
    )
    await tx.execute(
        """INSERT INTO mention (message_id, agent_id, conversation_id, created_at)
        SELECT $1, a, $3, $4 FROM unnest($2::uuid[]) a WHERE a <> $5""",
        note_id,
        named,
        case.id,
        tx.now,
        agent_id,
    )
    await index_message(tx, note_id, case.id, next_place(case, tx.now), "", text)
    await append(
        tx,
        Event(
            name="note.written",
            subject_kind="message",
            subject_id=str(note_id),
            conversation_id=case.id,
            actor=Actor("agent", str(agent_id)),
            properties={"mentions": [str(agent) for agent in named]},
        ),
    )
    return note_id
