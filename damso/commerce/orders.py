"""Orders as lists and their page show them, as far as the caller may see."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from damso.commerce.types import OrderKind, OrderState, StoredLine, StoredOrder, Within
from damso.kernel.database import Transaction
from damso.kernel.pagination import Page, decode_cursor, encode_cursor

PAGE = 50
OF_ONE = 30
"""Newest orders of one customer."""

_COLUMNS = """o.id, o.kind, o.number, o.state, CASE o.claimed_by WHEN 0 THEN 'asserted' ELSE 'claimed' END AS trust,
    o.identity_id, o.brand_id, o.currency, o.total, o.refunded, o.shipping, o.tax, o.discount, o.coupon, o.shop,
    coalesce((SELECT l.name FROM place l WHERE l.key = o.place AND l.kind = 'shop'), '') AS place, o.status, o.problems,
    o.placed_at, o.delivered_at, o.changed_at"""
# What a browser claimed gives way to what the company's own systems said of the same order of the same person.
NOT_OUTDONE = """NOT (o.claimed_by <> 0 AND EXISTS (
    SELECT FROM customer_order own JOIN identity a ON a.id = own.identity_id JOIN identity b ON b.id = o.identity_id
    WHERE own.kind = o.kind AND own.number = o.number AND own.claimed_by = 0 AND a.customer_id = b.customer_id))"""


class Wanted(Struct, frozen=True, kw_only=True):
    """Which orders: `q` begins an order's number, or is part of a product's name or its SKU."""

    q: str = ""
    state: OrderState | Literal[""] = ""


class Placed(Struct, frozen=True):
    """Where a list of orders goes on."""

    at: datetime
    id: UUID


def everything(args: list[object]) -> str:
    """No limit."""
    return ""


async def list_orders(
    tx: Transaction, wanted: Wanted, *, cursor: str | None = None, limit: int = PAGE, within: Within = everything
) -> Page[StoredOrder]:
    """A page of orders, newest first."""
    args: list[object] = [limit + 1]
    conditions = ["o.kind = 'order'", NOT_OUTDONE, within(args)]
    if wanted.state:
        args.append(wanted.state)
        conditions.append(f"o.state = ${len(args)}")
    if q := wanted.q.strip():
        args.append(q)
        conditions.append(
            f"""(starts_with(lower(o.number), lower(${len(args)})) OR EXISTS (SELECT FROM order_line l
            WHERE l.order_id = o.id AND (position(lower(${len(args)}) IN lower(l.name)) > 0
                OR lower(l.sku) = lower(${len(args)}))))"""
        )
    if cursor:
        args += decode_cursor(cursor, datetime, UUID)
        conditions.append(f"(o.placed_at, o.id) < (${len(args) - 1}, ${len(args)})")
    rows = await tx.all(
        StoredOrder,
        f"""SELECT {_COLUMNS} FROM customer_order o WHERE {" AND ".join(filter(None, conditions))}
        ORDER BY o.placed_at DESC, o.id DESC LIMIT $1""",
        *args,
    )
    shown = rows[:limit]
    more = encode_cursor(shown[-1].placed_at, shown[-1].id) if len(rows) > limit else None
    return Page(items=shown, next=more)


async def orders_of(
    tx: Transaction, identity_ids: Sequence[int], kind: OrderKind, *, limit: int = OF_ONE, within: Within = everything
) -> list[StoredOrder]:
    """The newest orders of these identities, or their carts that something lies in."""
    args: list[object] = [list(identity_ids), kind, limit]
    conditions = ["o.identity_id = ANY ($1)", "o.kind = $2", NOT_OUTDONE, within(args)]
    if kind == "cart":
        conditions.append("o.state = 'cart' AND EXISTS (SELECT FROM order_line l WHERE l.order_id = o.id)")
    return await tx.all(
        StoredOrder,
        f"""SELECT {_COLUMNS} FROM customer_order o WHERE {" AND ".join(filter(None, conditions))}
        ORDER BY o.placed_at DESC, o.id DESC LIMIT $3""",
        *args,
    )


async def order(tx: Transaction, order_id: UUID, within: Within = everything) -> StoredOrder:
    """Raises `NotFound`, also where it is out of reach."""
    args: list[object] = [order_id]
    conditions = " AND ".join(filter(None, ["o.id = $1", within(args)]))
    return await tx.one(StoredOrder, f"SELECT {_COLUMNS} FROM customer_order o WHERE {conditions}", *args)


async def lines_of(tx: Transaction, order_ids: Sequence[UUID]) -> dict[UUID, list[StoredLine]]:
    """The lines of orders, with what the catalogue knows of their products; every order is among them."""
    rows = await tx.all(
        StoredLine,
        """SELECT l.order_id, l.number, p.id AS product_id, coalesce(p.image_url, '') <> '' AS pictured, l.product_key,
            l.sku, l.variant, coalesce(nullif(l.name, ''), p.name, l.sku) AS name, l.price, l.quantity, l.refunded,
            coalesce(nullif(p.url, ''), l.url) AS url
        FROM order_line l LEFT JOIN LATERAL (
            SELECT * FROM product WHERE l.sku <> '' AND sku = l.sku
            UNION ALL
            SELECT * FROM product WHERE l.sku = '' AND l.product_key <> '' AND product_key = l.product_key
                AND variant = l.variant
            LIMIT 1
        ) p ON true
        WHERE l.order_id = ANY ($1) ORDER BY l.order_id, l.number""",
        list(order_ids),
    )
    found: dict[UUID, list[StoredLine]] = {order_id: [] for order_id in order_ids}
    for row in rows:
        found[row.order_id].append(row)
    return found
