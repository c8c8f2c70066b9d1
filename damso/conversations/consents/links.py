"""Links to a customer's own page of preferences, and to unsubscribing by one click.

A link is a signed token for one address and one purpose of ours; it needs no login, so what opens by it shows nothing
of the person but the masked address. Whoever holds it can do no more than turn these switches, and every turn is told
to the address itself (the notice within 14 days).
"""

from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from damso.kernel.crypto import Keyring
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text

PREFERENCES, UNSUBSCRIBE = "consent preferences", "one-click unsubscribe"
PAGE_LIVES = timedelta(days=60)
UNSUBSCRIBE_LIVES = timedelta(days=730)
"""Longer, since an old advertisement has to be able to be the last one."""


class LinkInvalid(AppError):
    code = "LINK_INVALID"
    status = 404
    text = Text(
        "링크가 만료되었거나 올바르지 않아요. 새 링크를 요청해 주세요.",
        "This link has expired or is not valid. Please ask for a new one.",
    )


class Opened(Struct, frozen=True, kw_only=True):
    """What a token is for. `brand_id` says whose look the page has; `channel` is what one click unsubscribes from."""

    identity_id: int
    brand_id: UUID
    channel: str = ""


class PreferenceLinks:
    """Makes links and reads them."""

    def __init__(self, keyring: Keyring, base_url: str) -> None:
        self._keyring = keyring
        self._base_url = base_url

    def page(self, identity_id: int, brand_id: UUID, now: datetime) -> str:
        """The address of somebody's preferences."""
        token = self._keyring.sign(PREFERENCES, {"i": identity_id, "b": str(brand_id)}, now + PAGE_LIVES)
        return f"{self._base_url}/preferences/{token}"

    def unsubscribe(self, identity_id: int, brand_id: UUID, channel: str, now: datetime) -> str:
        """What an advertisement names in List-Unsubscribe (RFC 8058)."""
        claims = {"i": identity_id, "b": str(brand_id), "c": channel}
        token = self._keyring.sign(UNSUBSCRIBE, claims, now + UNSUBSCRIBE_LIVES)
        return f"{self._base_url}/unsubscribe/{token}"

    def open_page(self, token: str, now: datetime) -> Opened:
        """Raises `LinkInvalid`."""
        return self._open(PREFERENCES, token, now)

    def open_unsubscribe(self, token: str, now: datetime) -> Opened:
        """Raises `LinkInvalid`."""
        return self._open(UNSUBSCRIBE, token, now)

    def _open(self, purpose: str, token: str, now: datetime) -> Opened:
        claims = self._keyring.verify(purpose, token, now)
        if claims is None:
            raise LinkInvalid
        return Opened(identity_id=claims["i"], brand_id=UUID(claims["b"]), channel=claims.get("c", ""))
