"""A token by which the company's server tells a browser's source who is signed in: HS256, RFC 7519.

`sub` is the user id, `aud` the source's id, `iat` and `exp` at most a day apart; an `email` counts where
`email_verified` is true. It travels in `context.damso.user_token` and is stored nowhere.
"""

from datetime import datetime, timedelta
from typing import Annotated

import jwt
import msgspec
from msgspec import Meta, Struct

from damso.customers.addresses import canonical_email
from damso.customers.tracking.known import KnownSource
from damso.kernel.errors import AppError

LONGEST = timedelta(hours=24)
_EARLY = 60
"""Seconds that two servers' clocks may differ."""


class TokenRefused(Exception):
    """The token proves nothing; the text says why."""


class UserToken(Struct, frozen=True):
    """What a token proves."""

    user: str
    email: str | None = None


class _Claims(Struct, frozen=True):
    sub: Annotated[str, Meta(min_length=1, max_length=200)]
    iat: float
    exp: float
    email: str | None = None
    email_verified: bool = False


def read_token(known: KnownSource, token: object, user: str, now: datetime) -> UserToken:
    """Raises `TokenRefused`; an unset secret fails closed."""
    if not known.token_secret or not isinstance(token, str):
        raise TokenRefused("no secret")
    try:
        decoded = jwt.decode(
            token,
            known.token_secret,
            algorithms=["HS256"],
            audience=str(known.source.id),
            options={"require": ["sub", "exp", "iat", "aud"], "verify_exp": False, "verify_iat": False},
        )
        claims = msgspec.convert(decoded, _Claims, strict=False)
    except (jwt.PyJWTError, msgspec.ValidationError) as error:
        raise TokenRefused(type(error).__name__) from error
    if claims.sub != user:
        raise TokenRefused("sub")
    if not claims.iat - _EARLY <= now.timestamp() < claims.exp or claims.exp - claims.iat > LONGEST.total_seconds():
        raise TokenRefused("expired")
    return UserToken(claims.sub, _email(claims))


def _email(claims: _Claims) -> str | None:
    try:
        return canonical_email(claims.email) if claims.email and claims.email_verified else None
    except AppError:
        return None
