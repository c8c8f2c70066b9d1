"""A provider's double on loopback, for tests and demos: it answers as the provider would and enforces its rules.

Every rule names the document it comes from, so that a double is never stricter or laxer than what is known. Faults
are asked for one by one: the next call meets the first of them.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from enum import Enum
from typing import ClassVar, Literal, Protocol, Self, runtime_checkable

import h11
from msgspec import Struct

from damso.channels.content import Button, Content
from damso.channels.types import InboxConfig


class Call(Struct, frozen=True, kw_only=True):
    """What somebody asked of the provider. Names of headers are lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def host(self) -> str:
        """Which of the provider's hosts was meant; one double may stand for several."""
        return self.headers.get("host", "").partition(":")[0]


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


class Loopback:
    """A small HTTP/1.1 server on 127.0.0.1 alone, with one call to a line; `react` answers, or does not. Use as an
    asynchronous context manager. Port 0 takes a free one."""

    def __init__(self, react: Callable[[Call, asyncio.StreamWriter], Awaitable[None]], port: int = 0) -> None:
        self._react = react
        self._port = port
        self._server: asyncio.Server | None = None
        self._lines: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}

    @property
    def origin(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        return self

    def close(self) -> None:
        """Take no more calls; those under way go on."""
        assert self._server is not None
        self._server.close()

    async def __aexit__(self, *_: object) -> None:
        self.close()
        for line, task in list(self._lines.items()):
            line.transport.abort()
            task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._lines[writer] = task
        try:
            call = await _read_call(reader)
            if call is not None:
                await self._react(call, writer)
        except asyncio.CancelledError:
            pass  # by us, at the end; asyncio takes a cancelled line for a fault
        finally:
            del self._lines[writer]
            writer.close()


async def write(answer: Answer, writer: asyncio.StreamWriter) -> None:
    """Answer a call. Whoever has gone meanwhile does not hear it."""
    with suppress(ConnectionError):
        writer.write(_written(answer))
        await writer.drain()


class Simulator:
    """Use as an asynchronous context manager; a subclass says how calls are answered and what is refused."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._next: deque[Answer | Fault] = deque()
        self._loopback = Loopback(self._react)

    @property
    def rules(self) -> Sequence[Rule]:
        """What the provider enforces, in the order in which it looks."""
        return ()

    def answer(self, call: Call) -> Answer:
        """What a call gets that breaks no rule."""
        raise NotImplementedError

    def reply(self, call: Call) -> Answer:
        """What a call gets: a refusal by the first rule that it breaks, else its answer."""
        refusals = (answer for rule in self.rules if (answer := rule.refuses(call)))
        return next(refusals, None) or self.answer(call)

    def meet(self, *faults: Answer | Fault) -> None:
        """Let the next calls meet these, one each."""
        self._next.extend(faults)

    def close(self) -> None:
        """Be out of reach from now on."""
        self._loopback.close()

    @property
    def origin(self) -> str:
        return self._loopback.origin

    async def __aenter__(self) -> Self:
        await self._loopback.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._loopback.__aexit__()

    async def _react(self, call: Call, writer: asyncio.StreamWriter) -> None:
        self.calls.append(call)
        fault = self._next.popleft() if self._next else None
        if fault is Fault.HANG:
            with suppress(ConnectionError):
                await writer.wait_closed()
        elif fault is not Fault.DROP:
            await write(fault if isinstance(fault, Answer) else self.reply(call), writer)


# --- A double whose customers have phones ---------------------------------------------------------------------------


class Person(Struct, frozen=True, kw_only=True):
    """A customer of the double: recognisably fictional. `phone` is in E.164."""

    id: str
    name: str
    phone: str


class Bubble(Struct, frozen=True, kw_only=True):
    """What stands on the customer's screen. `notice` is what the app itself says; `pictures` and `files` are addresses.

    `buttons` are those of the bubble, or the quick replies that go away with the next word.
    """

    id: str
    side: Literal["customer", "company", "notice"]
    text: str
    at: datetime
    content: Content | None = None
    buttons: tuple[Button, ...] = ()
    pictures: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    advertising: bool = False


class Act(Struct, frozen=True, kw_only=True):
    """What a customer does on their phone: says something, presses a button, sends a picture, or opens, leaves, blocks
    or befriends the company."""

    what: Literal["says", "presses", "pictures", "opens", "leaves", "blocks", "befriends"]
    text: str = ""
    button: Button | None = None
    picture: str = ""


class Delivery(Struct, frozen=True, kw_only=True):
    """What the provider posts to the address of an inbox, signed as it does, not before `due`."""

    headers: Mapping[str, str]
    body: bytes
    due: datetime


class PhoneSimulator(Simulator):
    """Plays one provider whole: what the company calls, and what its customers hold in their hands.

    Nothing is posted from here: `act` and `due` say what the provider would post, so that whoever runs the double may
    delay, repeat, batch and shuffle it. What customers send lies at `file_host`, where that is not the first of
    `hosts`.
    """

    channel: ClassVar[str]
    hosts: ClassVar[tuple[str, ...]]
    file_host: ClassVar[str] = ""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.now = now

    def config(self) -> InboxConfig:
        """A connection that this double lets in."""
        raise NotImplementedError

    def act(self, person: Person, act: Act) -> Sequence[Delivery]:
        """What the provider posts when the customer does this; it also stands on their screen."""
        raise NotImplementedError

    def take(self, person: Person, delivery: Delivery, answer: Answer) -> None:
        """What the company's system answered to a delivery: some providers show it to the customer."""

    def due(self) -> Sequence[Delivery]:
        """Reports and news that the provider posts by itself from now on; each is given once."""
        return ()

    def screen(self, person: Person) -> Sequence[Bubble]:
        """What stands on the customer's screen, oldest first."""
        raise NotImplementedError


@runtime_checkable
class Simulated(Protocol):
    """An adapter whose provider has a double. `hosts` are the provider's, which are called there instead."""

    hosts: ClassVar[tuple[str, ...]]

    def simulator(self, now: Callable[[], datetime]) -> PhoneSimulator: ...


# --- HTTP/1.1 -------------------------------------------------------------------------------------------------------


async def _read_call(reader: asyncio.StreamReader) -> Call | None:
    """One request, or None where the line was closed before it was whole."""
    connection = h11.Connection(h11.SERVER)
    request: h11.Request | None = None
    body = bytearray()
    while True:
        try:
            event = connection.next_event()
        except h11.RemoteProtocolError:  # gone in the middle of it, or no HTTP
            return None
        match event:
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
