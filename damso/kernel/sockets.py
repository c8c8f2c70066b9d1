"""One live socket: frames wait in a short queue; who reads too slowly is told to fetch afresh instead of growing it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec
from litestar import WebSocket
from litestar.exceptions import WebSocketDisconnect

from damso.kernel.realtime import SOCKETS

QUEUE = 500
PING_EVERY = 25.0
"""Seconds; proxies close what is silent for a minute."""
HELLO_WITHIN = 10.0

UNWELCOME = 4401
"""Close code: sign in again, then come back."""

Frame = tuple[str, Mapping[str, Any]]
"""The kind and the fields of a frame."""

RESET = b'{"type":"reset"}'
PING = b'{"type":"ping"}'


class LiveSocket:
    """What one client is to be told."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[bytes] = asyncio.Queue(QUEUE)
        self._held: list[bytes] | None = []
        self.unwelcome = asyncio.Event()
        """Set when whoever listens may not listen any more: `converse` then ends."""

    def resume(self, missed: Iterable[bytes]) -> None:
        """Begin to speak: what was missed comes first, and then what was pushed while it was looked up."""
        held, self._held = self._held or (), None
        for frame in (*missed, *held):
            self.push(frame)

    def push(self, frame: bytes) -> None:
        """Queue a frame; when there are too many, all of them give way to a reset."""
        if self._held is not None:
            self._held.append(frame)
            return
        try:
            self._queue.put_nowait(frame)
        except asyncio.QueueFull:
            while not self._queue.empty():
                self._queue.get_nowait()
            self._queue.put_nowait(RESET)

    async def next(self) -> bytes:
        """The next frame, or a ping when there is none for a while."""
        try:
            async with asyncio.timeout(PING_EVERY):
                return await self._queue.get()
        except TimeoutError:
            return PING


def encode(kind: str, /, **fields: Any) -> bytes:
    return msgspec.json.encode({"type": kind, **fields})


def encode_all(frames: Sequence[Frame], cursor: str) -> list[bytes]:
    """The frames of some facts. Only the last one carries the cursor: who loses the line in the middle is told all of
    them again."""
    return [encode(kind, **fields) for kind, fields in frames[:-1]] + [
        encode(kind, **fields, cursor=cursor) for kind, fields in frames[-1:]
    ]


async def hello(socket: WebSocket[Any, Any, Any]) -> dict[str, Any] | None:
    """The first frame of a client, or None where there came none that makes sense."""
    with suppress(TimeoutError, WebSocketDisconnect, msgspec.DecodeError, RecursionError):
        async with asyncio.timeout(HELLO_WITHIN):
            frame = msgspec.json.decode(await socket.receive_data("text"))
        if isinstance(frame, dict) and frame.get("type") == "hello":
            return frame
    return None


async def converse(
    socket: WebSocket[Any, Any, Any],
    live: LiveSocket,
    hear: Callable[[dict[str, Any]], Awaitable[None]],
    *,
    kind: str,
) -> None:
    """Send what is queued and hear what the client says, until either side ends it."""
    with SOCKETS.labels(kind).track_inprogress():
        tasks = [
            asyncio.create_task(work) for work in (_speak(socket, live), _listen(socket, hear), live.unwelcome.wait())
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    if live.unwelcome.is_set():
        await socket.close(UNWELCOME)


async def _speak(socket: WebSocket[Any, Any, Any], live: LiveSocket) -> None:
    while True:
        await socket.send_data((await live.next()).decode(), "text")


async def _listen(socket: WebSocket[Any, Any, Any], hear: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
    while True:
        try:
            frame = msgspec.json.decode(await socket.receive_data("text"))
        except (msgspec.DecodeError, RecursionError):
            continue
        if isinstance(frame, dict):
            await hear(frame)
