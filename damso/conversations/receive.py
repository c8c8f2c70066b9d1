"""A message comes in: its sender found or made, its conversation found or opened, the message stored once.

One short transaction for each item; the lane keeps what one sender sends in order. A repetition is recognised by
the unique `(dedupe_scope, external_id)` and changes nothing.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from damso.channels.inboxes import InboxRecord
from damso.channels.items import Address, Attachment, Automation, InboundMessage
from damso.channels.masking import SealedNumber
from damso.channels.threads import touch_inbound
from damso.conversations.cases import (
    Case,
    add_participant,
    add_participants,
    lock_case,
    next_place,
    open_case,
    preview_of,
)
from damso.conversations.continuing.take_up import take_up
from damso.conversations.masking import keep_numbers, mask_arrival
from damso.conversations.place import place, proves_sender
from damso.conversations.store import NewMessage, quoted, store_messages
from damso.conversations.thread_changes import note_child
from damso.conversations.waiting import apply_waiting
from damso.customers.claim import claim
from damso.customers.identify import Identified, Sighting, identify_all
from damso.customers.lock import lock_customer
from damso.customers.types import IdentityKey
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.ids import new_id
from damso.kernel.log import Actor, Event, append

MOST_CORRESPONDENTS = 50
"""Of a mail to a whole town only so many become participants."""


class Arrival(Struct, frozen=True, kw_only=True):
    """A message as it was found, with where its parts are kept."""

    item: InboundMessage
    received_at: datetime
    delivery_id: UUID | None = None
    html_ref: str | None = None
    source_ref: str | None = None
    numbers: Sequence[SealedNumber] = ()


class Received(Struct, frozen=True):
    """`new` is false where the message had been stored before."""

    message_id: UUID
    conversation_id: UUID
    new: bool


async def receive(tx: Transaction, keyring: Keyring, inbox: InboxRecord, arrival: Arrival) -> Received:
    """Store a message said by a customer, and all that follows from it."""
    item, numbers = await mask_arrival(tx, keyring, arrival.item)
    arrival = replace(arrival, item=item, numbers=[*arrival.numbers, *numbers])
    [sender] = await identify_all(tx, [_sighting(inbox, item.sender, proven=proves_sender(inbox, item))])
    # Locked, so that two messages of one customer cannot open two cases at once.
    sender = replace(sender, customer_id=await lock_customer(tx, sender.identity_id))
    if known := await _known(tx, item):
        return known
    if await take_up(tx, keyring, inbox, sender.identity_id, item):
        sender = replace(sender, customer_id=await lock_customer(tx, sender.identity_id))
    conversation_id = await place(tx, keyring, inbox, sender.identity_id, sender.customer_id, item)
    case = await lock_case(tx, conversation_id) if conversation_id else await _open(tx, inbox, sender, arrival)
    if case.last_message_at > tx.now:
        arrival = replace(arrival, received_at=next_place(case, tx.now))
    message_id = await _store(tx, inbox, case, sender, arrival)
    await keep_numbers(tx, message_id, arrival.numbers)
    await _add_correspondents(tx, inbox, case, sender, item)
    await _keep_claims(tx, inbox, sender, item)
    if item.under_14:
        await note_child(tx, sender.identity_id, inbox)
    await touch_inbound(tx, inbox.id, sender.identity_id, item, _position(arrival))
    await _move_case(tx, inbox, case, arrival, message_id)
    await append(tx, *_events(inbox, case, sender, arrival, message_id))
    await apply_waiting(tx, inbox, item.external_id)
    return Received(message_id, case.id, new=True)


def _sighting(inbox: InboxRecord, address: Address, *, proven: bool) -> Sighting:
    return Sighting(
        key=IdentityKey(address.kind, address.value, address.scope),
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
        resolved=_is_history(inbox, arrival, tx.now),
    )


def _is_history(inbox: InboxRecord, arrival: Arrival, now: datetime) -> bool:
    """Old mail that is brought in: too old to open a case again, it opens none either, and nobody waits for an answer
    to it."""
    return _position(arrival) < now - inbox.adapter.policy.reopen


def _position(arrival: Arrival) -> datetime:
    """The provider's time clamped to when it reached us: a mail dated 2038 does not sit last for ever."""
    return min(arrival.item.provider_at or arrival.received_at, arrival.received_at)


