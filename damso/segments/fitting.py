"""Who of some customers fits a rule by now, worked out afresh from the facts; and the list of all who do, by pages."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from damso.customers.search import ListedCustomer, Within, list_customers
from damso.kernel.database import Transaction
from damso.kernel.pagination import decode_cursor, encode_cursor
from damso.segments.check import check_rule
from damso.segments.define import rules_of
from damso.segments.evaluate import evaluate
from damso.segments.leaves import canonical, leaf_key, leaves_of
from damso.segments.plan import formula_of, members
from damso.segments.rule import InSegment, Named, Rule
from damso.segments.rule_json import rule_of

PAGE = 50
FEW = 5_000
"""Members that are sorted for each page; of more, the list of all customers is walked and finds them soon enough."""
CHUNK = 500
"""Customers that are asked about at once."""
LOOKED = 2_000
"""Customers that one page looks at, at most: so it takes a fraction of a second also where hardly anybody fits."""
TOP = (datetime(9999, 1, 1, tzinfo=UTC), UUID(int=2**128 - 1))
"""A place before the first page."""


class Place(Struct, frozen=True):
    """Where a customer stands in the list: who was seen last comes first."""

    last_seen_at: datetime
    id: UUID


class Fitting(Struct, frozen=True, kw_only=True):
    """A page of those who fit. It may be shorter than its limit, even empty, though there are more: only `next` None is
    the end. `looked` is how many customers were looked at for it."""

    items: Sequence[UUID]
    next: str | None
    looked: int


async def fitting(tx: Transaction, plain: Rule, asked: Sequence[UUID]) -> set[UUID]:
    """Those of whom a canonical rule is true."""
    number_of = {key: number for number, key in enumerate({leaf_key(leaf): None for leaf in leaves_of(plain)})}
    leaves = {number_of[leaf_key(leaf)]: leaf for leaf in leaves_of(plain)}
    found = await evaluate(tx, leaves, [(number, customer) for number in leaves for customer in asked])
    true_of: dict[int, set[UUID]] = {number: set() for number in leaves}
    for state in found:
        if state.holds:
            true_of[state.leaf_id].add(state.customer_id)
    return members(formula_of(plain, number_of), set(asked), true_of)


async def fits(tx: Transaction, rule: Mapping[str, Any], asked: Sequence[UUID]) -> set[UUID]:
    """The same of a rule as it is written; its contribution to exports. Raises `RuleInvalid`."""
    asked_of = rule_of(rule)
    check_rule(asked_of)
    return await fitting(tx, canonical(asked_of, await rules_of(tx)), asked)


async def seen_last(tx: Transaction, within: Within, *, after: Sequence[object] = TOP, limit: int) -> Sequence[Place]:
    """Customers that lists show, in their order; a walk along one index."""
    args: list[object] = [*after, limit]
    condition = within(args, "u")
    return await tx.all(
        Place,
        f"""SELECT u.last_seen_at, u.id FROM customer u
        WHERE u.merged_into IS NULL AND (u.last_seen_at, u.id) < ($1, $2::uuid)
            AND EXISTS (SELECT FROM customer_search s WHERE s.customer_id = u.id)
            {f"AND {condition}" if condition else ""}
        ORDER BY u.last_seen_at DESC, u.id DESC LIMIT $3""",
        *args,
    )


async def customers_fitting(
    tx: Transaction,
    rule: Rule,
    named: Mapping[UUID, Named],
    within: Within,
    *,
    q: str = "",
    cursor: str | None = None,
    limit: int = PAGE,
) -> Fitting:
    """A page of the customers that fit a rule which nobody keeps, of those that `q` finds. Raises `RuleInvalid`."""
    check_rule(rule)
    if segment_id := await _kept_live(tx, rule):
        if not q:
            return await _members(tx, segment_id, within, cursor, limit)
        page = await list_customers(tx, q=q, cursor=cursor, limit=limit, within=_inside(segment_id, within))
        return Fitting(items=[one.id for one in page.items], next=page.next, looked=len(page.items))
    plain = canonical(rule, named)
    items: list[UUID] = []
    looked = 0
    for _ in range(LOOKED // CHUNK):
        places, cursor = await _stretch(tx, q, within, cursor)
        inside = await fitting(tx, plain, [place.id for place in places])
        for place in places:
            looked += 1
            if place.id in inside:
                items.append(place.id)
            if len(items) == limit:
                return Fitting(items=items, next=encode_cursor(place.last_seen_at, place.id), looked=looked)
        if cursor is None:
            break
    return Fitting(items=items, next=cursor, looked=looked)


async def _stretch(
    tx: Transaction, q: str, within: Within, cursor: str | None
) -> tuple[Sequence[Place | ListedCustomer], str | None]:
    """The next customers of the list, of those that `q` finds, and where it goes on."""
    if q:
        page = await list_customers(tx, q=q, cursor=cursor, limit=CHUNK, within=within)
        return page.items, page.next
    after: Sequence[object] = decode_cursor(cursor, datetime, UUID) if cursor else TOP
    places = await seen_last(tx, within, after=after, limit=CHUNK)
    return places, encode_cursor(places[-1].last_seen_at, places[-1].id) if len(places) == CHUNK else None


def _inside(segment_id: UUID, within: Within) -> Within:
    """Of those whom the caller may see, the members of a segment."""

    def condition(args: list[object], customer: str) -> str:
        seen = within(args, customer)
        args.append(segment_id)
        member = f"""EXISTS (SELECT FROM segment_member m WHERE m.segment_id = ${len(args)}
            AND m.customer_id = {customer}.id AND m.to_at IS NULL)"""
        return f"{seen} AND {member}" if seen else member

    return condition


async def _kept_live(tx: Transaction, rule: Rule) -> UUID | None:
    """The segment that a rule is, where it is known who is in."""
    if not isinstance(rule, InSegment):
        return None
    found: UUID | None = await tx.value("SELECT id FROM segment WHERE id = $1 AND state = 'live'", rule.segment_id)
    return found


_OF_FEW = """
SELECT u.last_seen_at, u.id FROM segment_member m JOIN customer u ON u.id = m.customer_id
WHERE m.segment_id = $1 AND m.to_at IS NULL AND (u.last_seen_at, u.id) < ($2, $3::uuid) {within}
ORDER BY u.last_seen_at DESC, u.id DESC LIMIT $4
"""
# The planner must walk the list in its order and ask of each by one index, not collect every member first, which EXISTS
# would let it.
_OF_MANY = """
SELECT u.last_seen_at, u.id FROM customer u
WHERE u.merged_into IS NULL AND (u.last_seen_at, u.id) < ($2, $3::uuid) {within}
    AND (SELECT true FROM segment_member m WHERE m.segment_id = $1 AND m.customer_id = u.id AND m.to_at IS NULL)
ORDER BY u.last_seen_at DESC, u.id DESC LIMIT $4
"""


async def _members(tx: Transaction, segment_id: UUID, within: Within, cursor: str | None, limit: int) -> Fitting:
    after: Sequence[object] = decode_cursor(cursor, datetime, UUID) if cursor else TOP
    few = await tx.value(
        """SELECT count(*) FROM (SELECT FROM segment_member WHERE segment_id = $1 AND to_at IS NULL LIMIT $2) AS m""",
        segment_id,
        FEW + 1,
    )
    args: list[object] = [segment_id, *after, limit + 1]
    condition = within(args, "u")
    sql = (_OF_FEW if few <= FEW else _OF_MANY).format(within=f"AND {condition}" if condition else "")
    places = await tx.all(Place, sql, *args)
    shown = places[:limit]
    more = encode_cursor(shown[-1].last_seen_at, shown[-1].id) if len(places) > limit else None
    return Fitting(items=[place.id for place in shown], next=more, looked=len(shown))
