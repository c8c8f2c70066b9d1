"""What is held of a person's returns, as it is told to that person."""

from typing import ClassVar

from damso.commerce.returns.look_up import returned_lines, returns_of, steps_of
from damso.commerce.returns.types import ReturnedLine, ReturnStep, StoredReturn
from damso.conversations.order_holding import plain
from damso.customers.subject_access.holding import Column, Section, Subject
from damso.kernel.database import Transaction
from damso.kernel.i18n import Text


class ReturnHolding:
    name: ClassVar[str] = "returns"

    async def told(self, tx: Transaction, subject: Subject) -> Section:
        found = await returns_of(tx, subject.identity_ids)
        ids = [one.id for one in found]
        lines, steps = await returned_lines(tx, ids), await steps_of(tx, ids if subject.notes else [])
        return Section(
            name=self.name,
            title=Text("반품과 교환", "Returns and exchanges"),
            why=Text("반품과 교환을 처리하기 위해 써요.", "To handle what you return or exchange."),
            kept=Text("고객 정보가 있는 동안 보관해요.", "As long as we have you as a customer."),
            columns=(
                Column("order", Text("주문 번호", "Order")),
                Column("products", Text("상품", "Products")),
                Column("wanted", Text("요청", "Wanted")),
                Column("reason", Text("사유", "Reason")),
                Column("note", Text("메모", "Note")),
                Column("place", Text("반품 매장", "Returned to")),
                Column("state", Text("상태", "State")),
                Column("amount", Text("환불 금액", "Refunded")),
                Column("reference", Text("환불 번호", "Refund's number")),
                Column("remarks", Text("처리 메모", "Remarks")),
                Column("asked_at", Text("시각 (UTC)", "Time (UTC)")),
            ),
            rows=[_row(one, lines[one.id], steps.get(one.id, [])) for one in found],
        )


def _row(one: StoredReturn, lines: list[ReturnedLine], steps: list[ReturnStep]) -> dict[str, object]:
    return {
        "order": one.order_number,
        "products": ", ".join(f"{line.name} × {line.quantity}" for line in lines),
        "wanted": one.wanted,
        "reason": one.reason,
        "note": one.note,
        "place": one.place or "",
        "state": one.state,
        "amount": "" if one.amount is None else plain(one.amount, one.currency),
        "reference": one.reference,
        "remarks": " / ".join(step.note for step in steps if step.note),
        "asked_at": one.asked_at,
    }
