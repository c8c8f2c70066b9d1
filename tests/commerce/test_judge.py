"""What the policy and the law say of a return. No policy takes less than the law gives, whatever stands in it."""

from datetime import date, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from damso.commerce.returns.judge import Facts, judge
from damso.commerce.returns.policy import ReturnPolicy
from damso.commerce.returns.types import WHY, Condition, Reason, Verdict, Why

ARRIVED = date(2026, 11, 3)
"""A Tuesday; seven days later is a Tuesday, too."""


def facts(day: int = 0, **known: Any) -> Facts:
    """A wish that comes so many days after the goods."""
    usual: dict[str, Any] = {
        "today": ARRIVED + timedelta(days=day),
        "placed_on": ARRIVED - timedelta(days=2),
        "delivered_on": ARRIVED,
        "bought_at": "online",
        "state": "placed",
        "trust": "asserted",
        "wanted": "refund",
        "reason": "changed_mind",
        "condition": "unopened",
        "return_to": "post",
    }
    return Facts(**usual | known)


def said(policy: ReturnPolicy, asked: Facts) -> tuple[Verdict, Why]:
    judgement = judge(policy, asked)
    return judgement.verdict, judgement.why


@pytest.mark.parametrize(
    ("asked", "verdict", "why"),
    [
        (facts(0), "allowed", "IN_TIME"),
        (facts(7), "allowed", "IN_TIME"),
        (facts(8), "person", "PERIOD_JUST_OVER"),
        (facts(18), "refused", "PERIOD_OVER"),
        (facts(7, condition="opened"), "allowed", "IN_TIME"),
        (facts(1, condition="used"), "person", "CONDITION"),
        (facts(60, reason="faulty"), "person", "FAULT_TO_CHECK"),
        (facts(200, reason="faulty"), "person", "FAULT_LATE"),
        (facts(5, delivered_on=None), "allowed", "IN_TIME"),
        (facts(30, delivered_on=None), "person", "DELIVERY_UNKNOWN"),
        (facts(1, trust="claimed"), "person", "ORDER_UNVERIFIED"),
        (facts(1, proven=False), "person", "PERSON_UNPROVEN"),
        (facts(1, state="cancelled"), "refused", "ORDER_CANCELLED"),
        (facts(1, return_to="shop"), "allowed", "IN_TIME"),
        (facts(1, bought_at="shop", return_to="post"), "refused", "NOT_BY_POST"),
        (facts(30, bought_at="shop", return_to="shop", delivered_on=None), "refused", "PERIOD_OVER"),
    ],
)
def test_the_policy_that_a_company_begins_with(asked: Facts, verdict: Verdict, why: Why) -> None:
    assert said(ReturnPolicy(), asked) == (verdict, why)


def test_a_company_can_be_kinder_and_narrow_what_the_law_leaves_open() -> None:
    kind = ReturnPolicy(
        days=30, check_faults=False, payer="company", shop_days=0, exchanges=False, online_to_shop=False
    )

    assert said(kind, facts(30)) == ("allowed", "IN_TIME")
    assert said(kind, facts(30, reason="wrong_item")) == ("allowed", "FAULT_IN_TIME")
    assert said(kind, facts(1, wanted="exchange")) == ("refused", "NO_EXCHANGES")
    assert said(kind, facts(1, return_to="shop")) == ("refused", "NOT_AT_SHOPS")
    assert judge(kind, facts(1)).payer == "company"


def test_the_company_pays_for_the_way_back_of_its_own_faults() -> None:
    assert [judge(ReturnPolicy(), facts(1, reason=reason)).payer for reason in get_args(Reason)] == [
        "customer",
        *["company"] * (len(get_args(Reason)) - 1),
    ]


def test_a_period_that_ends_at_a_weekend_ends_on_monday() -> None:
    saturday = judge(ReturnPolicy(), facts(delivered_on=date(2026, 11, 7), placed_on=date(2026, 11, 1)))

    assert saturday.until == date(2026, 11, 16)


POLICIES = st.builds(
    ReturnPolicy,
    days=st.integers(0, 40),
    counted_from=st.sampled_from(["delivered", "placed"]),
    shop_days=st.integers(0, 40),
    fault_days=st.integers(0, 200),
    check_faults=st.booleans(),
    used=st.sampled_from(["person", "refused"]),
    payer=st.sampled_from(["customer", "company"]),
    online_to_shop=st.booleans(),
    shop_by_post=st.booleans(),
    exchanges=st.booleans(),
)


@given(
    POLICIES,
    st.integers(0, 100),
    st.integers(0, 30),
    st.booleans(),
    st.sampled_from(get_args(Reason)),
    st.sampled_from(["unopened", "opened"]),
)
def test_nothing_the_law_lets_is_refused(
    policy: ReturnPolicy, day: int, on_the_way: int, told: bool, reason: Reason, condition: Condition
) -> None:
    """Even a policy that nobody could store goes below seven days from arrival, or three months for faults."""
    asked = facts(
        day,
        placed_on=ARRIVED - timedelta(days=on_the_way),
        delivered_on=ARRIVED if told else None,
        reason=reason,
        condition=condition,
    )
    judgement = judge(policy, asked)

    if day <= 7 and reason == "changed_mind" and told:
        assert judgement.verdict == "allowed"
    if day <= 7 or (reason != "changed_mind" and day <= 92):
        assert judgement.verdict != "refused"
    assert reason == "changed_mind" or judgement.payer == "company"


def test_every_reason_has_its_words() -> None:
    assert set(WHY) == set(get_args(Why))
    in_time = judge(ReturnPolicy(), facts(0)).text
    assert (in_time.ko, in_time.en) == (
        "2026년 11월 10일까지 반품·교환할 수 있어요.",
        "It can come back until November 10, 2026.",
    )
