"""Brings what one provider posts to Damso, in its order, unless a switch says otherwise."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

import structlog
from msgspec import Struct

from damso.channels.simulator import Answer, Delivery, Person, PhoneSimulator
from damso.simulate.desk import NO_ANSWER, Desk
from damso.simulate.switches import Switch

log = structlog.get_logger()

TICK = 0.25
"""Seconds between two looks at what has become due."""
MOST_MISSED = 100


Took = Callable[[Person, Delivery, Answer], None]
"""Told what Damso answered to what a person did."""


class Letter(Struct, frozen=True, kw_only=True):
    """A delivery, and whose doing it is; `why` is what kept it from being taken."""

    delivery: Delivery
    person: Person | None = None
    why: str = ""


class Postman:
    """Of one double. `news` is called when something has changed that can be seen; `slow` is in seconds."""

    def __init__(
        self,
        double: PhoneSimulator,
        desk: Desk,
        switches: set[Switch],
        news: Callable[[], None],
        took: Took,
        slow: float,
    ) -> None:
        self._took = took
        self._slow = slow
        self._double = double
        self._desk = desk
        self._switches = switches
        self._news = news
        self._waiting: list[Letter] = []
        self._brought = asyncio.Event()
        self._collecting_since: datetime | None = None
        self.missed: list[Letter] = []

    def put(self, deliveries: Sequence[Delivery], person: Person | None = None) -> None:
        if not deliveries:
            return
        self._waiting += [Letter(delivery=one, person=person) for one in deliveries]
        self._brought.set()

    def again(self) -> None:
        """Try once more what was not taken."""
        self._waiting = [Letter(delivery=one.delivery, person=one.person) for one in self.missed] + self._waiting
        self.missed.clear()
        self._brought.set()

    async def work(self) -> None:
        """Bring whatever is due, until cancelled."""
        while True:
            self._brought.clear()
            try:
                self.put(self._double.due())
                for letter in self._due():
                    await self._bring(letter)
            except Exception:
                log.exception("simulate.delivery_failed", channel=self._double.channel)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._brought.wait(), TICK)

    def _due_now(self) -> list[Letter]:
        now = self._double.now()
        return sorted((one for one in self._waiting if one.delivery.due <= now), key=lambda one: one.delivery.due)

    def _due(self) -> list[Letter]:
        """What goes next. It is taken out of what waits."""
        due = self._due_now()
        if Switch.SHUFFLED in self._switches:
            due = self._collected(due)
        self._waiting = [one for one in self._waiting if not any(one is other for other in due)]
        return due

    def _collected(self, due: list[Letter]) -> list[Letter]:
        """Nothing for a while, then all of it backwards."""
        now = self._double.now()
        if not due:
            self._collecting_since = None
            return []
        self._collecting_since = self._collecting_since or now
        if (now - self._collecting_since).total_seconds() < self._slow:
            return []
        self._collecting_since = None
        return due[::-1]

    async def _bring(self, letter: Letter) -> None:
        if Switch.SLOW in self._switches:
            await asyncio.sleep(self._slow)
        inbox = await self._desk.reached(self._double.channel, letter.delivery)
        if inbox is None:
            return self._miss(letter, "unconnected")
        answer = await self._desk.post(inbox, letter.delivery)
        if Switch.TWICE in self._switches:
            await self._desk.post(inbox, letter.delivery)
        if answer.status != NO_ANSWER and letter.person:
            self._took(letter.person, letter.delivery, answer)
        if not 200 <= answer.status < 300:
            return self._miss(letter, _why(answer))
        self._news()
        return None

    def _miss(self, letter: Letter, why: str) -> None:
        log.warning("simulate.not_taken", channel=self._double.channel, why=why)
        self.missed = [*self.missed, Letter(delivery=letter.delivery, person=letter.person, why=why)][-MOST_MISSED:]
        self._news()


def _why(answer: Answer) -> str:
    return "unreachable" if answer.status == NO_ANSWER else str(answer.status)
