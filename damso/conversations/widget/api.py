"""The chat's own API. Every call but the first two carries the visitor's token, and that decides what is seen."""

from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Request, Response, WebSocket, get, post, websocket
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery, JSONBody, SkipValidation
from msgspec import Struct

from damso.brand.queries import brand as brand_of
from damso.channels.inboxes import Inboxes, InboxRecord
from damso.channels.media import keep_file
from damso.conversations.attachments import download, keep_upload
from damso.conversations.entries import SHOWN_PICTURES
from damso.conversations.widget.entrance import chat_inbox, known_customer
from damso.conversations.widget.entries import (
    FILE_PURPOSE,
    WidgetEntry,
    WidgetFile,
    own_identities,
    widget_entries,
    widget_entries_by_id,
    widget_file,
)
from damso.conversations.widget.limits import ChatLimits
from damso.conversations.widget.live import WidgetLive
from damso.conversations.widget.proof import finish_proof, start_proof
from damso.conversations.widget.read import acknowledge
from damso.conversations.widget.say import check_file, note_page, say, uploader_of
from damso.conversations.widget.types import (
    Claims,
    NewVisitorMessage,
    ProofAnswer,
    ProofRequest,
    ProofStarted,
    Proven,
    TrackedFact,
    UpTo,
)
from damso.conversations.widget.visitor import (
    Visitor,
    VisitorUnknown,
    read_visitor,
    sign_visitor,
)
from damso.customers.claim import claim
from damso.customers.identify import identify
from damso.kernel.blobs import Blobs
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.downloads import download_response
from damso.kernel.errors import Invalid, NotFound, TooLarge
from damso.kernel.i18n import Locale
from damso.kernel.log import Actor, Event, append
from damso.kernel.pagination import Page
from damso.kernel.sockets import hello

TAGS = ("Widget",)


class Present(Struct, frozen=True):
    """A visitor whose token was checked, in their inbox."""

    visitor: Visitor
    inbox: InboxRecord


