"""The line between our processes and their database, which can be cut in the middle of anything.

It runs as a process of its own: in the test's it would make every statement wait for the test.
"""

import asyncio
import json
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import uvloop

from tests.processes import REPOSITORY

CHUNK = 64 * 1024


class Line:
    """TCP to the socket of an embedded server. `cut` breaks what is open; who comes again is let through."""

    def __init__(self, dsn: str, relay: asyncio.subprocess.Process, port: int) -> None:
        parts = urlsplit(dsn)
        self.dsn = f"postgresql://{parts.username}@127.0.0.1:{port}{parts.path}"
        self.cuts = 0
        self._relay = relay

    async def cut(self, share: float) -> None:
        """Break each open connection with a likelihood, with all that is on its way."""
        assert self._relay.stdin is not None
        assert self._relay.stdout is not None
        self._relay.stdin.write(f"{share}\n".encode())
        self.cuts += json.loads(await self._relay.stdout.readline())


@asynccontextmanager
async def line_to(dsn: str) -> AsyncIterator[Line]:
    """A line to the server at `dsn`."""
    socket = Path(parse_qs(urlsplit(dsn).query)["host"][0]) / ".s.PGSQL.5432"
    relay = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.proxy", str(socket)),
        cwd=REPOSITORY,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert relay.stdout is not None
    try:
        yield Line(dsn, relay, json.loads(await relay.stdout.readline()))
    finally:
        relay.kill()
        await relay.wait()


class Relay:
    """The process in the middle: tells its port, then for each likelihood it reads how many connections it broke."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._open: set[asyncio.StreamWriter] = set()

    async def run(self) -> None:
        server = await asyncio.start_server(self._converse, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(sys.stdin, lambda: self._cut(sys.stdin.readline()) or done.set())
        await done.wait()

    def _cut(self, share: str) -> bool:
        if not share:
            return False
        broken = [writer for writer in self._open if random.random() < float(share)]
        for writer in broken:
            writer.transport.abort()
        print(len(broken), flush=True)
        return True

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(self._socket)
        except OSError:  # the database is away
            writer.transport.abort()
            return
        self._open.add(writer)
        ways = [asyncio.create_task(_copy(*way)) for way in ((reader, far_writer), (far_reader, writer))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        self._open.discard(writer)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        for end in (writer, far_writer):
            end.transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()


if __name__ == "__main__":
    uvloop.run(Relay(sys.argv[1]).run())
