"""Deleting what has run out: tries older than a day, sessions, devices, and entry links a month after their end."""

from datetime import datetime, timedelta
from typing import ClassVar

from damso.kernel.database import Transaction
from damso.team.throttle import REMEMBERED

EVERY = timedelta(minutes=1)
CHUNK = 1_000

_EXPIRED: tuple[tuple[str, str, timedelta], ...] = (
    ("failed_try", "at", REMEMBERED),
    ("session", "expires_at", timedelta(0)),
    ("entry_link", "expires_at", timedelta(days=30)),
    ("known_device", "expires_at", timedelta(0)),
    ("pending_entry", "expires_at", timedelta(0)),
    ("sso_attempt", "expires_at", timedelta(0)),
)
"""Table, its time, and how long after that a row is kept."""


class ForgetExpired:
    """The timer that does it, once a minute in each process."""

    name: ClassVar[str] = "team.forget_expired"

    def __init__(self) -> None:
        self._next: datetime | None = None

    async def run(self, tx: Transaction) -> bool:
        if self._next and tx.now < self._next:
            return False
        deleted = [await _forget(tx, table, column, tx.now - kept) for table, column, kept in _EXPIRED]
        if CHUNK in deleted:
            return True
        self._next = tx.now + EVERY
        return False


async def _forget(tx: Transaction, table: str, column: str, before: datetime) -> int:
    return await tx.execute(
        f"DELETE FROM {table} WHERE ctid = ANY (ARRAY("
        f"SELECT ctid FROM {table} WHERE {column} <= $1 LIMIT {CHUNK} FOR UPDATE SKIP LOCKED))",
        before,
    )
