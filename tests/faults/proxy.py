"""The line between our processes and their database, which can be cut in the middle of anything."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

CHUNK = 64 * 1024


class Line:
    """Relays TCP to the socket of an embedded server. `cut` breaks what is open; who comes again is let through."""

    def __init__(self, dsn: str) -> None:
        parts = urlsplit(dsn)
        self._socket = Path(parse_qs(parts.query)["host"][0]) / ".s.PGSQL.5432"
        self._user, self._name = parts.username, parts.path
        self._open: set[asyncio.StreamWriter] = set()
        self._port = 0
        self.cuts = 0

    @property
    def dsn(self) -> str:
        """How the database is reached over the line."""
        return f"postgresql://{self._user}@127.0.0.1:{self._port}{self._name}"

    def cut(self, chance: random.Random, share: float = 1.0) -> None:
        """Break each open connection with a likelihood, with all that is on its way."""
        for writer in list(self._open):
            if chance.random() < share:
                writer.transport.abort()
                self.cuts += 1

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(str(self._socket))
        except OSError:  # the database is away
            writer.transport.abort()
            return
        self._open.add(writer)
        ways = [asyncio.create_task(_copy(*way)) for way in ((reader, far_writer), (far_reader, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._open.discard(writer)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for end in (writer, far_writer):
                end.transport.abort()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Line"]:
        server = await asyncio.start_server(self.relay, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for writer in list(self._open):
                writer.transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