async def _store(tx: Transaction, inbox: InboxRecord, case: Case, sender: Identified, arrival: Arrival) -> UUID:
    item = arrival.item
    message = NewMessage(
        id=new_id(),
        conversation_id=case.id,
        direction="in",
        author_kind="customer",
        author_id=sender.customer_id,
        inbox_id=inbox.id,
        channel=inbox.channel,
        identity_id=sender.identity_id,
        subject=item.subject,
        text=item.text,
        fresh=item.fresh,
        html_ref=arrival.html_ref,
        source_ref=arrival.source_ref,
        delivery_id=arrival.delivery_id,
        dedupe_scope=item.dedupe_scope,
        external_id=item.external_id,
        automation=item.automation.value,
        authenticated=proves_sender(inbox, item),
        evidence=item.evidence,
        reply_to=item.reply_to.value if item.reply_to else None,
        recipients={"to": [address.value for address in item.to], "cc": [address.value for address in item.cc]},
        provider_at=item.provider_at,
        content=msgspec.to_builtins(item.content),
        quotes_id=await quoted(tx, inbox.id, item.quotes),
        position_at=_position(arrival),
    )
    await store_messages(tx, [message])
    await store_attachments(tx, message.id, sender.identity_id, item.attachments)
    return message.id


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
    if sender.identity_id != case.anchor_identity_id:  # whose anchor it is takes part from the beginning
        await add_participant(tx, case.id, sender.identity_id, "customer")
    addresses = (*((item.reply_to,) if item.reply_to else ()), *item.to, *item.cc)[:MOST_CORRESPONDENTS]
    if addresses:
        others = await identify_all(tx, [_sighting(inbox, address, proven=False) for address in addresses])
        await add_participants(tx, case.id, [other.identity_id for other in others], "cc")


async def _keep_claims(tx: Transaction, inbox: InboxRecord, sender: Identified, item: InboundMessage) -> None:
    """What the sender is said to have; a claim that makes no sense is no reason to refuse the message."""
    for kind, value in item.claims.items():
        with suppress(AppError):
            await claim(tx, sender.identity_id, kind, value, source=inbox.channel)


async def _move_case(tx: Transaction, inbox: InboxRecord, case: Case, arrival: Arrival, message_id: UUID) -> None:
    """Let lists show the message, unless they show a newer one. A person's word also opens the case again and starts
    the customer's waiting; a machine's does neither.

    A case that began without a subject takes that of the first message which has one. All in one statement, because
    each writes every index of the row anew.
    """
    item, at = arrival.item, _position(arrival)
    await tx.execute(
        """UPDATE conversation SET status = CASE WHEN $2 THEN 'open' ELSE status END,
            snoozed_until = CASE WHEN NOT $2 THEN snoozed_until END,
            snoozed_until_reply = snoozed_until_reply AND NOT $2,
            resolved_at = CASE WHEN NOT $2 THEN resolved_at END,
            waiting_since = CASE WHEN $2 THEN coalesce(waiting_since, $4) ELSE waiting_since END,
            subject = CASE WHEN $2 THEN coalesce(nullif(subject, ''), $8) ELSE subject END,
            last_message_at = CASE WHEN $3 THEN $4 ELSE last_message_at END,
            last_message_id = CASE WHEN $3 THEN $5 ELSE last_message_id END,
            last_channel = CASE WHEN $3 THEN $6 ELSE last_channel END,
            last_author = CASE WHEN $3 THEN 'customer' ELSE last_author END,
            preview = CASE WHEN $3 THEN $7 ELSE preview END
        WHERE id = $1""",
        case.id,
        item.automation is Automation.NONE and not _is_history(inbox, arrival, tx.now),
        case.last_message_at <= at,
        at,
        message_id,
        inbox.channel,
        preview_of(item.text, item.fresh, [file.name for file in item.attachments]),
        item.subject,
    )


def _events(inbox: InboxRecord, case: Case, sender: Identified, arrival: Arrival, message_id: UUID) -> Sequence[Event]:
    """What the log is told."""
    automation = arrival.item.automation
    received = Event(
        name="message.received",
        subject_kind="message",
        subject_id=str(message_id),
        conversation_id=case.id,
        identity_id=sender.identity_id,
        inbox_id=inbox.id,
        brand_id=inbox.brand_id,
        actor=Actor("customer", str(sender.customer_id)),
        occurred_at=_position(arrival),
        properties={"channel": inbox.channel, "automation": automation.value},
    )
    if case.status == "open" or automation is not Automation.NONE:
        return [received]
    reopened = Event(
        name="conversation.reopened",
        subject_kind="conversation",
        subject_id=str(case.id),
        conversation_id=case.id,
        identity_id=case.anchor_identity_id,
        brand_id=case.brand_id,
        properties={"from": case.status},
    )
    return [reopened, received]
