"""From a cookie or an API key to a `Caller`.

One statement for each request and no cache: a session that was ended, an agent who was disabled and a key that was
revoked are out with the very next request, in every process. The same statement slides the session, at most once in
five minutes; it passes over rows that somebody else has locked, so it never waits.

The cookie counts for the desk's own routes only (`/api/`). The widget, the hooks and the pages never act on it, so
nobody can be made to act through them.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from damso.kernel.crypto import hash_secret
from damso.kernel.database import Database
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text, negotiate
from damso.kernel.pace import Pace
from damso.kernel.settings import Settings
from damso.team.access import Caller, allowed, limits_of, permissions_of
from damso.team.addresses import Address, address_of
from damso.team.records.origin import coming_from
from damso.team.sessions import LASTS, LIVES, session_secret

DESK = "/api/"
KEY_PREFIX = "dk_"
SLIDES_EVERY = timedelta(minutes=5)
KEY_NOTED_EVERY = timedelta(minutes=1)
FOREIGN = frozenset({"cross-site", "same-site"})
"""What a browser says of a request that another site's page, or a neighbour's, has made. No page can change it."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

Connection = ASGIConnection[Any, Any, Any, Any]


class CrossSite(AppError):
    """A request that acts on a session's cookie does not come from our own pages."""

    code = "CROSS_SITE"
    status = 403
    text = Text(
        "다른 사이트에서 보낸 요청이라 처리하지 않았어요. Damso 화면을 새로고침하고 다시 해 주세요.",
        "This request came from another site and was refused. Reload Damso and try again.",
    )


class Authenticator:
    """Finds out who asks, and refuses a caller that is too fast."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._pace = Pace(settings.api_calls_per_minute, 60)

    async def caller_of(self, connection: Connection) -> Caller | None:
        """Who asks, or None. Raises `CrossSite`, and `TooFast` of the pace."""
        caller = await caller_of(connection, self._database, self._settings)
        if caller is not None:
            self._pace.take(str(caller.id))
        return caller

    def address_of(self, connection: Connection) -> Address | None:
        """Where they ask from."""
        return address_of(connection, self._settings)


class Authentication(ASGIMiddleware):
    """Sets `connection.user` to the caller, or to None; guards refuse."""

    scopes = (ScopeType.HTTP, ScopeType.WEBSOCKET)

    def __init__(self, authenticator: Callable[[], Authenticator]) -> None:
        self._authenticator = authenticator

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        connection: Connection = ASGIConnection(scope)
        authenticator = self._authenticator()
        scope["user"] = await authenticator.caller_of(connection)
        scope["auth"] = None
        with coming_from(authenticator.address_of(connection)):
            await next_app(scope, receive, send)


async def caller_of(connection: Connection, database: Database, settings: Settings) -> Caller | None:
    """Who asks, or None. A websocket may ask again, to see whether its caller is still welcome.

    Raises `CrossSite` where the desk is called from a foreign page.
    """
    scheme, _, credential = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return await _by_key(connection, database, credential.strip())
    if not connection.scope["path"].startswith(DESK):
        return None
    secret = session_secret(connection, settings)
    _refuse_foreign_pages(connection, settings, acts_on_cookie=secret is not None)
    return await _by_session(database, secret) if secret else None


def _refuse_foreign_pages(connection: Connection, settings: Settings, *, acts_on_cookie: bool) -> None:
    """A socket and an unsafe method need our own Origin where there is one. With the cookie an unsafe method also
    needs a header which no form can send, and no foreign script without a preflight that we never grant."""
    method = connection.scope["method"] if connection.scope["type"] == ScopeType.HTTP else None
    if method in SAFE_METHODS:
        return
    if connection.headers.get("sec-fetch-site") in FOREIGN:
        raise CrossSite
    origin = connection.headers.get("origin")
    if origin is not None and not _is_ours(origin, connection, settings):
        raise CrossSite
    if method is not None and acts_on_cookie and connection.headers.get("x-damso") != "desk":
        raise CrossSite


def _is_ours(origin: str, connection: Connection, settings: Settings) -> bool:
    """By the configured address, or by the Host the browser itself asked for (a page cannot choose that header)."""
    base = urlsplit(settings.base_url)
    if origin.lower() == f"{base.scheme}://{base.netloc}".lower():
        return True
    scheme, separator, host = origin.lower().partition("://")
    return bool(separator) and scheme in ("http", "https") and host == connection.headers.get("host", "").lower()


_SESSION = """
WITH stale AS (
    SELECT token_hash FROM session WHERE token_hash = $1 AND expires_at > $2 AND seen_at <= $3
    FOR UPDATE SKIP LOCKED
), slid AS (
    UPDATE session SET seen_at = $2, expires_at = least($4, created_at + $5)
    FROM stale WHERE session.token_hash = stale.token_hash
    RETURNING session.agent_id
), present AS (
    UPDATE agent SET last_seen_at = $2
    WHERE id IN (SELECT a.id FROM agent a JOIN slid ON a.id = slid.agent_id FOR UPDATE OF a SKIP LOCKED)
)
SELECT a.id, a.role, a.limits, a.locale FROM session s JOIN agent a ON a.id = s.agent_id
WHERE s.token_hash = $1 AND s.expires_at > $2 AND a.disabled_at IS NULL
"""


async def _by_session(database: Database, secret: str) -> Caller | None:
    async with database.reading() as tx:
        row = await tx.row(_SESSION, hash_secret(secret), tx.now, tx.now - SLIDES_EVERY, tx.now + LASTS, LIVES)
    if row is None:
        return None
    role, limits = row["role"], limits_of(row["limits"])
    return Caller(permissions=allowed(role, limits), locale=row["locale"], agent_id=row["id"], role=role, limits=limits)


_KEY = """
WITH unnoted AS (
    SELECT id FROM api_key WHERE secret_hash = $1 AND revoked_at IS NULL AND (used_at IS NULL OR used_at <= $3)
    FOR UPDATE SKIP LOCKED
), noted AS (
    UPDATE api_key SET used_at = $2 FROM unnoted WHERE api_key.id = unnoted.id
)
SELECT id, scopes, limits FROM api_key WHERE secret_hash = $1 AND revoked_at IS NULL
"""


async def _by_key(connection: Connection, database: Database, secret: str) -> Caller | None:
    if not secret.startswith(KEY_PREFIX):
        return None
    async with database.reading() as tx:
        row = await tx.row(_KEY, hash_secret(secret), tx.now, tx.now - KEY_NOTED_EVERY)
    if row is None:
        return None
    locale = negotiate(connection.headers.get("accept-language"))
    limits = limits_of(row["limits"])
    return Caller(permissions=permissions_of(row["scopes"], limits), locale=locale, key_id=row["id"], limits=limits)
