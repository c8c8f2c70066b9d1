"""Storing what happened to orders, and telling each of them anew: set-wise, however many there are."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.commerce.fold import fold
from damso.commerce.types import Change, OrderKey, OrderKind, Said, Told
from damso.kernel.database import Transaction
from damso.kernel.ids import new_id

MOST_CHANGES = 500
"""Newest changes that an order or cart keeps; somebody's cart without a number would grow for ever."""


class Arrived(Struct, frozen=True, kw_only=True):
    """A change, and the order it belongs to."""

    key: OrderKey
    change: Change
    brand_id: UUID | None


# An identity that was erased has no more orders, whoever still sends some.
_FORGOTTEN = "SELECT id FROM identity WHERE id = ANY ($1) AND value = 'erased:' || id"

# The row's contents are what `refold` makes of its changes a statement later.
_ORDERS = """
INSERT INTO customer_order (id, kind, number, claimed_by, identity_id, brand_id, state, currency, total, refunded,
    coupon, shop, status, problems, placed_at, changed_at)
SELECT id, kind, number, claimed_by, identity_id, brand_id, 'placed', '', 0, 0, '', '', '', '{}', $2, $2
FROM jsonb_to_recordset($1) AS g(id uuid, kind text, number text, claimed_by bigint, identity_id bigint, brand_id uuid)
ON CONFLICT (kind, number, claimed_by) DO UPDATE SET brand_id = coalesce(customer_order.brand_id, excluded.brand_id)
RETURNING id, kind, number, claimed_by
"""

_CHANGES = """
INSERT INTO order_change (order_id, digest, name, occurred_at, identity_id, said)
SELECT order_id, digest, name, occurred_at, identity_id, said FROM jsonb_to_recordset($1)
    AS g(order_id uuid, digest text, name text, occurred_at timestamptz, identity_id bigint, said jsonb)
ON CONFLICT DO NOTHING
RETURNING order_id
"""

_OLD = """
DELETE FROM order_change c USING (
    SELECT order_id, digest, row_number() OVER (PARTITION BY order_id ORDER BY occurred_at DESC, digest DESC) AS n
    FROM order_change WHERE order_id = ANY ($1)
) old WHERE old.n > $2 AND c.order_id = old.order_id AND c.digest = old.digest
"""


async def keep(tx: Transaction, arrived: Sequence[Arrived]) -> None:
    """Store changes that had not come before, and tell the orders anew that they changed."""
    people = {one.change.identity_id for one in arrived}
    forgotten = set(await tx.values(_FORGOTTEN, sorted(people))) if people else set()
    taken = [one for one in arrived if one.change.identity_id not in forgotten]
    if not taken:
        return
    ids = await _ids(tx, taken)
    changed = set(await tx.values(_CHANGES, [_row(ids[one.key], one.change) for one in taken]))
    await refold(tx, changed)


async def _ids(tx: Transaction, arrived: Sequence[Arrived]) -> dict[OrderKey, UUID]:
    """The orders that these changes belong to, made where there was none."""
    first: dict[OrderKey, Arrived] = {}
    for one in arrived:
        first.setdefault(one.key, one)
    rows = [
        msgspec.structs.asdict(key)
        | {"id": new_id(), "identity_id": first[key].change.identity_id, "brand_id": first[key].brand_id}
        for key in sorted(first)
    ]
    stored = await tx.rows(_ORDERS, rows, tx.now)
    return {OrderKey(row["kind"], row["number"], row["claimed_by"]): row["id"] for row in stored}


def _row(order_id: UUID, change: Change) -> dict[str, Any]:
    return msgspec.structs.asdict(change) | {"order_id": order_id}


