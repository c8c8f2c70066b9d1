"""Lines of a conversation over HTTP: reading, sending, notes, taking back, files."""

from typing import Annotated, Literal
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery, JSONBody, SkipValidation
from msgspec import Meta, Struct

from damso.channels.content import Content
from damso.channels.html import sanitise
from damso.channels.inboxes import Inboxes
from damso.channels.media import MAX_BYTES, keep_file
from damso.channels.open_raw import open_raw
from damso.conversations.attachments import download, keep_upload
from damso.conversations.cases import case_shown
from damso.conversations.change import Change, change
from damso.conversations.entries import SHOWN_PICTURES, entries_of, entry_of
from damso.conversations.errors import AnsweredMeanwhile
from damso.conversations.masking import RevealedNumber, reveal
from damso.conversations.note import write_note
from damso.conversations.reach import check_conversation, check_file, check_message
from damso.conversations.send import Sending, send
from damso.conversations.settle import retry, settle, undo
from damso.conversations.subjects import customer_of, customer_of_file, customer_of_message
from damso.conversations.types import Entry, File
from damso.kernel.blobs import Blobs
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.downloads import download_response
from damso.kernel.errors import Invalid, NotFound, TooLarge
from damso.kernel.i18n import Locale
from damso.kernel.pagination import Page
from damso.team.access import Caller, needs
from damso.team.records.reasons import Reason
from damso.team.records.witness import Witness


