"""The page with a customer's code: open to whoever holds its link."""

import secrets
from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, SkipValidation
from litestar.types import ControllerRouterHandler

from damso.brand.queries import brand as brand_of
from damso.brand.queries import brands
from damso.conversations.consents.page import Look
from damso.conversations.counter import page
from damso.conversations.counter.codes import MemberCodes, MemberLinkInvalid, OpenedPage
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import AppError, NotFound
from damso.kernel.i18n import Locale, as_locale, negotiate
from damso.kernel.pace import Pace
from damso.kernel.settings import Settings
from damso.team.addresses import address_of, network_of

OPENS_PER_MINUTE = 60
"""Of one network."""
_HEADERS = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex"}
"""The address of the page is a secret: it is kept nowhere and told to nobody."""


class MemberDoor:
    """What the page needs."""

    def __init__(self, database: Database, codes: MemberCodes, settings: Settings) -> None:
        self.database = database
        self.codes = codes
        self._settings = settings
        self._opens = Pace(OPENS_PER_MINUTE, 60)

    def opened(self, request: Request[Any, Any, Any]) -> None:
        """Raises `TooManyTries`."""
        self._opens.take(network_of(address_of(request, self._settings)))


@get("/member/{token:str}", include_in_schema=False)
async def show_member_code(
    request: Request[Any, Any, Any],
    token: FromPath[str],
    member_door: NamedDependency[SkipValidation[MemberDoor]],
    lang: FromQuery[Literal["ko", "en"] | None] = None,
) -> Response[str]:
    """A code that works once, for three minutes."""
    door = member_door
    try:
        door.opened(request)
        async with door.database.reading() as tx:
            opened = await door.codes.open_page(tx, token)
            look = await _look(tx, request, opened, lang)
            code = door.codes.code(opened.link_id, tx.now)
        return _html(look, page.member_page(look, code))
    except AppError as error:
        async with door.database.reading() as tx:
            if not await brands(tx):
                raise MemberLinkInvalid from error
            look = await _look(tx, request, None, lang)
        return _html(look, page.refusal_page(look, error.say(look.locale)), error.status)


async def _look(
    tx: Transaction, request: Request[Any, Any, Any], opened: OpenedPage | None, lang: Locale | None
) -> Look:
    """Dressed as the brand of the link, or as the first one where that is gone."""
    spoken = None
    brand_id: UUID | None = None
    if opened:
        brand_id = opened.brand_id
        spoken = await tx.value(
            "SELECT c.locale FROM identity i JOIN customer c ON c.id = i.customer_id WHERE i.id = $1",
            opened.identity_id,
        )
    try:
        brand = await brand_of(tx, brand_id) if brand_id else (await brands(tx))[0]
    except NotFound:
        brand = (await brands(tx))[0]
    locale = lang or as_locale(spoken) or negotiate(request.headers.get("accept-language"))
    return Look(brand=brand, locale=locale, nonce=secrets.token_urlsafe(16))


def _html(look: Look, html: str, status: int = 200) -> Response[str]:
    headers = _HEADERS | {"content-security-policy": page.POLICY.format(nonce=look.nonce)}
    return Response(html, media_type="text/html", status_code=status, headers=headers)


ROUTES: Sequence[ControllerRouterHandler] = (show_member_code,)
