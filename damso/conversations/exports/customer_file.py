"""Customers as CSV (a line for each) and JSON Lines (each with all that is known)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from damso.conversations.exports.part import CHUNK, Part, records_text
from damso.conversations.exports.types import Chosen, ExportFormat
from damso.conversations.reach import customer_reach
from damso.customers.export import customers_by_id
from damso.customers.search import Stretch, stretch
from damso.kernel.database import Transaction
from damso.team.access import Caller

COLUMNS = (
    "id",
    "name",
    "first_seen_at",
    "last_seen_at",
    "emails",
    "phones",
    "companies",
    "locale",
    "timezone",
    "traits",
)
"""Of the CSV; docs/guide.md says what each means."""

SEARCHED = 2_000
"""Customers that are looked at for a part when some are searched."""

_LINES = """
SELECT u.id, u.name, u.created_at AS first_seen_at, u.last_seen_at,
    ARRAY(SELECT value FROM identity i WHERE i.customer_id = u.id AND i.kind = 'email' ORDER BY value) AS emails,
    ARRAY(SELECT value FROM identity i WHERE i.customer_id = u.id AND i.kind = 'phone' ORDER BY value) AS phones,
    ARRAY(SELECT DISTINCT k.name FROM identity i JOIN customer_company b ON b.identity_id = i.id
        JOIN company k ON k.id = b.company_id WHERE i.customer_id = u.id AND b.left_at IS NULL ORDER BY 1) AS companies,
    coalesce(u.locale, u.lent_locale) AS locale, coalesce(u.timezone, u.lent_timezone) AS timezone,
    coalesce((SELECT jsonb_object_agg(key, value) FROM (
        SELECT DISTINCT ON (t.key) t.key, t.value FROM identity i JOIN trait_change t ON t.identity_id = i.id
        WHERE i.customer_id = u.id ORDER BY t.key, coalesce(t.said_at, t.at) DESC, t.id DESC) newest
        WHERE value IS NOT NULL), '{}') AS traits
FROM unnest($1::uuid[]) WITH ORDINALITY w(id, n) JOIN customer u ON u.id = w.id ORDER BY w.n
"""


async def customer_part(tx: Transaction, caller: Caller, chosen: Chosen, fmt: ExportFormat, place: str | None) -> Part:
    """The next customers in the order they were made, as far as the caller may see."""
    ids, next_place = await _next_ids(tx, caller, chosen, place)
    return await told(tx, ids, fmt, place, next_place)


async def told(
    tx: Transaction, ids: Sequence[UUID], fmt: ExportFormat, place: str | None, next_place: str | None
) -> Part:
    """A part of these customers."""
    if fmt == "csv":
        text = records_text(
            fmt, COLUMNS, [in_cells(line) for line in await customer_lines(tx, ids)], first=place is None
        )
    else:
        text = "".join(f"{msgspec.json.encode(one).decode()}\n" for one in await customers_by_id(tx, ids))
    return Part(text, len(ids), ids, next_place)


def in_cells(line: Mapping[str, Any]) -> dict[str, Any]:
    """In a cell several addresses stand beside each other, and traits as JSON."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in line.items()}


async def customer_lines(tx: Transaction, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """What a line tells of each of these customers, in their order."""
    return [dict(row) for row in await tx.rows(_LINES, list(ids))]


async def _next_ids(
    tx: Transaction, caller: Caller, chosen: Chosen, place: str | None
) -> tuple[Sequence[UUID], str | None]:
    if chosen.ids is None:
        found = await next_stretch(tx, caller, chosen, place)
        return found.ids, str(found.after) if found.after else None
    args: list[object] = [chosen.ids]
    condition = customer_reach(caller, args, "u") or "true"
    ids: list[UUID] = await tx.values(
        f"SELECT id FROM customer u WHERE id = ANY ($1) AND merged_into IS NULL AND {condition} ORDER BY id", *args
    )
    return ids, None


async def next_stretch(tx: Transaction, caller: Caller, chosen: Chosen, place: str | None) -> Stretch:
    """The next customers whom the caller may see and what was searched for finds."""
    return await stretch(
        tx,
        q=chosen.q,
        after=UUID(place) if place else UUID(int=0),
        looked=SEARCHED if chosen.q else CHUNK,
        within=lambda args, u: customer_reach(caller, args, u),
    )
