"""Going on elsewhere over HTTP: agents offer and confirm, customers open a page with a chat."""

import secrets
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from damso.brand.queries import brand as brand_of
from damso.channels.inboxes import Inboxes
from damso.conversations.consents.page import Look
from damso.conversations.continuing.errors import ContinuationInvalid
from damso.conversations.continuing.offer import SECRET, Offered, offer
from damso.conversations.continuing.page import POLICY, chat_page, refusal_page
from damso.conversations.continuing.take_up import Opened, confirm, enter_code, open_link
from damso.conversations.reach import check_conversation
from damso.conversations.subjects import customer_of
from damso.conversations.widget.api import Present, provide_present
from damso.conversations.widget.limits import ChatLimits
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import NotFound
from damso.kernel.i18n import Locale, as_locale
from damso.kernel.settings import Settings
from damso.team.access import Caller, needs
from damso.team.records.witness import Witness

PUBLIC = {"exclude_from_auth": True, "exclude_from_csrf": True}


class NewContinuation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`locale` is the language of the text for the customer."""

    inbox_id: UUID
    locale: Literal["ko", "en"] = "ko"


class ContinuationState(Struct, frozen=True, kw_only=True):
    """An offer of today, as the desk shows it."""

    id: UUID
    inbox_name: str
    channel: str
    created_at: datetime
    expires_at: datetime
    opened_at: datetime | None
    confirmed_at: datetime | None
    confirmed_by: Literal["code", "agent"] | None


class Target(Struct, frozen=True, kw_only=True):
    """Where the customer may go on."""

    inbox_id: UUID
    name: str
    channel: str


class Continuations(Struct, frozen=True, kw_only=True):
    targets: list[Target]
    offers: list[ContinuationState]


class ContinueRequest(Struct, frozen=True, forbid_unknown_fields=True):
    token: str


class ContinueCode(Struct, frozen=True, forbid_unknown_fields=True):
    token: str
    code: str


class Confirmed(Struct, frozen=True):
    confirmed: bool = True


class ContinuationController(Controller):
    path = "/api"
    tags = ("Conversations",)

    @get("/conversations/{conversation_id:uuid}/continuations", guards=[needs("conversations.read")])
    async def list_continuations(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        inboxes: NamedDependency[Inboxes],
        conversation_id: FromPath[UUID],
    ) -> Continuations:
        """Where this customer may go on, and what was offered in the last day."""
        async with database.reading() as tx:
            await check_conversation(tx, caller, conversation_id)
            targets = await _targets(tx, inboxes, caller, conversation_id)
            return Continuations(targets=targets, offers=await tx.all(ContinuationState, _OFFERS, conversation_id))

    @post("/conversations/{conversation_id:uuid}/continuations", guards=[needs("conversations.write")])
    async def offer_continuation(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        inboxes: NamedDependency[Inboxes],
        keyring: NamedDependency[Keyring],
        settings: NamedDependency[Settings],
        witness: NamedDependency[Witness],
        conversation_id: FromPath[UUID],
        data: JSONBody[NewContinuation],
    ) -> Offered:
        """Make a link or a code by which the customer goes on there, for ten minutes and once."""
        async with database.transaction() as tx:
            await check_conversation(tx, caller, conversation_id)
            inbox = await inboxes.by_id(tx, data.inbox_id)
            caller.check_inbox(inbox.id, inbox.brand_id)
            witness.changed(await customer_of(tx, conversation_id))
            return await offer(
                tx, keyring, settings.base_url, conversation_id, inbox, locale=data.locale, actor=caller.actor
            )

    @post("/continuations/{continuation_id:uuid}/confirm", guards=[needs("conversations.write")], status_code=200)
    async def confirm_continuation(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        inboxes: NamedDependency[Inboxes],
        witness: NamedDependency[Witness],
        continuation_id: FromPath[UUID],
    ) -> Confirmed:
        """Say that whoever opened the link is the customer: what was said so far appears there."""
        async with database.transaction() as tx:
            conversation_id = await tx.value("SELECT conversation_id FROM continuation WHERE id = $1", continuation_id)
            if conversation_id is None:
                raise NotFound
            await check_conversation(tx, caller, conversation_id)
            await confirm(tx, inboxes, continuation_id, caller.actor)
            witness.changed(await customer_of(tx, conversation_id))
        return Confirmed()


_OFFERS = """
SELECT c.id, i.name AS inbox_name, i.channel, c.created_at, c.expires_at, c.opened_at, c.confirmed_at, c.confirmed_by
FROM continuation c JOIN inbox i ON i.id = c.inbox_id WHERE c.conversation_id = $1 ORDER BY c.created_at DESC LIMIT 20
"""


async def _targets(tx: Transaction, inboxes: Inboxes, caller: Caller, conversation_id: UUID) -> list[Target]:
    """Inboxes of the same brand in reach, besides the one the customer wrote to last."""
    row = await tx.row(
        """SELECT c.brand_id, (SELECT m.inbox_id FROM message m WHERE m.conversation_id = c.id AND m.kind = 'message'
            AND m.direction = 'in' ORDER BY m.position_at DESC LIMIT 1) AS inbox_id
        FROM conversation c WHERE c.id = $1""",
        conversation_id,
    )
    if row is None:
        raise NotFound
    if row["inbox_id"] is None:
        return []
    return [
        Target(inbox_id=inbox.id, name=inbox.name, channel=inbox.channel)
        for inbox in await inboxes.enabled(tx)
        if inbox.brand_id == row["brand_id"]
        and inbox.id != row["inbox_id"]
        and caller.limits.admit_inbox(inbox.id, inbox.brand_id)
    ]


class ContinueController(Controller):
    """What the chat asks that was opened by a link."""

    path = "/widget/v1/continue"
    tags = ("Widget",)
    dependencies = {"present": provide_present}  # noqa: RUF012 - Litestar's way

    @post(status_code=200)
    async def open_continuation(
        self,
        database: NamedDependency[Database],
        inboxes: NamedDependency[Inboxes],
        keyring: NamedDependency[Keyring],
        present: NamedDependency[Present],
        request: Request[Any, Any, Any],
        chat_limits: NamedDependency[ChatLimits],
        data: JSONBody[ContinueRequest],
    ) -> Opened:
        """Take the link for this browser; a code is sent to where the conversation began."""
        chat_limits.message(request)
        async with database.transaction() as tx:
            return await open_link(tx, keyring, inboxes, present.inbox, present.visitor, data.token)

    @post("/check", status_code=200)
    async def check_continuation(
        self,
        database: NamedDependency[Database],
        keyring: NamedDependency[Keyring],
        present: NamedDependency[Present],
        data: JSONBody[ContinueCode],
    ) -> Confirmed:
        """Enter the code; from then on the whole conversation is here."""
        async with database.transaction() as tx:
            refusal = await enter_code(tx, keyring, present.inbox, present.visitor, data.token, data.code)
        if refusal:
            raise refusal
        return Confirmed()


@get("/continue/{token:str}", include_in_schema=False, opt=PUBLIC)
async def continue_page(
    database: NamedDependency[Database],
    keyring: NamedDependency[Keyring],
    locale: NamedDependency[Locale],
    token: FromPath[str],
) -> Response[str]:
    """The page that the link leads to: an empty chat. To look at it uses nothing up, as previews of links do."""
    nonce = secrets.token_urlsafe(16)
    async with database.reading() as tx:
        row = await tx.row(
            """SELECT i.key, i.brand_id FROM continuation c JOIN inbox i ON i.id = c.inbox_id
            WHERE c.secret_mac = ANY ($1) AND c.expires_at > $2 AND i.enabled""",
            keyring.macs(SECRET, token.encode()),
            tx.now,
        )
        brand_id = row["brand_id"] if row else await tx.value("SELECT id FROM brand ORDER BY created_at LIMIT 1")
        if brand_id is None:
            raise NotFound
        brand = await brand_of(tx, brand_id)
    look = Look(brand=brand, locale=as_locale(locale) or "ko", nonce=nonce)
    page = chat_page(look, row["key"], token) if row else refusal_page(look, ContinuationInvalid.text.say(look.locale))
    return Response(
        page,
        media_type="text/html",
        status_code=200 if row else 410,
        headers={"content-security-policy": POLICY.format(nonce=nonce), "cache-control": "no-store"},
    )
