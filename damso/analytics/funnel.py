"""Funnels: how many people took one step after the other, all within a time."""

from collections.abc import Sequence

import ibis
from msgspec import Struct

from damso.analytics.hits import Table
from damso.analytics.span import MICROSECOND, Span


class Step(Struct, frozen=True):
    """An event by its name; of views also by how the page begins."""

    name: str
    page: str = ""


def funnel(hits: Table, steps: Sequence[Step], within: int, span: Span) -> Table:
    """step (0: the first), people, seconds (of those people, on average since their first step).

    A person takes a step with an event that comes after one by which they took the step before, at most `within`
    seconds after an event of the first step, which lies in the span. Of two ways the one that began later counts.
    """
    matching = hits.filter(hits.at >= span.start, hits.at < span.end + within * MICROSECOND)
    order = [matching.at, matching.number]
    walk = matching.mutate(place=ibis.row_number().over(group_by=matching.person, order_by=order))
    before = None
    reached = []
    for number, step in enumerate(steps):
        is_step = _is(step, walk)
        if before is None:
            began = ibis.ifelse(is_step & (walk.at < span.end), walk.at, ibis.null("int64"))
        else:
            earlier = ibis.window(group_by=walk.person, order_by=walk.place, preceding=(None, 1))
            latest = walk[before].max().over(earlier)
            in_time = is_step & (walk.at - latest <= within * MICROSECOND)
            began = ibis.ifelse(in_time.fill_null(False), latest, ibis.null("int64"))
        before = f"began_{number}"
        walk = walk.mutate(**{before: began})
        reached.append((number, before))
    return ibis.union(*(_reached(walk, *one) for one in reached)) if len(reached) > 1 else _reached(walk, *reached[0])


def _is(step: Step, hits: Table) -> ibis.Expr:
    is_named = hits.name == step.name
    return is_named & hits.is_view & hits.page.startswith(step.page) if step.page else is_named


def _reached(walk: Table, number: int, began: str) -> Table:
    """Everybody who took this step, by the soonest they did after a beginning."""
    there = walk.filter(walk[began].notnull())
    each = there.group_by("person").aggregate(took=(there.at - there[began]).min())
    return each.aggregate(people=each.count(), seconds=each.took.mean() / MICROSECOND).select(
        "people", "seconds", step=ibis.literal(number)
    )
