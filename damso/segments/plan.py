"""What is to be kept live: the leaves in use, by what touches them, and the segments made of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeAlias
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.kernel.database import Transaction
from damso.segments.leaves import leaf_key
from damso.segments.rule import (
    All,
    Anniversary,
    Any,
    EventStream,
    HasConsent,
    HasConversation,
    HasIdentity,
    HasTrait,
    InRfm,
    Leaf,
    Measured,
    Not,
    NotFollowed,
    Rule,
    Step,
)
from damso.segments.rule import Sequence as StepSequence

Formula: TypeAlias = "int | list[str | Formula]"
"""A canonical rule over numbers of leaves, as it is stored: `["and", 3, ["not", 7]]`."""

LOCK = 0x0DA50036
"""Advisory lock of whoever changes what is known of leaves and members: two at once would each miss the other's."""


class PlannedSegment(Struct, frozen=True, kw_only=True, eq=False):
    """A segment that is kept live. Known by itself, so that it can be a key."""

    id: UUID
    formula: Formula
    leaf_ids: frozenset[int]


class Plan(Struct, frozen=True, kw_only=True):
    """All that is kept live, and what touches which leaf."""

    leaves: Mapping[int, Leaf]
    building: frozenset[int]
    segments: Sequence[PlannedSegment]
    by_event: Mapping[tuple[str, str], frozenset[int]]
    by_trait: Mapping[str, frozenset[int]]
    of_identities: frozenset[int]
    of_conversations: frozenset[int]
    of_consents: frozenset[int]
    of_rfm: frozenset[int]


async def lock_segments(tx: Transaction) -> None:
    """One at a time, until the transaction ends."""
    await tx.execute("SELECT pg_advisory_xact_lock($1)", LOCK)


async def load_plan(tx: Transaction) -> Plan:
    """As it stands now. Two statements."""
    leaves = {
        row["id"]: (msgspec.convert(row["rule"], Rule), row["building"])
        for row in await tx.rows("SELECT id, rule, building FROM segment_leaf")
    }
    segments = await tx.rows("SELECT id, formula FROM segment WHERE formula IS NOT NULL ORDER BY id")
    return _plan(
        {number: leaf for number, (leaf, _) in leaves.items()},
        frozenset(number for number, (_, building) in leaves.items() if building),
        [
            PlannedSegment(id=row["id"], formula=row["formula"], leaf_ids=frozenset(numbers(row["formula"])))
            for row in segments
        ],
    )


def formula_of(rule: Rule, number_of: Mapping[str, int]) -> Formula:
    """A canonical rule over the numbers of its leaves, which are found by their keys."""
    match rule:
        case All(rules=rules):
            return ["and", *(formula_of(child, number_of) for child in rules)]
        case Any(rules=rules):
            return ["or", *(formula_of(child, number_of) for child in rules)]
        case Not(rule=child):
            return ["not", formula_of(child, number_of)]
        case _:
            return number_of[leaf_key(rule)]


def numbers(formula: Formula) -> set[int]:
    """The leaves of a formula."""
    if isinstance(formula, int):
        return {formula}
    return {number for part in formula[1:] if not isinstance(part, str) for number in numbers(part)}


def members(formula: Formula, everybody: set[UUID], true_of: Mapping[int, set[UUID]]) -> set[UUID]:
    """Of these customers, those of whom the formula is true."""
    if isinstance(formula, int):
        return true_of.get(formula, set()) & everybody
    parts = [members(part, everybody, true_of) for part in formula[1:] if not isinstance(part, str)]
    match formula[0]:
        case "and":
            return everybody.intersection(*parts)
        case "or":
            return set[UUID]().union(*parts)
        case _:
            return everybody - parts[0]


def steps_of(leaf: Leaf) -> list[Step]:
    """The events that a leaf asks about."""
    if isinstance(leaf, StepSequence):
        return [step for step in (leaf.first, leaf.next, leaf.without) if step]
    if isinstance(leaf, NotFollowed):
        return [leaf.first, leaf.next]
    if isinstance(leaf, Measured):
        return [leaf.of.event]
    return [] if isinstance(leaf, _WITHOUT_EVENTS) else [leaf.event]


_WITHOUT_EVENTS = HasTrait | HasIdentity | HasConversation | Anniversary | HasConsent | InRfm


def _plan(leaves: Mapping[int, Leaf], building: frozenset[int], segments: Sequence[PlannedSegment]) -> Plan:
    by_event: defaultdict[tuple[EventStream, str], set[int]] = defaultdict(set)
    by_trait: defaultdict[str, set[int]] = defaultdict(set)
    for number, leaf in leaves.items():
        for step in steps_of(leaf):
            by_event[step.stream, step.name].add(number)
        if isinstance(leaf, HasTrait | Anniversary):
            by_trait[leaf.key].add(number)
    return Plan(
        leaves=leaves,
        building=building,
        segments=segments,
        by_event={key: frozenset(found) for key, found in by_event.items()},
        by_trait={key: frozenset(found) for key, found in by_trait.items()},
        of_identities=_of_kind(leaves, HasIdentity),
        of_conversations=_of_kind(leaves, HasConversation),
        of_consents=_of_kind(leaves, HasConsent),
        of_rfm=_of_kind(leaves, InRfm),
    )


def _of_kind(leaves: Mapping[int, Leaf], kind: type[Leaf]) -> frozenset[int]:
    return frozenset(number for number, leaf in leaves.items() if isinstance(leaf, kind))
