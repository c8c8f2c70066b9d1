"""Returns as lists, the order's page and customers' timelines show them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from damso.commerce.orders import everything
from damso.commerce.returns.types import ReturnedLine, ReturnStep, StoredReturn
from damso.commerce.types import Within
from damso.kernel.database import Transaction
from damso.kernel.pagination import Page, decode_cursor, encode_cursor

PAGE = 50
OPEN = ("asked", "approved", "received")

_COLUMNS = """r.id, r.order_id, o.number AS order_number, o.currency, r.identity_id, r.conversation_id, r.wanted,
    r.reason, r.condition, r.bought_at, r.return_to, l.name AS place, r.delivered_on, r.note, r.verdict, r.why, r.payer,
    r.until, r.state, r.amount, r.reference, r.asked_at, r.changed_at"""
_FROM = "return_case r JOIN customer_order o ON o.id = r.order_id LEFT JOIN place l ON l.id = r.place_id"


async def list_returns(
    tx: Transaction,
    state: Literal["", "open", "asked", "approved", "received", "closed"] = "",
    *,
    cursor: str | None = None,
    limit: int = PAGE,
    within: Within = everything,
) -> Page[StoredReturn]:
    """A page of returns, the newest first; `open` are those that wait for something, `closed` the others."""
    args: list[object] = [limit + 1]
    conditions = [within(args)]
    if state in ("open", "closed"):
        # The words stand in the text, so that the index of the open ones is found.
        conditions.append(f"r.state {'' if state == 'open' else 'NOT '}IN ('asked', 'approved', 'received')")
    elif state:
        args.append(state)
        conditions.append(f"r.state = ${len(args)}")
    if cursor:
        args += decode_cursor(cursor, datetime, UUID)
        conditions.append(f"(r.asked_at, r.id) < (${len(args) - 1}, ${len(args)})")
    rows = await tx.all(
        StoredReturn,
        f"""SELECT {_COLUMNS} FROM {_FROM} WHERE {" AND ".join(filter(None, conditions)) or "true"}
        ORDER BY r.asked_at DESC, r.id DESC LIMIT $1""",
        *args,
    )
    shown = rows[:limit]
    more = encode_cursor(shown[-1].asked_at, shown[-1].id) if len(rows) > limit else None
    return Page(items=shown, next=more)


async def return_of(tx: Transaction, return_id: UUID, within: Within = everything) -> StoredReturn:
    """Raises `NotFound`, also where its order is out of reach."""
    args: list[object] = [return_id]
    conditions = " AND ".join(filter(None, ["r.id = $1", within(args)]))
    return await tx.one(StoredReturn, f"SELECT {_COLUMNS} FROM {_FROM} WHERE {conditions}", *args)


async def returns_of_order(tx: Transaction, order_id: UUID) -> list[StoredReturn]:
    """The newest first."""
    return await tx.all(
        StoredReturn,
        f"SELECT {_COLUMNS} FROM {_FROM} WHERE r.order_id = $1 ORDER BY r.asked_at DESC, r.id DESC",
        order_id,
    )


async def returns_of(tx: Transaction, identity_ids: Sequence[int]) -> list[StoredReturn]:
    """All that these identities' orders had, the newest first."""
    return await tx.all(
        StoredReturn,
        f"SELECT {_COLUMNS} FROM {_FROM} WHERE r.identity_id = ANY ($1) ORDER BY r.asked_at DESC, r.id DESC",
        list(identity_ids),
    )


async def returned_lines(tx: Transaction, return_ids: Collection[UUID]) -> dict[UUID, list[ReturnedLine]]:
    """What comes back with each; every return is among them."""
    rows = await tx.all(
        ReturnedLine,
        """SELECT l.return_id, l.sku, l.variant, coalesce(nullif(l.name, ''), own.name, l.sku) AS name, l.price,
            l.quantity, l.exchange_sku,
            CASE WHEN other.variant <> '' THEN other.name || ' (' || other.variant || ')' ELSE other.name END
                AS exchange_name
        FROM return_line l LEFT JOIN product own ON l.sku <> '' AND own.sku = l.sku
            LEFT JOIN product other ON l.exchange_sku <> '' AND other.sku = l.exchange_sku
        WHERE l.return_id = ANY ($1) ORDER BY l.return_id, l.number""",
        list(return_ids),
    )
    found: dict[UUID, list[ReturnedLine]] = {return_id: [] for return_id in return_ids}
    for row in rows:
        found[row.return_id].append(row)
    return found


async def steps_of(tx: Transaction, return_ids: Collection[UUID]) -> dict[UUID, list[ReturnStep]]:
    """What happened to each, the oldest first."""
    rows = await tx.all(
        ReturnStep,
        """SELECT s.return_id, s.state, s.at, s.actor_kind, coalesce(a.name, k.name) AS actor_name, s.note
        FROM return_step s LEFT JOIN agent a ON s.actor_kind = 'agent' AND a.id::text = s.actor_id
            LEFT JOIN api_key k ON s.actor_kind = 'key' AND k.id::text = s.actor_id
        WHERE s.return_id = ANY ($1) ORDER BY s.return_id, s.number""",
        list(return_ids),
    )
    found: dict[UUID, list[ReturnStep]] = {return_id: [] for return_id in return_ids}
    for row in rows:
        found[row.return_id].append(row)
    return found
