"""Orders as CSV (a line for each) and JSON Lines (each with its products)."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from damso.commerce.money import digits_of
from damso.commerce.orders import Wanted, lines_of, list_orders
from damso.commerce.types import StoredLine, StoredOrder, Within
from damso.conversations.exports.part import CHUNK, Part, records_text
from damso.conversations.exports.types import Chosen, ExportFormat
from damso.conversations.reach import customer_reach
from damso.kernel.database import Transaction
from damso.team.access import Caller

COLUMNS = (
    "number",
    "state",
    "status",
    "placed_at",
    "changed_at",
    "customer_id",
    "currency",
    "total",
    "refunded",
    "shipping",
    "tax",
    "discount",
    "coupon",
    "shop",
    "trust",
    "products",
)


async def order_part(tx: Transaction, caller: Caller, chosen: Chosen, fmt: ExportFormat, place: str | None) -> Part:
    """The next orders of customers whom the caller may see, newest first."""
    page = await list_orders(tx, Wanted(q=chosen.q), cursor=place, limit=CHUNK, within=orders_of_reach(caller))
    lines = await lines_of(tx, [order.id for order in page.items])
    customers = await customers_of(tx, [order.identity_id for order in page.items])
    records = [_record(order, lines[order.id], customers.get(order.identity_id), fmt) for order in page.items]
    return Part(
        text=records_text(fmt, COLUMNS, records, first=place is None),
        count=len(records),
        customers=sorted(set(customers.values())),
        next_place=page.next,
    )


def orders_of_reach(caller: Caller) -> Within:
    """The condition on orders of customers whom the caller may see."""

    def within(args: list[object]) -> str:
        condition = customer_reach(caller, args, "u")
        whose = "SELECT FROM identity i JOIN customer u ON u.id = i.customer_id WHERE i.id = o.identity_id"
        return f"EXISTS ({whose} AND {condition})" if condition else ""

    return within


async def customers_of(tx: Transaction, identity_ids: Sequence[int]) -> dict[int, UUID]:
    """Whose each identity is by now."""
    rows = await tx.rows("SELECT id, customer_id FROM identity WHERE id = ANY ($1)", list(identity_ids))
    return {row["id"]: row["customer_id"] for row in rows}


def _record(
    order: StoredOrder, lines: Sequence[StoredLine], customer: UUID | None, fmt: ExportFormat
) -> dict[str, Any]:
    def money(minor: int | None) -> str | None:
        return None if minor is None else str(Decimal(minor).scaleb(-digits_of(order.currency)))

    record: dict[str, Any] = {column: getattr(order, column, None) for column in COLUMNS}
    record |= {column: money(getattr(order, column)) for column in ("total", "refunded", "shipping", "tax", "discount")}
    if fmt == "csv":
        products: Any = "; ".join(f"{line.quantity} × {line.name}" for line in lines)
    else:
        products = [
            {
                "sku": line.sku,
                "product_id": line.product_key,
                "name": line.name,
                "variant": line.variant,
                "price": money(line.price),
                "quantity": line.quantity,
                "refunded": line.refunded,
            }
            for line in lines
        ]
    return record | {"customer_id": customer, "products": products}
