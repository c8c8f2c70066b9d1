"""What a policy and the law say of a return: a pure function of both and of what is known.

Periods count whole days of the company's calendar without the first (Civil Act art. 157); one that would end at a
weekend ends on the Monday after it (art. 161). Public holidays move an end as well. Damso does not know them all: for
as long as a chain of them can be, a person looks, and no machine refuses what the law would let.
"""

from datetime import date, timedelta

from msgspec import Struct

from damso.commerce.returns.policy import LAW_DAYS, LAW_FAULT_DAYS, ReturnPolicy
from damso.commerce.returns.types import BoughtAt, Condition, Judgement, Reason, Verdict, Wanted, Way, Why
from damso.commerce.types import OrderState, Trust

HOLIDAYS = timedelta(days=10)
"""The longest chain of holidays and weekends that an end of a period can fall into."""


class Facts(Struct, frozen=True, kw_only=True):
    """What is known of a return. Days are those of the company's calendar."""

    today: date
    placed_on: date
    delivered_on: date | None
    bought_at: BoughtAt
    state: OrderState
    trust: Trust
    wanted: Wanted
    reason: Reason
    condition: Condition
    return_to: Way
    proven: bool = True
    """Whoever asks is known to be the customer, or an agent asks for them."""

    @property
    def own_wish(self) -> bool:
        return self.reason == "changed_mind"

    @property
    def arrived_on(self) -> date | None:
        """What a shop sells is taken along at once."""
        return self.delivered_on or (self.placed_on if self.bought_at == "shop" else None)


def judge(policy: ReturnPolicy, facts: Facts) -> Judgement:
    """What is to be said of it."""
    return _not_offered(policy, facts) or _to_be_checked(policy, facts) or _by_time(policy, facts)


def _says(policy: ReturnPolicy, facts: Facts, verdict: Verdict, why: Why, until: date | None = None) -> Judgement:
    payer = policy.payer if facts.own_wish else "company"
    return Judgement(verdict=verdict, why=why, payer=payer, until=until)


def _not_offered(policy: ReturnPolicy, facts: Facts) -> Judgement | None:
    if facts.state == "cancelled":
        return _says(policy, facts, "refused", "ORDER_CANCELLED")
    if facts.wanted == "exchange" and not policy.exchanges:
        return _says(policy, facts, "refused", "NO_EXCHANGES")
    if facts.bought_at == "online" and facts.return_to == "shop" and not policy.online_to_shop:
        return _says(policy, facts, "refused", "NOT_AT_SHOPS")
    if facts.bought_at == "shop" and facts.return_to == "post" and not policy.shop_by_post:
        return _says(policy, facts, "refused", "NOT_BY_POST")
    return None


def _to_be_checked(policy: ReturnPolicy, facts: Facts) -> Judgement | None:
    if facts.trust == "claimed":
        return _says(policy, facts, "person", "ORDER_UNVERIFIED")
    if not facts.proven:
        return _says(policy, facts, "person", "PERSON_UNPROVEN")
    # Opening a box to look at what is in it is no use of it (art. 17(2) no. 1): opened goods are as unopened ones.
    if facts.own_wish and facts.condition in ("used", "damaged"):
        return _says(policy, facts, policy.used, "CONDITION")
    return None


def _by_time(policy: ReturnPolicy, facts: Facts) -> Judgement:
    until = _ends(policy, facts, facts.arrived_on or facts.placed_on)
    in_time = facts.today <= until
    if in_time and facts.own_wish:
        return _says(policy, facts, "allowed", "IN_TIME", until)
    if in_time:
        verdict: Verdict = "person" if policy.check_faults else "allowed"
        return _says(policy, facts, verdict, "FAULT_TO_CHECK" if policy.check_faults else "FAULT_IN_TIME", until)
    if facts.arrived_on is None:
        return _says(policy, facts, "person", "DELIVERY_UNKNOWN")
    if not facts.own_wish:
        return _says(policy, facts, "person", "FAULT_LATE", until)
    if facts.bought_at == "online" and facts.today <= until + HOLIDAYS:
        return _says(policy, facts, "person", "PERIOD_JUST_OVER", until)
    return _says(policy, facts, "refused", "PERIOD_OVER", until)


def _ends(policy: ReturnPolicy, facts: Facts, arrived_on: date) -> date:
    """The last day. The law's own is reckoned beside the policy's, and the later one counts."""
    if not facts.own_wish:
        return _working(arrived_on + timedelta(days=max(policy.fault_days, LAW_FAULT_DAYS)))
    if facts.bought_at == "shop":
        return _working(arrived_on + timedelta(days=policy.shop_days))
    counted = facts.placed_on if policy.counted_from == "placed" else arrived_on
    return _working(max(counted + timedelta(days=policy.days), arrived_on + timedelta(days=LAW_DAYS)))


def _working(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= 5 else day
