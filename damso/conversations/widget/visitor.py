"""Who a visitor is: a signed token in their browser, and for the shop's own customers a token signed by the shop.

A visitor's identity exists in the database only once they act; until then their token says all there is to know.
Who signs in on a shared device gets a visitor id of their own, so two people on one machine never become one.
"""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

import jwt
import msgspec
from msgspec import Meta, Struct

from damso.channels.inboxes import InboxRecord
from damso.channels.items import Address
from damso.customers.addresses import email_key
from damso.customers.identify import identify
from damso.customers.protection.join import join
from damso.customers.traits import set_traits
from damso.customers.types import IdentityKey
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.ids import new_id
from damso.kernel.log import SYSTEM

PURPOSE = "visitor"
LIFETIME = timedelta(days=400)
TOKEN_AGE = timedelta(hours=24)
"""The longest life of a token a shop signs."""


class VisitorUnknown(AppError):
    code = "VISITOR_UNKNOWN"
    status = 401
    text = Text("상담 창을 다시 열어 주세요.", "Please open the chat again.")


class IdentityTokenInvalid(AppError):
    code = "IDENTITY_TOKEN_INVALID"
    status = 401
    text = Text("로그인 정보를 확인하지 못했어요.", "Your sign-in could not be verified.")


class Visitor(Struct, frozen=True):
    """A browser (`id`), and the shop's customer who is signed in there (`user`), in one inbox."""

    inbox_key: str
    id: UUID
    user: str | None = None

    @property
    def address(self) -> Address:
        """The identity that acts: the shop's customer where one is signed in, else the browser."""
        if self.user:
            return Address(kind="user", scope=self.inbox_key, value=self.user)
        return Address(kind="visitor", scope=self.inbox_key, value=str(self.id))

    @property
    def key(self) -> IdentityKey:
        return IdentityKey(self.address.kind, self.address.value, self.address.scope)


class ShopCustomer(Struct, frozen=True):
    """What a shop's signed token says; an e-mail counts only where the shop says that it is verified.

    `sub` is never cut short: two customers must not become one.
    """

    sub: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]
    name: Annotated[str, Meta(max_length=200)] | None = None
    email: Annotated[str, Meta(max_length=320)] | None = None
    email_verified: bool = False


class _Life(Struct, frozen=True):
    """When a token was signed, and until when it counts."""

    iat: float
    exp: float


def sign_visitor(keyring: Keyring, visitor: Visitor, tx: Transaction) -> str:
    claims = {"k": visitor.inbox_key, "v": str(visitor.id), "u": visitor.user}
    return keyring.sign(PURPOSE, claims, tx.now + LIFETIME)


def read_visitor(keyring: Keyring, token: str, tx: Transaction) -> Visitor:
    """Raises `VisitorUnknown` for a token that is forged, of another installation, or too old."""
    claims = keyring.verify(PURPOSE, token, tx.now)
    if claims is None:
        raise VisitorUnknown
    return Visitor(claims["k"], UUID(claims["v"]), claims["u"])


def new_visitor(inbox: InboxRecord) -> Visitor:
    return Visitor(inbox.key, new_id())


def read_identity_token(inbox: InboxRecord, token: str, tx: Transaction) -> ShopCustomer:
    """What the shop's server signed (HS256, RFC 7519). Raises `IdentityTokenInvalid`; an unset secret fails closed."""
    secret = getattr(inbox.config, "identity_secret", "")
    if not secret:
        raise IdentityTokenInvalid
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=["HS256"],
            audience=inbox.key,
            options={"require": ["sub", "exp", "iat", "aud"], "verify_exp": False, "verify_iat": False},
        )
    except jwt.PyJWTError as error:
        raise IdentityTokenInvalid from error
    try:
        customer, life = msgspec.convert(claims, ShopCustomer), msgspec.convert(claims, _Life, strict=False)
    except msgspec.ValidationError as error:
        raise IdentityTokenInvalid from error
    if not life.iat - 60 <= tx.now.timestamp() < life.exp or life.exp - life.iat > TOKEN_AGE.total_seconds():
        raise IdentityTokenInvalid
    return customer


async def sign_in(tx: Transaction, inbox: InboxRecord, visitor: Visitor, customer: ShopCustomer) -> Visitor:
    """Let the shop's customer act in this browser; what they wrote here before signing in becomes theirs by proof.

    Raises `EmailInvalid`.
    """
    if visitor.user and visitor.user != customer.sub:
        visitor = new_visitor(inbox)
    signed_in = Visitor(inbox.key, visitor.id, customer.sub)
    verified = email_key(customer.email) if customer.email and customer.email_verified else None
    me = await identify(tx, signed_in.key, name=customer.name or "", proof="proven", source="chat")
    if customer.name:
        await set_traits(tx, me.identity_id, {"name": customer.name}, source="identity_token")
    if visitor.user is None:
        await _adopt(tx, me.identity_id, visitor, verified.value if verified else None)
    if verified:
        mail = await identify(tx, verified, proof="proven", source="chat")
        await _join(tx, me.identity_id, mail.identity_id)
    return signed_in


async def _adopt(tx: Transaction, user_id: int, visitor: Visitor, email: str | None) -> None:
    """Link what the browser said before to who signed in now, unless it may have been somebody else: another customer
    who signed in here, or whoever proved an address that is not this customer's."""
    browser_id = await tx.value(
        """SELECT i.id FROM identity i WHERE i.kind = 'visitor' AND i.scope = $1 AND i.value = $2
        AND NOT EXISTS (SELECT 1 FROM link l JOIN identity o ON o.id IN (l.identity_id, l.other_id)
            WHERE i.id IN (l.identity_id, l.other_id) AND ((o.kind = 'user' AND o.id <> $3)
                OR (o.kind = 'email' AND l.strength = 'proven' AND o.value IS DISTINCT FROM $4)))
        AND NOT EXISTS (SELECT 1 FROM link_side mine
            JOIN link_side theirs ON theirs.link_id = mine.link_id AND theirs.side <> mine.side
            JOIN identity o ON o.id = theirs.identity_id
            WHERE mine.identity_id = i.id AND o.kind = 'user' AND o.id <> $3)""",
        visitor.inbox_key,
        str(visitor.id),
        user_id,
        email,
    )
    if browser_id:
        await _join(tx, user_id, browser_id)


async def _join(tx: Transaction, user_id: int, other_id: int) -> None:
    """By the token of who signed in: proven, unless one customer would be several people."""
    await join(tx, user_id, other_id, strength="proven", road="token", evidence={"by": "identity_token"}, actor=SYSTEM)
