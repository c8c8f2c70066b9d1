"""Browsers that an agent has signed in with before. Knowing one lets nobody in; it only has tries counted apart, so
that strangers who guess at an account cannot make its owner wait."""

from datetime import timedelta
from uuid import UUID

from litestar.datastructures import Cookie

from damso.kernel.crypto import hash_secret, new_secret
from damso.kernel.database import Transaction
from damso.team.sessions import cookie_name

COOKIE = "damso_device"
LASTS = timedelta(days=365)


async def is_known_device(tx: Transaction, email: str, secret: str | None) -> bool:
    """Whether this address has signed in with this browser before."""
    if secret is None:
        return False
    return bool(
        await tx.value(
            "SELECT EXISTS (SELECT FROM known_device d JOIN agent a ON a.id = d.agent_id"
            " WHERE d.token_hash = $1 AND a.email = $2 AND d.expires_at > $3)",
            hash_secret(secret),
            email,
            tx.now,
        )
    )


async def remember_device(tx: Transaction, agent_id: UUID, secret: str | None) -> str:
    """Keep the browser in mind; the secret for its cookie. One that belongs to somebody else gets a new secret."""
    for wanted in (secret or new_secret(), new_secret()):
        if await tx.execute(
            """INSERT INTO known_device (token_hash, agent_id, seen_at, expires_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (token_hash) DO UPDATE SET seen_at = excluded.seen_at, expires_at = excluded.expires_at
                WHERE known_device.agent_id = excluded.agent_id""",
            hash_secret(wanted),
            agent_id,
            tx.now,
            tx.now + LASTS,
        ):
            return wanted
    raise AssertionError("a new secret belongs to nobody")


def device_cookie(secret: str, *, secure: bool) -> Cookie:
    return Cookie(
        cookie_name(COOKIE, secure=secure),
        value=secret,
        max_age=int(LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=secure,
    )