async def refold(tx: Transaction, order_ids: Collection[UUID]) -> None:
    """Tell orders anew from what happened to them. One to which nothing happened any more goes."""
    ids = sorted(order_ids)
    if not ids:
        return
    await tx.execute(_OLD, ids, MOST_CHANGES)
    told = await _told(tx, ids)
    await tx.execute("DELETE FROM customer_order WHERE id = ANY ($1) AND id <> ALL ($2)", ids, list(told))
    await tx.execute(_WRITE, [_columns(order_id, one) for order_id, one in told.items()])
    await tx.execute(_RETURNS, ids)
    await tx.execute("DELETE FROM order_line WHERE order_id = ANY ($1)", ids)
    await tx.execute(_LINES, [line for order_id, one in told.items() for line in _lines(order_id, one)])


async def _told(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, Told]:
    rows = await tx.rows(
        """SELECT c.*, o.kind FROM order_change c JOIN customer_order o ON o.id = c.order_id
        WHERE c.order_id = ANY ($1) ORDER BY c.order_id""",
        ids,
    )
    changes: dict[tuple[UUID, OrderKind], list[Change]] = defaultdict(list)
    for row in rows:
        changes[row["order_id"], row["kind"]].append(
            Change(
                name=row["name"],
                occurred_at=row["occurred_at"],
                digest=row["digest"],
                identity_id=row["identity_id"],
                said=msgspec.convert(row["said"], Said),
            )
        )
    return {order_id: fold(kind, found) for (order_id, kind), found in changes.items()}


_WRITE = """
UPDATE customer_order o SET identity_id = g.identity_id, state = g.state, currency = g.currency, total = g.total,
    refunded = g.refunded, shipping = g.shipping, tax = g.tax, discount = g.discount, coupon = g.coupon, shop = g.shop,
    place = g.place, status = g.status, problems = g.problems, placed_at = g.placed_at, delivered_at = g.delivered_at,
    changed_at = g.changed_at
FROM jsonb_to_recordset($1) AS g(id uuid, identity_id bigint, state text, currency text, total bigint, refunded bigint,
    shipping bigint, tax bigint, discount bigint, coupon text, shop text, place text, status text,
    problems text[], placed_at timestamptz, delivered_at timestamptz, changed_at timestamptz)
WHERE o.id = g.id
"""

# A return is of whoever its order is: an event that comes late may tell that it is somebody else's.
_RETURNS = """
UPDATE return_case r SET identity_id = o.identity_id FROM customer_order o
WHERE o.id = r.order_id AND o.id = ANY ($1) AND r.identity_id <> o.identity_id
"""

_LINES = """
INSERT INTO order_line (order_id, number, product_key, sku, variant, name, price, quantity, refunded, url)
SELECT order_id, number, product_key, sku, variant, name, price, quantity, refunded, url
FROM jsonb_to_recordset($1) AS g(order_id uuid, number smallint, product_key text, sku text, variant text, name text,
    price bigint, quantity bigint, refunded bigint, url text)
"""


def _columns(order_id: UUID, told: Told) -> dict[str, Any]:
    return {
        "id": order_id,
        "identity_id": told.identity_id,
        "state": told.state,
        "currency": told.total.currency,
        "total": told.total.minor,
        "refunded": told.refunded.minor,
        "shipping": told.shipping and told.shipping.minor,
        "tax": told.tax and told.tax.minor,
        "discount": told.discount and told.discount.minor,
        "coupon": told.coupon,
        "shop": told.shop,
        "place": told.place,
        "status": told.status,
        "problems": list(told.problems),
        "placed_at": told.placed_at,
        "delivered_at": told.delivered_at,
        "changed_at": told.changed_at,
    }


def _lines(order_id: UUID, told: Told) -> list[dict[str, Any]]:
    return [
        {
            "order_id": order_id,
            "number": number,
            "product_key": line.item.product_key,
            "sku": line.item.sku,
            "variant": line.item.variant,
            "name": line.item.name,
            "price": line.price.minor,
            "quantity": line.quantity,
            "refunded": line.refunded,
            "url": line.item.url,
        }
        for number, line in enumerate(told.lines)
    ]
