"""What every answer says to browsers, whatever made it: a page, the API, a refusal, a wrong address.

Strict by default. A route that needs something else sets that header itself, and its own value stays.
"""

from collections.abc import Callable

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import Message, Scope
from litestar.types.callable_types import BeforeMessageSendHookHandler

from damso.kernel.settings import Settings

NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""For what is no page: should a browser show it as one after all, nothing in it acts."""

ALWAYS = {
    "content-security-policy": NOTHING,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
HSTS = "max-age=31536000"
"""One year, for our own host. Its subdomains are the company's to decide: its proxy may say more."""

_PERSONAL = ("/api/", "/widget/v1/", "/hooks/", "/v1/", "/beacon/v1/", "/sourceConfig")
"""What answers here is about people, and kept by nobody on the way."""

_COLLECTS = ("/v1/", "/beacon/v1/", "/sourceConfig")
"""Where pages of any site send events and read the answer. No cookie counts there (`damso.team.authenticate`), and
whether a site may send is asked of its write key."""


def hardened(settings: Callable[[], Settings]) -> BeforeMessageSendHookHandler:
    """A hook for the application. Whether browsers come by https is configured, never believed of a request."""

    async def harden(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        headers = MutableScopeHeaders.from_message(message)
        for name, value in ALWAYS.items():
            headers.setdefault(name, value)
        if settings().secure_cookies:
            headers.setdefault("strict-transport-security", HSTS)
        if scope["path"].startswith(_PERSONAL):
            headers.setdefault("cache-control", "no-store")
        if scope["path"].startswith(_COLLECTS):
            _open_to_sites(scope, headers)

    return harden


def _open_to_sites(scope: Scope, headers: MutableScopeHeaders) -> None:
    """Let a page read the answer, and a browser's question whether it may send be answered with yes."""
    asked = dict(scope["headers"])
    headers["cross-origin-resource-policy"] = "cross-origin"
    headers["vary"] = "origin"
    if origin := asked.get(b"origin"):
        headers["access-control-allow-origin"] = origin.decode("latin-1")
        headers["access-control-allow-credentials"] = "true"  # browsers send a beacon only so
    if scope["type"] == ScopeType.HTTP and scope["method"] == "OPTIONS":
        headers["access-control-allow-methods"] = "GET, POST"
        headers["access-control-allow-headers"] = asked.get(b"access-control-request-headers", b"*").decode("latin-1")
        headers["access-control-max-age"] = "86400"
