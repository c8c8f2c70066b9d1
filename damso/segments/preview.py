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
from damso.segments.fitting import fitting, seen_last
from damso.segments.leaves import canonical
from damso.segments.rule import Named, Rule

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


async def preview(tx: Transaction, rule: Rule, rules: Mapping[UUID, Named], within: Within) -> Preview:
    """Raises `RuleInvalid`."""
    check_rule(rule)
    plain = canonical(rule, rules)
    asked = [place.id for place in await seen_last(tx, within, limit=ASKED)]
    inside = await fitting(tx, plain, asked)
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
