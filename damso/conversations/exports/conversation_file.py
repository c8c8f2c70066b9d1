"""Conversations as CSV (a line for each) and JSON Lines (each with all that was said)."""

from typing import Any
from uuid import UUID

import msgspec

from damso.conversations.export import conversations_by_id
from damso.conversations.exports.cells import BOM, as_csv
from damso.conversations.exports.part import CHUNK, Part
from damso.conversations.exports.types import Chosen, ExportFormat
from damso.conversations.rows import Filter, conditions_of
from damso.kernel.database import Transaction
from damso.team.access import Caller

COLUMNS = (
    "id",
    "opened_at",
    "last_message_at",
    "resolved_at",
    "status",
    "priority",
    "brand",
    "channel",
    "subject",
    "customer_id",
    "customer",
    "customer_email",
    "customer_phone",
    "assignee",
    "team",
    "tags",
    "messages",
    "waiting_since",
)
"""Of the CSV; docs/guide.md says what each means."""

_LINES = """
SELECT c.id, c.created_at AS opened_at, c.last_message_at, c.resolved_at, c.status, c.priority, b.name AS brand,
    c.last_channel AS channel, c.subject, u.id AS customer_id, coalesce(nullif(u.name, ''), i.name) AS customer,
    (SELECT value FROM identity e WHERE e.customer_id = u.id AND e.kind = 'email' ORDER BY last_seen_at DESC LIMIT 1)
        AS customer_email,
    (SELECT value FROM identity p WHERE p.customer_id = u.id AND p.kind = 'phone' ORDER BY last_seen_at DESC LIMIT 1)
        AS customer_phone,
    a.name AS assignee, t.name AS team, ARRAY(SELECT g.name FROM conversation_tag x JOIN tag g ON g.id = x.tag_id
        WHERE x.conversation_id = c.id ORDER BY g.name) AS tags,
    (SELECT count(*) FROM message m WHERE m.conversation_id = c.id AND m.kind = 'message') AS messages, c.waiting_since
FROM conversation c JOIN brand b ON b.id = c.brand_id JOIN identity i ON i.id = c.anchor_identity_id
    JOIN customer u ON u.id = i.customer_id LEFT JOIN agent a ON a.id = c.assignee_id
    LEFT JOIN team t ON t.id = c.team_id
WHERE c.id = ANY ($1) ORDER BY c.id
"""

_PEOPLE = """
SELECT DISTINCT customer_id FROM identity WHERE id IN (
    SELECT anchor_identity_id FROM conversation WHERE id = ANY ($1)
    UNION SELECT identity_id FROM participant WHERE conversation_id = ANY ($1)
    UNION SELECT identity_id FROM message WHERE conversation_id = ANY ($1))
"""


async def people_in(tx: Transaction, ids: list[UUID]) -> list[UUID]:
    """The customers who take part in conversations: who began them, who is in copy, who wrote."""
    people: list[UUID] = await tx.values(_PEOPLE, ids)
    return people


async def conversation_part(
    tx: Transaction, caller: Caller, chosen: Chosen, fmt: ExportFormat, place: str | None
) -> Part:
    """The next conversations in the order of their ids, as far as the caller may see."""
    ids = await _next_ids(tx, caller, chosen, UUID(place) if place else UUID(int=0))
    page, more = ids[:CHUNK], len(ids) > CHUNK
    if fmt == "csv":
        head = [COLUMNS] if place is None else []
        rows = [tuple(row.values()) for row in await tx.rows(_LINES, page)]
        text = (BOM if place is None else "") + as_csv([*head, *rows])
    else:
        told: list[Any] = await conversations_by_id(tx, page)
        text = "".join(f"{msgspec.json.encode(one).decode()}\n" for one in told)
    return Part(text, len(page), await people_in(tx, page), str(page[-1]) if more else None)


async def _next_ids(tx: Transaction, caller: Caller, chosen: Chosen, after: UUID) -> list[UUID]:
    args: list[object] = []
    wanted = f"({' OR '.join(f'({one})' for one in conditions_of(chosen.filter or Filter(), caller, args))})"
    if chosen.ids is not None:
        args.append(chosen.ids)
        wanted += f" AND c.id = ANY (${len(args)}::uuid[])"
    args += [after, CHUNK + 1]
    ids: list[UUID] = await tx.values(
        f"SELECT c.id FROM conversation c WHERE {wanted} AND c.id > ${len(args) - 1} ORDER BY c.id LIMIT ${len(args)}",
        *args,
    )
    return ids
