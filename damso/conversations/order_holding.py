"""What is held of a person's orders, as it is told to that person."""

from typing import ClassVar

from damso.commerce.money import digits_of
from damso.commerce.orders import lines_of, orders_of
from damso.commerce.types import StoredLine, StoredOrder
from damso.customers.subject_access.holding import Column, Section, Subject
from damso.kernel.database import Transaction
from damso.kernel.i18n import Text

MOST = 10_000
"""Orders that an answer tells of."""


class OrderHolding:
    name: ClassVar[str] = "orders"

    async def told(self, tx: Transaction, subject: Subject) -> Section:
        found = [
            *await orders_of(tx, subject.identity_ids, "order", limit=MOST),
            *await orders_of(tx, subject.identity_ids, "cart", limit=MOST),
        ]
        lines = await lines_of(tx, [one.id for one in found])
        return Section(
            name=self.name,
            title=Text("주문과 장바구니", "Orders and carts"),
            why=Text("주문에 대한 문의에 답하기 위해 써요.", "To answer what you ask about your orders."),
            kept=Text("고객 정보가 있는 동안 보관해요.", "As long as we have you as a customer."),
            columns=(
                Column("kind", Text("종류", "Kind")),
                Column("number", Text("번호", "Number")),
                Column("state", Text("상태", "State")),
                Column("shop", Text("판매처", "Shop")),
                Column("products", Text("상품", "Products")),
                Column("total", Text("금액", "Amount")),
                Column("refunded", Text("환불", "Refunded")),
                Column("coupon", Text("쿠폰", "Coupon")),
                Column("placed_at", Text("시각 (UTC)", "Time (UTC)")),
            ),
            rows=[_row(one, lines[one.id]) for one in found],
        )


def _row(order: StoredOrder, lines: list[StoredLine]) -> dict[str, object]:
    return {
        "kind": order.kind,
        "number": order.number,
        "state": order.state,
        "shop": order.shop,
        "products": ", ".join(f"{line.name} × {line.quantity}" for line in lines),
        "total": plain(order.total, order.currency),
        "refunded": plain(order.refunded, order.currency),
        "coupon": order.coupon,
        "placed_at": order.placed_at,
    }


def plain(minor: int, currency: str) -> str:
    """An amount for a file: `18.99 USD`."""
    digits = digits_of(currency)
    whole, part = divmod(minor, 10**digits)
    return f"{whole}.{part:0{digits}} {currency}" if digits else f"{whole} {currency}"