async def provide_present(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    inboxes: NamedDependency[Inboxes],
    keyring: NamedDependency[Keyring],
) -> Present:
    """Who calls, by the token in the Authorization header. Raises `VisitorUnknown`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise VisitorUnknown
    async with database.reading() as tx:
        visitor = read_visitor(keyring, token.strip(), tx)
        return Present(visitor, await chat_inbox(tx, inboxes, visitor.inbox_key))


class WidgetController(Controller):
    path = "/widget/v1"
    tags = TAGS
    dependencies = {"present": provide_present}  # noqa: RUF012 - Litestar's way

    @get("/messages")
    async def visitor_messages(
        self,
        database: NamedDependency[Database],
        keyring: NamedDependency[Keyring],
        present: NamedDependency[Present],
        before: FromQuery[str | None] = None,
    ) -> Page[WidgetEntry]:
        """What was said, by whichever channel, to this visitor and those joined to them by proof."""
        async with database.reading() as tx:
            identities = await own_identities(tx, present.visitor.key)
            return await widget_entries(tx, keyring, identities, present.inbox.brand_id, before=before)

    @post("/messages")
    async def visitor_says(
        self,
        database: NamedDependency[Database],
        keyring: NamedDependency[Keyring],
        present: NamedDependency[Present],
        request: Request[Any, Any, Any],
        chat_limits: NamedDependency[ChatLimits],
        data: JSONBody[NewVisitorMessage],
    ) -> Response[WidgetEntry]:
        """Say something. The same `client_id` again is the same message, answered with 200."""
        chat_limits.message(request)
        async with database.transaction() as tx:
            received = await say(
                tx,
                keyring,
                present.inbox,
                present.visitor,
                client_id=data.client_id,
                text=data.text,
                attachment_ids=data.attachment_ids,
            )
            entries = await widget_entries_by_id(tx, keyring, [received.message_id], present.inbox.brand_id)
            if received.new:
                await note_page(tx, present.inbox, entries[0][0], data.page)
        return Response(entries[0][1], status_code=201 if received.new else 200)

    @post("/uploads", request_max_body_size=25 * 1024 * 1024)
    async def visitor_uploads(
        self,
        database: NamedDependency[Database],
        blobs: NamedDependency[SkipValidation[Blobs]],
        keyring: NamedDependency[Keyring],
        present: NamedDependency[Present],
        request: Request[Any, Any, Any],
        chat_limits: NamedDependency[ChatLimits],
        data: Annotated[dict[str, UploadFile], Body(media_type=RequestEncodingType.MULTI_PART)],
    ) -> WidgetFile:
        """Upload a file to send with a message afterwards."""
        chat_limits.message(request)
        file = data.get("file")
        media = present.inbox.adapter.policy.media
        if file is None or media is None:
            raise Invalid(field="file")
        content = await file.read()
        if len(content) > media.max_bytes:
            raise TooLarge(limit=f"{media.max_bytes // 1024 // 1024} MB")
        stored = await keep_file(blobs, content, file.content_type)
        check_file(present.inbox, file.filename, stored.content_type, stored.size)
        async with database.transaction() as tx:
            kept = await keep_upload(tx, uploader_of(present.visitor), file.filename, stored)
            return widget_file(
                {name: getattr(kept, name) for name in ("id", "name", "content_type", "size", "width", "height")},
                keyring,
                tx.now,
            )

    @post("/read", status_code=204)
    async def visitor_read(
        self, database: NamedDependency[Database], present: NamedDependency[Present], data: JSONBody[UpTo]
    ) -> None:
        """The visitor has seen everything up to a message."""
        await _acknowledge(database, present, data.message_id, "read")

    @post("/delivered", status_code=204)
    async def visitor_got(
        self, database: NamedDependency[Database], present: NamedDependency[Present], data: JSONBody[UpTo]
    ) -> None:
        """Everything up to a message reached the visitor's browser."""
        await _acknowledge(database, present, data.message_id, "delivered")

    @post("/claims", status_code=204)
    async def visitor_claims(
        self,
        database: NamedDependency[Database],
        present: NamedDependency[Present],
        request: Request[Any, Any, Any],
        chat_limits: NamedDependency[ChatLimits],
        data: JSONBody[Claims],
    ) -> None:
        """What the visitor says their name, e-mail or phone is."""
        chat_limits.message(request)
        async with database.transaction() as tx:
            me = await identify(tx, present.visitor.key, proof="authenticated", source="chat")
            for kind, value in (("name", data.name), ("email", data.email), ("phone", data.phone)):
                if value.strip():
                    await claim(tx, me.identity_id, kind, value, source="chat")

    @post("/proof", status_code=202)
    async def begin_proof(
        self,
        database: NamedDependency[Database],
        keyring: NamedDependency[Keyring],
        inboxes: NamedDependency[Inboxes],
        locale: NamedDependency[Locale],
        present: NamedDependency[Present],
        request: Request[Any, Any, Any],
        chat_limits: NamedDependency[ChatLimits],
        data: JSONBody[ProofRequest],
    ) -> ProofStarted:
        """Send a one-time code to an address."""
        chat_limits.code(request)
        async with database.transaction() as tx:
            brand = await brand_of(tx, present.inbox.brand_id)
            started = await start_proof(
                tx,
                keyring,
                inboxes,
                present.inbox,
                present.visitor,
                email=data.email,
                brand=brand.name,
                locale=locale,
            )
            return ProofStarted(
                int((started.expires_at - tx.now).total_seconds()),
                int(started.resend_after.total_seconds()),
            )

    @post("/proof/check", status_code=200)
    async def check_proof(
        self,
        database: NamedDependency[Database],
        keyring: NamedDependency[Keyring],
        present: NamedDependency[Present],
        data: JSONBody[ProofAnswer],
    ) -> Proven:
        """Prove an address by its code; its mails and this chat are one conversation from now on."""
        async with database.transaction() as tx:
            refusal = await finish_proof(tx, keyring, present.inbox, present.visitor, email=data.email, code=data.code)
            identities = await own_identities(tx, present.visitor.key)
            proven = Proven(sign_visitor(keyring, present.visitor, tx), await known_customer(tx, identities))
        if refusal:
            raise refusal
        return proven

    @post("/track", status_code=202)
    async def visitor_did(
        self,
        database: NamedDependency[Database],
        present: NamedDependency[Present],
        request: Request[Any, Any, Any],
        chat_limits: NamedDependency[ChatLimits],
        data: JSONBody[TrackedFact],
    ) -> None:
        """Something the visitor did on the site."""
        chat_limits.message(request)
        async with database.transaction() as tx:
            me = await identify(tx, present.visitor.key, proof="authenticated", source="chat")
            await append(
                tx,
                Event(
                    stream="tracked",
                    name=data.name,
                    subject_kind="visitor",
                    subject_id=str(present.visitor.id),
                    identity_id=me.identity_id,
                    inbox_id=present.inbox.id,
                    brand_id=present.inbox.brand_id,
                    actor=Actor("customer", str(me.customer_id)),
                    properties=data.properties | ({"url": data.page.url[:2000]} if data.page else {}),
                ),
            )


@get("/widget/v1/attachments/{attachment_id:uuid}", tags=list(TAGS))
async def visitor_file(
    database: NamedDependency[Database],
    blobs: NamedDependency[SkipValidation[Blobs]],
    keyring: NamedDependency[Keyring],
    attachment_id: FromPath[UUID],
    t: FromQuery[str] = "",
    shown: FromQuery[bool] = False,
) -> Response[bytes]:
    """A file of a message, for whoever was given its signed address."""
    async with database.reading() as tx:
        claims = keyring.verify(FILE_PURPOSE, t, tx.now)
        if claims is None or claims.get("f") != str(attachment_id):
            raise NotFound
        found = await download(tx, attachment_id)
    may_show = shown and found.content_type in SHOWN_PICTURES
    return download_response(await blobs.get(found.blob_ref), found.name, found.content_type, shown=may_show)


@websocket("/widget/v1/live")
async def visitor_live(
    socket: WebSocket[Any, Any, Any],
    database: NamedDependency[Database],
    inboxes: NamedDependency[Inboxes],
    keyring: NamedDependency[Keyring],
    widget_live: NamedDependency[WidgetLive],
) -> None:
    """The chat's live socket. The token comes in the first frame, so that it stands in no log."""
    await socket.accept()
    first = await hello(socket)
    try:
        async with database.reading() as tx:
            visitor = read_visitor(keyring, str((first or {}).get("token")), tx)
            inbox = await chat_inbox(tx, inboxes, visitor.inbox_key)
    except (VisitorUnknown, NotFound):
        await socket.close(4401)
        return
    await widget_live.serve(socket, visitor, inbox, (first or {}).get("cursor"))


async def _acknowledge(
    database: Database, present: Present, message_id: UUID, status: Literal["delivered", "read"]
) -> None:
    async with database.transaction() as tx:
        await acknowledge(tx, await own_identities(tx, present.visitor.key), message_id, status)
