"""Opening the chat: how its button looks, who the visitor is, and whether somebody is there."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from damso.brand.availability import availability
from damso.brand.queries import brand as brand_of
from damso.channels.inboxes import Inboxes, InboxRecord
from damso.conversations.notices import mailbox_for
from damso.conversations.widget.entries import WidgetAuthor, count_unread, own_identities
from damso.conversations.widget.limits import ChatLimits
from damso.conversations.widget.say import note_page
from damso.conversations.widget.types import (
    CaseState,
    SessionRequest,
    WidgetAvailability,
    WidgetBrand,
    WidgetConfig,
    WidgetCustomer,
    WidgetPolicy,
    WidgetSession,
)
from damso.conversations.widget.visitor import (
    Visitor,
    VisitorUnknown,
    new_visitor,
    read_identity_token,
    read_visitor,
    sign_in,
    sign_visitor,
)
from damso.customers.faces import initials_of
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import NotFound
from damso.kernel.i18n import Locale, as_locale

_OPEN = {"access-control-allow-origin": "*"}


class WidgetEntranceController(Controller):
    path = "/widget/v1/{key:str}"
    tags = ("Widget",)

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
        request: Request[Any, Any, Any],
        chat_limits: NamedDependency[ChatLimits],
        data: JSONBody[SessionRequest],
    ) -> WidgetSession:
        """Open the chat. Stores nothing for a visitor who has not acted."""
        chat_limits.session(request)
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
                customer=await known_customer(tx, identities),
                brand=await _brand(tx, inbox, locale),
                agents=await _faces(tx),
                availability=await _availability(tx, inbox, locale),
                unread=await count_unread(tx, identities, inbox.brand_id),
                policy=WidgetPolicy(inbox.adapter.policy.text_limit, inbox.adapter.policy.media),
                conversation=await _case(tx, identities, inbox.brand_id),
                can_prove=await mailbox_for(tx, inboxes, inbox.brand_id) is not None,
            )


async def chat_inbox(tx: Transaction, inboxes: Inboxes, key: str) -> InboxRecord:
    """The site chat of this key. Raises `NotFound`, also where it is turned off."""
    inbox = await inboxes.by_key(tx, key)
    if inbox.channel != "chat" or not inbox.enabled:
        raise NotFound
    return inbox


async def known_customer(tx: Transaction, identities: Sequence[int]) -> WidgetCustomer:
    row = await tx.row(
        """SELECT max(nullif(name, '')) AS name, max(value) FILTER (WHERE kind = 'email' AND proof = 'proven') AS email
        FROM identity WHERE id = ANY ($1)""",
        list(identities),
    )
    assert row is not None
    return WidgetCustomer(row["name"], row["email"], row["email"] is not None)


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


async def _case(tx: Transaction, identities: Sequence[int], brand_id: UUID) -> CaseState | None:
    return await tx.maybe(
        CaseState,
        """SELECT id, status FROM conversation WHERE anchor_identity_id = ANY ($1) AND brand_id = $2
        AND joined_into IS NULL ORDER BY last_message_at DESC LIMIT 1""",
        list(identities),
        brand_id,
    )
