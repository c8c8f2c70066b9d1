"""Computations over the events of customers, read from the log by its index on identities: nothing is kept.

The same statement serves conditions (`measured`) and what a customer's page shows (`values_of`).
"""

import math
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from damso.kernel.database import Transaction
from damso.segments.predicate import any_path, event_path, trait_path
from damso.segments.rule import Computation, Measured, MeasureName
from damso.segments.statements import AT, BOUNDS, PAIRS, THEIRS

DAY = 86_400

_AMOUNT = """CASE WHEN jsonb_typeof(e.properties -> l.property) = 'number'
    AND abs((e.properties -> l.property)::numeric) <= 1e15
    THEN trim_scale(round((e.properties -> l.property)::numeric, 6)) END"""
_SCALAR = f"""CASE jsonb_typeof(e.properties -> l.property) WHEN 'number' THEN to_jsonb({_AMOUNT})
    WHEN 'string' THEN e.properties -> l.property WHEN 'boolean' THEN e.properties -> l.property END"""
_INSIDE = "FILTER (WHERE at <= l.until)"
_OFTEN = f"count(*) {_INSIDE} OVER (PARTITION BY given)"


class _Way(Struct, frozen=True, kw_only=True):
    """How a measure is taken: of what is `given` by each event, which aggregate is its `value`, and which event inside
    the window is the one whose `leaving` changes it."""

    given: str = _SCALAR
    value: str
    leaving: str = "min"


_WAYS: Mapping[MeasureName, _Way] = {
    "count": _Way(given="true", value=f"to_jsonb(count(*) {_INSIDE})"),
    "sum": _Way(given=_AMOUNT, value=f"to_jsonb(trim_scale(coalesce(sum(given) {_INSIDE}, 0)))"),
    "first": _Way(value=f"(array_agg(given ORDER BY at, id) {_INSIDE})[1]"),
    "last": _Way(value=f"(array_agg(given ORDER BY at DESC, id DESC) {_INSIDE})[1]", leaving="max"),
    "most_frequent": _Way(value=f"(array_agg(given ORDER BY often DESC, at DESC, id DESC) {_INSIDE})[1]"),
    "unique": _Way(value=f"jsonb_agg(DISTINCT given) {_INSIDE}"),
    "days_since": _Way(
        given="true",
        value=f"to_jsonb(floor(extract(epoch FROM $4::timestamptz - max(at) {_INSIDE}) / {DAY}))",
        leaving="max",
    ),
}


def _values(stream: str, measure: MeasureName) -> str:
    """Leaves, pairs, and for each pair `h`: its value, how many events it is of, the newest of them, and which events
    the passing of time brings in or takes away."""
    way = _WAYS[measure]
    often = _OFTEN if measure == "most_frequent" else "0"
    return f"""
WITH leaf AS MATERIALIZED (
    SELECT *, {BOUNDS} FROM jsonb_to_recordset($1) AS l(id bigint, name text, path jsonpath, last bigint,
        before bigint, property text, test jsonpath, days bigint[])
), {PAIRS}, worked_out AS (
    SELECT p.leaf_id, p.customer_id, l.test, l.days, l.stays, l.waits, h.*
    FROM pair p JOIN leaf l ON l.id = p.leaf_id CROSS JOIN LATERAL (
        SELECT {way.value} AS value, count(*) {_INSIDE} AS events, max(at) {_INSIDE} AS newest,
            {way.leaving}(at) {_INSIDE} AS leaving, min(at) FILTER (WHERE at > l.until) AS coming
        FROM (
            SELECT *, {often} AS often
            FROM (SELECT {AT} AS at, e.id, {way.given} AS given FROM {THEIRS.format(stream=stream)}) e
            WHERE given IS NOT NULL
        ) events
    ) h
)"""


def measured(stream: str, measure: MeasureName) -> str:
    """The statement of a condition, see `damso.segments.statements`."""
    turns = (
        f"""(SELECT min(newest + d * interval '{DAY} seconds') FROM unnest(days) AS d
        WHERE newest + d * interval '{DAY} seconds' > $4)"""
        if measure == "days_since"
        else "NULL"
    )
    return f"""{_values(stream, measure)}
SELECT leaf_id, customer_id, coalesce(jsonb_path_match(value, test, '{{}}', true), false) AS holds,
    least(leaving + stays, coming + waits, {turns}) AS next_change_at
FROM worked_out
"""


def given_of(of: Computation) -> dict[str, Any]:
    """A computation as a row of the statement's parameter."""
    return {
        "name": of.event.name,
        "path": event_path(of.event.where),
        "last": of.window.last,
        "before": of.window.before,
        "property": of.property,
    }


def given_of_leaf(leaf: Measured) -> dict[str, Any]:
    """A condition as a row of the statement's parameter."""
    path = any_path if leaf.of.measure == "unique" else trait_path
    return given_of(leaf.of) | {"test": path(leaf.op, leaf.value), "days": turning_days(leaf)}


def turning_days(leaf: Measured) -> list[int]:
    """After how many whole days since the last event a condition on `days_since` may turn."""
    if leaf.of.measure != "days_since":
        return []
    days: set[int] = set()
    for one in leaf.value if isinstance(leaf.value, tuple) else (leaf.value,):
        if isinstance(one, int | float) and not isinstance(one, bool) and abs(one) < 1e6:
            days |= {math.floor(one), math.ceil(one), math.floor(one) + 1}
    return sorted(day for day in days if day > 0)


class Worked(Struct, frozen=True, kw_only=True):
    """A value that was worked out of `events` events, the newest of them at `newest`; `next_change_at` is when time
    may change it."""

    value: Any
    events: int
    newest: datetime | None
    next_change_at: datetime | None


async def values_of(
    tx: Transaction, computations: Mapping[UUID, Computation], customer_ids: Collection[UUID]
) -> dict[tuple[UUID, UUID], Worked]:
    """The values by now, by computation and customer; one statement for each kind of measure."""
    numbers = dict(enumerate(computations))
    kinds: defaultdict[tuple[str, MeasureName], list[int]] = defaultdict(list)
    for number, one in numbers.items():
        of = computations[one]
        kinds[of.event.stream, of.measure].append(number)
    found: dict[tuple[UUID, UUID], Worked] = {}
    for (stream, measure), some in sorted(kinds.items()):
        pairs = [(number, customer) for number in some for customer in customer_ids]
        daily = f"newest + (value #>> '{{}}')::bigint * interval '{DAY} seconds' + interval '{DAY} seconds'"
        for row in await tx.rows(
            f"""{_values(stream, measure)} SELECT leaf_id, customer_id, value, events, newest,
                least(leaving + stays, coming + waits, {daily if measure == "days_since" else "NULL"}) AS next_change_at
            FROM worked_out""",
            [{"id": number, **given_of(computations[numbers[number]])} for number in some],
            [number for number, _ in pairs],
            [customer for _, customer in pairs],
            tx.now,
        ):
            found[numbers[row["leaf_id"]], row["customer_id"]] = Worked(
                value=row["value"], events=row["events"], newest=row["newest"], next_change_at=row["next_change_at"]
            )
    return found
