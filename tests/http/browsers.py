"""Those who call the application as browsers do: a desk, and a chat on a shop's page."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx
from litestar import Litestar

from damso.kernel.database import Database
from damso.kernel.log import Actor
from damso.team.sessions import COOKIE, begin_session

ADDRESS = "http://127.0.0.1:8000"


def browser(app: Litestar, *, session: str | None = None, **headers: str) -> httpx.AsyncClient:
    """A browser; with a session's secret it is somebody's desk."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),  # type: ignore[arg-type]
        base_url=ADDRESS,
        headers={"x-damso": "desk", "accept-language": "ko"} | headers,
        cookies={COOKIE: session} if session else None,
    )


async def signed_in_browser(app: Litestar, database: Database, agent: Actor) -> httpx.AsyncClient:
    async with database.transaction() as tx:
        session = await begin_session(tx, UUID(agent.id), user_agent="Test", address=None)
    return browser(app, session=session)


@asynccontextmanager
async def running(app: Litestar) -> AsyncIterator[Litestar]:
    """The application between its start and its end, both in one task: pytest gives each to a task of its own."""
    started, told_to_stop = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            started.set()
            await told_to_stop.wait()

    task = asyncio.create_task(live())
    await asyncio.wait([task, asyncio.create_task(started.wait())], return_when=asyncio.FIRST_COMPLETED)
    try:
        yield app
    finally:
        told_to_stop.set()
        await task


class Chat:
    """One visitor's chat: keeps its token, as the widget does in the page's storage."""

    def __init__(self, client: httpx.AsyncClient, key: str) -> None:
        self._client = client
        self._key = key
        self.token: str | None = None

    async def open(self, **more: Any) -> dict[str, Any]:
        """Begin a session, or come back; what it answers."""
        response = await self.try_open(**more)
        assert response.status_code == 200, response.text
        session: dict[str, Any] = response.json()
        self.token = session["visitor"]
        return session

    async def try_open(self, **more: Any) -> httpx.Response:
        body = {"visitor": self.token, "locale": "ko"} | more
        return await self._client.post(f"/widget/v1/{self._key}/session", json=body)

    async def says(self, text: str, **more: Any) -> dict[str, Any]:
        response = await self.post("messages", {"client_id": str(uuid4()), "text": text} | more)
        assert response.status_code in (200, 201), response.text
        entry: dict[str, Any] = response.json()
        return entry

    async def shows(self) -> list[dict[str, Any]]:
        response = await self.get("messages")
        assert response.status_code == 200, response.text
        items: list[dict[str, Any]] = response.json()["items"]
        return items

    async def reads(self) -> list[str]:
        """What it shows, as texts alone."""
        return [entry["text"] for entry in await self.shows()]

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self._client.get(f"/widget/v1/{path}", params=query, headers=self._pass())

    async def post(self, path: str, body: Any) -> httpx.Response:
        return await self._client.post(f"/widget/v1/{path}", json=body, headers=self._pass())

    async def upload(self, name: str, data: bytes, content_type: str) -> httpx.Response:
        return await self._client.post(
            "/widget/v1/uploads", files={"file": (name, data, content_type)}, headers=self._pass()
        )

    def _pass(self) -> dict[bytes, bytes]:
        return {b"authorization": f"Bearer {self.token}".encode()} if self.token else {}
