"""What a macro says in a case: an answer, sent or put into the composer, and a note. And taking it back."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from msgspec import Struct

from damso.channels.inboxes import Inboxes
from damso.conversations.cases import show_without
from damso.conversations.consents.links import PreferenceLinks
from damso.conversations.drafts import Draft, draft_of, keep_draft
from damso.conversations.errors import NoWayToSend
from damso.conversations.facts import fact_of
from damso.conversations.macros import Steps, words_of
from damso.conversations.note import write_note
from damso.conversations.routes import routes_of
from damso.conversations.search_index import forget_message
from damso.conversations.send import Sending, send
from damso.conversations.settle import undo
from damso.conversations.types import Route
from damso.kernel.database import Transaction
from damso.kernel.log import Actor, append
from damso.team.access import Caller


class Spoken(Struct, frozen=True):
    """The answer and the note that were written, and the answer that was put into the composer."""

    message_ids: Sequence[UUID]
    draft: str


async def say_macro(
    tx: Transaction,
    inboxes: Inboxes,
    links: PreferenceLinks,
    steps: Steps,
    act_id: UUID,
    conversation_id: UUID,
    caller: Caller,
) -> Spoken:
    """Say it in one case, once for each act. Raises `NoWayToSend` and what `send` refuses."""
    words = await words_of(tx, links, steps, conversation_id, caller.agent_id)
    said, draft = [], ""
    if steps.send:
        said.append(await _send(tx, inboxes, act_id, conversation_id, caller, words.answer))
    elif steps.answers and await draft_of(tx, conversation_id, caller.agent) is None:
        await keep_draft(tx, conversation_id, caller.agent, Draft(kind="message", text=words.answer))
        draft = words.answer
    if words.note.strip():
        key = str(uuid5(act_id, f"note:{conversation_id}"))
        said.append(
            await write_note(
                tx, conversation_id, caller.agent, send_key=key, text=words.note, mentions=(), attachment_ids=()
            )
        )
    return Spoken(said, draft)


async def way_of(tx: Transaction, inboxes: Inboxes, conversation_id: UUID, caller: Caller) -> Route | None:
    """The way an answer would take by itself."""
    routes = await routes_of(tx, inboxes, conversation_id, caller, caller.locale)
    return next((route for route in routes if route.suggested), None)


async def _send(
    tx: Transaction, inboxes: Inboxes, act_id: UUID, conversation_id: UUID, caller: Caller, text: str
) -> UUID:
    route = await way_of(tx, inboxes, conversation_id, caller)
    if route is None:
        raise NoWayToSend
    sending = Sending(
        conversation_id=conversation_id,
        send_key=str(uuid5(act_id, f"answer:{conversation_id}")),
        inbox=await inboxes.by_id(tx, route.inbox_id),
        identity_id=route.identity_id,
        text=text,
        author=caller.actor,
        send_anyway=True,
    )
    return await send(tx, sending)


async def unsay(
    tx: Transaction, inboxes: Inboxes, message_ids: Sequence[UUID], conversation_id: UUID, draft: str, actor: Actor
) -> None:
    """Take back what was said. Raises `TooLate` for an answer that has left."""
    written: list[Any] = await tx.rows(
        """SELECT id, kind, conversation_id, identity_id, inbox_id, position_at FROM message
        WHERE id = ANY ($1) AND deleted_at IS NULL""",
        list(message_ids),
    )
    for message in written:
        if message["kind"] == "message":
            await undo(tx, inboxes, message["id"], actor)
            continue
        await tx.execute("UPDATE message SET text = '', deleted_at = $2 WHERE id = $1", message["id"], tx.now)
        await forget_message(tx, message["id"], message["position_at"])
        await append(tx, fact_of(message, "message.withdrawn", actor=actor))
    if written:
        await show_without(tx, conversation_id)
    if draft and actor.id:
        await tx.execute(
            "DELETE FROM draft WHERE conversation_id = $1 AND agent_id = $2 AND text = $3",
            conversation_id,
            UUID(actor.id),
            draft,
        )
