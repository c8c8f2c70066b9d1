"""What a source sent just now, and what became of it: for whoever builds the site.

What was taken is read from the log, what was refused from quarantine. The log has no index by source, which would cost
every event; it is read from its end, so many rows and no more.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from damso.customers.tracking.quarantine import refused_events
from damso.kernel.database import Transaction

Shown = Literal["all", "taken", "refused"]
NEWEST = 20_000
"""Events of all sources among which the source's own are looked for."""
SINCE = timedelta(hours=24)
PAGE = 100


class DebugLine(Struct, frozen=True, kw_only=True):
    """An event: what it said, when, whose it is, and why it was refused (an empty code: it was taken)."""

    id: str
    received_at: datetime
    occurred_at: datetime | None
    call: str
    name: str
    message_id: str
    customer_id: UUID | None
    code: str
    detail: str
    violations: Sequence[str]
    properties: Mapping[str, Any]
    body: str
    subjects: Sequence[str] = ()


_TAKEN = """
SELECT e.epoch || '.' || e.id AS id, e.recorded_at, e.occurred_at, e.subject_kind, e.name, e.subject_id, e.properties,
    i.customer_id
FROM (
    SELECT epoch, id, recorded_at, occurred_at, subject_kind, name, subject_id, properties, identity_id, actor_kind,
        actor_id FROM tracked_event WHERE recorded_at > $2 ORDER BY epoch DESC, xid DESC, id DESC LIMIT $3
) e LEFT JOIN identity i ON i.id = e.identity_id
WHERE e.actor_kind = 'source' AND e.actor_id = $1 AND ($4 = '' OR e.name = $4) LIMIT $5
"""


async def debug_lines(tx: Transaction, source_id: UUID, *, shown: Shown = "all", name: str = "") -> list[DebugLine]:
    """The newest events of a source, the latest first."""
    taken = [] if shown == "refused" else await _taken(tx, source_id, name)
    refused = [] if shown == "taken" else await _refused(tx, source_id, name)
    return sorted([*taken, *refused], key=lambda line: (line.received_at, line.id), reverse=True)[:PAGE]


async def _taken(tx: Transaction, source_id: UUID, name: str) -> list[DebugLine]:
    rows = await tx.rows(_TAKEN, str(source_id), tx.now - SINCE, NEWEST, name, PAGE)
    return [
        DebugLine(
            id=row["id"],
            received_at=row["recorded_at"],
            occurred_at=row["occurred_at"],
            call=row["subject_kind"],
            name=row["name"],
            message_id=row["subject_id"],
            customer_id=row["customer_id"],
            code="",
            detail="",
            violations=row["properties"].get("$violations", []),
            properties=row["properties"],
            body="",
        )
        for row in rows
    ]


async def _refused(tx: Transaction, source_id: UUID, name: str) -> list[DebugLine]:
    page = await refused_events(tx, source_id, name=name, limit=PAGE)
    return [
        DebugLine(
            id=f"refused.{one.id}",
            received_at=one.received_at,
            occurred_at=None,
            call=one.call or "",
            name=one.name,
            message_id=one.message_id,
            customer_id=None,
            code=one.code,
            detail=one.detail,
            violations=[],
            properties={},
            body=one.body.decode(errors="replace"),
            subjects=one.subjects,
        )
        for one in page.items
    ]
