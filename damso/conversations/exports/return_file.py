"""Returns and exchanges as CSV (a line for each) and JSON Lines (each with its products and what happened to it)."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from damso.commerce.money import digits_of
from damso.commerce.returns.look_up import list_returns, returned_lines, steps_of
from damso.commerce.returns.types import ReturnedLine, ReturnStep, StoredReturn
from damso.conversations.exports.order_file import customers_of, orders_of_reach
from damso.conversations.exports.part import CHUNK, Part, records_text
from damso.conversations.exports.types import Chosen, ExportFormat
from damso.kernel.database import Transaction
from damso.team.access import Caller

COLUMNS = (
    "id",
    "order_number",
    "customer_id",
    "state",
    "wanted",
    "reason",
    "condition",
    "bought_at",
    "return_to",
    "place",
    "asked_at",
    "changed_at",
    "delivered_on",
    "until",
    "verdict",
    "why",
    "payer",
    "currency",
    "amount",
    "reference",
    "note",
    "products",
    "steps",
)


async def return_part(tx: Transaction, caller: Caller, chosen: Chosen, fmt: ExportFormat, place: str | None) -> Part:
    """The next returns of customers whom the caller may see, newest first."""
    page = await list_returns(tx, cursor=place, limit=CHUNK, within=orders_of_reach(caller))
    ids = [one.id for one in page.items]
    lines, steps = await returned_lines(tx, ids), await steps_of(tx, ids)
    customers = await customers_of(tx, [one.identity_id for one in page.items])
    records = [_record(one, lines[one.id], steps[one.id], customers.get(one.identity_id), fmt) for one in page.items]
    return Part(
        text=records_text(fmt, COLUMNS, records, first=place is None),
        count=len(records),
        customers=sorted(set(customers.values())),
        next_place=page.next,
    )


def _record(
    one: StoredReturn,
    lines: Sequence[ReturnedLine],
    steps: Sequence[ReturnStep],
    customer: UUID | None,
    fmt: ExportFormat,
) -> dict[str, Any]:
    def money(minor: int | None) -> str | None:
        return None if minor is None else str(Decimal(minor).scaleb(-digits_of(one.currency)))

    record: dict[str, Any] = {column: getattr(one, column, None) for column in COLUMNS}
    products: Any = [
        {
            "sku": line.sku,
            "variant": line.variant,
            "name": line.name,
            "price": money(line.price),
            "quantity": line.quantity,
            "exchange_sku": line.exchange_sku,
        }
        for line in lines
    ]
    told: Any = [{"state": step.state, "at": step.at, "by": step.actor_name, "note": step.note} for step in steps]
    if fmt == "csv":
        products = tuple(f"{line.quantity} × {line.name}" for line in lines)
        told = tuple(f"{step.state} {step.at.isoformat(timespec='seconds')}" for step in steps)
    return record | {"customer_id": customer, "amount": money(one.amount), "products": products, "steps": told}
