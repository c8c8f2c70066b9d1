"""Leaves of customers, worked out from what is stored about them: one statement for each kind of leaf.

Only the customers whose facts changed, or whose time came, are asked about (see `damso.segments.touch`). What is
counted is read from the log by its index on identities, never kept a second time: so whatever moves an identity,
erases a fact or brings one late cannot leave anything wrong behind. See docs/adr/0036.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.customers.consent.standing import standings
from damso.kernel.database import Transaction
from damso.segments import statements
from damso.segments.calendar import round_of_year
from damso.segments.measures import given_of_leaf, measured
from damso.segments.predicate import event_path, trait_path
from damso.segments.rule import (
    Anniversary,
    HasConsent,
    HasConversation,
    HasIdentity,
    HasTrait,
    InRfm,
    Leaf,
    Measured,
    NotFollowed,
    Occurrence,
    Performed,
    Sequence,
    Step,
    Total,
    Window,
)

Pair: TypeAlias = tuple[int, UUID]
"""A leaf's number and a customer."""


class State(Struct, frozen=True, kw_only=True):
    """What is true of a customer by now, and the earliest instant at which that changes by itself.

    It never changes before `next_change_at` unless a fact is added or taken away."""

    leaf_id: int
    customer_id: UUID
    holds: bool
    next_change_at: datetime | None


async def evaluate(tx: Transaction, leaves: Mapping[int, Leaf], pairs: Collection[Pair]) -> list[State]:
    """The state of each pair at `tx.now`."""
    ids: defaultdict[str, set[int]] = defaultdict(set)
    for leaf_id in {leaf_id for leaf_id, _ in pairs}:
        ids[_statement(leaves[leaf_id])].add(leaf_id)
    found: list[State] = []
    for sql, wanted in sorted(ids.items()):
        asked = [pair for pair in pairs if pair[0] in wanted]
        found += await _ask(tx, sql, {number: leaves[number] for number in sorted(wanted)}, asked)
    return found


async def _ask(tx: Transaction, sql: str, leaves: Mapping[int, Leaf], pairs: Collection[Pair]) -> list[State]:
    given = [{"id": number, **_given(leaf)} for number, leaf in leaves.items()]
    args: list[object] = [given, [leaf for leaf, _ in pairs], [customer for _, customer in pairs], tx.now]
    if sql == statements.ANNIVERSARY:
        args.append(await _turns(tx, leaves, {customer for _, customer in pairs}))
    if sql == statements.CONSENT:
        asked = {(leaf.purpose, leaf.channel) for leaf in leaves.values() if isinstance(leaf, HasConsent)}
        args.append(msgspec.to_builtins(await standings(tx, {customer for _, customer in pairs}, asked)))
    return await tx.all(State, sql, *args)


def _statement(leaf: Leaf) -> str:
    match leaf:
        case Performed(event=event):
            return statements.performed(event.stream)
        case Occurrence(event=event, which=which):
            return statements.occurrence(event.stream, which)
        case Total(event=event):
            return statements.total(event.stream)
        case Sequence():
            return statements.sequence(_streams(leaf.first, leaf.next, leaf.without))
        case NotFollowed():
            return statements.not_followed(_streams(leaf.first, leaf.next))
        case HasTrait():
            return statements.TRAIT
        case HasIdentity():
            return statements.IDENTITY
        case HasConversation():
            return statements.CONVERSATION
        case Anniversary():
            return statements.ANNIVERSARY
        case HasConsent():
            return statements.CONSENT
        case InRfm():
            return statements.RFM
        case Measured(of=of):
            return measured(of.event.stream, of.measure)


def _streams(*steps: Step | None) -> tuple[str, ...]:
    return tuple(sorted({step.stream for step in steps if step}))


def _given(leaf: Leaf) -> dict[str, Any]:
    """A leaf as a row of the statement's parameter."""
    match leaf:
        case Performed():
            return _step("", leaf.event) | _window(leaf.window) | {"times": leaf.times}
        case Occurrence():
            return _step("", leaf.event) | _window(leaf.window)
        case Total():
            return _step("", leaf.event) | _window(leaf.window) | {"property": leaf.property, "amount": leaf.amount}
        case Sequence():
            without = _step("without_", leaf.without) if leaf.without else {}
            return _ordered(leaf) | without
        case NotFollowed():
            return _ordered(leaf)
        case HasTrait():
            return {"key": leaf.key, "path": trait_path(leaf.op, leaf.value)}
        case HasIdentity():
            return {"kinds": leaf.kinds, "proven": leaf.proven}
        case HasConversation():
            return {"waiting": leaf.state == "waiting", "seconds": leaf.seconds}
        case Anniversary():
            return {"key": leaf.key}
        case HasConsent():
            return {"purpose": leaf.purpose, "channel": leaf.channel, "state": leaf.state}
        case InRfm():
            return {name: list(getattr(leaf, name)) for name in InRfm.__struct_fields__}
        case Measured():
            return given_of_leaf(leaf)


def _step(prefix: str, step: Step) -> dict[str, Any]:
    return {
        f"{prefix}stream": step.stream,
        f"{prefix}name": step.name,
        f"{prefix}path": event_path(step.where),
    }


def _window(window: Window) -> dict[str, Any]:
    return {"last": window.last, "before": window.before}


def _ordered(leaf: Sequence | NotFollowed) -> dict[str, Any]:
    return _step("first_", leaf.first) | _step("then_", leaf.next) | _window(leaf.window) | {"within": leaf.within}


async def _turns(tx: Transaction, leaves: Mapping[int, Leaf], customers: Iterable[UUID]) -> list[dict[str, Any]]:
    """For every leaf, the days of the year in each zone that its customers live in."""
    zones = await tx.values(statements.ZONES, list(customers))
    return [
        {"leaf_id": number, "zone": turn.zone, "day": turn.day, "holds": turn.holds, "next_at": turn.next_change_at}
        for number, leaf in leaves.items()
        if isinstance(leaf, Anniversary)
        for turn in round_of_year(zones, tx.now, leaf.calendar, leaf.days)
    ]
