"""What is held of a person's visits to shops, as it is told to that person."""

from typing import ClassVar

from damso.customers.subject_access.holding import Column, Section, Subject
from damso.kernel.database import Transaction
from damso.kernel.i18n import Text


class CounterHolding:
    name: ClassVar[str] = "shop_counter"

    async def told(self, tx: Transaction, subject: Subject) -> Section:
        rows = await tx.rows(
            """SELECT c.at, c.kind, l.name AS shop, c.known_by, c.number FROM counter_act c
            JOIN place l ON l.id = c.place_id WHERE c.identity_id = ANY ($1) ORDER BY c.at DESC, c.id""",
            list(subject.identity_ids),
        )
        return Section(
            name=self.name,
            title=Text("매장 이용", "Visits to shops"),
            why=Text(
                "매장에서 산 것과 돌려주신 것을 알기 위해 써요.", "To know what you bought and returned in shops."
            ),
            kept=Text("고객 정보가 있는 동안 보관해요.", "As long as we have you as a customer."),
            columns=(
                Column("at", Text("시각 (UTC)", "Time (UTC)")),
                Column("kind", Text("종류", "Kind")),
                Column("shop", Text("매장", "Shop")),
                Column("known_by", Text("확인 방법", "Known by")),
                Column("number", Text("영수증 번호", "Receipt")),
            ),
            rows=[dict(row) for row in rows],
        )
