"""What was said in the conversations of an export: stored once, findable, and read by nobody as news."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from damso.channels.identifiers import bounded
from damso.channels.imports.types import Said
from damso.conversations.cases import show_newest_left
from damso.conversations.imports.chunk import Colleague, Desk, Outcome
from damso.conversations.redact import GONE
from damso.conversations.search_index import Indexed, index_messages
from damso.conversations.store import NewMessage, store_messages
from damso.kernel.database import Transaction
from damso.kernel.ids import new_id
from damso.kernel.log import Actor, Event, append

KIND = "message"


class Place(Struct, frozen=True):
    """A conversation that messages go into."""

    id: UUID
    anchor_identity_id: int
    inbox_id: UUID
    brand_id: UUID
    channel: str
    subject: str


async def places_of(tx: Transaction, desk: Desk, cases: Collection[str]) -> dict[str, Place]:
    """The conversations that these cases became, or were joined into."""
    rows = await tx.rows(
        """SELECT r.external_id, c.id, c.anchor_identity_id, c.inbox_id, c.brand_id, r.content->>'channel' AS channel,
            c.subject
        FROM imported_record r JOIN conversation o ON o.id = r.conversation_id
        JOIN conversation c ON c.id = coalesce(o.joined_into, o.id)
        WHERE r.source = $1 AND r.kind = 'conversation' AND r.external_id = ANY ($2)""",
        desk.source.name,
        list(set(cases)),
    )
    return {row["external_id"]: Place(**{name: row[name] for name in Place.__struct_fields__}) for row in rows}


class Stored(Struct, frozen=True):
    """A message that came before."""

    id: UUID
    conversation_id: UUID
    text: str
    deleted_at: datetime | None
    position_at: datetime
    subject: str
    inbox_id: UUID | None
    channel: str | None


async def stored_messages(tx: Transaction, desk: Desk, said: Sequence[Said]) -> dict[str, Stored]:
    rows = await tx.rows(
        """SELECT external_id, id, conversation_id, text, deleted_at, position_at, subject, inbox_id, channel
        FROM message WHERE dedupe_scope = $1 AND external_id = ANY ($2)""",
        desk.source.dedupe_scope,
        [bounded(one.external_id) for one in said],
    )
    return {row["external_id"]: Stored(**{name: row[name] for name in Stored.__struct_fields__}) for row in rows}


def message_state(stored: Stored | None, one: Said) -> str:
    """What was taken back here stays so, and so does what somebody who was erased was taken out of."""
    if stored is None:
        return "new"
    return "same" if stored.deleted_at or GONE in stored.text or stored.text == one.text else "changed"


async def bring_messages(
    tx: Transaction, desk: Desk, said: Sequence[Said], identities: Mapping[str, int], outcome: Outcome
) -> None:
    """Write those that are new or were edited."""
    places = await places_of(tx, desk, {one.case for one in said})
    stored = await stored_messages(tx, desk, said)
    new: list[tuple[Said, Place]] = []
    edited: list[tuple[Said, Stored]] = []
    for one in said:
        before, place = stored.get(bounded(one.external_id)), places.get(one.case)
        if place is None:
            outcome.refuse(one, KIND, "NO_CASE")
            continue
        outcome.count(KIND, state := message_state(before, one))
        if before is None:
            new.append((one, place))
        elif state == "changed":
            edited.append((one, before))
    await _write(tx, desk, new, identities)
    await _edit(tx, desk, edited)
    if touched := {place.id for _, place in new} | {before.conversation_id for _, before in edited}:
        await show_newest_left(tx, sorted(touched))


async def _write(tx: Transaction, desk: Desk, new: Sequence[tuple[Said, Place]], identities: Mapping[str, int]) -> None:
    if not new:
        return
    messages = [_message(tx, desk, one, place, identities) for one, place in new]
    await store_messages(tx, messages)
    await tx.execute(
        """INSERT INTO participant (conversation_id, identity_id, role)
        SELECT DISTINCT c, i, 'customer' FROM unnest($1::uuid[], $2::bigint[]) AS p(c, i) ON CONFLICT DO NOTHING""",
        [message.conversation_id for message in messages if message.direction == "in"],
        [message.identity_id for message in messages if message.direction == "in"],
    )
    await append(
        tx,
        *(
            Event(
                name="message.imported",
                subject_kind="message",
                subject_id=str(message.id),
                conversation_id=place.id,
                identity_id=message.identity_id,
                inbox_id=place.inbox_id,
                brand_id=place.brand_id,
                actor=_actor(message),
                occurred_at=message.position_at,
                properties={"kind": message.kind, "channel": place.channel, "source": desk.source.vendor},
            )
            for message, (_, place) in zip(messages, new, strict=True)
        ),
    )


def _message(tx: Transaction, desk: Desk, one: Said, place: Place, identities: Mapping[str, int]) -> NewMessage:
    at = min(one.at, tx.now)
    colleague = desk.colleagues.get(one.author.external_id) if one.author.kind == "agent" else None
    shared: dict[str, Any] = {
        "id": new_id(),
        "conversation_id": place.id,
        "author_kind": one.author.kind,
        "author_id": colleague.agent_id if colleague else None,
        "author_name": _author_name(one, colleague),
        "text": one.text,
        "dedupe_scope": desk.source.dedupe_scope,
        "external_id": bounded(one.external_id),
        "evidence": f"import={desk.source.vendor}",
        "provider_at": one.at,
        "position_at": at,
    }
    if one.internal:
        return NewMessage(**shared | {"kind": "note"})
    said = shared | {"inbox_id": place.inbox_id, "channel": place.channel, "subject": place.subject}
    if one.author.kind == "customer":
        sender = identities.get(one.author.external_id, place.anchor_identity_id)
        return NewMessage(**said | {"direction": "in", "identity_id": sender})
    return NewMessage(
        **said | {"direction": "out", "identity_id": place.anchor_identity_id, "status": "sent", "sent_at": at}
    )


def _author_name(one: Said, colleague: Colleague | None) -> str | None:
    """Of whom has no account here. A customer's name is the customer's own."""
    name = (colleague.name if colleague else "") or one.author.name
    return name or None if one.author.kind in ("agent", "bot") else None


def _actor(message: NewMessage) -> Actor:
    return Actor(message.author_kind, str(message.author_id) if message.author_id else None)


async def _edit(tx: Transaction, desk: Desk, edited: Sequence[tuple[Said, Stored]]) -> None:
    if not edited:
        return
    await tx.execute(
        """UPDATE message m SET text = n.text, fresh = NULL, edited_at = $2
        FROM jsonb_to_recordset($1) AS n(id uuid, text text) WHERE m.id = n.id""",
        [{"id": before.id, "text": one.text} for one, before in edited],
        tx.now,
    )
    await index_messages(
        tx,
        [
            Indexed(
                before.id,
                before.conversation_id,
                before.position_at,
                before.subject,
                one.text,
                before.inbox_id,
                before.channel,
            )
            for one, before in edited
        ],
    )
