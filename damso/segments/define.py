"""Making, changing and removing segments. What changed is built in the background, see `damso.segments.build`."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.kernel import log
from damso.kernel.database import Transaction
from damso.kernel.errors import Invalid, NotFound
from damso.kernel.ids import new_id
from damso.kernel.lanes import enqueue
from damso.kernel.log import Actor, Event
from damso.segments.check import MAX_WORDS, check_rule
from damso.segments.errors import SegmentInUse, SegmentNameTaken
from damso.segments.leaves import canonical, leaf_key, leaves_of, names_in
from damso.segments.plan import lock_segments
from damso.segments.rule import Computation, Named, Rule

LANE = "segment"
"""Where segments are built."""
MAX_DESCRIPTION = 2000


class Definition(Struct, frozen=True, kw_only=True):
    """What a segment is to be."""

    name: str
    rule: Rule
    description: str = ""


async def create_segment(tx: Transaction, definition: Definition, *, actor: Actor) -> UUID:
    """Raises `RuleInvalid`, `SegmentNameTaken`, `Invalid`."""
    _check(definition)
    await lock_segments(tx)
    leaves = _leaves(definition.rule, await rules_of(tx))
    segment_id = new_id()
    if not await tx.value(
        """INSERT INTO segment (id, name, description, rule, version, state, created_by, created_at, changed_at)
        VALUES ($1, $2, $3, $4, 1, 'building', $5, $6, $6) ON CONFLICT DO NOTHING RETURNING true""",
        segment_id,
        definition.name.strip(),
        definition.description.strip(),
        _stored(definition.rule),
        f"{actor.kind}:{actor.id}",
        tx.now,
    ):
        raise SegmentNameTaken(field="name")
    await _ask_for(tx, segment_id, leaves)
    await log.append(tx, _event("segment.created", segment_id, actor))
    return segment_id


async def change_segment(tx: Transaction, segment_id: UUID, definition: Definition, *, actor: Actor) -> None:
    """Where the rule is another, it and the segments that name it are built anew; until then the old ones hold.

    Raises `NotFound`, `RuleInvalid`, `SegmentNameTaken`, `Invalid`.
    """
    _check(definition)
    await _lock(tx, segment_id)
    rules = dict(await rules_of(tx))
    old = rules[segment_id]
    rules[segment_id] = definition.rule
    _leaves(definition.rule, rules)
    if await tx.value(
        "SELECT true FROM segment WHERE lower(name) = lower($1) AND id <> $2", definition.name.strip(), segment_id
    ):
        raise SegmentNameTaken(field="name")
    await tx.execute(
        "UPDATE segment SET name = $2, description = $3, rule = $4, changed_at = $5 WHERE id = $1",
        segment_id,
        definition.name.strip(),
        definition.description.strip(),
        _stored(definition.rule),
        tx.now,
    )
    if definition.rule != old:
        await build_anew(tx, segment_id, rules)
    await log.append(tx, _event("segment.changed", segment_id, actor))


async def remove_segment(tx: Transaction, segment_id: UUID, *, actor: Actor) -> None:
    """With its history. Raises `NotFound`, `SegmentInUse`."""
    await _lock(tx, segment_id)
    rules = await rules_of(tx)
    if names := await named_by(tx, segment_id, rules):
        raise SegmentInUse(names=", ".join(names))
    await tx.execute("DELETE FROM segment WHERE id = $1", segment_id)
    await forget_unused_leaves(tx)
    await log.append(tx, _event("segment.removed", segment_id, actor))


async def forget_unused_leaves(tx: Transaction) -> None:
    """Leaves that no segment asks any more, and what was known of them."""
    await tx.execute("DELETE FROM segment_leaf l WHERE NOT EXISTS (SELECT FROM segment_use u WHERE u.leaf_id = l.id)")


async def rules_of(tx: Transaction) -> Mapping[UUID, Named]:
    """All that a rule may name: the rules of segments, and computed traits."""
    rows = await tx.rows(
        "SELECT id, rule, true AS rules FROM segment UNION ALL SELECT id, rule, false FROM computed_trait"
    )
    return {row["id"]: msgspec.convert(row["rule"], Rule if row["rules"] else Computation, strict=True) for row in rows}


async def named_by(tx: Transaction, one: UUID, rules: Mapping[UUID, Named]) -> list[str]:
    """The names of segments that name a segment or a computed trait."""
    users = [other for other, rule in rules.items() if one in names_in(rule)]
    names: list[str] = await tx.values("SELECT name FROM segment WHERE id = ANY ($1) ORDER BY name", users)
    return names


async def build_anew(tx: Transaction, changed: UUID, rules: Mapping[UUID, Named]) -> None:
    """Whatever segment is of this, or names it. The caller holds the lock."""
    for other in sorted(_dependents(changed, rules)):
        rule = rules[other]
        if not isinstance(rule, Computation):
            await tx.execute("UPDATE segment SET version = version + 1, state = 'building' WHERE id = $1", other)
            await _ask_for(tx, other, _leaves(rule, rules))


def _leaves(rule: Rule, rules: Mapping[UUID, Named]) -> dict[str, dict[str, Any]]:
    """The leaves of a rule by their keys, as they are stored. Raises `RuleInvalid`."""
    return {leaf_key(leaf): _stored(leaf) for leaf in leaves_of(canonical(rule, rules))}


def _stored(rule: Rule) -> dict[str, Any]:
    stored: dict[str, Any] = msgspec.to_builtins(rule)
    return stored


def _dependents(segment_id: UUID, rules: Mapping[UUID, Named]) -> set[UUID]:
    """A segment or computed trait and all that name it, straight or through others."""
    found = {segment_id}
    while more := {one for one, rule in rules.items() if one not in found and names_in(rule) & found}:
        found |= more
    return found


async def _ask_for(tx: Transaction, segment_id: UUID, leaves: Mapping[str, dict[str, Any]]) -> None:
    """Let the live path know leaves from its next look on, and have the segment built."""
    if leaves:
        await tx.execute(
            """INSERT INTO segment_leaf (key, rule, building)
            SELECT e->>0, e->1, true FROM jsonb_array_elements($1) e ORDER BY 1 ON CONFLICT (key) DO NOTHING""",
            [[key, leaf] for key, leaf in leaves.items()],
        )
        await tx.execute(
            """INSERT INTO segment_use (segment_id, leaf_id) SELECT $1, id FROM segment_leaf WHERE key = ANY ($2)
            ON CONFLICT DO NOTHING""",
            segment_id,
            sorted(leaves),
        )
    await enqueue(tx, LANE, [(LANE, {"segment_id": str(segment_id)})])


async def _lock(tx: Transaction, segment_id: UUID) -> None:
    await lock_segments(tx)
    if not await tx.value("SELECT true FROM segment WHERE id = $1 FOR UPDATE", segment_id):
        raise NotFound


def _check(definition: Definition) -> None:
    if not 0 < len(definition.name.strip()) <= MAX_WORDS or not definition.name.isprintable():
        raise Invalid(field="name")
    if len(definition.description) > MAX_DESCRIPTION:
        raise Invalid(field="description")
    check_rule(definition.rule)


def _event(name: str, segment_id: UUID, actor: Actor) -> Event:
    return Event(name=name, subject_kind="segment", subject_id=str(segment_id), actor=actor)
