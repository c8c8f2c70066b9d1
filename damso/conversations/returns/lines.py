"""What a customer's timeline tells of their returns."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from damso.customers.timeline import Kind, Place, TimelineEntry
from damso.kernel.database import Transaction
from damso.kernel.i18n import Text
from damso.team.access import Caller

_TOLD: Mapping[str, Text] = {
    "asked": Text("반품·교환 접수", "Return asked for"),
    "approved": Text("반품·교환 승인", "Return approved"),
    "refused": Text("반품·교환 거절", "Return refused"),
    "received": Text("반품 상품 도착", "Returned goods received"),
    "refunded": Text("환불 완료", "Refunded"),
    "exchanged": Text("교환 완료", "Exchanged"),
    "withdrawn": Text("반품·교환 철회", "Return withdrawn"),
}


class ReturnLines:
    """Every state that a return came to."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({"event"})

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def entries(
        self, tx: Transaction, identity_ids: Sequence[int], before: Place, limit: int
    ) -> list[TimelineEntry]:
        if not self._caller.may("commerce.read"):
            return []
        rows = await tx.rows(
            """SELECT s.key, s.at, s.state, o.number, l.name AS place, coalesce(a.name, k.name, s.actor_kind) AS source
            FROM return_case r JOIN (
                SELECT *, ('return:' || return_id || '.' || number) COLLATE "C" AS key FROM return_step
            ) s ON s.return_id = r.id JOIN customer_order o ON o.id = r.order_id
                LEFT JOIN place l ON l.id = r.place_id
                LEFT JOIN agent a ON s.actor_kind = 'agent' AND a.id::text = s.actor_id
                LEFT JOIN api_key k ON s.actor_kind = 'key' AND k.id::text = s.actor_id
            WHERE r.identity_id = ANY ($1)
                AND (s.at, s.key) < ($2, $3)
                AND ($5::uuid[] = '{}' OR o.brand_id IS NULL OR o.brand_id = ANY ($5))
            ORDER BY s.at DESC, s.key DESC LIMIT $4""",
            list(identity_ids),
            before.at,
            before.id,
            limit,
            list(self._caller.limits.brands),
        )
        return [
            TimelineEntry(
                id=row["key"],
                at=row["at"],
                kind="event",
                title=_TOLD[row["state"]],
                text=" · ".join(filter(None, (row["number"], row["place"]))),
                source=row["source"],
            )
            for row in rows
        ]
