"""The chat's own API. Every call but the first two carries the visitor's token, and that decides what is seen."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Request, Response, WebSocket, get, post, websocket
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery, JSONBody, QueryParameter, SkipValidation
from msgspec import Meta, Struct

from damso.brand.availability import availability
from damso.brand.queries import brand as brand_of
from damso.channels.inboxes import Inboxes, InboxRecord
from damso.channels.media import keep_file
from damso.channels.types import MediaRule
from damso.conversations.attachments import download, keep_upload
from damso.conversations.entries import SHOWN_PICTURES
from damso.conversations.notices import mailbox_for
from damso.conversations.widget.entries import (
    FILE_PURPOSE,
    WidgetAuthor,
    WidgetEntry,
    WidgetFile,
    count_unread,
    own_identities,
    widget_entries,
    widget_entries_by_id,
    widget_file,
)
from damso.conversations.widget.live import WidgetLive
from damso.conversations.widget.proof import finish_proof, start_proof
from damso.conversations.widget.read import acknowledge
from damso.conversations.widget.say import Page as VisitedPage
from damso.conversations.widget.say import check_file, note_page, say, uploader_of
from damso.conversations.widget.visitor import (
    Visitor,
    VisitorUnknown,
    new_visitor,
    read_identity_token,
    read_visitor,
    sign_in,
    sign_visitor,
)
from damso.customers.claim import claim
from damso.customers.faces import initials_of
from damso.customers.identify import identify
from damso.kernel.blobs import Blobs
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction
from damso.kernel.downloads import download_response
from damso.kernel.errors import Invalid, NotFound, TooLarge
from damso.kernel.i18n import Locale, as_locale
from damso.kernel.log import Actor, Event, append
from damso.kernel.pagination import Page
from damso.kernel.sockets import hello

TAGS = ("Widget",)
_OPEN = {"access-control-allow-origin": "*"}


class WidgetBrand(Struct, frozen=True):
    name: str
    colour: str
    greeting: str
    logo_url: str | None


class WidgetConfig(Struct, frozen=True, kw_only=True):
    """What the loader on the shop's page needs before anybody opens the chat."""

    enabled: bool
    brand: WidgetBrand
    side: str
    locale: Locale


class WidgetCustomer(Struct, frozen=True):
    """Who the visitor is to us; the e-mail only where they proved it."""

    name: str | None
    email: str | None
    proven: bool


class WidgetAvailability(Struct, frozen=True):
    open: bool
    text: str
    opens_at: datetime | None


class WidgetPolicy(Struct, frozen=True):
    text_limit: int
    media: MediaRule | None


class CaseState(Struct, frozen=True):
    id: UUID
    status: str


class SessionRequest(Struct, frozen=True, kw_only=True):
    """`visitor` is the token this browser kept, `identity_token` what the shop's server signed for its customer."""

    visitor: str | None = None
    identity_token: str | None = None
    page: VisitedPage | None = None
    locale: str = "ko"
    timezone: str = ""


class WidgetSession(Struct, frozen=True, kw_only=True):
    visitor: str
    customer: WidgetCustomer
    brand: WidgetBrand
    agents: list[WidgetAuthor]
    availability: WidgetAvailability
    unread: int
    policy: WidgetPolicy
    conversation: CaseState | None
    can_prove: bool
    cursor: None = None


class NewVisitorMessage(Struct, frozen=True, kw_only=True):
    client_id: UUID
    text: str
    attachment_ids: list[UUID] = []
    page: VisitedPage | None = None


class UpTo(Struct, frozen=True):
    message_id: UUID


class Claims(Struct, frozen=True, kw_only=True):
    """What the visitor says about themselves; it identifies nobody."""

    name: Annotated[str, Meta(max_length=100)] = ""
    email: Annotated[str, Meta(max_length=320)] = ""
    phone: Annotated[str, Meta(max_length=40)] = ""


class ProofRequest(Struct, frozen=True):
    email: Annotated[str, Meta(min_length=3, max_length=320)]


class ProofStarted(Struct, frozen=True):
    """Both in seconds."""

    expires_in: int
    resend_after: int


class ProofAnswer(Struct, frozen=True):
    email: Annotated[str, Meta(max_length=320)]
    code: Annotated[str, Meta(max_length=12)]


class Proven(Struct, frozen=True):
    visitor: str
    customer: WidgetCustomer


class TrackedFact(Struct, frozen=True, kw_only=True):
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    properties: dict[str, Any] = {}
    page: VisitedPage | None = None


class Present(Struct, frozen=True):
    """A visitor whose token was checked, in their inbox."""

    visitor: Visitor
    inbox: InboxRecord


async def chat_inbox(tx: Transaction, inboxes: Inboxes, key: str) -> InboxRecord:
    """The site chat of this key. Raises `NotFound`, also where it is turned off."""
    inbox = await inboxes.by_key(tx, key)
    if inbox.channel != "chat" or not inbox.enabled:
        raise NotFound
    return inbox


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


