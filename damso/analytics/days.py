"""Day by day, in the company's zone."""

from damso.analytics.hits import Table
from damso.analytics.span import Span, day_of, inside
from damso.analytics.visits import began_in


def visits_by_day(visits: Table, span: Span) -> Table:
    """day (0: the first), visits, people."""
    ours = visits.filter(began_in(visits, span.start, span.end))
    ours = ours.mutate(day=day_of(ours.began, span))
    return ours.group_by("day").aggregate(visits=ours.count(), people=ours.person.nunique()).order_by("day")


def views_by_day(hits: Table, span: Span) -> Table:
    """day, views."""
    seen = hits.filter(hits.is_view, inside(hits.at, span))
    seen = seen.mutate(day=day_of(seen.at, span))
    return seen.group_by("day").aggregate(views=seen.count()).order_by("day")


def conversions_by_day(conversions: Table, span: Span) -> Table:
    """day, conversions."""
    dated = conversions.mutate(day=day_of(conversions.at, span))
    return dated.group_by("day").aggregate(conversions=dated.count()).order_by("day")
