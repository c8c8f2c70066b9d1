"""A rule that is only being written: how many customers it would have, and some of them.

Asked of those who were seen last, up to a bound: of more, the share among those is told as an estimate. Nothing is
kept.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from damso.customers.search import Within
from damso.kernel.database import Transaction
from damso.segments.check import check_rule
from damso.segments.evaluate import evaluate
from damso.segments.leaves import canonical, leaf_key, leaves_of
from damso.segments.plan import formula_of, members
from damso.segments.rule import Rule

ASKED = 1000
"""Customers that a preview looks at."""
FEW = 10_000
"""So many customers at most are counted to tell how many there are; beyond it, PostgreSQL's own estimate is told."""
SHOWN = 8


class Preview(Struct, frozen=True, kw_only=True):
    """`exact` tells that everybody was asked; else `members` is an estimate from `asked` of `customers`."""

    members: int
    asked: int
    customers: int
    exact: bool
    sample: Sequence[UUID]


async def preview(tx: Transaction, rule: Rule, rules: Mapping[UUID, Rule], within: Within) -> Preview:
    """Raises `RuleInvalid`."""
    check_rule(rule)
    plain = canonical(rule, rules)
    args: list[object] = [ASKED]
    condition = within(args, "u")
    asked: list[UUID] = await tx.values(
        f"""SELECT u.id FROM customer u WHERE u.merged_into IS NULL
            AND EXISTS (SELECT FROM customer_search s WHERE s.customer_id = u.id)
            {f"AND {condition}" if condition else ""} ORDER BY u.last_seen_at DESC, u.id DESC LIMIT $1""",
        *args,
    )
    number_of = {key: number for number, key in enumerate({leaf_key(leaf): None for leaf in leaves_of(plain)})}
    leaves = {number_of[leaf_key(leaf)]: leaf for leaf in leaves_of(plain)}
    found = await evaluate(tx, leaves, [(number, customer) for number in leaves for customer in asked])
    true_of: dict[int, set[UUID]] = {number: set() for number in leaves}
    for state in found:
        if state.holds:
            true_of[state.leaf_id].add(state.customer_id)
    inside = members(formula_of(plain, number_of), set(asked), true_of)
    customers = len(asked) if len(asked) < ASKED else await _how_many(tx, within)
    exact = len(asked) == customers
    return Preview(
        members=len(inside) if exact else round(len(inside) * customers / len(asked)),
        asked=len(asked),
        customers=customers,
        exact=exact,
        sample=[customer for customer in asked if customer in inside][:SHOWN],
    )


async def _how_many(tx: Transaction, within: Within) -> int:
    args: list[object] = [FEW + 1]
    condition = within(args, "u")
    counted: int = await tx.value(
        f"""SELECT count(*) FROM (SELECT FROM customer u WHERE u.merged_into IS NULL
        {f"AND {condition}" if condition else ""} LIMIT $1) AS counted""",
        *args,
    )
    if counted <= FEW or condition:
        return counted
    estimated: int = await tx.value("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE relname = 'customer'")
    return max(counted, estimated)
