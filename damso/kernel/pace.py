"""Keeping a pace: so many of something in a while for each of many, counted in the memory of one process.

For what comes too often to be counted in the database and needs no exact count over all processes. Guesses at secrets
are counted in the database, see `damso.team.throttle`.
"""

import math
import time
from collections import OrderedDict

from damso.kernel.errors import TooManyTries

MOST_KNOWN = 50_000
"""For how many it is remembered what they did; who was quiet for longest is forgotten first (about 10 MB)."""


class Pace:
    """`count` at once, and as many again over each `seconds`. A count of 0 is no limit."""

    def __init__(self, count: int, seconds: float) -> None:
        self._count = count
        self._each = seconds / count if count else 0.0
        self._free_at: OrderedDict[str, float] = OrderedDict()

    def take(self, who: str, count: int = 1) -> None:
        """Raises `TooManyTries` with the seconds to wait; what is refused is not counted (GCRA). Who takes many at once
        gets them where one is free, and waits the longer afterwards."""
        if not self._count:
            return
        now = time.monotonic()
        free_at = max(self._free_at.get(who, now), now)
        wait = free_at - now - self._each * (self._count - 1)
        if wait > 1e-9:
            seconds = math.ceil(wait)
            raise TooManyTries(seconds=seconds, extra={"retry_after": seconds})
        self._free_at[who] = free_at + self._each * count
        self._free_at.move_to_end(who)
        if len(self._free_at) > MOST_KNOWN:
            self._free_at.popitem(last=False)
