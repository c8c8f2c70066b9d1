"""Signed-in browsers. The cookie holds a random secret, the row its hash; the row decides, not the cookie's age."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from msgspec import Struct

from damso.kernel.crypto import hash_secret, new_secret
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.settings import Settings
from damso.team.addresses import Address

COOKIE = "damso_session"
"""Under https its name begins with `__Host-`; see `cookie_name`."""
LASTS = timedelta(days=14)
"""How long a session lasts without being used."""
LIVES = timedelta(days=90)
"""How long a session lasts however much it is used; then one signs in again."""
COOKIE_LASTS = timedelta(days=400)
"""The longest a browser keeps a cookie (RFC 6265bis); the session slides on behind it."""


class OpenSession(Struct, frozen=True, kw_only=True):
    """A signed-in browser. `here`: the one that asks."""

    id: UUID
    user_agent: str
    address: str | None
    created_at: datetime
    seen_at: datetime
    here: bool


async def begin_session(tx: Transaction, agent_id: UUID, *, user_agent: str, address: Address | None) -> str:
    """Sign a browser in; the secret for its cookie."""
    secret = new_secret()
    await tx.execute(
        "INSERT INTO session (token_hash, agent_id, user_agent, address, created_at, seen_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $5, $6)",
        hash_secret(secret),
        agent_id,
        user_agent[:300],
        address,
        tx.now,
        tx.now + LASTS,
    )
    await tx.execute("UPDATE agent SET last_seen_at = $2 WHERE id = $1", agent_id, tx.now)
    return secret


async def living_sessions(tx: Transaction, token_hashes: Collection[bytes]) -> set[bytes]:
    """Those that let their agents in. Asked for all open sockets at once, which outlive the request that began them."""
    return set(
        await tx.values(
            """SELECT s.token_hash FROM session s JOIN agent a ON a.id = s.agent_id
            WHERE s.token_hash = ANY ($1) AND s.expires_at > $2 AND a.disabled_at IS NULL""",
            list(token_hashes),
            tx.now,
        )
    )


async def end_session(tx: Transaction, secret: str) -> UUID | None:
    """Sign a browser out. The agent's id if that was their last session, else None."""
    # The agent's row is locked before anything of theirs, here as everywhere, so that two never wait for each other.
    agent_id: UUID | None = await tx.value(
        "SELECT a.id FROM session s JOIN agent a ON a.id = s.agent_id WHERE s.token_hash = $1 FOR NO KEY UPDATE OF a",
        hash_secret(secret),
    )
    if agent_id is None or not await tx.execute("DELETE FROM session WHERE token_hash = $1", hash_secret(secret)):
        return None
    others = await tx.value(
        "SELECT EXISTS (SELECT FROM session WHERE agent_id = $1 AND expires_at > $2)", agent_id, tx.now
    )
    return None if others else agent_id


async def end_sessions(tx: Transaction, agent_id: UUID, *, except_for: str | None = None) -> None:
    """Sign an agent out everywhere, or everywhere else than where they are."""
    await tx.execute(
        "DELETE FROM session WHERE agent_id = $1 AND token_hash IS DISTINCT FROM $2",
        agent_id,
        hash_secret(except_for) if except_for else None,
    )


async def open_sessions(tx: Transaction, agent_id: UUID, *, here: str | None = None) -> Sequence[OpenSession]:
    """Where an agent is signed in, the last used first."""
    return await tx.all(
        OpenSession,
        """SELECT id, user_agent, host(address) AS address, created_at, seen_at,
            token_hash IS NOT DISTINCT FROM $3 AS here
        FROM session WHERE agent_id = $1 AND expires_at > $2 ORDER BY seen_at DESC, id""",
        agent_id,
        tx.now,
        hash_secret(here) if here else None,
    )


async def end_session_of(tx: Transaction, agent_id: UUID, session_id: UUID) -> None:
    """Sign one of an agent's browsers out. Raises `NotFound`."""
    if not await tx.execute("DELETE FROM session WHERE id = $1 AND agent_id = $2", session_id, agent_id):
        raise NotFound


def cookie_name(name: str, *, secure: bool) -> str:
    """Under https only this host itself, and none of its neighbours, can set a cookie of this name (RFC 6265bis)."""
    return f"__Host-{name}" if secure else name


def session_secret(connection: ASGIConnection[Any, Any, Any, Any], settings: Settings) -> str | None:
    """What the browser holds. Under https a plain name counts for nothing: a neighbouring host may have set it."""
    return connection.cookies.get(cookie_name(COOKIE, secure=settings.secure_cookies))


def session_cookie(secret: str, *, secure: bool) -> Cookie:
    return _cookie(secret, int(COOKIE_LASTS.total_seconds()), secure=secure)


def no_cookie(*, secure: bool) -> Cookie:
    """Takes the cookie away."""
    return _cookie("", 0, secure=secure)


def _cookie(value: str, seconds: int, *, secure: bool) -> Cookie:
    name = cookie_name(COOKIE, secure=secure)
    return Cookie(name, value=value, max_age=seconds, httponly=True, samesite="lax", secure=secure)
