"""How long records are kept, by their class: what we propose after Korean law, and what the company made of it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

from damso.kernel.database import Transaction
from damso.kernel.i18n import Text

RecordClass = Literal["conversation", "complaint", "contract", "payment", "advertising"]
Action = Literal["erase", "delete"]
"""`erase` destroys the case with all said in it; `delete` the customer as well, once nothing else of them is here.
Either way the log keeps what happened, as ids and enums: statistics stay, and name nobody."""

CLASSES: tuple[RecordClass, ...] = get_args(RecordClass)
THREE_YEARS = 1_096
FIVE_YEARS = 1_827
SIX_MONTHS = 184
"""In days, as long as such a time can be: with every leap day that may lie in it."""
LONGEST = 10 * 366


class Rule(Struct, frozen=True, kw_only=True):
    """What happens to cases of a class, `days` after they were resolved, or after what was said last.

    `floor` is how many days the law wants them: fewer cannot be chosen, and they are kept so long also where the
    customer asks for erasure, then encrypted and apart. 0 where no law says anything.
    """

    record_class: RecordClass
    days: int
    action: Action = "erase"
    active: bool = False
    floor: int = 0
    explanation: str = ""

    @property
    def kept_for(self) -> timedelta:
        return timedelta(days=self.days)

    @property
    def by_law(self) -> bool:
        return self.floor > 0

    def destroys_more_than(self, other: "Rule") -> bool:
        return self.days < other.days or (self.action == "delete" and other.action == "erase")


PROPOSED: Mapping[RecordClass, Rule] = {
    rule.record_class: rule
    for rule in (
        Rule(record_class="conversation", days=THREE_YEARS),
        Rule(record_class="complaint", days=THREE_YEARS, floor=THREE_YEARS),
        Rule(record_class="contract", days=FIVE_YEARS, floor=FIVE_YEARS),
        Rule(record_class="payment", days=FIVE_YEARS, floor=FIVE_YEARS),
        Rule(record_class="advertising", days=SIX_MONTHS, floor=SIX_MONTHS),
    )
}
"""The periods are those of article 6 of the decree to the E-Commerce Act (labelling and advertising 6 months; contract
and withdrawal, payment and supply 5 years; complaints and disputes 3 years). A plain conversation has no period of its
own in law; nothing is destroyed before the company turns a rule on."""

BASIS: Mapping[RecordClass, Text] = {
    "conversation": Text(
        "법으로 정한 기간이 없어요. 처리 목적이 끝나면 지체 없이 파기해야 해요(개인정보 보호법 제21조).",
        "No period in law: destroy when the purpose has ended (PIPA art. 21).",
    ),
    "complaint": Text(
        "소비자의 불만 또는 분쟁처리에 관한 기록: 3년 (전자상거래법 시행령 제6조)",
        "Complaints and disputes: 3 years (E-Commerce Act decree art. 6)",
    ),
    "contract": Text(
        "계약 또는 청약철회 등에 관한 기록: 5년 (전자상거래법 시행령 제6조)",
        "Contracts and withdrawals: 5 years (E-Commerce Act decree art. 6)",
    ),
    "payment": Text(
        "대금결제 및 재화 등의 공급에 관한 기록: 5년 (전자상거래법 시행령 제6조)",
        "Payment and supply: 5 years (E-Commerce Act decree art. 6)",
    ),
    "advertising": Text(
        "표시·광고에 관한 기록: 6개월 (전자상거래법 시행령 제6조)",
        "Labelling and advertising: 6 months (E-Commerce Act decree art. 6)",
    ),
}


async def rules(tx: Transaction) -> dict[RecordClass, Rule]:
    """The rule of every class."""
    rows = await tx.rows("SELECT record_class, days, action, active, explanation FROM retention_rule")
    changed = {row["record_class"]: dict(row) for row in rows}
    return {name: replace(rule, **changed.get(name, {})) for name, rule in PROPOSED.items()}
