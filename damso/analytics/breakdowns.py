"""Visits by where they came from, by campaign, by device, by language and by country."""

from collections.abc import Sequence

import ibis

from damso.analytics.conversions import has_converted
from damso.analytics.hits import Table
from damso.analytics.span import Span
from damso.analytics.visits import began_in

SOURCES = ("source_name", "medium")
CAMPAIGNS = ("campaign", "source_name", "medium")
DEVICES = ("agent", "system")
LOCALES = ("locale",)
COUNTRIES = ("country",)


def visits_by(keys: Sequence[str], visits: Table, conversions: Table, span: Span) -> Table:
    """The keys, visits, people, converted (people who converted in the span, wherever), the most visits first."""
    ours = visits.filter(began_in(visits, span.start, span.end))
    found = ours.group_by(*keys).aggregate(
        visits=ours.count(),
        people=ours.person.nunique(),
        converted=ours.person.nunique(where=has_converted(ours, conversions)),
    )
    return found.order_by(ibis.desc("visits"), *keys)