class WidgetEntranceController(Controller):
    path = "/widget/v1/{key:str}"
    tags = TAGS

    @get("/config")
    async def get_config(
        self,
        database: NamedDependency[Database],
        inboxes: NamedDependency[Inboxes],
        locale: NamedDependency[Locale],
        key: FromPath[str],
        wanted: Annotated[str | None, QueryParameter(name="locale")] = None,
    ) -> Response[WidgetConfig]:
        """How the chat's button looks on the shop's page, in the page's language where it names one."""
        locale = as_locale(wanted) or locale
        async with database.reading() as tx:
            inbox = await chat_inbox(tx, inboxes, key)
            brand = await _brand(tx, inbox, locale)
        config = WidgetConfig(
            enabled=inbox.enabled, brand=brand, side=getattr(inbox.config, "launcher", "right"), locale=locale
        )
        return Response(config, headers=_OPEN | {"cache-control": "public, max-age=60"})

    @post("/session", status_code=200)
    async def begin_session(
        self,
        database: NamedDependency[Database],
        inboxes: NamedDependency[Inboxes],
        keyring: NamedDependency[Keyring],
        key: FromPath[str],
        data: JSONBody[SessionRequest],
    ) -> WidgetSession:
        """Open the chat. Stores nothing for a visitor who has not acted."""
        locale = as_locale(data.locale) or "ko"
        async with database.transaction() as tx:
            inbox = await chat_inbox(tx, inboxes, key)
            visitor = _returning(keyring, data.visitor, inbox, tx)
            if data.identity_token:
                visitor = await sign_in(tx, inbox, visitor, read_identity_token(inbox, data.identity_token, tx))
            elif visitor.user:
                visitor = new_visitor(inbox)
            identities = await own_identities(tx, visitor.key)
            if identities:
                await note_page(tx, inbox, identities[0], data.page)
            return WidgetSession(
                visitor=sign_visitor(keyring, visitor, tx),
                customer=await _customer(tx, identities),
                brand=await _brand(tx, inbox, locale),
                agents=await _faces(tx),
                availability=await _availability(tx, inbox, locale),
                unread=await count_unread(tx, identities, inbox.brand_id),
                policy=WidgetPolicy(inbox.adapter.policy.text_limit, inbox.adapter.policy.media),
                conversation=await _case(tx, identities, inbox.brand_id),
                can_prove=await mailbox_for(tx, inboxes, inbox.brand_id) is not None,
            )


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
        data: JSONBody[NewVisitorMessage],
    ) -> Response[WidgetEntry]:
        """Say something. The same `client_id` again is the same message, answered with 200."""
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
        data: Annotated[dict[str, UploadFile], Body(media_type=RequestEncodingType.MULTI_PART)],
    ) -> WidgetFile:
        """Upload a file to send with a message afterwards."""
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
        self, database: NamedDependency[Database], present: NamedDependency[Present], data: JSONBody[Claims]
    ) -> None:
        """What the visitor says their name, e-mail or phone is."""
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
        data: JSONBody[ProofRequest],
    ) -> ProofStarted:
        """Send a one-time code to an address."""
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
            proven = Proven(sign_visitor(keyring, present.visitor, tx), await _customer(tx, identities))
        if refusal:
            raise refusal
        return proven

    @post("/track", status_code=202)
    async def visitor_did(
        self, database: NamedDependency[Database], present: NamedDependency[Present], data: JSONBody[TrackedFact]
    ) -> None:
        """Something the visitor did on the site."""
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


def _returning(keyring: Keyring, token: str | None, inbox: InboxRecord, tx: Transaction) -> Visitor:
    """Who this browser says it is; a forged or foreign token makes a new visitor, who sees nothing."""
    if token:
        try:
            visitor = read_visitor(keyring, token, tx)
        except VisitorUnknown:
            return new_visitor(inbox)
        if visitor.inbox_key == inbox.key:
            return visitor
    return new_visitor(inbox)


async def _acknowledge(
    database: Database, present: Present, message_id: UUID, status: Literal["delivered", "read"]
) -> None:
    async with database.transaction() as tx:
        await acknowledge(tx, await own_identities(tx, present.visitor.key), message_id, status)


async def _brand(tx: Transaction, inbox: InboxRecord, locale: Locale) -> WidgetBrand:
    brand = await brand_of(tx, inbox.brand_id)
    return WidgetBrand(
        brand.name, brand.colour, brand.greeting.ko if locale == "ko" else brand.greeting.en, brand.logo_url
    )


async def _availability(tx: Transaction, inbox: InboxRecord, locale: Locale) -> WidgetAvailability:
    now = availability(await brand_of(tx, inbox.brand_id), tx.now)
    return WidgetAvailability(now.open, now.text.say(locale), now.opens_at)


async def _faces(tx: Transaction) -> list[WidgetAuthor]:
    """Who is there to answer."""
    names = await tx.values(
        """SELECT name FROM agent WHERE availability = 'online' AND disabled_at IS NULL
        ORDER BY last_seen_at DESC NULLS LAST LIMIT 3"""
    )
    return [WidgetAuthor(name, initials_of(name)) for name in names]


async def _customer(tx: Transaction, identities: Sequence[int]) -> WidgetCustomer:
    row = await tx.row(
        """SELECT max(nullif(name, '')) AS name, max(value) FILTER (WHERE kind = 'email' AND proof = 'proven') AS email
        FROM identity WHERE id = ANY ($1)""",
        list(identities),
    )
    assert row is not None
    return WidgetCustomer(row["name"], row["email"], row["email"] is not None)


async def _case(tx: Transaction, identities: Sequence[int], brand_id: UUID) -> CaseState | None:
    return await tx.maybe(
        CaseState,
        """SELECT id, status FROM conversation WHERE anchor_identity_id = ANY ($1) AND brand_id = $2
        AND joined_into IS NULL ORDER BY last_message_at DESC LIMIT 1""",
        list(identities),
        brand_id,
    )
