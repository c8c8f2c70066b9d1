"""A message comes in: its sender found or made, its conversation found or opened, the message stored once.

One short transaction for each item; the lane keeps what one sender sends in order. A repetition is recognised by
the unique `(dedupe_scope, external_id)` and changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from damso.channels.inboxes import InboxRecord
from damso.channels.threads import touch_inbound
from damso.channels.types import Address, Attachment, Automation, InboundMessage
from damso.conversations.cases import Case, add_participant, lock_case, open_case, preview_of, show_newest
from damso.conversations.place import place, proves_sender
from damso.conversations.search_index import index_message
from damso.conversations.waiting import apply_waiting
from damso.customers.identify import Identified, identify
from damso.customers.lock import lock_customer
from damso.customers.types import IdentityKey
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.ids import new_id
from damso.kernel.log import Actor, Event, append


class Arrival(Struct, frozen=True, kw_only=True):
    """A message as it was found, with where its parts are kept."""

    item: InboundMessage
    received_at: datetime
    delivery_id: UUID | None = None
    html_ref: str | None = None
    source_ref: str | None = None


class Received(Struct, frozen=True):
    """`new` is false where the message had been stored before."""

    message_id: UUID
    conversation_id: UUID
    new: bool


async def receive(tx: Transaction, keyring: Keyring, inbox: InboxRecord, arrival: Arrival) -> Received:
    """Store a message said by a customer, and all that follows from it."""
    item = arrival.item
    sender = await _identify(tx, inbox, item.sender, proven=proves_sender(inbox, item))
    # Locked, so that two messages of one customer cannot open two cases at once.
    customer_id = await lock_customer(tx, sender.identity_id)
    if known := await _known(tx, item):
        return known
    conversation_id = await place(tx, keyring, inbox, sender.identity_id, customer_id, item)
    case = await lock_case(tx, conversation_id) if conversation_id else await _open(tx, inbox, sender, arrival)
    message_id = await _store(tx, inbox, case, sender, arrival)
    await _add_correspondents(tx, inbox, case, sender, item)
    await touch_inbound(tx, inbox.id, sender.identity_id, at=_position(arrival), external_id=item.thread)
    await _move_case(tx, case, arrival)
    await append(
        tx,
        Event(
            name="message.received",
            subject_kind="message",
            subject_id=str(message_id),
            conversation_id=case.id,
            identity_id=sender.identity_id,
            inbox_id=inbox.id,
            brand_id=inbox.brand_id,
            actor=Actor("customer", str(customer_id)),
            occurred_at=_position(arrival),
            properties={"channel": inbox.channel, "automation": item.automation.value},
        ),
    )
    await apply_waiting(tx, inbox, item.external_id)
    return Received(message_id, case.id, new=True)


async def _identify(tx: Transaction, inbox: InboxRecord, address: Address, *, proven: bool) -> Identified:
    return await identify(
        tx,
        IdentityKey(address.kind, address.value, address.scope),
        name=address.name,
        proof="authenticated" if proven else "none",
        source=inbox.channel,
    )


async def _known(tx: Transaction, item: InboundMessage) -> Received | None:
    row = await tx.row(
        "SELECT id, conversation_id FROM message WHERE dedupe_scope = $1 AND external_id = $2",
        item.dedupe_scope,
        item.external_id,
    )
    return Received(row["id"], row["conversation_id"], new=False) if row else None


async def _open(tx: Transaction, inbox: InboxRecord, sender: Identified, arrival: Arrival) -> Case:
    return await open_case(
        tx,
        anchor_identity_id=sender.identity_id,
        brand_id=inbox.brand_id,
        inbox_id=inbox.id,
        channel=inbox.channel,
        subject=arrival.item.subject,
        actor=Actor("customer", str(sender.customer_id)),
        at=_position(arrival),
    )


def _position(arrival: Arrival) -> datetime:
    """The provider's time clamped to when it reached us: a mail dated 2038 does not sit last for ever."""
    return min(arrival.item.provider_at or arrival.received_at, arrival.received_at)


