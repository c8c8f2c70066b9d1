"""News between processes over LISTEN/NOTIFY, always outside the transaction that made the news.

A NOTIFY inside a writing transaction takes a database-wide lock at commit and halves throughput, so a wake-up is
sent afterwards, at most once per channel, process and 20 ms. It may be lost: whoever listens also polls.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress

import asyncpg
import structlog

log = structlog.get_logger()

GAP = 0.02
"""Shortest time between two wake-ups of one channel, in seconds."""
STANDSTILL = "standstill"
"""Where it is told that something was parked, or is not any more. No fact of the log: the reader that cannot take
facts would be told of its own failure without end."""
RETRY = 0.5
"""Seconds between attempts to reach the database again."""


class ConnectionLost(Exception):
    """The connection was closed under a transaction."""


LOST = (
    ConnectionLost,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TransactionRollbackError,
    asyncpg.InsufficientResourcesError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.PostgresIOError,
    OSError,
)
"""The database is away, has no room, or asks to do it again: the work itself is not at fault, and everything was rolled
back."""


class Notifier:
    """One listening connection; `wake` for "look again", `publish` for short-lived signals with a payload."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self._connection: asyncpg.Connection | None = None
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._subscribers: dict[str, set[Callable[[str], None]]] = defaultdict(set)
        self._due: set[str] = set()
        self._some_due = asyncio.Event()
        self._outbox: asyncio.Queue[tuple[str, str]] = asyncio.Queue(maxsize=10_000)
        self._tasks: list[asyncio.Task[None]] = []
        self._presence: tuple[int, int] | None = None
        self._talking = asyncio.Lock()

    async def start(self) -> None:
        await self._connect()
        self._tasks = [asyncio.create_task(work()) for work in (self._keep_connected, self._send_wakes, self._send_all)]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._connection:
            with suppress(*LOST):
                await self._connection.close(timeout=2)

    def wake(self, channel: str) -> None:
        self._due.add(channel)
        self._some_due.set()

    def nudge(self, channel: str) -> None:
        """The same within this process, at once and without the database."""
        for event in self._waiting[channel]:
            event.set()

    def nudge_later(self, channel: str, seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds, self.nudge, channel)

    def publish(self, channel: str, payload: str) -> None:
        """Send an ephemeral signal (at most 8,000 bytes, the limit of NOTIFY); dropped when the line is down."""
        with suppress(asyncio.QueueFull):
            self._outbox.put_nowait((channel, payload))

    def subscribe(self, channel: str, receive: Callable[[str], None]) -> Callable[[], None]:
        """Call `receive` with every payload; the returned function ends it."""
        self._subscribers[channel].add(receive)
        return lambda: self._subscribers[channel].discard(receive)

    def listen(self, channel: str) -> "Listening":
        return Listening(self._waiting[channel])

    async def hold_presence(self, kind: int, member: int) -> None:
        """Hold the advisory lock (kind, member) on the listening connection: others see by it that we live."""
        self._presence = (kind, member)
        async with self._talking:
            if self._connection:
                await self._connection.execute("SELECT pg_advisory_lock($1, $2)", kind, member)

    async def _connect(self) -> None:
        connection = await asyncpg.connect(self.dsn, server_settings={"application_name": "damso notify"})
        await connection.add_listener("damso", self._heard)
        if self._presence:
            await connection.execute("SELECT pg_advisory_lock($1, $2)", *self._presence)
        self._connection = connection

    def _heard(self, _connection: object, _pid: int, _channel: str, message: object) -> None:
        channel, _, payload = str(message).partition(" ")
        for event in self._waiting[channel]:
            event.set()
        for receive in list(self._subscribers[channel]):
            receive(payload)

    async def _keep_connected(self) -> None:
        while True:
            await asyncio.sleep(RETRY)
            if self._connection is None or self._connection.is_closed():
                with suppress(*LOST):
                    await self._connect()
                    log.info("notify.reconnected")
                    for events in self._waiting.values():
                        for event in events:
                            event.set()

    async def _send_wakes(self) -> None:
        while True:
            await self._some_due.wait()
            self._some_due.clear()
            due, self._due = self._due, set()
            for channel in due:
                await self._notify(channel, "")
            await asyncio.sleep(GAP)

    async def _send_all(self) -> None:
        while True:
            await self._notify(*await self._outbox.get())

    async def _notify(self, channel: str, payload: str) -> None:
        if self._connection is None:
            return
        try:
            async with self._talking:
                await self._connection.execute("SELECT pg_notify('damso', $1)", f"{channel} {payload}")
        except (*LOST, asyncpg.InterfaceError):
            log.info("notify.lost")


class Listening:
    """Waits for a wake-up: `async with notifier.listen("log") as woken: await woken(0.25)`."""

    def __init__(self, waiting: set[asyncio.Event]) -> None:
        self._waiting = waiting
        self._event = asyncio.Event()

    async def __aenter__(self) -> Callable[[float], Awaitable[None]]:
        self._waiting.add(self._event)
        return self._wait

    async def __aexit__(self, *_: object) -> None:
        self._waiting.discard(self._event)

    async def _wait(self, timeout: float) -> None:
        """Return when woken, or after `timeout` seconds."""
        # Not `wait_for`, which before Python 3.12 swallows a cancellation that comes together with the wake-up.
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._event.wait()
        self._event.clear()
