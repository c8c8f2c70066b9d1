"""Computed traits: computations with a name, that rules and customers' pages go by."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.customers.search import Within
from damso.kernel import log
from damso.kernel.database import Transaction
from damso.kernel.errors import Invalid, NotFound
from damso.kernel.ids import new_id
from damso.kernel.log import Actor, Event
from damso.segments.check import MAX_WORDS, check_computation
from damso.segments.define import build_anew, named_by, rules_of
from damso.segments.errors import ComputedInUse, ComputedNameTaken, TooManyComputed
from damso.segments.fitting import seen_last
from damso.segments.leaves import names_in
from damso.segments.measures import Worked, values_of
from damso.segments.plan import lock_segments
from damso.segments.rule import Computation

MOST = 100
"""Computed traits of an installation: a customer's page works out all of them."""
ASKED = 500
"""Customers that a preview looks at."""
SHOWN = 8


class ComputedTrait(Struct, frozen=True, kw_only=True):
    """A computed trait, and the segments whose rules name it."""

    id: UUID
    name: str
    of: Computation
    used_by: Sequence[str]
    changed_at: datetime


class Shown(Struct, frozen=True, kw_only=True):
    """A computed trait of a customer, with what it was worked out of."""

    trait: ComputedTrait
    worked: Worked


async def create_computed(tx: Transaction, name: str, of: Computation, *, actor: Actor) -> UUID:
    """Raises `RuleInvalid`, `ComputedNameTaken`, `TooManyComputed`, `Invalid`."""
    _check(name, of)
    await lock_segments(tx)
    if await tx.value("SELECT count(*) FROM computed_trait") >= MOST:
        raise TooManyComputed(limit=MOST)
    computed_id = new_id()
    if not await tx.value(
        """INSERT INTO computed_trait (id, name, rule, created_by, created_at, changed_at)
        VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT DO NOTHING RETURNING true""",
        computed_id,
        name.strip(),
        _stored(of),
        f"{actor.kind}:{actor.id}",
        tx.now,
    ):
        raise ComputedNameTaken(field="name")
    await log.append(tx, _event("computed_trait.created", computed_id, actor))
    return computed_id


async def change_computed(tx: Transaction, computed_id: UUID, name: str, of: Computation, *, actor: Actor) -> None:
    """Where it is worked out otherwise, the segments that name it are built anew.

    Raises `NotFound`, `RuleInvalid`, `ComputedNameTaken`, `Invalid`.
    """
    _check(name, of)
    await lock_segments(tx)
    rules = dict(await rules_of(tx))
    old = rules.get(computed_id)
    if not isinstance(old, Computation):
        raise NotFound
    if await tx.value(
        "SELECT true FROM computed_trait WHERE lower(name) = lower($1) AND id <> $2", name.strip(), computed_id
    ):
        raise ComputedNameTaken(field="name")
    await tx.execute(
        "UPDATE computed_trait SET name = $2, rule = $3, changed_at = $4 WHERE id = $1",
        computed_id,
        name.strip(),
        _stored(of),
        tx.now,
    )
    if of != old:
        rules[computed_id] = of
        await build_anew(tx, computed_id, rules)
    await log.append(tx, _event("computed_trait.changed", computed_id, actor))


async def remove_computed(tx: Transaction, computed_id: UUID, *, actor: Actor) -> None:
    """Raises `NotFound`, `ComputedInUse`."""
    await lock_segments(tx)
    rules = await rules_of(tx)
    if not isinstance(rules.get(computed_id), Computation):
        raise NotFound
    if names := await named_by(tx, computed_id, rules):
        raise ComputedInUse(names=", ".join(names))
    await tx.execute("DELETE FROM computed_trait WHERE id = $1", computed_id)
    await log.append(tx, _event("computed_trait.removed", computed_id, actor))


async def computed_traits(tx: Transaction) -> list[ComputedTrait]:
    """All of them by name."""
    rows = await tx.rows("SELECT id, name, rule, changed_at FROM computed_trait ORDER BY lower(name), id")
    rules = await rules_of(tx)
    segments = {row["id"]: row["name"] for row in await tx.rows("SELECT id, name FROM segment")}
    return [
        ComputedTrait(
            id=row["id"],
            name=row["name"],
            of=msgspec.convert(row["rule"], Computation),
            used_by=sorted(segments[other] for other, rule in rules.items() if row["id"] in names_in(rule)),
            changed_at=row["changed_at"],
        )
        for row in rows
    ]


async def computed_of(tx: Transaction, customer_id: UUID) -> list[Shown]:
    """Every computed trait of a customer that there is something to work out of, by name."""
    traits = await computed_traits(tx)
    values = await values_of(tx, {one.id: one.of for one in traits}, [customer_id])
    return [Shown(trait=one, worked=worked) for one in traits if (worked := values[one.id, customer_id]).events]


async def preview_computed(tx: Transaction, of: Computation, within: Within) -> list[tuple[UUID, Worked]]:
    """What it comes to for some customers of those who were seen last. Raises `RuleInvalid`."""
    check_computation(of)
    asked = [place.id for place in await seen_last(tx, within, limit=ASKED)]
    draft = UUID(int=0)
    values = await values_of(tx, {draft: of}, asked)
    return [(one, values[draft, one]) for one in asked if values[draft, one].events][:SHOWN]


def _stored(of: Computation) -> dict[str, Any]:
    stored: dict[str, Any] = msgspec.to_builtins(of)
    return stored


def _check(name: str, of: Computation) -> None:
    if not 0 < len(name.strip()) <= MAX_WORDS or not name.isprintable():
        raise Invalid(field="name")
    check_computation(of)


def _event(name: str, computed_id: UUID, actor: Actor) -> Event:
    return Event(name=name, subject_kind="computed_trait", subject_id=str(computed_id), actor=actor)