async def _store(tx: Transaction, inbox: InboxRecord, case: Case, sender: Identified, arrival: Arrival) -> UUID:
    item = arrival.item
    message_id = new_id()
    await tx.execute(
        """INSERT INTO message (id, conversation_id, kind, direction, author_kind, author_id, inbox_id, channel,
            identity_id, subject, text, fresh, html_ref, source_ref, delivery_id, dedupe_scope, external_id, automation,
            authenticated, evidence, reply_to, recipients, provider_at, position_at, created_at)
        VALUES ($1, $2, 'message', 'in', 'customer', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
            $17, $18, $19, $20, $21, $22)""",
        message_id,
        case.id,
        sender.customer_id,
        inbox.id,
        inbox.channel,
        sender.identity_id,
        item.subject,
        item.text,
        item.fresh,
        arrival.html_ref,
        arrival.source_ref,
        arrival.delivery_id,
        item.dedupe_scope,
        item.external_id,
        item.automation.value,
        proves_sender(inbox, item),
        item.evidence,
        item.reply_to.value if item.reply_to else None,
        {"to": [address.value for address in item.to], "cc": [address.value for address in item.cc]},
        item.provider_at,
        _position(arrival),
        tx.now,
    )
    await store_attachments(tx, message_id, sender.identity_id, item.attachments)
    await index_message(
        tx,
        message_id,
        case.id,
        _position(arrival),
        item.subject,
        item.text,
        inbox_id=inbox.id,
        channel=inbox.channel,
    )
    await show_newest(
        tx,
        case.id,
        message_id=message_id,
        at=_position(arrival),
        channel=inbox.channel,
        author="customer",
        preview=preview_of(item.text, item.fresh, [file.name for file in item.attachments]),
    )
    return message_id


async def store_attachments(
    tx: Transaction, message_id: UUID, identity_id: int, attachments: Sequence[Attachment]
) -> None:
    """Keep what came with a message: its bytes are blobs already, or `media:<id>` until they are fetched."""
    if not attachments:
        return
    await tx.execute(
        """INSERT INTO attachment (id, message_id, uploader_kind, uploader_id, name, content_type, size, blob_ref,
            content_id, inline, width, height, position, created_at)
        SELECT id, $2, 'customer', $3, name, content_type, size, blob_ref, content_id, inline, width, height, n, $4
        FROM jsonb_to_recordset($1) AS a(id uuid, name text, content_type text, size bigint, blob_ref text,
            content_id text, inline boolean, width bigint, height bigint, n smallint)""",
        [
            {
                "id": new_id(),
                "name": file.name,
                "content_type": file.content_type,
                "size": file.size,
                "blob_ref": file.ref,
                "content_id": file.content_id,
                "inline": file.inline,
                "width": file.width,
                "height": file.height,
                "n": number,
            }
            for number, file in enumerate(attachments)
        ],
        message_id,
        str(identity_id),
        tx.now,
    )


async def _add_correspondents(
    tx: Transaction, inbox: InboxRecord, case: Case, sender: Identified, item: InboundMessage
) -> None:
    await add_participant(tx, case.id, sender.identity_id, "customer")
    for address in (*item.to, *item.cc, *((item.reply_to,) if item.reply_to else ())):
        other = await _identify(tx, inbox, address, proven=False)
        await add_participant(tx, case.id, other.identity_id, "cc")


async def _move_case(tx: Transaction, case: Case, arrival: Arrival) -> None:
    """A person's word opens the case again and starts the customer's waiting; a machine's does neither.

    A case that began without a subject takes that of the first message which has one.
    """
    if arrival.item.automation is not Automation.NONE:
        return
    await tx.execute(
        """UPDATE conversation SET status = 'open', snoozed_until = NULL, snoozed_until_reply = false,
            resolved_at = NULL, waiting_since = coalesce(waiting_since, $2), subject = coalesce(nullif(subject, ''), $3)
        WHERE id = $1""",
        case.id,
        _position(arrival),
        arrival.item.subject,
    )
    if case.status != "open":
        await append(
            tx,
            Event(
                name="conversation.reopened",
                subject_kind="conversation",
                subject_id=str(case.id),
                conversation_id=case.id,
                identity_id=case.anchor_identity_id,
                brand_id=case.brand_id,
                properties={"from": case.status},
            ),
        )
