"""What is over its time: message ids after 31 days, signs of life after 90. Events go by rule (`retain.py`)."""

from datetime import datetime, timedelta
from typing import ClassVar

from damso.kernel.database import Transaction

KEYS_KEPT = timedelta(days=31)
"""For so long an event that is sent again is known; the protocol's kits repeat for hours at most."""
LIFE_KEPT = timedelta(days=90)
CHUNK = 5_000

_STEPS = (
    (
        """DELETE FROM event_key WHERE (source, key) IN (
            SELECT source, key FROM event_key WHERE at < $1 LIMIT $2)""",
        KEYS_KEPT,
    ),
    (
        """DELETE FROM source_hour WHERE (source_id, hour) IN (
            SELECT source_id, hour FROM source_hour WHERE hour < $1 LIMIT $2)""",
        LIFE_KEPT,
    ),
)
EVERY = timedelta(minutes=10)


class ForgetTracked:
    """A chunk of each at a time. It looks every ten minutes: nothing here is due to the second."""

    name: ClassVar[str] = "forget_tracked"

    def __init__(self) -> None:
        self._looked_at: datetime | None = None

    async def run(self, tx: Transaction) -> bool:
        if self._looked_at is not None and tx.now < self._looked_at + EVERY:
            return False
        gone = [await tx.execute(sql, tx.now - kept, CHUNK) for sql, kept in _STEPS]
        if more := CHUNK in gone:
            return more
        self._looked_at = tx.now
        return False
