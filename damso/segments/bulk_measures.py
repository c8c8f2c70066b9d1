"""Computations in bulk: the value of each customer as a JSON text, held against what a condition asks."""

from functools import reduce
from typing import Any as Expression

import ibis

from damso.segments import rule as r
from damso.segments.bulk_events import (
    MICROSECOND,
    Table,
    Tables,
    earlier,
    events_of,
    is_step,
    later,
    since,
    until,
)
from damso.segments.json_values import amount_at, fits, scalar_at
from damso.segments.measures import DAY, turning_days

_NOTHING = ibis.null("string")


def measured(leaf: r.Measured, tables: Tables, now: int) -> Table:
    """`customer_id, holds, next_change` of a condition on a computation."""
    of, end = leaf.of, until(leaf.of.window, now)
    events = events_of(tables, of.event)
    seen = events.filter(is_step(of.event, events) & (events.at > since(of.window, now)))
    given = seen.mutate(given=_given(of, seen), inside=seen.at <= end)
    given = _placed(of.measure, given.filter(given.given.notnull()))
    leaving = (
        given.at.max(where=given.inside) if of.measure in ("last", "days_since") else given.at.min(where=given.inside)
    )
    worked = given.group_by("customer_id").aggregate(
        value=_value(leaf, given, now),
        leaving=leaving,
        newest=given.at.max(where=given.inside),
        coming=given.at.min(where=~given.inside),
    )
    return worked.select(
        "customer_id",
        holds=(worked.value == "true") if of.measure == "unique" else fits(worked.value, None, leaf.op, leaf.value),
        next_change=_next_change(leaf, worked, now),
    )


def _given(of: r.Computation, events: Table) -> Expression:
    """What each event gives: a JSON text, or an amount."""
    match of.measure:
        case "count" | "days_since":
            return ibis.literal("true")
        case "sum":
            return amount_at(events.properties, of.property)
        case _:
            return scalar_at(events.properties, of.property)


def _placed(measure: r.MeasureName, given: Table) -> Table:
    """With the place of each event among those inside (or outside) the window, where one of them is the value."""
    match measure:
        case "first":
            order = [given.at, given.id]
        case "last":
            order = [given.at.desc(), given.id.desc()]
        case "most_frequent":
            given = given.mutate(often=ibis._.count().over(group_by=[given.customer_id, given.given, given.inside]))
            order = [given.often.desc(), given.at.desc(), given.id.desc()]
        case _:
            return given
    return given.mutate(place=ibis.row_number().over(group_by=[given.customer_id, given.inside], order_by=order))


def _value(leaf: r.Measured, given: Table, now: int) -> Expression:
    match leaf.of.measure:
        case "count":
            return given.inside.sum().cast("string")
        case "sum":
            return given.given.sum(where=given.inside).fill_null(0).cast("string")
        case "days_since":
            days = (now - given.at.max(where=given.inside)) // (DAY * MICROSECOND)
            return days.cast("string")
        case "unique":
            so = fits(given.given, None, leaf.op, leaf.value) & given.inside
            return ibis.ifelse(so.any(), "true", "false")
        case _:
            return given.given.max(where=given.inside & (given.place == 0))


def _next_change(leaf: r.Measured, worked: Table, now: int) -> Expression:
    window = leaf.of.window
    turns = [later(worked.leaving, window.last)]
    if window.before:
        turns.append(later(worked.coming, window.before))
    for days in turning_days(leaf):
        at = later(worked.newest, days * DAY)
        turns.append(ibis.ifelse(at > now, at, ibis.null("int64")))
    return reduce(earlier, turns)
