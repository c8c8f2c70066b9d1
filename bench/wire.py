"""HTTP/1.1 in as few lines as it takes: the measuring client shall not eat what it measures."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import msgspec
from msgspec import Struct


class Answer(Struct, frozen=True):
    status: int
    body: bytes

    def json(self) -> Any:
        return msgspec.json.decode(self.body)


class Connection:
    """One kept-alive connection to 127.0.0.1."""

    def __init__(self, port: int, headers: Mapping[str, str] = {}) -> None:
        self._port = port
        self._fixed = "".join(
            f"{name}: {value}\r\n" for name, value in {"host": f"127.0.0.1:{port}", **headers}.items()
        )

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 20)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    async def get(self, path: str) -> Answer:
        return await self.ask("GET", path)

    async def post(self, path: str, body: bytes, headers: Mapping[str, str] = {}) -> Answer:
        return await self.ask("POST", path, body, {"content-type": "application/json", **headers})

    async def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] = {}) -> Answer:
        own = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"{method} {path} HTTP/1.1\r\n{self._fixed}{own}content-length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        lines = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = lines.partition(b"content-length:")[2].partition(b"\r\n")[0]
        return Answer(int(lines.split(b" ", 2)[1]), await self._reader.readexactly(int(length or 0)))
