"""Live sockets as browsers hold them, against the application on a real port."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from damso.team.sessions import COOKIE

PATIENCE = 10.0

Frame = dict[str, Any]


class Live:
    """One socket, and all it was told."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.frames: list[Frame] = []

    async def says(self, **frame: Any) -> None:
        await self.connection.send(json.dumps(frame))

    async def hears(self, wanted: Callable[[Frame], object], *, seconds: float = PATIENCE) -> Frame:
        """The next frame that is wanted."""
        async with asyncio.timeout(seconds):
            while True:
                frame = await self.next()
                if wanted(frame):
                    return frame

    async def next(self) -> Frame:
        frame: Frame = json.loads(await self.connection.recv())
        self.frames.append(frame)
        return frame

    async def kind(self, kind: str) -> Frame:
        return await self.hears(lambda frame: frame["type"] == kind)

    async def closes(self, *, seconds: float = PATIENCE) -> int | None:
        """The code it is closed with."""
        async with asyncio.timeout(seconds):
            try:
                while True:
                    await self.next()
            except ConnectionClosed:
                return self.connection.close_code

    def texts(self) -> list[str]:
        """What was said, as far as it was told."""
        return [frame["entry"]["text"] for frame in self.frames if frame["type"] == "entry"]


@asynccontextmanager
async def desk_socket(address: str, session: str, *, cursor: str | None = None) -> AsyncIterator[Live]:
    """A desk that is connected and ready."""
    async with opened(f"{address}/api/live", cookie=f"{COOKIE}={session}") as live:
        await live.says(type="hello", cursor=cursor)
        await live.kind("ready")
        yield live


@asynccontextmanager
async def chat_socket(address: str, token: str | None, *, cursor: str | None = None) -> AsyncIterator[Live]:
    """A chat that is connected and ready."""
    async with opened(f"{address}/widget/v1/live") as live:
        await live.says(type="hello", token=token, cursor=cursor)
        await live.kind("ready")
        yield live


@asynccontextmanager
async def opened(url: str, **headers: str) -> AsyncIterator[Live]:
    """A socket that has said nothing yet."""
    address = url.replace("http://", "ws://", 1)
    connection = await connect(address, additional_headers=headers, ping_interval=None, compression=None)
    try:
        yield Live(connection)
    finally:
        connection.transport.abort()
