"""Clicks: what was clicked on which page, and how often for each time the page was seen."""

import ibis

from damso.analytics.hits import Table
from damso.analytics.span import Span, inside


def clicks(hits: Table, span: Span) -> Table:
    """host, page, target, clicks, people, views (of the page); the most clicked first. The rate is clicks for each
    view, which may be more than one."""
    ours = hits.filter(inside(hits.at, span))
    clicked = ours.filter(ours.target.notnull())
    counted = clicked.group_by("host", "page", "target").aggregate(
        clicks=clicked.count(), people=clicked.person.nunique()
    )
    seen = ours.filter(ours.is_view)
    views = seen.group_by("host", "page").aggregate(views=seen.count())
    found = counted.left_join(views, ["host", "page"])
    return found.select("host", "page", "target", "clicks", "people", views=ibis.coalesce(found.views, 0)).order_by(
        ibis.desc("clicks"), "host", "page", "target"
    )
