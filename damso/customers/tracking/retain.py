"""Tracked events and refused ones that are over their time.

An event's time begins when it was recorded: whoever brings the history of another system has as long to look at it as
at what comes in. Events go in the order of the log, the oldest first.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import ClassVar, TypeAlias

from damso.kernel.database import Transaction
from damso.kernel.log_floor import raise_floor
from damso.kernel.retention import KeptClass, MonthCount

Gone: TypeAlias = tuple[int, str]
"""An identity, and the name of an event of theirs that went."""
AfterEvents: TypeAlias = Callable[[Transaction, Collection[Gone], datetime], Awaitable[None]]
"""Told in the same transaction that events went, the newest of which was recorded at a moment."""

CHUNK = 2_000
REFUSED_CHUNK = 5_000
HEAD = 20_000
"""So many events from the beginning of the log are looked at. Their order is that of transactions, and what was
recorded at the turn of a day may lie a little apart; one that lies further off goes with the next day."""

_DUE = """
SELECT date_trunc('month', recorded_at AT TIME ZONE 'UTC')::date AS month, count(*) AS count FROM tracked_event
WHERE recorded_at < $1 GROUP BY 1 ORDER BY 1
"""

# Younger ones belong to the head, so that the search ends there and does not go on through what stays.
_DESTROY = """
WITH head AS MATERIALIZED (
    SELECT epoch, xid, id, recorded_at FROM tracked_event WHERE recorded_at < $1::timestamptz + interval '1 day'
    ORDER BY epoch, xid, id LIMIT $2
), due AS MATERIALIZED (
    SELECT * FROM head WHERE recorded_at < $1 ORDER BY epoch, xid, id LIMIT $3
)
DELETE FROM tracked_event e USING due d
WHERE e.epoch = d.epoch AND e.xid = d.xid AND e.id = d.id AND e.recorded_at = d.recorded_at AND e.recorded_at < $1
RETURNING e.identity_id, e.name, e.recorded_at
"""

_REFUSED = """
SELECT date_trunc('month', received_at AT TIME ZONE 'UTC')::date AS month, count(*) AS count FROM refused_event
WHERE received_at < $1 GROUP BY 1 ORDER BY 1
"""

_DESTROY_REFUSED = """
DELETE FROM refused_event WHERE id IN (
    SELECT id FROM refused_event WHERE received_at < $1 ORDER BY received_at LIMIT $2)
"""


class BehaviourRecords:
    """What sites, apps and shops sent. Who answers out of events is told which of them went."""

    record_class: ClassVar[KeptClass] = "behaviour"

    def __init__(self, after: Sequence[AfterEvents]) -> None:
        self._after = after

    async def due(self, tx: Transaction, before: datetime) -> Sequence[MonthCount]:
        return await tx.all(MonthCount, _DUE, before)

    async def destroy(self, tx: Transaction, before: datetime) -> int:
        rows = await tx.rows(_DESTROY, before, HEAD, CHUNK)
        if not rows:
            await raise_floor(tx, "tracked", before)
            return 0
        oldest = min(row["recorded_at"] for row in rows)
        await raise_floor(tx, "tracked", oldest.replace(hour=0, minute=0, second=0, microsecond=0))
        gone = {(row["identity_id"], row["name"]) for row in rows if row["identity_id"] is not None}
        for told in self._after:
            await told(tx, gone, max(row["recorded_at"] for row in rows))
        return len(rows)


class QuarantineRecords:
    """What was refused and waits for somebody to look at it."""

    record_class: ClassVar[KeptClass] = "quarantine"

    async def due(self, tx: Transaction, before: datetime) -> Sequence[MonthCount]:
        return await tx.all(MonthCount, _REFUSED, before)

    async def destroy(self, tx: Transaction, before: datetime) -> int:
        return await tx.execute(_DESTROY_REFUSED, before, REFUSED_CHUNK)
