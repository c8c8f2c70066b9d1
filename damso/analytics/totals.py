"""The figures at the top: people, visits, page views, how long, how many left at once."""

import ibis

from damso.analytics.conversions import has_converted
from damso.analytics.hits import Table
from damso.analytics.span import Span, inside
from damso.analytics.visits import began_in


def totals(hits: Table, visits: Table, conversions: Table, span: Span) -> Table:
    """One row: people, visits, bounces (visits of one hit), seconds (of all visits together), converted (people who
    visited and converted), views."""
    ours = visits.filter(began_in(visits, span.start, span.end))
    of_visits = ours.aggregate(
        people=ours.person.nunique(),
        visits=ours.count(),
        bounces=(ours.acts == 1).sum(),
        seconds=((ours.ended - ours.began) // 1_000_000).sum(),
        converted=ours.person.nunique(where=has_converted(ours, conversions)),
    )
    seen = hits.filter(hits.is_view, inside(hits.at, span))
    return of_visits.cross_join(seen.aggregate(views=seen.count())).select(
        "people", "visits", "converted", "views", **{name: _none(of_visits[name]) for name in ("bounces", "seconds")}
    )


def _none(sum_: ibis.Expr) -> ibis.Expr:
    """A sum over nothing is none."""
    return ibis.coalesce(sum_, 0)
