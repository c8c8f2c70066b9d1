"""Pages and screens: how often they were seen, and at which of them visits began and ended."""

import ibis

from damso.analytics.hits import Table
from damso.analytics.span import Span, inside
from damso.analytics.visits import began_in


def pages(hits: Table, visits: Table, span: Span) -> Table:
    """host, page, title (the newest), views, people, entries, exits; the most seen first."""
    seen = hits.filter(hits.is_view, inside(hits.at, span))
    views = seen.group_by("host", "page").aggregate(
        title=seen.title.argmax(seen.number), views=seen.count(), people=seen.person.nunique()
    )
    ours = visits.filter(began_in(visits, span.start, span.end), visits.views > 0)
    begun = ours.group_by(host=ours.entry_host, page=ours.entry).aggregate(entries=ours.count())
    left = ours.group_by(host=ours.exit_host, page=ours.exit).aggregate(exits=ours.count())
    found = views.left_join(begun, ["host", "page"]).left_join(left, ["host", "page"])
    return found.select(
        "host",
        "page",
        "title",
        "views",
        "people",
        entries=ibis.coalesce(found.entries, 0),
        exits=ibis.coalesce(found.exits, 0),
    ).order_by(ibis.desc("views"), "host", "page")
