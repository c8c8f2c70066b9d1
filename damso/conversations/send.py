"""A message goes out: checked against what the channel can and may do, then stored as `queued`, which is the outbox.

Composer, and later bot, journey and survey, all come through `send`. The client makes the send key, so a retried
click is one message.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from damso.channels.content import Content
from damso.channels.file_types import matches
from damso.channels.fitting import fitted, length_of
from damso.channels.inboxes import InboxRecord
from damso.channels.masking import mask_content
from damso.channels.threads import thread_of, touch_outbound, window_of
from damso.channels.types import ChannelPolicy
from damso.conversations.cases import (
    Case,
    add_participant,
    add_participants,
    lock_case,
    next_place,
    preview_of,
    show_newest,
)
from damso.conversations.errors import (
    AdGateClosed,
    AnsweredMeanwhile,
    ConsentMissing,
    InboxOff,
    MediaNotAllowed,
    NothingToSend,
    NotReachable,
    ReplyToDiffers,
    TextTooLong,
    WindowHasClosed,
)
from damso.conversations.masking import mask_answer
from damso.conversations.outbox import put
from damso.conversations.search_index import index_message
from damso.conversations.types import AuthorKind
from damso.customers.addresses import canonical
from damso.customers.consent.may_contact import ContactRules
from damso.customers.identify import Sighting, identify_all
from damso.customers.types import VISITOR, IdentityKey
from damso.kernel.database import Transaction
from damso.kernel.ids import new_id
from damso.kernel.log import Actor, Event, append
from damso.kernel.masking import mask_kept, masked_kinds
from damso.kernel.sensitive import IDENTIFYING


class Sending(Struct, frozen=True, kw_only=True):
    """What somebody wants said. `seen_message_id` is the last message they saw when they pressed send; advertising
    needs the `rules` by which it is decided whether it may be sent. `content` is what it holds besides text and files,
    `quotes_id` the message it answers."""

    conversation_id: UUID
    send_key: str
    inbox: InboxRecord
    identity_id: int
    text: str
    author: Actor
    subject: str = ""
    cc: Sequence[str] = ()
    attachment_ids: Sequence[UUID] = ()
    seen_message_id: UUID | None = None
    send_anyway: bool = False
    accept_warnings: bool = False
    content: Content | None = None
    quotes_id: UUID | None = None
    purpose: str = "service"
    rules: ContactRules | None = None


async def send(tx: Transaction, sending: Sending) -> UUID:
    """Store the message and its place in the lane; its id. Raises the typed refusals of `errors.py`, and
    `EmailInvalid` for a copy to what is no address."""
    case = await lock_case(tx, sending.conversation_id)
    sent: UUID | None = await tx.value("SELECT id FROM message WHERE send_key = $1", sending.send_key)
    if sent:
        return sent
    if not sending.send_anyway:
        await _check_nobody_answered(tx, case, sending)
    text = await mask_answer(tx, sending.text, accepted=sending.accept_warnings)
    content = mask_content(sending.content, IDENTIFYING & await masked_kinds(tx))[0] if sending.content else None
    sending = replace(sending, text=text, subject=await mask_kept(tx, sending.subject), content=content)
    to = await _check_route(tx, case, sending)
    files = await _check_content(tx, sending)
    message_id = await _store(tx, case, sending, to)
    await tx.execute(
        "UPDATE attachment SET message_id = $1 WHERE id = ANY ($2)", message_id, list(sending.attachment_ids)
    )
    await index_message(
        tx,
        message_id,
        case.id,
        next_place(case, tx.now),
        sending.subject,
        sending.text,
        inbox_id=sending.inbox.id,
        channel=sending.inbox.channel,
    )
    await _answer_given(tx, case, sending, message_id, list(files))
    if not sending.inbox.adapter.policy.hosted:
        due = tx.now + sending.inbox.adapter.policy.undo
        await put(tx, message_id, sending.inbox.id, sending.identity_id, due=due)
    return message_id


def author_of(actor: Actor) -> tuple[AuthorKind, UUID | None]:
    """Who a message says it is from: an agent by name; the system; a program with a key speaks as a bot."""
    if actor.kind == "agent" and actor.id:
        return "agent", UUID(actor.id)
    return ("system" if actor.kind == "system" else "bot"), None


async def _check_nobody_answered(tx: Transaction, case: Case, sending: Sending) -> None:
    other = await tx.value(
        """SELECT m.id FROM message m
        WHERE m.conversation_id = $1 AND m.kind = 'message' AND m.direction = 'out' AND m.author_kind <> 'system'
            AND m.deleted_at IS NULL AND m.author_id IS DISTINCT FROM $3 AND NOT EXISTS (
                SELECT 1 FROM message seen WHERE seen.id = $2 AND seen.conversation_id = $1
                    AND (seen.created_at, seen.id) >= (m.created_at, m.id))
        ORDER BY m.created_at DESC LIMIT 1""",
        case.id,
        sending.seen_message_id,
        author_of(sending.author)[1],
    )
    if other:
        raise AnsweredMeanwhile(extra={"message_id": str(other)})


async def _check_route(tx: Transaction, case: Case, sending: Sending) -> IdentityKey:
    """The address it goes to, if the channel lets us write there now."""
    inbox = sending.inbox
    if not inbox.enabled:
        raise InboxOff
    if sending.purpose == "marketing":
        await _check_advertising(tx, sending)
    identity = await tx.row(
        """SELECT i.kind, i.scope, i.value, i.bounced_at, (i.customer_id = a.customer_id) AS same_customer, p.role,
            EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = $2 AND m.reply_to = i.value
                AND NOT EXISTS (SELECT 1 FROM message w WHERE w.conversation_id = $2 AND w.identity_id = i.id
                    AND w.direction = 'in')) AS only_reply_to
        FROM identity i CROSS JOIN (SELECT customer_id FROM identity WHERE id = $3) a
        LEFT JOIN participant p ON p.identity_id = i.id AND p.conversation_id = $2 WHERE i.id = $1""",
        sending.identity_id,
        case.id,
        case.anchor_identity_id,
    )
    if identity is None or not (identity["same_customer"] or identity["role"]):
        raise NotReachable(field="identity_id")
    if identity["bounced_at"] and not sending.accept_warnings:
        raise NotReachable(field="identity_id")
    if identity["only_reply_to"] and not sending.accept_warnings:
        raise ReplyToDiffers(field="identity_id", address=identity["value"])
    thread = await thread_of(tx, inbox.id, sending.identity_id)
    if (thread is None or thread.last_inbound_at is None) and inbox.adapter.policy.reaches != identity["kind"]:
        raise NotReachable(field="identity_id")
    if not window_of(inbox, thread, tx.now).open:
        raise WindowHasClosed
    return IdentityKey(identity["kind"], identity["value"], identity["scope"])


async def _check_advertising(tx: Transaction, sending: Sending) -> None:
    """Raises `ConsentMissing` with the reason; `AdGateClosed` where only the gate is missing."""
    if sending.rules is None:
        raise ConsentMissing(extra={"reason": "no_consent"})
    answer = await sending.rules.may_contact(tx, sending.identity_id, "marketing", sending.inbox.channel)
    if not answer.allowed:
        raise ConsentMissing(extra={"reason": answer.reason})
    raise AdGateClosed


async def _check_content(tx: Transaction, sending: Sending) -> Sequence[str]:
    """The names of the files, if text and files are what the channel takes."""
    policy = sending.inbox.adapter.policy
    text, content = fitted(policy, sending.text, sending.content)
    if not text.strip() and not sending.attachment_ids and content is None:
        raise NothingToSend(field="text")
    if (length := length_of(policy, text)) > policy.text_limit:
        raise TextTooLong(field="text", limit=policy.text_limit, length=length)
    files = await tx.rows(
        """SELECT name, content_type, size FROM attachment
        WHERE id = ANY ($1) AND message_id IS NULL AND uploader_kind = $2 AND uploader_id = $3""",
        list(sending.attachment_ids),
        sending.author.kind,
        sending.author.id,
    )
    if len(files) != len(set(sending.attachment_ids)):
        raise MediaNotAllowed(field="attachment_ids", name="?")
    for number, file in enumerate(files):
        if not takes_file(policy, file["content_type"], file["size"], number):
            raise MediaNotAllowed(field="attachment_ids", name=file["name"])
    return [file["name"] for file in files]


def takes_file(policy: ChannelPolicy, content_type: str, size: int, number: int) -> bool:
    """Whether the channel takes a file of `size` bytes as number `number` (from 0) of one message."""
    media = policy.media
    return bool(media and number < media.max_files and size <= media.max_bytes and matches(content_type, media.types))


async def _store(tx: Transaction, case: Case, sending: Sending, to: IdentityKey) -> UUID:
    inbox, policy, message_id = sending.inbox, sending.inbox.adapter.policy, new_id()
    copies = [canonical(to.kind, copy) for copy in sending.cc] if policy.copies else []
    if copies:
        sightings = [
            Sighting(key=IdentityKey(to.kind, copy, to.scope), proof="none", source="agent") for copy in copies
        ]
        others = await identify_all(tx, sightings)
        await add_participants(tx, case.id, [other.identity_id for other in others], "cc")
    await add_participant(tx, case.id, sending.identity_id, "customer")
    await tx.execute(
        """INSERT INTO message (id, conversation_id, kind, direction, author_kind, author_id, inbox_id, channel,
            identity_id, purpose, subject, text, send_key, status, recipients, position_at, undo_until, sent_at,
            created_at, content, quotes_id)
        VALUES ($1, $2, 'message', 'out', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $14, $17,
            (SELECT id FROM message WHERE id = $18 AND conversation_id = $2))""",
        message_id,
        case.id,
        *author_of(sending.author),
        inbox.id,
        inbox.channel,
        sending.identity_id,
        sending.purpose,
        sending.subject or (case.subject if policy.subject else ""),
        sending.text,
        sending.send_key,
        "sent" if policy.hosted else "queued",
        {"to": [] if to.kind == VISITOR else [to.value], "cc": copies},
        next_place(case, tx.now),
        _undo_until(policy, tx.now),
        tx.now if policy.hosted else None,
        msgspec.to_builtins(sending.content),
        sending.quotes_id,
    )
    return message_id


def _undo_until(policy: ChannelPolicy, now: datetime) -> datetime | None:
    """Until when it can be taken back; a channel that recalls has no end, so none is shown."""
    return now + policy.undo if policy.undo > timedelta(0) else None


async def _answer_given(tx: Transaction, case: Case, sending: Sending, message_id: UUID, files: Sequence[str]) -> None:
    """What an answer changes: nobody waits any more, and an unassigned case belongs to who answered. What the system
    says is no answer."""
    author, by_agent = author_of(sending.author)[0], sending.author.kind == "agent"
    await tx.execute(
        """UPDATE conversation SET waiting_since = CASE WHEN $4 THEN waiting_since END,
            assignee_id = CASE WHEN $2 THEN coalesce(assignee_id, $3) ELSE assignee_id END WHERE id = $1""",
        case.id,
        by_agent,
        author_of(sending.author)[1],
        author == "system",
    )
    await show_newest(
        tx,
        case.id,
        message_id=message_id,
        at=next_place(case, tx.now),
        channel=sending.inbox.channel,
        author=author,
        preview=preview_of(sending.text, None, files),
    )
    await touch_outbound(tx, sending.inbox.id, sending.identity_id, at=tx.now)
    await append(
        tx,
        Event(
            name="message.sent" if sending.inbox.adapter.policy.hosted else "message.queued",
            subject_kind="message",
            subject_id=str(message_id),
            conversation_id=case.id,
            identity_id=sending.identity_id,
            inbox_id=sending.inbox.id,
            brand_id=sending.inbox.brand_id,
            actor=sending.author,
            properties={"channel": sending.inbox.channel, "purpose": sending.purpose},
        ),
    )
