"""Sealing what was recorded, in order, a second or two after it was committed.

Writers only insert. The sealer takes what lies below the log's horizon, to which no transaction can add any more, so it
neither locks them nor leaves a slow one out. Of many processes one seals at a time.
"""

from datetime import datetime, timedelta
from typing import ClassVar

import structlog
from msgspec import structs

from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.log import horizon
from damso.team.records.chain import LOGS, ROOT, SEALING, SealedLog, link, newest, newest_seal, rows_after
from damso.team.records.seal_keys import newest_key

log = structlog.get_logger()

EVERY = timedelta(seconds=1)
CHUNK = 300
TOLD_EVERY = timedelta(hours=1)


class SealTimer:
    """Seals both logs. The newest seals also go to the process's own log each hour: who cuts off the end of a chain
    in the database does not reach what a collector has of it."""

    name: ClassVar[str] = "team.seal_records"

    def __init__(self, keyring: Keyring, *, chunk: int = CHUNK) -> None:
        self._keyring = keyring
        self._chunk = chunk
        self._next: datetime | None = None
        self._tell_at: datetime | None = None

    async def run(self, tx: Transaction) -> bool:
        if self._next and tx.now < self._next:
            return False
        # Before anything is locked: a transaction with an xid would bound its own horizon.
        below = await horizon(tx)
        if not await tx.value("SELECT pg_try_advisory_xact_lock($1)", SEALING):
            return False
        for one in LOGS:
            if await seal(tx, self._keyring, one, (below.epoch, below.xid), self._chunk) == self._chunk:
                return True
        self._next = tx.now + EVERY
        await self._tell(tx)
        return False

    async def _tell(self, tx: Transaction) -> None:
        if self._tell_at and tx.now < self._tell_at:
            return
        self._tell_at = tx.now + TOLD_EVERY
        for one in LOGS:
            if text := await newest_seal(tx, one.name):
                log.info("records.sealed", seal=text)


async def seal(tx: Transaction, keyring: Keyring, sealed: SealedLog, below: tuple[int, int], limit: int) -> int:
    """Add a chunk to a log's chain; hold `SEALING`. The number of rows."""
    last = await newest(tx, sealed.name) or ROOT
    rows = await rows_after(tx, sealed, last.place, below=below, limit=limit)
    if not rows:
        return 0
    key_id, key = await newest_key(tx, keyring)
    links = []
    for row in rows:
        last = link(key, key_id, sealed.name, last, row)
        links.append(last)
    await tx.copy(
        "seal",
        ("log", "number", "epoch", "xid", "row_id", "at", "digest", "key_id", "mac"),
        [
            (sealed.name, one.number, *structs.astuple(one.place), row.at, row.digest, key_id, one.mac)
            for row, one in zip(rows, links, strict=True)
        ],
    )
    return len(rows)
