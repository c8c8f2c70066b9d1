"""The web application on a port of ours, for the commands `serve` and `web`."""

import asyncio
import contextlib
import errno
import ipaddress
import os
import resource
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import uvicorn
from litestar import Litestar

from damso.commands.guarded_protocol import GuardedProtocol
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.settings import Settings

BACKLOG = 2048
KEEP_ALIVE_SECONDS = 65
"""Longer than proxies keep idle connections, so that it is never us who closes one that is just being used."""
FRAME_BYTES = 64 * 1024
"""The largest frame a live socket may send us; ours to read are typing and viewing only."""
GRACE_SECONDS = 1
"""For requests under way when we are told to stop."""


class PortTaken(AppError):
    code = "PORT_TAKEN"
    text = Text(
        "{host}:{port} 포트를 다른 프로그램이 쓰고 있어요. 그 프로그램을 끄거나 DAMSO_PORT로 다른 포트를 정해 주세요.",
        "Another program is using {host}:{port}. Stop it, or choose another port by DAMSO_PORT.",
    )


class PortForbidden(AppError):
    code = "PORT_FORBIDDEN"
    status = 403
    text = Text(
        "{host}:{port}에서 접속을 받을 수 없어요. 주소와 권한을 확인해 주세요. ({why})",
        "Nothing can listen on {host}:{port}. Check the address and your rights. ({why})",
    )


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers: `damso.commands.running` has the only ones."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def raise_file_limit() -> None:
    """Every open chat is a file: take as many as the system lets us."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # macOS says "unlimited" and does not mean it
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextlib.contextmanager
def port_of(settings: Settings) -> Iterator[socket.socket]:
    """The port, taken before anything slow is begun: who connects early waits. Raises `PortTaken`, `PortForbidden`."""
    with socket.socket(_family(settings.host), socket.SOCK_STREAM) as port:
        port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            port.bind((settings.host, settings.port))
            port.listen(BACKLOG)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(host=settings.host, port=settings.port) from error
            why = os.strerror(error.errno or 0)
            raise PortForbidden(host=settings.host, port=settings.port, why=why) from error
        yield port


def _family(host: str) -> socket.AddressFamily:
    try:
        return socket.AF_INET6 if ipaddress.ip_address(host).version == 6 else socket.AF_INET
    except ValueError:
        return socket.AF_INET


@asynccontextmanager
async def serving(app: Litestar, port: socket.socket) -> AsyncIterator[asyncio.Task[None]]:
    """Serve from here on. At the end no new connection is taken, and those under way have `GRACE_SECONDS`."""
    config = uvicorn.Config(
        app,
        http=GuardedProtocol,
        ws="websockets-sansio",
        loop="none",
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # `damso.team.addresses` reads them, where the settings allow it
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ws_max_size=FRAME_BYTES,
        ws_ping_interval=None,  # live sockets send their own
        ws_per_message_deflate=False,  # a compressor costs each socket more memory than everything else together
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[port]))
    while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn sets no event
        await asyncio.sleep(0.01)
    try:
        yield task
    finally:
        server.should_exit = True
        await task
