"""Hands deliveries to child processes for parsing, and ends a child that takes too long, grows or falls over.

Children are started when there is something to parse and ended when there was nothing for a while.
"""

import asyncio
import os
import signal
import struct
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import msgspec
import structlog
from prometheus_client import Counter

from damso.channels.items import Item
from damso.channels.parse_child import Answer, Failed, Job, decode_answer
from damso.channels.types import Adapter, InboxConfig, Request

log = structlog.get_logger()

SECONDS = 30.0
"""Time for one delivery."""
IDLE = 60.0
"""Seconds without work after which a child is ended; it holds about 60 MB."""
MAX_ANSWER = 192 * 1024 * 1024
"""Bytes of an answer: the files of the largest mail, and its texts several times over."""
CHILDREN = 2
"""Children of one process: while one sits out a bomb, the other goes on."""

_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")
"""Of the environment only this reaches a child: no address of the database, no keys."""

FAILED = Counter("damso_parse_failed_total", "Deliveries that could not be parsed", ["code"])


class ParseFailed(Exception):
    """Nothing was found in a delivery: `UNPARSABLE`, `TIMEOUT`, `MEMORY`, `TOO_MUCH`, `CRASH` or `FAULT`."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class _Died(Exception):
    """The child ended without an answer."""


class Parsers:
    """The children of one process. Use as a context manager, or `close` it."""

    def __init__(
        self, *, seconds: float = SECONDS, idle: float = IDLE, children: int = CHILDREN, largest: int = MAX_ANSWER
    ) -> None:
        self._seconds = seconds
        self._largest = largest
        self._idle = idle
        self._room = asyncio.Semaphore(children)
        self._resting: list[_Child] = []

    async def __aenter__(self) -> "Parsers":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        while self._resting:
            await self._resting.pop().end()

    async def parse(self, adapter: Adapter, request: Request, config: InboxConfig) -> tuple[Item, ...]:
        """Every item of a delivery, fit to be stored. Raises `ParseFailed`."""
        kind = type(adapter)
        job = Job(
            adapter=f"{kind.__module__}:{kind.__qualname__}",
            config=msgspec.to_builtins(config),
            request=request,
            seconds=self._seconds + 5,
        )
        async with self._room:
            answer = await self._ask(msgspec.msgpack.encode(job))
        if isinstance(answer, Failed):
            FAILED.labels(answer.code).inc()
            raise ParseFailed(answer.code, answer.detail)
        return answer.items

    async def _ask(self, job: bytes) -> Answer:
        """A child that dies is blamed on the delivery only if it was fresh: earlier ones may have damaged it."""
        if self._resting:
            with suppress(_Died):
                return await self._ask_child(self._resting.pop(), job)
        try:
            return await self._ask_child(await _Child.start(), job)
        except _Died as death:
            return Failed(code="CRASH", detail=str(death))

    async def _ask_child(self, child: "_Child", job: bytes) -> Answer:
        async with child.ended_on_failure():
            answer = await child.ask(job, self._seconds, self._largest)
        if isinstance(answer, Failed) or answer.leaving:
            await child.end()
        else:
            child.rest(self._idle, self._resting)
        return answer


class _Child:
    def __init__(self, process: Process) -> None:
        self._process = process
        self._bedtime: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls) -> "_Child":
        environ = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "damso.channels.parse_child",
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,  # a traceback may quote the mail
            env=environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            # Ctrl-C in a terminal reaches us alone: a child it ended in the middle would park its delivery.
            start_new_session=True,
        )
        return cls(process)

    async def ask(self, job: bytes, seconds: float, largest: int) -> Answer:
        """Raises `_Died`."""
        if self._bedtime:
            self._bedtime.cancel()
        try:
            async with asyncio.timeout(seconds):
                return await self._talk(job, largest)
        except TimeoutError:
            await self.end()
            return Failed(code="TIMEOUT", detail=f"{seconds:g} s")
        except (asyncio.IncompleteReadError, BrokenPipeError, ConnectionResetError) as error:
            raise _Died(_cause(await self._process.wait())) from error

    async def _talk(self, job: bytes, largest: int) -> Answer:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(struct.pack(">I", len(job)) + job)
        await self._process.stdin.drain()
        (length,) = struct.unpack(">I", await self._process.stdout.readexactly(4))
        if length > largest:
            await self.end()
            return Failed(code="TOO_MUCH", detail=f"{length} bytes")
        return decode_answer(await self._process.stdout.readexactly(length))

    @asynccontextmanager
    async def ended_on_failure(self) -> AsyncIterator[None]:
        """No child is left behind in the middle of a job, also where the asker is cancelled."""
        try:
            yield
        except BaseException:
            await self.end()
            raise

    def rest(self, idle: float, resting: "list[_Child]") -> None:
        """Wait for more; go to bed when there is nothing for a while."""

        def sleep() -> None:
            if self in resting:
                resting.remove(self)
                self._ending = asyncio.create_task(self.end())

        resting.append(self)
        self._bedtime = asyncio.get_running_loop().call_later(idle, sleep)

    async def end(self) -> None:
        if self._bedtime:
            self._bedtime.cancel()
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()


def _cause(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit {code}"
