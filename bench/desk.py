"""An agent's browser, as far as its live socket goes: notes when each message came up on the screen."""

import asyncio
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import msgspec
from msgspec import Struct
from websockets.asyncio.client import ClientConnection, connect

MARK = 32
"""Messages of the bench end in a mark of so many signs, by which they are known."""


class _Line(Struct):
    text: str = ""


class _Frame(Struct):
    type: str
    entry: _Line | None = None


class Desk:
    """`seen` is when each mark arrived, by `time.perf_counter`."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self._address = f"ws://127.0.0.1:{port}/api/live"
        self._headers = headers
        self.seen: dict[str, float] = {}
        self.resets = 0
        self._awaited: dict[str, asyncio.Future[None]] = {}

    async def __aenter__(self) -> Self:
        self._socket: ClientConnection = await connect(
            self._address, additional_headers=dict(self._headers), compression=None, max_queue=None
        )
        await self._socket.send('{"type":"hello","cursor":null}')
        while msgspec.json.decode(await self._socket.recv(), type=_Frame).type != "ready":
            pass
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listening.cancel()
        await self._socket.close()

    async def _listen(self) -> None:
        decode = msgspec.json.Decoder(_Frame).decode
        async for data in self._socket:
            frame = decode(data)
            if frame.type == "entry" and frame.entry:
                mark = frame.entry.text[-MARK:]
                self.seen.setdefault(mark, time.perf_counter())
                if awaited := self._awaited.pop(mark, None):
                    awaited.set_result(None)
            elif frame.type == "reset":
                self.resets += 1
            elif frame.type == "ping":
                await self._socket.send('{"type":"pong"}')

    async def until_seen(self, mark: str, seconds: float = 30.0) -> float:
        """When it arrived. Raises `TimeoutError`."""
        if mark not in self.seen:
            self._awaited[mark] = asyncio.get_running_loop().create_future()
            await asyncio.wait_for(self._awaited[mark], seconds)
        return self.seen[mark]
