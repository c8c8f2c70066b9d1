"""What is kept of a person in segments, as it is told to that person: where the last reckoning of buyers put them."""

from typing import Any, ClassVar

from damso.customers.subject_access.holding import Column, Section, Subject
from damso.kernel.database import Transaction
from damso.kernel.i18n import Text
from damso.segments.rfm_groups import GROUP_NAMES


class RfmHolding:
    name: ClassVar[str] = "buyer_scores"

    async def told(self, tx: Transaction, subject: Subject) -> Section:
        rows = await tx.rows(
            """SELECT grouped, recency, frequency, monetary, orders, last_at FROM rfm_score
            WHERE customer_id = ANY ($1) ORDER BY customer_id""",
            list(subject.customer_ids),
        )
        return Section(
            name=self.name,
            title=Text("구매 성향 점수", "Scores of buying"),
            why=Text(
                "얼마나 최근에, 자주, 많이 구매하셨는지에 맞춰 안내하기 위해 써요.",
                "To fit what we send to how you buy.",
            ),
            kept=Text(
                "하루에 한 번 다시 계산하고, 1년 동안 구매가 없으면 지워요.",
                "Made anew every day; gone a year after you last bought.",
            ),
            columns=(
                Column("group", Text("그룹", "Group")),
                Column("recency", Text("최근성 (1~5)", "Recency (1 to 5)")),
                Column("frequency", Text("구매 빈도 (1~5)", "Frequency (1 to 5)")),
                Column("monetary", Text("구매 금액 (1~5)", "Amount (1 to 5)")),
                Column("orders", Text("주문 수", "Orders")),
                Column("last_at", Text("마지막 구매 (UTC)", "Last bought (UTC)")),
            ),
            rows=[_row(row) for row in rows],
        )


def _row(row: Any) -> dict[str, object]:
    told = dict(row)
    name = GROUP_NAMES[told.pop("grouped")]
    return {"group": f"{name.ko} / {name.en}", **told}
