"""HTTP that does not wait for ever, nor read for ever: what the web server itself leaves open.

A client sends its head within `HEAD_SECONDS` and `HEAD_BYTES`, then its body at no less than `BODY_PACE`. Who is slower
keeps a file and memory for nothing, and a thousand of them keep everybody else out. How large a body may be is the
application's to say; nothing here reads more than the server already holds.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 30.0
HEAD_BYTES = 64 * 1024
BODY_LOOKED_AT_EVERY = 20.0
BODY_PACE = 512
"""Bytes a second on average between two looks: a tenth of the slowest mobile line."""

_SAYS = "HTTP/1.1 {} \r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class HeadTooLarge(Exception):
    """The head has more than `HEAD_BYTES`."""


class GuardedProtocol(HttpToolsProtocol):
    """One connection. A websocket leaves it after its head."""

    head_seconds = HEAD_SECONDS
    body_looked_at_every = BODY_LOOKED_AT_EVERY

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head = True
        self._read = 0
        self._refused = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        if self._head and self._timer is None:
            self._wait_for_head()
        self._read += len(data)
        super().data_received(data)
        if self._head and self._read > HEAD_BYTES:
            self._refuse("431")

    def on_message_begin(self) -> None:
        self._head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > HEAD_BYTES:
            raise HeadTooLarge
        self._head = False
        self._stop()
        super().on_headers_complete()
        if not self.parser.should_upgrade():
            self._watch_body()

    def on_message_complete(self) -> None:
        self._stop()
        self._head = True
        self._read = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        if self._head and self._read > HEAD_BYTES:
            self._refuse("431")
        elif not self._refused:
            super().send_400_response(msg)

    def handle_websocket_upgrade(self) -> None:
        self._stop()
        super().handle_websocket_upgrade()

    def _wait_for_head(self) -> None:
        self._timer = self.loop.call_later(self.head_seconds, self._refuse, "408")

    def _watch_body(self) -> None:
        self._read = 0
        self._timer = self.loop.call_later(self.body_looked_at_every, self._look_at_body)

    def _look_at_body(self) -> None:
        # While it is us who does not read, the client can send nothing.
        if self._read < BODY_PACE * self.body_looked_at_every and not self.flow.read_paused:
            self._stop()
            self.transport.close()
        else:
            self._watch_body()

    def _refuse(self, status: str) -> None:
        self._stop()
        self._refused = True
        self.transport.write(_SAYS.format(status).encode())
        self.transport.close()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
