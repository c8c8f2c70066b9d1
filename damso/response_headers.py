"""What every answer says to browsers, whatever made it: a page, the API, a refusal, a wrong address.

Strict by default. A route that needs something else sets that header itself, and its own value stays.
"""

from litestar.datastructures import MutableScopeHeaders
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

_PERSONAL = ("/api/", "/widget/v1/", "/hooks/")
"""What answers here is about people, and kept by nobody on the way."""


def hardened(settings: Settings) -> BeforeMessageSendHookHandler:
    """A hook for the application. Whether browsers come by https is configured, never believed of a request."""
    always = ALWAYS | ({"strict-transport-security": HSTS} if settings.secure_cookies else {})

    async def harden(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        headers = MutableScopeHeaders.from_message(message)
        for name, value in always.items():
            headers.setdefault(name, value)
        if scope["path"].startswith(_PERSONAL):
            headers.setdefault("cache-control", "no-store")

    return harden
