"""A provider's double on loopback, for tests and demos: it answers as the provider would and enforces its rules.

Every rule names the document it comes from, so that a double is never stricter or laxer than what is known. Faults
are asked for one by one: the next call meets the first of them.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from enum import Enum
from typing import Self

import h11
from msgspec import Struct


class Call(Struct, frozen=True, kw_only=True):
    """What somebody asked of the provider. Names of headers are lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Answer(Struct, frozen=True, kw_only=True):
    """What the provider answers."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = {}


class Fault(Enum):
    """How a line can fail: nothing is ever answered, or it drops after the call was taken."""

    HANG = "hang"
    DROP = "drop"


class Rule(Struct, frozen=True, kw_only=True):
    """Something the provider refuses. `source` is the document that says so."""

    name: str
    source: str
    refuses: Callable[[Call], Answer | None]


class Simulator:
    """Use as an asynchronous context manager; a subclass says how calls are answered and what is refused."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._next: deque[Answer | Fault] = deque()
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.StreamWriter] = set()

    @property
    def rules(self) -> Sequence[Rule]:
        """What the provider enforces, in the order in which it looks."""
        return ()

    def answer(self, call: Call) -> Answer:
        """What a call gets that breaks no rule."""
        raise NotImplementedError

    def meet(self, *faults: Answer | Fault) -> None:
        """Let the next calls meet these, one each."""
        self._next.extend(faults)

    @property
    def origin(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for line in list(self._lines):
            line.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._lines.add(writer)
        try:
            call = await _read_call(reader)
            if call is not None:
                await self._react(call, writer)
        finally:
            self._lines.discard(writer)
            writer.close()

    async def _react(self, call: Call, writer: asyncio.StreamWriter) -> None:
        self.calls.append(call)
        fault = self._next.popleft() if self._next else None
        if fault is Fault.HANG:
            with suppress(ConnectionError):
                await writer.wait_closed()
        elif fault is not Fault.DROP:
            answer = fault if isinstance(fault, Answer) else self._refusal(call) or self.answer(call)
            writer.write(_written(answer))
            with suppress(ConnectionError):
                await writer.drain()

    def _refusal(self, call: Call) -> Answer | None:
        return next((answer for rule in self.rules if (answer := rule.refuses(call))), None)


async def _read_call(reader: asyncio.StreamReader) -> Call | None:
    """One request, or None where the line was closed before it was whole."""
    connection = h11.Connection(h11.SERVER)
    request: h11.Request | None = None
    body = bytearray()
    while True:
        match connection.next_event():
            case h11.NEED_DATA:
                connection.receive_data(await reader.read(65536))
            case h11.Request() as request:
                pass
            case h11.Data(data=data):
                body += data
            case h11.EndOfMessage():
                break
            case _:
                return None
    assert request is not None
    return Call(
        method=request.method.decode(),
        path=request.target.decode(),
        headers={name.decode(): value.decode("latin-1") for name, value in request.headers},
        body=bytes(body),
    )


def _written(answer: Answer) -> bytes:
    headers = {"content-length": str(len(answer.body)), "connection": "close"} | dict(answer.headers)
    head = h11.Response(status_code=answer.status, headers=list(headers.items()))
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(b"POST / HTTP/1.1\r\nhost: double\r\nconnection: close\r\n\r\n")
    connection.next_event()
    parts = (connection.send(head), connection.send(h11.Data(data=answer.body)), connection.send(h11.EndOfMessage()))
    return b"".join(part for part in parts if part)