class NewMessage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer. `send_key` is made by the client: the same key again is the same message. `content` is what it holds
    besides text and files; a channel that cannot show it gets it spelled as text. `quotes_id` is the message of this
    conversation that it answers."""

    send_key: UUID
    inbox_id: UUID
    identity_id: int
    text: str
    subject: str = ""
    cc: Annotated[list[str], Meta(max_length=50)] = []
    attachment_ids: list[UUID] = []
    content: Content | None = None
    quotes_id: UUID | None = None
    seen_message_id: UUID | None = None
    send_anyway: bool = False
    accept_warnings: bool = False
    then: Literal["resolve", "snooze"] | None = None


class NewNote(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    send_key: UUID
    text: str
    mentions: list[UUID] = []
    attachment_ids: list[UUID] = []


class Settlement(Struct, frozen=True, forbid_unknown_fields=True):
    outcome: Literal["arrived", "send_again"]


_AFTERWARDS = {
    "resolve": Change(status="resolved"),
    "snooze": Change(status="snoozed", snoozed_until_reply=True),
}


class EntryController(Controller):
    path = "/api/conversations/{conversation_id:uuid}"
    tags = ("Messages",)
    guards = (needs("conversations.read"),)

    @get("/messages")
    async def list_messages(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
        locale: NamedDependency[Locale],
        conversation_id: FromPath[UUID],
        before: FromQuery[str | None] = None,
    ) -> Page[Entry]:
        """A page of a conversation, oldest first; `next` is the cursor of what came before."""
        async with database.reading() as tx:
            await check_conversation(tx, caller, conversation_id)
            shown = await case_shown(tx, conversation_id)
            page = await entries_of(tx, shown, locale, before=before)
            customer_id = await customer_of(tx, shown)
        await witness.viewed(customer_id)
        return page

    @post("/messages", guards=[needs("conversations.write")])
    async def send_message(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
        inboxes: NamedDependency[Inboxes],
        locale: NamedDependency[Locale],
        conversation_id: FromPath[UUID],
        data: JSONBody[NewMessage],
    ) -> Entry:
        """Answer the customer."""
        try:
            async with database.transaction() as tx:
                await check_conversation(tx, caller, conversation_id)
                inbox = await inboxes.by_id(tx, data.inbox_id)
                caller.check_inbox(inbox.id, inbox.brand_id)
                sending = Sending(
                    conversation_id=conversation_id,
                    send_key=str(data.send_key),
                    inbox=inbox,
                    identity_id=data.identity_id,
                    text=data.text,
                    subject=data.subject,
                    cc=data.cc,
                    attachment_ids=data.attachment_ids,
                    content=data.content,
                    quotes_id=data.quotes_id,
                    seen_message_id=data.seen_message_id,
                    send_anyway=data.send_anyway,
                    accept_warnings=data.accept_warnings,
                    author=caller.actor,
                )
                message_id = await send(tx, sending)
                if data.then:
                    await change(tx, conversation_id, _AFTERWARDS[data.then], caller.actor)
                witness.changed(await customer_of(tx, conversation_id))
                return await entry_of(tx, message_id, locale)
        except AnsweredMeanwhile as refusal:
            async with database.reading() as tx:
                other = await entry_of(tx, UUID(refusal.extra["message_id"]), locale)
                witness.changed(await customer_of(tx, conversation_id))
            raise AnsweredMeanwhile(extra={"message": other}) from refusal

    @post("/notes", guards=[needs("conversations.write")])
    async def add_note(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
        locale: NamedDependency[Locale],
        conversation_id: FromPath[UUID],
        data: JSONBody[NewNote],
    ) -> Entry:
        """Tell colleagues something; the customer never sees it."""
        async with database.transaction() as tx:
            await check_conversation(tx, caller, conversation_id)
            note_id = await write_note(
                tx,
                conversation_id,
                caller.agent,
                send_key=str(data.send_key),
                text=data.text,
                mentions=data.mentions,
                attachment_ids=data.attachment_ids,
            )
            witness.changed(await customer_of(tx, conversation_id))
            return await entry_of(tx, note_id, locale)


class MessageController(Controller):
    path = "/api/messages/{message_id:uuid}"
    tags = ("Messages",)
    guards = (needs("conversations.read"),)

    @post("/undo", guards=[needs("conversations.write")], status_code=200)
    async def undo_message(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
        inboxes: NamedDependency[Inboxes],
        locale: NamedDependency[Locale],
        message_id: FromPath[UUID],
    ) -> Entry:
        """Take a message back before it leaves, or where the channel recalls."""
        async with database.transaction() as tx:
            await check_message(tx, caller, message_id)
            await undo(tx, inboxes, message_id, caller.actor)
            witness.changed(await customer_of_message(tx, message_id))
            return await entry_of(tx, message_id, locale)

    @post("/settle", guards=[needs("conversations.write")], status_code=200)
    async def settle_message(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
        locale: NamedDependency[Locale],
        message_id: FromPath[UUID],
        data: JSONBody[Settlement],
    ) -> Entry:
        """Say whether a message of unknown outcome arrived, or have it sent again."""
        async with database.transaction() as tx:
            await check_message(tx, caller, message_id)
            await settle(tx, message_id, data.outcome, caller.actor)
            witness.changed(await customer_of_message(tx, message_id))
            return await entry_of(tx, message_id, locale)

    @post("/retry", guards=[needs("conversations.write")], status_code=200)
    async def retry_message(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
        locale: NamedDependency[Locale],
        message_id: FromPath[UUID],
    ) -> Entry:
        """Try a failed message again."""
        async with database.transaction() as tx:
            await check_message(tx, caller, message_id)
            await retry(tx, message_id, caller.actor)
            witness.changed(await customer_of_message(tx, message_id))
            return await entry_of(tx, message_id, locale)

    @post("/numbers", guards=[needs("secrets.reveal")], status_code=200)
    async def reveal_numbers(
        self,
        database: NamedDependency[Database],
        keyring: NamedDependency[Keyring],
        caller: NamedDependency[Caller],
        message_id: FromPath[UUID],
        witness: NamedDependency[Witness],
        reason: NamedDependency[Reason],
    ) -> list[RevealedNumber]:
        """The numbers that were masked in a message. It asks for a reason; who looks and why is in both records."""
        async with database.transaction() as tx:
            await check_message(tx, caller, message_id)
            numbers = await reveal(tx, keyring, message_id, reason, caller.actor)
            customer_id = await customer_of_message(tx, message_id)
        await witness.revealed(reason, customer_id)
        return numbers

    @get("/html")
    async def get_html(
        self,
        database: NamedDependency[Database],
        blobs: NamedDependency[SkipValidation[Blobs]],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
        message_id: FromPath[UUID],
        images: FromQuery[bool] = False,
    ) -> Response[str]:
        """The HTML of a mail, sanitised, for a sandboxed frame. Remote pictures only where asked for."""
        async with database.reading() as tx:
            await check_message(tx, caller, message_id)
            ref = await tx.value("SELECT html_ref FROM message WHERE id = $1", message_id)
            if ref is None:
                raise NotFound
            parts = await tx.rows(
                "SELECT id, content_id FROM attachment WHERE message_id = $1 AND content_id IS NOT NULL"
                " AND content_type = ANY ($2)",
                message_id,
                list(SHOWN_PICTURES),
            )
            customer_id = await customer_of_message(tx, message_id)
        await witness.viewed(customer_id)
        inline = {part["content_id"]: f"/api/attachments/{part['id']}/preview" for part in parts}
        clean = sanitise((await blobs.get(ref)).decode(errors="replace"), remote_images=images, cid=inline.get)
        sources = "img-src 'self' data: https: http:" if images else "img-src 'self' data:"
        return Response(
            f'<!doctype html><meta charset="utf-8"><base target="_blank">{clean.html}',
            media_type="text/html",
            headers={
                "content-security-policy": f"default-src 'none'; {sources}; style-src 'unsafe-inline'; "
                " base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"
                " allow-popups allow-popups-to-escape-sandbox allow-same-origin",
                "x-damso-blocked-images": str(clean.blocked_images),
            },
        )

    @get("/source")
    async def get_source(
        self,
        database: NamedDependency[Database],
        blobs: NamedDependency[SkipValidation[Blobs]],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
        reason: NamedDependency[Reason],
        keyring: NamedDependency[Keyring],
        message_id: FromPath[UUID],
    ) -> Response[bytes]:
        """The mail exactly as it came. It leaves Damso whole, so it asks for a reason.

        One that holds masked numbers asks for the right to see these, too.
        """
        async with database.transaction() as tx:
            await check_message(tx, caller, message_id)
            ref = await tx.value("SELECT source_ref FROM message WHERE id = $1", message_id)
            if ref is None:
                raise NotFound
            customer_id = await customer_of_message(tx, message_id)
            data = await open_raw(tx, blobs, keyring, caller, ref, message_id, reason)
        await witness.downloaded(reason, [customer_id] if customer_id else [])
        return download_response(data, f"{message_id}.eml", "message/rfc822")


class FileController(Controller):
    path = "/api"
    tags = ("Messages",)
    guards = (needs("conversations.read"),)

    @post("/uploads", guards=[needs("conversations.write")], request_max_body_size=MAX_BYTES + 100_000)
    async def upload(
        self,
        database: NamedDependency[Database],
        blobs: NamedDependency[SkipValidation[Blobs]],
        caller: NamedDependency[Caller],
        data: Annotated[dict[str, UploadFile], Body(media_type=RequestEncodingType.MULTI_PART)],
    ) -> File:
        """Upload a file to send with a message afterwards."""
        file = data.get("file")
        if file is None:
            raise Invalid(field="file")
        content = await file.read()
        if len(content) > MAX_BYTES:
            raise TooLarge(limit=f"{MAX_BYTES // 1024 // 1024} MB")
        stored = await keep_file(blobs, content, file.content_type)
        async with database.transaction() as tx:
            return await keep_upload(tx, (caller.actor.kind, caller.actor.id or ""), file.filename, stored)

    @get("/attachments/{attachment_id:uuid}")
    async def get_attachment(
        self,
        database: NamedDependency[Database],
        blobs: NamedDependency[SkipValidation[Blobs]],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
        attachment_id: FromPath[UUID],
    ) -> Response[bytes]:
        """A file, never shown in place. To open what a customer sent is to read on: it asks for no reason."""
        async with database.reading() as tx:
            await check_file(tx, caller, attachment_id)
            found = await download(tx, attachment_id)
            customer_id = await customer_of_file(tx, attachment_id)
        await witness.viewed(customer_id)
        return download_response(await blobs.get(found.blob_ref), found.name, found.content_type)

    @get("/attachments/{attachment_id:uuid}/preview")
    async def preview_attachment(
        self,
        database: NamedDependency[Database],
        blobs: NamedDependency[SkipValidation[Blobs]],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
        attachment_id: FromPath[UUID],
    ) -> Response[bytes]:
        """A picture to be shown; anything else is not found here."""
        async with database.reading() as tx:
            await check_file(tx, caller, attachment_id)
            found = await download(tx, attachment_id)
            customer_id = await customer_of_file(tx, attachment_id)
        if found.content_type not in SHOWN_PICTURES:
            raise NotFound
        await witness.viewed(customer_id)
        return download_response(await blobs.get(found.blob_ref), found.name, found.content_type, shown=True)
