"""All questions about a period, on one connection to the lake. Events are read once; what they tell is kept beside."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import unquote_plus

import pyarrow as pa
from ibis.backends.duckdb import Backend

from damso.analytics import breakdowns, types
from damso.analytics.clicks import clicks
from damso.analytics.conversions import conversions, count, revenue
from damso.analytics.days import conversions_by_day, views_by_day, visits_by_day
from damso.analytics.funnel import Step, funnel
from damso.analytics.hits import Table, hits
from damso.analytics.pages import pages
from damso.analytics.span import MICROSECOND, Span
from damso.analytics.totals import totals
from damso.analytics.visits import SILENCE, visits
from damso.commerce.money import DIGITS
from damso.kernel.device import device_of

ROWS = 100
"""Rows of a table that is told of."""


class Asked:
    """An open lake with the hits of a time as a table."""

    def __init__(
        self, lake: Backend, since: int, until: int, sources: Sequence[str], customers: Sequence[str] | None
    ) -> None:
        self._lake = lake
        read = hits(lake.table("event"), lake.table("identity"), since, until, sources)
        if customers is not None:
            lake.con.register("chosen", pa.table({"customer_id": pa.array(customers, pa.string())}))
            chosen = lake.table("chosen")
            read = read.semi_join(chosen, read.person == chosen.customer_id)
        self.hits = self.keep("hits", read)

    def keep(self, name: str, table: Table) -> Table:
        """Make an expression a table, so that whoever asks it does not read events again."""
        self._lake.raw_sql(f'CREATE TEMP TABLE "{name}" AS {self._lake.compile(table)}')
        return self._lake.table(name)

    def rows(self, table: Table, most: int | None = None) -> list[dict[str, Any]]:
        wanted = table.limit(most) if most else table
        found: list[dict[str, Any]] = self._lake.con.sql(self._lake.compile(wanted)).to_arrow_table().to_pylist()
        return found


def report(
    lake: Backend, span: Span, wanted: types.Wanted, customers: Sequence[str] | None, about: dict[str, Any]
) -> types.AnalyticsReport:
    """`about` is what the report says of itself: how fresh it is."""
    before = span.before()
    sources = [str(one) for one in wanted.sources]
    asked = Asked(lake, before.start - SILENCE, span.end, sources, customers)
    made = asked.keep("visits", visits(asked.hits))
    sold = asked.keep("conversions", conversions(asked.hits, wanted.event, span))
    sold_before = conversions(asked.hits, wanted.event, before)
    return types.AnalyticsReport(
        first=span.first,
        last=span.last,
        zone=span.zone,
        event=wanted.event,
        now=_figures(asked, made, sold, span),
        before=_figures(asked, made, sold_before, before),
        days=_days(asked, made, sold, span),
        pages=[types.PageFigures(**row) for row in asked.rows(pages(asked.hits, made, span), ROWS)],
        sources=_origins(asked, breakdowns.SOURCES, made, sold, span),
        campaigns=[one for one in _origins(asked, breakdowns.CAMPAIGNS, made, sold, span) if one.campaign],
        devices=_devices(asked, made, sold, span),
        locales=_places(asked, breakdowns.LOCALES, made, sold, span),
        countries=_places(asked, breakdowns.COUNTRIES, made, sold, span),
        clicks=[types.ClickFigures(**row) for row in asked.rows(clicks(asked.hits, span), ROWS)],
        **about,
    )


def funnel_of(
    lake: Backend,
    span: Span,
    wanted: types.Wanted,
    steps: Sequence[Step],
    within: int,
    customers: Sequence[str] | None,
) -> list[types.FunnelStep]:
    until = span.end + within * MICROSECOND
    asked = Asked(lake, span.start, until, [str(one) for one in wanted.sources], customers)
    found = {row["step"]: row for row in asked.rows(funnel(asked.hits, steps, within, span))}
    return [
        types.FunnelStep(
            step=f"page:{step.page}" if step.page else step.name,
            people=found[number]["people"],
            seconds=found[number]["seconds"] or 0.0,
        )
        for number, step in enumerate(steps)
    ]


def _figures(asked: Asked, made: Table, sold: Table, span: Span) -> types.VisitFigures:
    [found] = asked.rows(totals(asked.hits, made, sold, span))
    [counted] = asked.rows(count(sold))
    seconds = float(found.pop("seconds"))
    return types.VisitFigures(
        **found,
        seconds=seconds / found["visits"] if found["visits"] else 0.0,
        conversions=counted["conversions"],
        # What a page sends may be called any currency.
        revenue=[_worth(row) for row in asked.rows(revenue(sold).order_by("currency")) if row["currency"] in DIGITS],
    )


def _worth(row: dict[str, Any]) -> types.Worth:
    digits = DIGITS[row["currency"]]
    minor = int((row["amount"] * 10**digits).to_integral_value())
    return types.Worth(currency=row["currency"], minor=minor, digits=digits, conversions=row["orders"])


def _days(asked: Asked, made: Table, sold: Table, span: Span) -> list[types.DayFigures]:
    """Every day, also those on which nothing happened."""
    figures: dict[int, dict[str, int]] = {}
    for table in (visits_by_day(made, span), views_by_day(asked.hits, span), conversions_by_day(sold, span)):
        for row in asked.rows(table):
            figures.setdefault(row.pop("day"), {}).update(row)
    nothing = {"people": 0, "visits": 0, "views": 0, "conversions": 0}
    return [
        types.DayFigures(day=span.first + timedelta(days=number), **(nothing | figures.get(number, {})))
        for number in range(span.days)
    ]


def _origins(asked: Asked, keys: Sequence[str], made: Table, sold: Table, span: Span) -> list[types.OriginFigures]:
    """What an address holds is written with signs for signs (%20); two ways to write one name are one."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for row in asked.rows(breakdowns.visits_by(keys, made, sold, span), ROWS * 2):
        name = tuple(unquote_plus(row.get(key) or "") for key in ("source_name", "medium", "campaign"))
        sums = found.setdefault((name[0], name[1], name[2]), [0, 0, 0])
        for place, key in enumerate(("visits", "people", "converted")):
            sums[place] += row[key]
    rows = [
        types.OriginFigures(
            source=source, medium=medium, campaign=campaign, visits=sums[0], people=sums[1], converted=sums[2]
        )
        for (source, medium, campaign), sums in found.items()
    ]
    return sorted(rows, key=lambda row: -row.visits)[:ROWS]


def _devices(asked: Asked, made: Table, sold: Table, span: Span) -> list[types.DeviceFigures]:
    """What a User-Agent means no engine knows: that is looked up once for each that was seen."""
    found: dict[tuple[str, str, str], int] = {}
    for row in asked.rows(breakdowns.visits_by(breakdowns.DEVICES, made, sold, span)):
        device = device_of(row["agent"] or "", row["system"] or "")
        key = (device.kind, device.system, device.browser)
        found[key] = found.get(key, 0) + row["visits"]
    ranked = sorted(found.items(), key=lambda one: -one[1])[:ROWS]
    return [types.DeviceFigures(kind=key[0], system=key[1], browser=key[2], visits=some) for key, some in ranked]


def _places(asked: Asked, keys: Sequence[str], made: Table, sold: Table, span: Span) -> list[types.PlaceFigures]:
    rows = asked.rows(breakdowns.visits_by(keys, made, sold, span), ROWS)
    return [types.PlaceFigures(code=row[keys[0]] or "", visits=row["visits"], people=row["people"]) for row in rows]
