"""Visits: what a browser or an app did until it was silent for half an hour."""

from typing import Any as Expression

import ibis

from damso.analytics.hits import Table
from damso.analytics.span import MICROSECOND
from damso.analytics.traffic import is_foreign, medium_of, origin_of, source_of

SILENCE = 30 * 60 * MICROSECOND
"""A longer one ends a visit."""


def visits(hits: Table) -> Table:
    """One row for each visit: visitor, person, began, ended, views, acts (hits of any kind), entry_host, entry, exit,
    source, medium, campaign, agent, system, locale, country. A visit belongs to the day on which it began; where from
    and on what is what its first hit says."""
    numbered = _numbered(hits.filter(hits.on_device))
    first = {
        name: numbered[name].argmin(numbered.place)
        for name in ("person", "source_name", "medium", "campaign", "agent", "system", "locale", "country")
    }
    views = numbered.is_view
    return numbered.group_by("visitor", "visit").aggregate(
        began=numbered.at.min(),
        ended=numbered.at.max(),
        views=views.sum(),
        acts=numbered.count(),
        entry_host=ibis.coalesce(numbered.host.argmin(numbered.place, where=views), ""),
        entry=ibis.coalesce(numbered.page.argmin(numbered.place, where=views), ""),
        exit_host=ibis.coalesce(numbered.host.argmax(numbered.place, where=views), ""),
        exit=ibis.coalesce(numbered.page.argmax(numbered.place, where=views), ""),
        **first,
    )


def _numbered(hits: Table) -> Table:
    """Each hit with the number of its visit, its place among the visitor's hits, and where it would come from."""
    known = hits.mutate(origin=origin_of(hits.referring), foreign=is_foreign(hits.referring, hits.host.nullif("")))
    order = [known.at, known.number]
    silence = known.at - known.at.lag().over(group_by=known.visitor, order_by=order)
    marked = known.mutate(
        begins=ibis.ifelse((silence <= SILENCE).fill_null(False), 0, 1),
        place=ibis.row_number().over(group_by=known.visitor, order_by=order),
        source_name=source_of(known.campaign_source, known.click, known.origin, known.foreign),
        medium=medium_of(known.campaign_source, known.campaign_medium, known.click, known.origin, known.foreign),
    )
    so_far = ibis.window(group_by=marked.visitor, order_by=marked.place, preceding=None, following=0)
    return marked.mutate(visit=marked.begins.sum().over(so_far))


def began_in(visits: Table, start: int, end: int) -> Expression:
    """Whether a visit began in a time."""
    return (visits.began >= start) & (visits.began < end)
