"""Events that sources sent and files brought, in the order of the log: as CSV and as JSON Lines."""

import msgspec

from damso.conversations.exports.part import Part, records_text
from damso.conversations.exports.types import Chosen, ExportFormat
from damso.conversations.reach import customer_reach
from damso.kernel.database import Transaction
from damso.team.access import Caller

CHUNK = 1_000
"""Events in a part."""
COLUMNS = (
    "name",
    "call",
    "occurred_at",
    "recorded_at",
    "customer_id",
    "identity_kind",
    "identity",
    "source",
    "message_id",
    "properties",
)
_EVENTS = """
SELECT e.epoch, e.xid, e.id, e.name, e.subject_kind AS call, e.occurred_at, e.recorded_at, i.customer_id,
    i.kind AS identity_kind, i.value AS identity, coalesce(s.name, '') AS source, e.subject_id AS message_id,
    e.properties FROM tracked_event e LEFT JOIN identity i ON i.id = e.identity_id {reach}
    LEFT JOIN source s ON s.id::text = e.actor_id
WHERE (e.epoch, e.xid, e.id) > ($1, $2, $3) AND ($4::timestamptz IS NULL OR e.occurred_at >= $4)
    AND ($5::timestamptz IS NULL OR e.occurred_at < $5)
ORDER BY e.epoch, e.xid, e.id LIMIT $6
"""


async def event_part(tx: Transaction, caller: Caller, chosen: Chosen, fmt: ExportFormat, place: str | None) -> Part:
    """The next events of customers whom the caller may see."""
    after = msgspec.json.decode(place, type=tuple[int, int, int]) if place else (0, 0, 0)
    args: list[object] = [*after, chosen.since, chosen.until, CHUNK + 1]
    condition = customer_reach(caller, args, "u")
    reach = f"JOIN customer u ON u.id = i.customer_id AND {condition}" if condition else ""
    found = [dict(row) for row in await tx.rows(_EVENTS.format(reach=reach), *args)]
    page = found[:CHUNK]
    last = page[-1] if page else None
    more = msgspec.json.encode((last["epoch"], last["xid"], last["id"])).decode() if last else None
    records = [{column: row[column] for column in COLUMNS} for row in page]
    return Part(
        text=records_text(fmt, COLUMNS, records, first=place is None),
        count=len(page),
        customers=sorted({row["customer_id"] for row in page if row["customer_id"]}),
        next_place=more if len(found) > CHUNK else None,
    )
