"""The same leaves over whole tables, as Ibis expressions: what builds a segment of millions without the live path.

Only what every engine behind Ibis can say is used: joins, conditional aggregates, window functions, whole numbers for
time (microseconds since 1970). The one exception, how a value is taken out of JSON, stands in `json_values`.
A bulk's `next_change` may be earlier than the live path's, never later: the timer then looks again.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import reduce
from typing import Any as Expression

import ibis
from ibis import _

from damso.segments import rule as r
from damso.segments.bulk_events import (
    MICROSECOND,
    Table,
    Tables,
    earlier,
    events_of,
    is_step,
    later,
    microseconds,
    named,
    order_of,
    since,
    until,
    whose,
)
from damso.segments.bulk_measures import measured
from damso.segments.calendar import DAY_PATTERN, round_of_year
from damso.segments.json_values import amount_at, fits, text_of
from damso.segments.leaves import leaf_key

Keep = Callable[[str, Table], Table]
"""Makes an expression a table of the engine under a name, so that whoever asks it again does not scan again."""


def kept_by(engine: ibis.BaseBackend) -> Keep:
    """Keeping in this engine; each name once."""

    def keep(name: str, table: Table) -> Table:
        engine.raw_sql(f'CREATE TABLE "{name}" AS {engine.compile(table)}')
        return engine.table(name)

    return keep


def states(leaves: Mapping[int, r.Leaf], tables: Tables, now: datetime, keep: Keep) -> dict[int, Table]:
    """For each leaf a table of `customer_id, holds, next_change`, of customers of whom it is true or will change.

    Leaves that count or add up share one scan of the events of a stream.
    """
    at = microseconds(now)
    found: dict[int, Table] = {}
    for stream in ("care", "tracked"):
        shared = {
            number: leaf
            for number, leaf in leaves.items()
            if isinstance(leaf, r.Performed | r.Total) and leaf.event.stream == stream
        }
        found |= _aggregated(stream, shared, tables, at, keep) if shared else {}
    found |= {number: _alone(leaf, tables, now) for number, leaf in leaves.items() if number not in found}
    return {
        number: table.filter(_.holds | _.next_change.notnull()).semi_join(tables.customer, "customer_id")
        for number, table in found.items()
    }


def members(rule: r.Rule, tables: Tables, now: datetime, keep: Keep) -> Table:
    """The customers of whom a canonical rule is true, as a table of `customer_id`."""
    found: dict[str, r.Leaf] = {}
    _collect(rule, found)
    keys = list(found)
    of_number = states({number: found[key] for number, key in enumerate(keys)}, tables, now, keep)
    true_of = {key: of_number[number].filter(_.holds).select("customer_id") for number, key in enumerate(keys)}
    return _members(rule, tables.customer.select("customer_id"), true_of)


def _collect(rule: r.Rule, found: dict[str, r.Leaf]) -> None:
    match rule:
        case r.All(rules=rules) | r.Any(rules=rules):
            for child in rules:
                _collect(child, found)
        case r.Not(rule=child):
            _collect(child, found)
        case r.InSegment() | r.Computed():
            raise TypeError("not canonical")
        case _:
            found[leaf_key(rule)] = rule


def _members(rule: r.Rule, everybody: Table, true_of: Mapping[str, Table]) -> Table:
    match rule:
        case r.All(rules=rules):
            return reduce(
                lambda some, child: some.semi_join(_members(child, everybody, true_of), "customer_id"), rules, everybody
            )
        case r.Any(rules=rules):
            return (
                ibis.union(*(_members(child, everybody, true_of) for child in rules), distinct=True)
                if len(rules) > 1
                else _members(rules[0], everybody, true_of)
            )
        case r.Not(rule=child):
            return everybody.anti_join(_members(child, everybody, true_of), "customer_id")
        case _:
            return true_of[leaf_key(rule)]


def _aggregated(
    stream: str, leaves: Mapping[int, r.Performed | r.Total], tables: Tables, now: int, keep: Keep
) -> dict[int, Table]:
    """Added up for each identity first: its number is quicker to group by than the customer's id, and whose it is need
    be looked up only once."""
    events = named(tables, *(leaf.event for leaf in leaves.values()))
    seen = {
        number: is_step(leaf.event, events) & (events.at > since(leaf.window, now)) for number, leaf in leaves.items()
    }
    if len(seen) == 1:
        events = events.filter(*seen.values())
        seen = dict.fromkeys(seen, ibis.literal(True))
    events = events.mutate(**{f"seen_{number}": test for number, test in seen.items()})
    events = events.mutate(**_insides(leaves, events, now))
    of_identity = whose(tables, events.group_by("identity_id").aggregate(**_sums(leaves, events)))
    added = {
        name: of_identity[name].sum() if name.startswith("measure_") else of_identity[name].min()
        for name in of_identity.columns
        if name not in ("identity_id", "customer_id")
    }
    wide = keep(f"counted_{stream}", of_identity.group_by("customer_id").aggregate(**added))
    return {number: _of_aggregate(number, leaf, wide) for number, leaf in leaves.items()}


def _insides(leaves: Mapping[int, r.Performed | r.Total], events: Table, now: int) -> dict[str, Expression]:
    """Of each leaf which events count by now (`inside_`) or will (`coming_`), and of totals with which amount."""
    found: dict[str, Expression] = {}
    for number, leaf in leaves.items():
        seen = events[f"seen_{number}"]
        if isinstance(leaf, r.Total):
            found[f"amount_{number}"] = amount = amount_at(events.properties, leaf.property)
            seen = seen & amount.notnull()
        found[f"inside_{number}"] = seen & (events.at <= until(leaf.window, now)) if leaf.window.before else seen
        if leaf.window.before:
            found[f"coming_{number}"] = seen & (events.at > until(leaf.window, now))
    return found


def _sums(leaves: Mapping[int, r.Performed | r.Total], events: Table) -> dict[str, Expression]:
    sums: dict[str, Expression] = {}
    for number, leaf in leaves.items():
        inside = events[f"inside_{number}"]
        sums[f"measure_{number}"] = (
            events[f"amount_{number}"].sum(where=inside) if isinstance(leaf, r.Total) else events.count(where=inside)
        )
        sums[f"oldest_{number}"] = events.at.min(where=inside)
        if leaf.window.before:
            sums[f"coming_{number}"] = events.at.min(where=events[f"coming_{number}"])
    return sums


def _of_aggregate(number: int, leaf: r.Performed | r.Total, wide: Table) -> Table:
    if isinstance(leaf, r.Total):
        least: Expression = ibis.literal(Decimal(repr(leaf.amount)), "decimal(38, 6)")
    else:
        least = ibis.literal(leaf.times)
    holds = (wide[f"measure_{number}"] >= least).fill_null(False)
    leaves_at = later(wide[f"oldest_{number}"], leaf.window.last)
    if isinstance(leaf, r.Performed):
        leaves_at = ibis.ifelse(holds, leaves_at, ibis.null("int64"))
    if leaf.window.before:
        leaves_at = earlier(leaves_at, later(wide[f"coming_{number}"], leaf.window.before))
    return wide.select("customer_id", holds=holds, next_change=leaves_at)


def _alone(leaf: r.Leaf, tables: Tables, now: datetime) -> Table:
    at = microseconds(now)
    match leaf:
        case r.Occurrence():
            return _occurrence(leaf, tables, at)
        case r.Sequence():
            return _sequence(leaf, tables, at)
        case r.NotFollowed():
            return _not_followed(leaf, tables, at)
        case r.HasTrait():
            current = _traits(tables, leaf.key)
            return current.select(
                "customer_id", holds=fits(current.value, None, leaf.op, leaf.value), next_change=ibis.null("int64")
            )
        case r.HasIdentity():
            return _identities(leaf, tables)
        case r.HasConversation():
            return _conversations(leaf, tables, at)
        case r.Anniversary():
            return _anniversaries(leaf, tables, now)
        case r.HasConsent():
            said = tables.consent.filter(_.purpose == leaf.purpose, _.channel == leaf.channel, _.state == leaf.state)
            return _so(said)
        case r.InRfm():
            return _scored(leaf, tables)
        case r.Measured():
            return measured(leaf, tables, at)
        case _:
            raise TypeError(leaf)


def _occurrence(leaf: r.Occurrence, tables: Tables, now: int) -> Table:
    events = events_of(tables, leaf.event)
    events = events.select("customer_id", "at", "id", fits=is_step(leaf.event, events))
    order = [events.at, events.id] if leaf.which == "first" else [events.at.desc(), events.id.desc()]
    numbered = events.mutate(place=ibis.row_number().over(group_by=events.customer_id, order_by=order))
    one = numbered.filter(numbered.place == 0)
    begin, end = since(leaf.window, now), until(leaf.window, now)
    change = ibis.ifelse(one.at > end, later(one.at, leaf.window.before), later(one.at, leaf.window.last))
    return one.filter(one.fits & (one.at > begin)).select("customer_id", holds=one.at <= end, next_change=change)


def _marked(tables: Tables, after: int, **steps: r.Step | None) -> Table:
    """Events after a time that are one of these steps, with which of them each is (`is_…`) and their order."""
    events = events_of(tables, *(step for step in steps.values() if step))
    events = events.filter(events.at > after)
    marks = {f"is_{name}": is_step(step, events) for name, step in steps.items()}
    marked = events.select("customer_id", "at", "stream", "id", **marks)
    return marked.filter(reduce(lambda one, other: one | other, (marked[name] for name in marks)))


def _sequence(leaf: r.Sequence, tables: Tables, now: int) -> Table:
    begin = since(leaf.window, now)
    marked = _marked(tables, begin - leaf.within * MICROSECOND, first=leaf.first, then=leaf.next, without=leaf.without)
    marked = marked.mutate(
        place=ibis.row_number().over(
            group_by=marked.customer_id, order_by=order_of(marked, leaf.first, leaf.next, leaf.without)
        )
    )
    before = ibis.window(group_by=marked.customer_id, order_by=marked.place, preceding=(None, 1))
    seen = marked.mutate(
        first_at=_last_of(marked, "is_first", "at").over(before),
        first_place=_last_of(marked, "is_first", "place").over(before),
        without_place=_last_of(marked, "is_without", "place").over(before),
    )
    hits = seen.filter(
        seen.is_then & (seen.at > begin),
        seen.at <= seen.first_at + leaf.within * MICROSECOND,
        (seen.without_place <= seen.first_place).fill_null(True),
    )
    newest = hits.group_by("customer_id").aggregate(at=hits.at.max())
    return newest.select("customer_id", holds=ibis.literal(True), next_change=later(newest.at, leaf.window.last))


def _last_of(events: Table, mark: str, column: str) -> Expression:
    return ibis.ifelse(events[mark], events[column], ibis.null("int64")).max()


def _not_followed(leaf: r.NotFollowed, tables: Tables, now: int) -> Table:
    marked = _marked(tables, since(leaf.window, now), first=leaf.first, then=leaf.next)
    order = order_of(marked, leaf.first, leaf.next)
    after = ibis.window(group_by=marked.customer_id, order_by=order, following=(1, None))
    seen = marked.mutate(then_at=ibis.ifelse(marked.is_then, marked.at, ibis.null("int64")).min().over(after))
    over = seen.at + leaf.within * MICROSECOND
    alone = seen.mutate(over=over).filter(seen.is_first, (seen.then_at > over).fill_null(True))
    times = alone.group_by("customer_id").aggregate(
        ripe=alone.at.max(where=alone.over <= now), waiting=alone.over.min(where=alone.over > now)
    )
    return times.select(
        "customer_id",
        holds=times.ripe.notnull(),
        next_change=earlier(later(times.ripe, leaf.window.last), times.waiting),
    )


def _traits(tables: Tables, key: str) -> Table:
    """What a trait is of each customer."""
    whose = tables.identity.select("identity_id", "customer_id")
    said = tables.trait.filter(_.key == key).inner_join(whose, "identity_id")
    numbered = said.mutate(
        place=ibis.row_number().over(group_by=said.customer_id, order_by=[said.at.desc(), said.id.desc()])
    )
    return numbered.filter(numbered.place == 0).select("customer_id", "value")


def _identities(leaf: r.HasIdentity, tables: Tables) -> Table:
    theirs = tables.identity.filter(_.kind.isin(leaf.kinds))
    if leaf.proven:
        theirs = theirs.filter(_.proof.isin(["proven", "authenticated"]))
    return _so(theirs)


def _conversations(leaf: r.HasConversation, tables: Tables, now: int) -> Table:
    whose = tables.identity.select("identity_id", "customer_id")
    cases = tables.conversation.inner_join(whose, "identity_id")
    began = cases.waiting_since if leaf.state == "waiting" else cases.since
    cases = cases.mutate(ready=began + leaf.seconds * MICROSECOND)
    cases = cases.filter(cases.waiting_since.notnull() if leaf.state == "waiting" else cases.open)
    first = cases.group_by("customer_id").aggregate(ready=cases.ready.min())
    return first.select(
        "customer_id",
        holds=first.ready <= now,
        next_change=ibis.ifelse(first.ready > now, first.ready, ibis.null("int64")),
    )


def _scored(leaf: r.InRfm, tables: Tables) -> Table:
    scored = tables.score
    if leaf.groups:
        scored = scored.filter(scored.grouped.isin(leaf.groups))
    for name in ("recency", "frequency", "monetary", "value"):
        if asked := getattr(leaf, name):
            scored = scored.filter(scored[name].isin(asked))
    return _so(scored)


def _so(table: Table) -> Table:
    """True of these customers, until a fact changes it."""
    return table.select("customer_id").distinct().mutate(holds=ibis.literal(True), next_change=ibis.null("int64"))


def _anniversaries(leaf: r.Anniversary, tables: Tables, now: datetime) -> Table:
    turns = round_of_year(tables.zones, now, leaf.calendar, leaf.days)
    calendar = ibis.memtable(
        [(one.zone, one.day, one.holds, microseconds(one.next_change_at)) for one in turns],
        schema={"zone": "string", "day": "string", "holds": "boolean", "next_change": "int64"},
    )
    known = _traits(tables, leaf.key)
    known = known.mutate(day=text_of(known.value))
    known = known.filter(known.day.re_search(DAY_PATTERN)).mutate(day=_.day.right(5))
    located = known.inner_join(tables.customer, "customer_id")
    return located.inner_join(calendar, ["zone", "day"]).select("customer_id", "holds", "next_change")
