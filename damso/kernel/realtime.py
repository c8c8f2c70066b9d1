"""Every web process tails the care stream and hands each fact to its sockets as soon as it is final.

The resume cursor is the watermark up to which a socket has seen everything; resuming may repeat and never skips.
Typing and viewing are ephemeral signals between processes and never stored.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import msgspec
import structlog
from prometheus_client import Gauge

from damso.kernel import log as event_log
from damso.kernel.database import Database
from damso.kernel.log import Position, Recorded
from damso.kernel.notify import LOST

log = structlog.get_logger()

POLL = 0.25
CHUNK = 200
"""Facts handed over at a time."""
OLDEST = timedelta(days=31)
"""What becomes final now was begun later than this, whatever the clocks say."""
TOO_MANY = 1_000
"""A client that missed more facts than this fetches afresh."""
SIGNAL = "signal"

SOCKETS = Gauge("damso_sockets", "Open live sockets", ["kind"])

Listener = Callable[[Sequence[Recorded], Position], Awaitable[None]]


class Tail:
    """Follows the care stream in memory."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: set[Listener] = set()
        self.position = event_log.START
        self.started = asyncio.Event()

    def follow(self, listener: Listener) -> Callable[[], None]:
        """Hand over every batch of facts with the watermark after it; the returned function ends it."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    async def missed(self, cursor: str | None) -> Sequence[Recorded] | None:
        """What came after a cursor up to our own position; None where the client has to fetch afresh."""
        after = Position.decode(cursor) if cursor else None
        if after is None or after > self.position:
            return None
        async with self._database.reading() as tx:
            events = await event_log.read(tx, "care", after, self.position, limit=TOO_MANY)
        return None if len(events) == TOO_MANY else events

    async def run(self) -> None:
        async with self._database.reading() as tx:
            self.position = await event_log.horizon(tx)
        self.started.set()
        async with self._database.notifier.listen(event_log.CHANNEL) as woken:
            while True:
                await woken(POLL)
                with suppress(*LOST):
                    await self._catch_up()

    async def _catch_up(self) -> None:
        async with self._database.reading() as tx:
            below = await event_log.horizon(tx)
            while below > self.position:
                before = self.position
                events = await event_log.read(tx, "care", before, below, limit=CHUNK, since=tx.now - OLDEST)
                full = len(events) == CHUNK
                self.position = events[-1].position if full else below
                try:
                    await self._hand_over(events)
                except LOST:
                    # The database went away in the middle: all of it is told once more, never skipped.
                    self.position = before
                    raise

    async def _hand_over(self, events: Sequence[Recorded]) -> None:
        for listener in list(self._listeners) if events else ():
            try:
                await listener(events, self.position)
            except LOST:
                raise
            except Exception:
                log.exception("realtime.listener_failed")


class Signals:
    """Ephemeral signals to every process: dictionaries of ids, at most 8,000 bytes encoded."""

    def __init__(self, database: Database) -> None:
        self._notifier = database.notifier

    def publish(self, signal: dict[str, Any]) -> None:
        self._notifier.publish(SIGNAL, msgspec.json.encode(signal).decode())

    def subscribe(self, receive: Callable[[dict[str, Any]], None]) -> Callable[[], None]:
        return self._notifier.subscribe(SIGNAL, lambda payload: receive(msgspec.json.decode(payload)))
