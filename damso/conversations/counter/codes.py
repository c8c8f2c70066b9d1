"""Codes that customers show at a counter, and the page that shows them.

The page's address is a signed link that can be revoked. The code on it is signed too, lives for three minutes and is
taken once: a photo of it is worth nothing a moment later. Neither says who somebody is to anybody but us.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from damso.customers.card import internal_identity
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text

MEMBER_PAGE, MEMBER_CODE = "member page", "member code"
CODE_LIVES = timedelta(minutes=3)
PAGE_LIVES = timedelta(days=365)


class CodeInvalid(AppError):
    """Forged, expired or revoked; which of them is nobody's business."""

    code = "MEMBER_CODE_INVALID"
    status = 422
    text = Text(
        "코드가 만료되었거나 올바르지 않아요. 고객 화면에서 새 코드를 보여 달라고 해 주세요.",
        "This code has expired or is not valid. Please ask for a new one on the customer's screen.",
    )


class CodeUsed(AppError):
    code = "MEMBER_CODE_USED"
    text = Text(
        "이미 쓴 코드예요. 고객 화면에서 새 코드를 보여 달라고 해 주세요.",
        "This code was used already. Please ask for a new one on the customer's screen.",
    )


class MemberLinkInvalid(AppError):
    code = "MEMBER_LINK_INVALID"
    status = 404
    text = Text(
        "링크가 만료되었거나 올바르지 않아요. 새 링크를 요청해 주세요.",
        "This link has expired or is not valid. Please ask for a new one.",
    )


class OpenedPage(Struct, frozen=True, kw_only=True):
    """Whose page it is, and the brand it looks like."""

    link_id: int
    identity_id: int
    brand_id: UUID


class MemberCodes:
    """Makes links and codes, and reads them."""

    def __init__(self, keyring: Keyring, base_url: str) -> None:
        self._keyring = keyring
        self._base_url = base_url

    def page(self, link_id: int, brand_id: UUID, now: datetime) -> str:
        """The address of somebody's page."""
        token = self._keyring.sign(MEMBER_PAGE, {"m": link_id, "b": str(brand_id)}, now + PAGE_LIVES)
        return f"{self._base_url}/member/{token}"

    def code(self, link_id: int, now: datetime) -> str:
        """What the page shows now."""
        return self._keyring.sign(MEMBER_CODE, {"m": link_id, "n": secrets.token_urlsafe(6)}, now + CODE_LIVES)

    async def open_page(self, tx: Transaction, token: str) -> OpenedPage:
        """Raises `MemberLinkInvalid`."""
        claims = self._keyring.verify(MEMBER_PAGE, token, tx.now)
        identity_id = await _identity(tx, claims["m"]) if claims else None
        if claims is None or identity_id is None:
            raise MemberLinkInvalid
        return OpenedPage(link_id=claims["m"], identity_id=identity_id, brand_id=UUID(claims["b"]))

    async def open_code(self, tx: Transaction, code: str) -> int:
        """Whose code it is. Raises `CodeInvalid`."""
        claims = self._keyring.verify(MEMBER_CODE, code, tx.now)
        identity_id = await _identity(tx, claims["m"]) if claims else None
        if identity_id is None:
            raise CodeInvalid(field="code")
        return identity_id


def digest_of(code: str) -> str:
    """How a used code is remembered."""
    return hashlib.blake2b(code.encode(), digest_size=16).hexdigest()


async def _identity(tx: Transaction, link_id: int) -> int | None:
    identity_id: int | None = await tx.value(
        """SELECT i.id FROM member_link m JOIN identity i ON i.id = m.identity_id
        WHERE m.id = $1 AND m.revoked_at IS NULL AND i.value <> 'erased:' || i.id""",
        link_id,
    )
    return identity_id


async def make_link(tx: Transaction, customer_id: UUID) -> int:
    """A new link for a customer; older ones work no more. Raises `NotFound`."""
    identity_id = await internal_identity(tx, customer_id)
    await revoke_links(tx, customer_id)
    made: int = await tx.value(
        "INSERT INTO member_link (identity_id, made_at) VALUES ($1, $2) RETURNING id", identity_id, tx.now
    )
    return made


async def revoke_links(tx: Transaction, customer_id: UUID) -> int:
    """Of the customer and of whoever was joined to them; how many worked. Codes shown by them work no more either."""
    await tx.execute("SELECT FROM customer WHERE id = $1 FOR UPDATE", customer_id)
    return await tx.execute(
        """UPDATE member_link SET revoked_at = $2 WHERE revoked_at IS NULL
            AND identity_id IN (SELECT id FROM identity WHERE customer_id = $1)""",
        customer_id,
        tx.now,
    )
