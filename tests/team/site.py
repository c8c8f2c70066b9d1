"""The rooms' routes behind the real sign-in, without the rest of the web application, and browsers that visit them."""

from collections.abc import Callable
from contextvars import ContextVar
from functools import cache
from typing import Any

import httpx
from litestar import Litestar, Request, Response, WebSocket, websocket
from litestar.datastructures import State
from litestar.di import Provide

from damso.brand import api as brand_api
from damso.brand.create_brand import FirstBrand
from damso.kernel.blobs import Blobs
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.errors import AppError
from damso.kernel.http import open_http
from damso.kernel.realtime import Signals
from damso.kernel.settings import Settings
from damso.team import api as team_api
from damso.team.access import signed_in
from damso.team.authenticate import Authentication, Authenticator
from damso.team.system_view import BackgroundWork

ADDRESS = "http://desk.example"
KEYRING = Keyring(b"a master key for tests, 32 bytes")
PASSWORD = "correct horse 담소"
AnyRequest = Request[Any, Any, State]


class Site:
    """One web process."""

    def __init__(
        self, database: Database, blobs: Blobs, *, public_url: str = ADDRESS, settings: Settings | None = None
    ) -> None:
        self.settings = settings or Settings(public_url=public_url)
        self.authenticator = Authenticator(database, self.settings)
        self.given = {
            "database": database,
            "keyring": KEYRING,
            "http": open_http(self.settings.egress_allow),
            "settings": self.settings,
            "signals": Signals(database),
            "blobs": blobs,
            "furnishers": [FirstBrand()],
            "work": BackgroundWork((), (), {}),
        }

    def browser(self, *, secret: str | None = None, address: str = "203.0.113.7", **headers: str) -> httpx.AsyncClient:
        """A browser of its own, signed in if it is given a session's secret. It behaves as the desk does."""
        return self._client(address, {"x-damso": "desk", "user-agent": "Test"} | headers, secret)

    def program(self, key: str) -> httpx.AsyncClient:
        """A program with an API key."""
        return self._client("198.51.100.9", {"authorization": f"Bearer {key}"}, None)

    async def socket(self, **headers: str) -> list[str]:
        """What a browser sees that opens the desk's socket, as the kinds of the server's messages."""
        seen: list[dict[str, Any]] = []
        scope = {
            "type": "websocket",
            "path": "/api/live",
            "raw_path": b"/api/live",
            "query_string": b"",
            "root_path": "",
            "scheme": "ws",
            "server": ("desk.example", 80),
            "client": ("203.0.113.7", 4000),
            "subprotocols": [],
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }

        async def receive() -> dict[str, str]:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            seen.append(message)

        await self._answer(scope, receive, send)
        return [message["type"] for message in seen]

    def _client(self, address: str, headers: dict[str, str], secret: str | None) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self._answer, client=(address, 4000)),
            base_url=self.settings.base_url,
            headers=headers,
            cookies={"damso_session": secret} if secret else None,
        )

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        visited = _VISITED.set(self)
        try:
            await _routes()(scope, receive, send)
        finally:
            _VISITED.reset(visited)


_VISITED: ContextVar[Site] = ContextVar("visited")
"""Whose request it is. The routes are put together once and for all sites: that takes longer than most tests."""
_GIVEN = ("database", "keyring", "http", "settings", "signals", "blobs", "furnishers", "work")


@cache
def _routes() -> Litestar:
    return Litestar(
        [*team_api.ROUTES, *brand_api.ROUTES, _live],
        middleware=[Authentication(lambda: _VISITED.get().authenticator)],
        dependencies={name: Provide(_giving(name), sync_to_thread=False) for name in _GIVEN}
        | {"caller": Provide(_caller, sync_to_thread=False)},
        exception_handlers={AppError: _problem},
    )


def _giving(name: str) -> Callable[[], Any]:
    return lambda: _VISITED.get().given[name]


@websocket("/api/live", guards=[signed_in])
async def _live(socket: WebSocket[Any, Any, Any]) -> None:
    await socket.accept()
    await socket.close()


def _caller(request: AnyRequest) -> Any:
    return request.user


def _problem(_: AnyRequest, error: AppError) -> Response[dict[str, Any]]:
    body = {"code": error.code, "detail": error.say("en"), "field": error.field, **error.extra}
    return Response(body, status_code=error.status)
