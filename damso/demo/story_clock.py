"""The time in which the sample company's stories are told."""

from datetime import datetime

from damso.kernel.database import Database


class StoryClock:
    """Tells the time of the story."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now


def at_time(database: Database, now: datetime) -> Database:
    """The same database as it was then."""
    return Database(database.pool, database.notifier, StoryClock(now))
