"""The ledger of consents, entry by entry: as CSV and as JSON Lines."""

from damso.conversations.exports.part import CHUNK, Part, records_text
from damso.conversations.exports.types import Chosen, ExportFormat
from damso.conversations.reach import customer_reach
from damso.kernel.database import Transaction
from damso.team.access import Caller

COLUMNS = (
    "customer_id",
    "kind",
    "value",
    "purpose",
    "channel",
    "given",
    "method",
    "at",
    "recorded_at",
    "text_version",
    "proof",
    "external_key",
)
_ENTRIES = """
SELECT c.id, i.customer_id, i.kind, i.value, c.purpose, c.channel, c.given, c.method, c.at, c.recorded_at,
    t.locale || ' v' || t.version AS text_version, c.proof, c.external_key
FROM consent c JOIN identity i ON i.id = c.identity_id JOIN customer u ON u.id = i.customer_id
    LEFT JOIN consent_text t ON t.id = c.text_id
WHERE c.id > $1 AND i.value <> 'erased:' || i.id {reach} ORDER BY c.id LIMIT $2
"""


async def consent_part(tx: Transaction, caller: Caller, chosen: Chosen, fmt: ExportFormat, place: str | None) -> Part:
    """The next entries about customers whom the caller may see, in the order they were entered."""
    args: list[object] = [int(place or 0), CHUNK + 1]
    condition = customer_reach(caller, args, "u")
    sql = _ENTRIES.format(reach=f"AND {condition}" if condition else "")
    found = [dict(row) for row in await tx.rows(sql, *args)]
    page = found[:CHUNK]
    records = [{column: row[column] for column in COLUMNS} for row in page]
    return Part(
        text=records_text(fmt, COLUMNS, records, first=place is None),
        count=len(page),
        customers=sorted({row["customer_id"] for row in page}),
        next_place=str(page[-1]["id"]) if len(found) > CHUNK else None,
    )
