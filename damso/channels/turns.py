"""One at a time for each key inside a process, the lowest number first."""

import asyncio
import heapq
from collections import defaultdict
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager


class Turns:
    """Like a lock for each key, handed on by number instead of by who asked first."""

    def __init__(self) -> None:
        self._waiting: defaultdict[Hashable, list[tuple[int, asyncio.Future[None]]]] = defaultdict(list)
        self._busy: set[Hashable] = set()

    @asynccontextmanager
    async def turn(self, key: Hashable, number: int) -> AsyncIterator[None]:
        granted = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting[key], (number, granted))
        # Not at once: tasks made together ask one after the other, in any order.
        asyncio.get_running_loop().call_soon(self._grant, key)
        try:
            await granted
            yield
        finally:
            if not granted.cancelled():
                self._busy.discard(key)
                self._grant(key)

    def _grant(self, key: Hashable) -> None:
        waiting = self._waiting[key]
        while waiting and key not in self._busy:
            _, granted = heapq.heappop(waiting)
            if not granted.cancelled():
                self._busy.add(key)
                granted.set_result(None)
        if not waiting and key not in self._busy:
            del self._waiting[key]
