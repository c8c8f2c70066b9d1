"""Why a customer is in a segment, or is not: each leaf with what is true of it, and the events it goes by."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from damso.kernel.database import Transaction
from damso.segments.evaluate import evaluate
from damso.segments.leaves import canonical, leaf_key, leaves_of
from damso.segments.plan import formula_of, members, steps_of
from damso.segments.predicate import event_path
from damso.segments.rule import Leaf, Named, Rule

SHOWN = 5
"""Newest events told for one leaf."""


class Evidence(Struct, frozen=True, kw_only=True):
    """An event that a leaf goes by."""

    name: str
    at: datetime


class Reason(Struct, frozen=True, kw_only=True):
    """A leaf, whether it holds of the customer, when that changes by itself, and events that it asks about."""

    leaf: Leaf
    holds: bool
    next_change_at: datetime | None
    events: Sequence[Evidence]


class Why(Struct, frozen=True, kw_only=True):
    """Whether the rule is true by now, and of which leaves that is made."""

    holds: bool
    reasons: Sequence[Reason]


async def why(tx: Transaction, rule: Rule, rules: Mapping[UUID, Named], customer_id: UUID) -> Why:
    """Worked out afresh from the facts."""
    plain = canonical(rule, rules)
    leaves = dict(enumerate({leaf_key(leaf): leaf for leaf in leaves_of(plain)}.values()))
    number_of = {leaf_key(leaf): number for number, leaf in leaves.items()}
    states = await evaluate(tx, leaves, [(number, customer_id) for number in leaves])
    found = {state.leaf_id: state for state in states}
    true_of = {number: {customer_id} for number, state in found.items() if state.holds}
    events = await _events(tx, leaves, customer_id)
    return Why(
        holds=bool(members(formula_of(plain, number_of), {customer_id}, true_of)),
        reasons=[
            Reason(
                leaf=leaf,
                holds=number in true_of,
                next_change_at=found[number].next_change_at if number in found else None,
                events=events.get(number, ()),
            )
            for number, leaf in leaves.items()
        ],
    )


_EVENTS = """
SELECT leaf_id, name, at FROM (
    SELECT s.leaf_id, e.name, least(e.occurred_at, e.recorded_at) AS at, row_number() OVER (
        PARTITION BY s.leaf_id ORDER BY least(e.occurred_at, e.recorded_at) DESC, e.id DESC) AS place
    FROM jsonb_to_recordset($1) AS s(leaf_id bigint, stream text, name text, path jsonpath)
    JOIN identity i ON i.customer_id = $2
    JOIN {stream}_event e ON e.identity_id = i.id AND e.name = s.name
        AND (s.path IS NULL OR jsonb_path_match(e.properties, s.path, '{{}}', true))
    WHERE s.stream = '{stream}'
) newest WHERE place <= $3 ORDER BY leaf_id, place
"""


async def _events(tx: Transaction, leaves: Mapping[int, Leaf], customer_id: UUID) -> dict[int, list[Evidence]]:
    asked = [
        {"leaf_id": number, "stream": step.stream, "name": step.name, "path": event_path(step.where)}
        for number, leaf in leaves.items()
        for step in steps_of(leaf)
    ]
    found: dict[int, list[Evidence]] = {}
    for stream in sorted({str(one["stream"]) for one in asked}):
        for row in await tx.rows(_EVENTS.format(stream=stream), asked, customer_id, SHOWN):
            found.setdefault(row["leaf_id"], []).append(Evidence(name=row["name"], at=row["at"]))
    return found
