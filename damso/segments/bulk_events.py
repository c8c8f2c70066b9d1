"""What a bulk reads, and the words it is asked in: events of steps, and windows around now."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from functools import reduce
from typing import Any as Expression

import ibis
from ibis import _
from msgspec import Struct

from damso.segments import rule as r
from damso.segments.json_values import fits

MICROSECOND = 1_000_000
"""Of a second."""

Table = Expression
"""An `ibis.Table`; its columns are known at run time only."""


class Tables(Struct, frozen=True, kw_only=True):
    """What leaves are asked of. Times are microseconds since 1970; JSON is text.

    - customer: customer_id, zone (only who is shown in lists)
    - identity: identity_id, customer_id, kind, proof
    - trait: identity_id, key, value, at, id
    - event: stream, name, at (clamped to when it reached us), id, identity_id, properties
    - conversation: identity_id (the anchor's), open, since, waiting_since (without joined ones)
    - consent: customer_id, purpose, channel, state (as the ledger answers, of what leaves ask)
    - score: customer_id, grouped, recency, frequency, monetary, value (of the last reckoning of buyers)
    """

    customer: Table
    identity: Table
    trait: Table
    event: Table
    conversation: Table
    consent: Table
    score: Table
    zones: Sequence[str]


class Reading(Struct, frozen=True, kw_only=True):
    """An engine with what leaves ask of, as it was at `now`."""

    engine: ibis.BaseBackend
    tables: Tables
    now: datetime


Read = Callable[[Sequence[r.Leaf]], AbstractAsyncContextManager[Reading]]
"""Gets hold of what these leaves ask of."""


def microseconds(at: datetime) -> int:
    """Since 1970."""
    return int(at.timestamp()) * MICROSECOND + at.microsecond


def named(tables: Tables, *steps: r.Step) -> Table:
    """Events of these names."""
    wanted = reduce(
        lambda one, other: one | other,
        [(_.stream == stream) & _.name.isin(sorted(names)) for stream, names in _names(steps).items()],
    )
    return tables.event.filter(wanted)


def whose(tables: Tables, facts: Table) -> Table:
    """These facts of identities, each with the customer."""
    return facts.inner_join(tables.identity.select("identity_id", "customer_id"), "identity_id")


def events_of(tables: Tables, *steps: r.Step) -> Table:
    """Events of these names, with whose they are."""
    return whose(tables, named(tables, *steps))


def order_of(events: Table, *steps: r.Step | None) -> list[Expression]:
    """By time, and of one time as the logs have them."""
    streams = {step.stream for step in steps if step}
    return [events.at, events.id] if len(streams) == 1 else [events.at, events.stream, events.id]


def _names(steps: Sequence[r.Step]) -> dict[str, set[str]]:
    names: dict[str, set[str]] = {}
    for step in steps:
        names.setdefault(step.stream, set()).add(step.name)
    return names


def is_step(step: r.Step | None, event: Table) -> Expression:
    if step is None:
        return ibis.literal(False)
    tests = [fits(event.properties, one.property, one.op, one.value) for one in step.where]
    return reduce(lambda one, other: one & other, tests, (event.stream == step.stream) & (event.name == step.name))


def since(window: r.Window, now: int) -> int:
    return now - window.last * MICROSECOND if window.last is not None else -(2**62)


def until(window: r.Window, now: int) -> int:
    return now - window.before * MICROSECOND if window.before else 2**62


def later(at: Expression, seconds: int | None) -> Expression:
    return ibis.null("int64") if seconds is None else at + seconds * MICROSECOND


def earlier(one: Expression, other: Expression) -> Expression:
    """The earlier of two times, of which none, one or both are there."""
    return ibis.coalesce(ibis.ifelse(one < other, one, other), one, other)
