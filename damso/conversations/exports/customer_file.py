"""Customers as CSV (a line for each) and JSON Lines (each with all that is known)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from damso.conversations.exports.cells import BOM, as_csv
from damso.conversations.exports.part import CHUNK, Part
from damso.conversations.exports.types import Chosen, ExportFormat
from damso.conversations.reach import customer_reach
from damso.customers.export import customers_by_id
from damso.customers.search import list_customers
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
    """The next customers, as far as the caller may see; by the list's order, or by that of the named ids."""
    ids, next_place = await _next_ids(tx, caller, chosen, place)
    if fmt == "csv":
        head = [COLUMNS] if place is None else []
        rows = [
            (*list(line.values())[:-1], msgspec.json.encode(line["traits"]).decode())
            for line in await customer_lines(tx, ids)
        ]
        text = (BOM if place is None else "") + as_csv([*head, *rows])
    else:
        told = await customers_by_id(tx, ids)
        text = "".join(f"{msgspec.json.encode(one).decode()}\n" for one in told)
    return Part(text, len(ids), ids, next_place)


async def customer_lines(tx: Transaction, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """What a line tells of each of these customers, in their order."""
    return [dict(row) for row in await tx.rows(_LINES, list(ids))]


async def _next_ids(
    tx: Transaction, caller: Caller, chosen: Chosen, place: str | None
) -> tuple[Sequence[UUID], str | None]:
    if chosen.ids is None:
        page = await list_customers(
            tx, q=chosen.q, cursor=place, limit=CHUNK, within=lambda args, u: customer_reach(caller, args, u)
        )
        return [customer.id for customer in page.items], page.next
    args: list[object] = [chosen.ids]
    condition = customer_reach(caller, args, "u") or "true"
    ids: list[UUID] = await tx.values(
        f"SELECT id FROM customer u WHERE id = ANY ($1) AND merged_into IS NULL AND {condition} ORDER BY id", *args
    )
    return ids, None
