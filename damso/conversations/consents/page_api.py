"""The page of preferences and the address for unsubscribing by one click (RFC 8058): open to whoever holds a link."""

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, SkipValidation
from litestar.types import ControllerRouterHandler

from damso.brand.queries import brand as brand_of
from damso.channels.inboxes import Inboxes
from damso.conversations.consents import page
from damso.conversations.consents.links import LinkInvalid, PreferenceLinks
from damso.conversations.consents.preferences import Preferences, preferences_of, stop_all, turn, unsubscribe
from damso.customers.consent.may_contact import ContactRules
from damso.customers.consent.texts import wordings
from damso.customers.consent.types import PURPOSES, Purpose
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import AppError, NotFound
from damso.kernel.i18n import Locale, Text, negotiate
from damso.kernel.pace import Pace
from damso.kernel.settings import Settings
from damso.team.addresses import address_of, network_of

OPENS_PER_MINUTE, TURNS_PER_MINUTE = 120, 20
"""Of one network; of one link. Mail services unsubscribe many people from one network, so that is counted by link."""

AnyRequest = Request[Any, Any, Any]
Rules = NamedDependency[SkipValidation[ContactRules]]
Lang = FromQuery[Literal["ko", "en"] | None]


class PreferenceLimits:
    """The paces of this process. Each raises `TooManyTries`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opens = Pace(OPENS_PER_MINUTE, 60)
        self._turns = Pace(TURNS_PER_MINUTE, 60)

    def opened(self, request: AnyRequest) -> None:
        self._opens.take(network_of(address_of(request, self._settings)))

    def turned(self, token: str) -> None:
        self._turns.take(token)


class Door:
    """What every route here needs."""

    def __init__(
        self,
        database: Database,
        inboxes: Inboxes,
        rules: ContactRules,
        links: PreferenceLinks,
        limits: PreferenceLimits,
    ) -> None:
        self.database = database
        self.inboxes = inboxes
        self.ways = rules.ways
        self.links = links
        self.limits = limits


GivenDoor = NamedDependency[SkipValidation[Door]]


@get("/preferences/{token:str}", include_in_schema=False)
async def show_preferences(
    request: AnyRequest, token: FromPath[str], door: GivenDoor, lang: Lang = None, saved: FromQuery[bool] = False
) -> Response[str]:
    """The page."""
    try:
        door.limits.opened(request)
        async with door.database.reading() as tx:
            opened = door.links.open_page(token, tx.now)
            shown = await preferences_of(tx, door.inboxes, door.ways, opened)
            look = await _look(tx, request, opened.brand_id, lang, shown)
            words = await wordings(tx, look.locale)
        return _html(look, page.preferences_page(look, shown, words, door.ways, note=page.SAVED if saved else None))
    except AppError as error:
        return await _refused(door, request, error, lang)


@post("/preferences/{token:str}", include_in_schema=False)
async def change_preferences(
    request: AnyRequest,
    token: FromPath[str],
    door: GivenDoor,
    settings: NamedDependency[Settings],
    lang: Lang = None,
) -> Response[str]:
    """What was turned on the page. Shows it again as things stand then."""
    try:
        door.limits.turned(token)
        form = await request.form()
        async with door.database.transaction() as tx:
            opened = door.links.open_page(token, tx.now)
            shown = await preferences_of(tx, door.inboxes, door.ways, opened)
            look = await _look(tx, request, opened.brand_id, lang, shown)
            ip = _ip(request, settings)
            if form.get("act") == "stop":
                await stop_all(tx, door.ways, shown, ip=ip)
            else:
                wanted = {choice.name: choice.name in form for choice in shown.choices}
                await turn(tx, door.ways, shown, wanted, texts=_texts_in(form), ip=ip)
    except AppError as error:
        return await _refused(door, request, error, lang)
    return Response("", status_code=303, headers={"location": f"?saved=true&lang={look.locale}"} | _HEADERS)


@get("/unsubscribe/{token:str}", include_in_schema=False)
async def ask_unsubscribe(
    request: AnyRequest, token: FromPath[str], door: GivenDoor, lang: Lang = None
) -> Response[str]:
    """Asks whether to unsubscribe; does nothing."""
    try:
        door.limits.opened(request)
        async with door.database.reading() as tx:
            opened = door.links.open_unsubscribe(token, tx.now)
            shown = await preferences_of(tx, door.inboxes, door.ways, opened)
            look = await _look(tx, request, opened.brand_id, lang, shown)
        return _html(look, page.unsubscribe_page(look, opened.channel, door.ways))
    except AppError as error:
        return await _refused(door, request, error, lang)


@post("/unsubscribe/{token:str}", include_in_schema=False, status_code=200)
async def unsubscribe_now(
    request: AnyRequest,
    token: FromPath[str],
    door: GivenDoor,
    settings: NamedDependency[Settings],
    lang: Lang = None,
) -> Response[str]:
    """Unsubscribes: a mail service or a person asks for it, without cookies, without being sent elsewhere."""
    try:
        door.limits.turned(token)
        async with door.database.transaction() as tx:
            opened = door.links.open_unsubscribe(token, tx.now)
            shown = await preferences_of(tx, door.inboxes, door.ways, opened)
            look = await _look(tx, request, opened.brand_id, lang, shown)
            await unsubscribe(tx, door.ways, shown, opened.channel, ip=_ip(request, settings))
            link = door.links.page(opened.identity_id, opened.brand_id, tx.now)
        return _html(look, page.message_page(look, page.UNSUBSCRIBED, link=link))
    except AppError as error:
        return await _refused(door, request, error, lang)


async def _look(
    tx: Transaction, request: AnyRequest, brand_id: UUID, lang: Locale | None, shown: Preferences | None
) -> page.Look:
    """Dressed as the brand of the link, or as the first one where that is gone."""
    try:
        brand = await brand_of(tx, brand_id)
    except NotFound:
        brand = await brand_of(tx, await tx.value("SELECT id FROM brand ORDER BY created_at, id LIMIT 1"))
    locale = lang or (shown.locale if shown else None) or negotiate(request.headers.get("accept-language"))
    return page.Look(brand=brand, locale=locale, nonce=secrets.token_urlsafe(16))


_HEADERS = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex"}
"""The address of the page is a secret: it is kept nowhere and told to nobody."""


def _html(look: page.Look, html: str, status: int = 200) -> Response[str]:
    headers = _HEADERS | {"content-security-policy": page.POLICY.format(nonce=look.nonce)}
    return Response(html, media_type="text/html", status_code=status, headers=headers)


async def _refused(door: Door, request: AnyRequest, error: AppError, lang: Locale | None) -> Response[str]:
    """A refusal that a person can read, in the look of the first brand, whoever asked."""
    async with door.database.reading() as tx:
        first = await tx.value("SELECT id FROM brand ORDER BY created_at, id LIMIT 1")
        if first is None:
            raise LinkInvalid
        look = await _look(tx, request, first, lang, None)
    told = error.say(look.locale)
    return _html(look, page.message_page(look, Text(_plain(told), _plain(told))), error.status)


def _texts_in(form: Mapping[str, Any]) -> dict[Purpose, UUID]:
    """Which text stood on the page for each purpose; what is no id is left out."""
    found: dict[Purpose, UUID] = {}
    for purpose in PURPOSES:
        with suppress(ValueError):
            found[purpose] = UUID(str(form.get(f"{page.TEXT}{purpose}", "")))
    return found


def _plain(text: str) -> str:
    """A sentence that is said already, as one whose braces are none."""
    return text.replace("{", "{{").replace("}", "}}")


def _ip(request: AnyRequest, settings: Settings) -> str | None:
    address = address_of(request, settings)
    return str(address) if address else None


ROUTES: Sequence[ControllerRouterHandler] = (
    show_preferences,
    change_preferences,
    ask_unsubscribe,
    unsubscribe_now,
)
