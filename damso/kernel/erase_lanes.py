"""Forgetting a customer in what waits to be done, and in the log."""

from collections.abc import Mapping
from typing import ClassVar

from damso.kernel.database import Transaction
from damso.kernel.erasure import Erased, Kept, Person

CHUNK = 1_000

_LANES = """
DELETE FROM lane_item WHERE payload->'item'->'sender'->>'value' = ANY ($1)
    OR payload->'item'->'recipient'->>'value' = ANY ($1)
"""

_TRACKED = """
DELETE FROM tracked_event WHERE (epoch, xid, id, recorded_at) IN (
    SELECT epoch, xid, id, recorded_at FROM tracked_event WHERE identity_id = ANY ($1) LIMIT $2)
"""


class LogEraser:
    """Deletes what sites sent about a customer, and work that waits under their address. Facts of the stream `care`
    hold ids and enums alone; they stay, and name nobody any more."""

    store: ClassVar[str] = "log"

    async def count(self, tx: Transaction, person: Person) -> Mapping[str, int]:
        sql = "SELECT count(*) FROM tracked_event WHERE identity_id = ANY ($1)"
        return {"events": await tx.value(sql, list(person.identity_ids))}

    async def kept(self, tx: Transaction, person: Person) -> list[Kept]:
        return []

    async def erase(self, tx: Transaction, person: Person) -> Erased:
        gone = await tx.execute(_TRACKED, list(person.identity_ids), CHUNK)
        waiting = await tx.execute(_LANES, person.values)
        return Erased(rows=gone + waiting, more=gone == CHUNK)
