"""How many of an order's products can still come back.

What was bought, less what shops told to be refunded, less what returns of ours hold. A shop's refund that names our
return (or that return the shop's number of the refund) is the same one, and counts once; where neither names the
other both count, so that never more comes back than was bought.
"""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from damso.kernel.database import Transaction

ITEM = """CASE WHEN sku <> '' THEN sku
    ELSE coalesce(nullif(product_key, ''), name) || chr(31) || variant END"""
"""What tells a product of an order from its others, as `Item.key` does."""

_LEFT = f"""
WITH line AS (
    SELECT *, {ITEM} AS item, quantity - refunded AS kept FROM order_line WHERE order_id = ANY ($1)
), taken AS (
    SELECT r.order_id, l.item, sum(l.quantity)::bigint AS held
    FROM return_case r JOIN return_line l ON l.return_id = r.id
    WHERE r.order_id = ANY ($1) AND r.state NOT IN ('refused', 'withdrawn') AND NOT EXISTS (
        SELECT FROM order_change c WHERE c.order_id = r.order_id AND c.name = 'refunded'
            AND c.said ->> 'refund_key' = ANY (ARRAY[r.id::text, nullif(r.reference, '')]))
    GROUP BY r.order_id, l.item
)
SELECT order_id, number, item, product_key, sku, variant, name, price,
    greatest(0, least(kept, sum(kept) OVER same - coalesce(held, 0)))::bigint AS open,
    greatest(0, sum(kept) OVER same - coalesce(held, 0))::bigint AS open_in_all
FROM line LEFT JOIN taken USING (order_id, item) WINDOW same AS (PARTITION BY order_id, item) ORDER BY order_id, number
"""


class OpenLine(Struct, frozen=True, kw_only=True):
    """A line of an order: how many of it can come back, and how many of its product over all of the order's lines."""

    order_id: UUID
    number: int
    item: str
    product_key: str
    sku: str
    variant: str
    name: str
    price: int
    open: int
    open_in_all: int


async def open_lines(tx: Transaction, order_id: UUID) -> list[OpenLine]:
    """The lines of an order. Whoever goes by it to write holds the order (`lock_order`)."""
    return (await open_lines_of(tx, [order_id]))[order_id]


async def open_lines_of(tx: Transaction, order_ids: Sequence[UUID]) -> dict[UUID, list[OpenLine]]:
    """The lines of several orders; every order is among them."""
    found: dict[UUID, list[OpenLine]] = {order_id: [] for order_id in order_ids}
    for line in await tx.all(OpenLine, _LEFT, list(order_ids)):
        found[line.order_id].append(line)
    return found


async def lock_order(tx: Transaction, order_id: UUID) -> None:
    """Until the end of the transaction nobody else asks for a return of this order, and none of its lines change: of
    two who want the last one the second sees the first's."""
    await tx.execute("SELECT FROM customer_order WHERE id = $1 FOR UPDATE", order_id)
