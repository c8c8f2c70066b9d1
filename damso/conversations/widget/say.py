"""A visitor says something: the same receipt of a message as on any channel, named by the id their browser gave it."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from damso.channels.file_types import matches
from damso.channels.inboxes import InboxRecord
from damso.channels.items import Attachment, InboundMessage
from damso.conversations.errors import MediaNotAllowed, NothingToSend, TextTooLong, TooManyFiles
from damso.conversations.receive import Arrival, Received, receive
from damso.conversations.widget.visitor import Visitor
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.log import Actor, Event, append


class Page(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where on the site the visitor is."""

    url: str = ""
    title: str = ""
    referrer: str = ""


async def say(
    tx: Transaction,
    keyring: Keyring,
    inbox: InboxRecord,
    visitor: Visitor,
    *,
    client_id: UUID,
    text: str,
    attachment_ids: Sequence[UUID],
) -> Received:
    """Store a visitor's message once. Raises `NothingToSend`, `TextTooLong`, `TooManyFiles`, `MediaNotAllowed`."""
    policy = inbox.adapter.policy
    if not text.strip() and not attachment_ids:
        raise NothingToSend(field="text")
    if len(text) > policy.text_limit:
        raise TextTooLong(field="text", limit=policy.text_limit, length=len(text))
    if policy.media and len(attachment_ids) > policy.media.max_files:
        raise TooManyFiles(field="attachment_ids", limit=policy.media.max_files)
    item = InboundMessage(
        external_id=str(client_id),
        dedupe_scope=f"chat:{visitor.inbox_key}:{visitor.id}",
        sender=visitor.address,
        text=text.replace("\x00", ""),
        authenticated=True,
        attachments=await _take_uploads(tx, visitor, attachment_ids),
    )
    received = await receive(tx, keyring, inbox, Arrival(item=item, received_at=tx.now))
    if received.new and len(item.attachments) != len(set(attachment_ids)):
        raise MediaNotAllowed(field="attachment_ids", name="?")
    return received


def uploader_of(visitor: Visitor) -> tuple[str, str]:
    return "visitor", f"{visitor.inbox_key}:{visitor.id}"


def check_file(inbox: InboxRecord, name: str, content_type: str, size: int) -> None:
    """Raises `MediaNotAllowed` for what the chat does not take."""
    media = inbox.adapter.policy.media
    if media is None or size > media.max_bytes or not matches(content_type, media.types):
        raise MediaNotAllowed(field="file", name=name)


async def _take_uploads(tx: Transaction, visitor: Visitor, ids: Sequence[UUID]) -> tuple[Attachment, ...]:
    """The visitor's own uploads, which become the message's; a repeated message finds them taken already."""
    if not ids:
        return ()
    rows = await tx.rows(
        """DELETE FROM attachment WHERE id = ANY ($1) AND message_id IS NULL AND uploader_kind = $2 AND uploader_id = $3
        RETURNING id, name, content_type, size, blob_ref, width, height""",
        list(ids),
        *uploader_of(visitor),
    )
    return tuple(
        Attachment(
            name=row["name"],
            content_type=row["content_type"],
            ref=row["blob_ref"],
            size=row["size"],
            width=row["width"],
            height=row["height"],
        )
        for row in sorted(rows, key=lambda row: list(ids).index(row["id"]))
    )


async def note_page(tx: Transaction, inbox: InboxRecord, identity_id: int, page: Page | None) -> None:
    """Where the visitor is, for the desk and the timeline."""
    if page is None or not page.url:
        return
    await append(
        tx,
        Event(
            stream="tracked",
            name="Page Viewed",
            subject_kind="page",
            subject_id=page.url[:500],
            identity_id=identity_id,
            inbox_id=inbox.id,
            brand_id=inbox.brand_id,
            actor=Actor("customer"),
            properties={"url": page.url[:2000], "title": page.title[:300], "referrer": page.referrer[:2000]},
        ),
    )
