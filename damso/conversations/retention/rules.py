"""How long records are kept, by their class: what we propose after Korean law, and what the company made of it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, TypeAlias, get_args

from msgspec import Struct
from msgspec.structs import replace

from damso.kernel.database import Transaction
from damso.kernel.i18n import Text
from damso.kernel.retention import KeptClass

RecordClass = Literal["conversation", "complaint", "contract", "payment", "advertising"]
"""Of cases."""
RuledClass: TypeAlias = RecordClass | KeptClass
"""Whatever has a rule: cases by their class, and the records of other rooms."""
Action = Literal["erase", "delete"]
"""`erase` destroys the case with all said in it; `delete` the customer as well, once nothing else of them is here.
Either way the log keeps what happened, as ids and enums: statistics stay, and name nobody."""

CLASSES: tuple[RecordClass, ...] = get_args(RecordClass)
KEPT: tuple[KeptClass, ...] = get_args(KeptClass)
THREE_YEARS = 1_096
FIVE_YEARS = 1_827
SIX_MONTHS = 184
THREE_MONTHS = 92
ONE_YEAR = 366
ONE_MONTH = 30
"""In days, as long as such a time can be: with every leap day that may lie in it."""
LONGEST = 10 * 366


class Rule(Struct, frozen=True, kw_only=True):
    """What happens to cases of a class, `days` after they were resolved, or after what was said last; to records of
    other rooms, after their time began as that room says.

    `floor` is how many days the law wants them: fewer cannot be chosen, and cases are kept so long also where the
    customer asks for erasure, then encrypted and apart. 0 where no law says anything.
    """

    record_class: RuledClass
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


PROPOSED: Mapping[RuledClass, Rule] = {
    rule.record_class: rule
    for rule in (
        Rule(record_class="conversation", days=THREE_YEARS),
        Rule(record_class="complaint", days=THREE_YEARS, floor=THREE_YEARS),
        Rule(record_class="contract", days=FIVE_YEARS, floor=FIVE_YEARS),
        Rule(record_class="payment", days=FIVE_YEARS, floor=FIVE_YEARS),
        Rule(record_class="advertising", days=SIX_MONTHS, floor=SIX_MONTHS),
        Rule(record_class="behaviour", days=THREE_MONTHS, floor=THREE_MONTHS),
        Rule(record_class="order", days=FIVE_YEARS, floor=FIVE_YEARS),
        Rule(record_class="cart", days=THREE_MONTHS),
        Rule(record_class="consent", days=FIVE_YEARS),
        Rule(record_class="enrichment", days=ONE_YEAR),
        Rule(record_class="quarantine", days=ONE_MONTH, active=True),
    )
}
"""On from the beginning is only what nobody has taken: refused events, which wait for a person for a month."""
"""The periods are those of article 6 of the decree to the E-Commerce Act (labelling and advertising 6 months; contract
and withdrawal, payment and supply 5 years; complaints and disputes 3 years). A plain conversation has no period of its
own in law; nothing is destroyed before the company turns a rule on."""

BASIS: Mapping[RuledClass, Text] = {
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
    "behaviour": Text(
        "컴퓨터통신·인터넷의 로그기록과 접속지 추적자료: 3개월 (통신비밀보호법 시행령 제41조)",
        "Logs of visits and where they came from: 3 months (Protection of Communications Secrets Act decree art. 41)",
    ),
    "order": Text(
        "계약과 대금결제, 재화 등의 공급에 관한 기록: 5년 (전자상거래법 시행령 제6조)",
        "Contracts, payment and supply: 5 years (E-Commerce Act decree art. 6)",
    ),
    "cart": Text(
        "법으로 정한 기간이 없어요. 사지 않은 장바구니는 방문 기록과 같은 기간을 제안해요.",
        "No period in law. For carts that nobody bought we propose that of visits.",
    ),
    "consent": Text(
        "법으로 정한 기간이 없어요. 보낸 광고의 근거가 되므로 상사채권의 소멸시효인 5년을 제안해요(상법 제64조). "
        "지금 효력이 있는 동의와 철회는 파기하지 않아요.",
        "No period in law. They prove what was sent, so we propose the 5 years of commercial claims (Commercial Act "
        "art. 64). What still holds, a withdrawal too, never goes.",
    ),
    "enrichment": Text(
        "법으로 정한 기간이 없어요. 처리 목적이 끝나면 지체 없이 파기해야 해요(개인정보 보호법 제21조).",
        "No period in law: destroy when the purpose has ended (PIPA art. 21).",
    ),
    "quarantine": Text(
        "법으로 정한 기간이 없어요. 원인을 고치고 다시 처리할 시간이면 충분해요.",
        "No period in law: as long as it takes to mend the cause and take them again.",
    ),
}


async def rules(tx: Transaction) -> dict[RuledClass, Rule]:
    """The rule of every class."""
    rows = await tx.rows("SELECT record_class, days, action, active, explanation FROM retention_rule")
    changed = {row["record_class"]: dict(row) for row in rows}
    return {name: replace(rule, **changed.get(name, {})) for name, rule in PROPOSED.items()}
