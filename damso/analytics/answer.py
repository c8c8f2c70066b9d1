"""All questions about a period, on one connection to the lake. Events are read once; what they tell is kept beside."""

from collections.abc import Callable, Sequence
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
MOST_AGENTS = 3000
"""User-Agents that are looked up, the most frequent first: a millisecond each, the first time."""
MOST_COMPILED = 400
"""Questions that are remembered as SQL, some 20 KB each at most."""

Question = Callable[[], Table]
_COMPILED: dict[tuple[object, ...], str] = {}


class Asked:
    """An open lake with the hits of a time as a table. What is the same question as before is not put into SQL again:
    that takes ten times as long as answering it of a small shop."""

    def __init__(
        self, lake: Backend, since: int, until: int, wanted: types.Wanted, customers: Sequence[str] | None
    ) -> None:
        self._lake = lake
        self._about = (since, until, wanted.first, wanted.last, tuple(wanted.sources), wanted.event, customers is None)
        if customers is not None:
            lake.con.register("chosen", pa.table({"customer_id": pa.array(customers, pa.string())}))
        sources = [str(one) for one in wanted.sources]

        def read() -> Table:
            found = hits(lake.table("event"), lake.table("identity"), since, until, sources)
            if customers is None:
                return found
            chosen = lake.table("chosen")
            return found.semi_join(chosen, found.person == chosen.customer_id)

        self.keep("hits", read)

    def table(self, name: str) -> Table:
        """One that was kept."""
        return self._lake.table(name)

    def keep(self, name: str, make: Question, *, of_days: bool = True) -> None:
        """Make an expression a table, so that whoever asks it does not read events again. `of_days`: it is another one
        for other days."""
        self._lake.raw_sql(f'CREATE TEMP TABLE "{name}" AS {self._sql(name, make, of_days=of_days)}')

    def rows(self, name: str, make: Question, most: int | None = None) -> list[dict[str, Any]]:
        """The answer to a question, at most so many rows of it."""
        sql = f"{self._sql(name, make)} LIMIT {most}" if most else self._sql(name, make)
        found: list[dict[str, Any]] = self._lake.con.sql(sql).to_arrow_table().to_pylist()
        return found

    def _sql(self, name: str, make: Question, *, of_days: bool = True) -> str:
        key = (name, *self._about) if of_days else (name,)
        if key not in _COMPILED:
            if len(_COMPILED) >= MOST_COMPILED:
                _COMPILED.clear()
            _COMPILED[key] = self._lake.compile(make())
        return _COMPILED[key]


def report(
    lake: Backend, span: Span, wanted: types.Wanted, customers: Sequence[str] | None, about: dict[str, Any]
) -> types.AnalyticsReport:
    """`about` is what the report says of itself: how fresh it is."""
    before = span.before()
    asked = Asked(lake, before.start - SILENCE, span.end, wanted, customers)
    asked.keep("visits", lambda: visits(asked.table("hits")), of_days=False)
    asked.keep("now", lambda: conversions(asked.table("hits"), wanted.event, span))
    asked.keep("before", lambda: conversions(asked.table("hits"), wanted.event, before))
    return types.AnalyticsReport(
        first=span.first,
        last=span.last,
        zone=span.zone,
        event=wanted.event,
        now=_figures(asked, "now", span),
        before=_figures(asked, "before", before),
        days=_days(asked, span),
        pages=[types.PageFigures(**row) for row in asked.rows("pages", lambda: _pages(asked, span), ROWS)],
        sources=_origins(asked, breakdowns.SOURCES, span),
        campaigns=[one for one in _origins(asked, breakdowns.CAMPAIGNS, span) if one.campaign],
        devices=_devices(asked, span),
        locales=_places(asked, breakdowns.LOCALES, span),
        countries=_places(asked, breakdowns.COUNTRIES, span),
        clicks=[
            types.ClickFigures(**row) for row in asked.rows("clicks", lambda: clicks(asked.table("hits"), span), ROWS)
        ],
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
    asked = Asked(lake, span.start, span.end + within * MICROSECOND, wanted, customers)
    name = f"funnel {steps} {within}"
    rows = asked.rows(name, lambda: funnel(asked.table("hits"), steps, within, span))
    found = {row["step"]: row for row in rows}
    return [
        types.FunnelStep(
            step=f"page:{step.page}" if step.page else step.name,
            people=found[number]["people"],
            seconds=found[number]["seconds"] or 0.0,
        )
        for number, step in enumerate(steps)
    ]


def _figures(asked: Asked, sold: str, span: Span) -> types.VisitFigures:
    [found] = asked.rows(
        f"totals {sold}",
        lambda: totals(asked.table("hits"), asked.table("visits"), asked.table(sold), span),
    )
    [counted] = asked.rows(f"count {sold}", lambda: count(asked.table(sold)))
    worth = asked.rows(f"revenue {sold}", lambda: revenue(asked.table(sold)).order_by("currency"))
    visits_made, seconds = int(found["visits"]), float(found["seconds"])
    return types.VisitFigures(
        people=found["people"],
        visits=visits_made,
        views=found["views"],
        bounces=int(found["bounces"]),
        seconds=seconds / visits_made if visits_made else 0.0,
        conversions=counted["conversions"],
        converted=found["converted"],
        # What a page sends may be called any currency.
        revenue=[_worth(row) for row in worth if row["currency"] in DIGITS],
    )


def _worth(row: dict[str, Any]) -> types.Worth:
    digits = DIGITS[row["currency"]]
    minor = int((row["amount"] * 10**digits).to_integral_value())
    return types.Worth(currency=row["currency"], minor=minor, digits=digits, conversions=row["orders"])


def _days(asked: Asked, span: Span) -> list[types.DayFigures]:
    """Every day, also those on which nothing happened."""
    figures: dict[int, dict[str, int]] = {}
    by_day: dict[str, Question] = {
        "visits by day": lambda: visits_by_day(asked.table("visits"), span),
        "views by day": lambda: views_by_day(asked.table("hits"), span),
        "conversions by day": lambda: conversions_by_day(asked.table("now"), span),
    }
    for name, make in by_day.items():
        for row in asked.rows(name, make):
            figures.setdefault(row.pop("day"), {}).update(row)
    nothing = {"people": 0, "visits": 0, "views": 0, "conversions": 0}
    return [
        types.DayFigures(day=span.first + timedelta(days=number), **(nothing | figures.get(number, {})))
        for number in range(span.days)
    ]


def _pages(asked: Asked, span: Span) -> Table:
    return pages(asked.table("hits"), asked.table("visits"), span)


def _visits_by(asked: Asked, keys: Sequence[str], span: Span, most: int | None = None) -> list[dict[str, Any]]:
    def make() -> Table:
        return breakdowns.visits_by(keys, asked.table("visits"), asked.table("now"), span)

    return asked.rows(f"by {keys}", make, most)


def _origins(asked: Asked, keys: Sequence[str], span: Span) -> list[types.OriginFigures]:
    """What an address holds is written with signs for signs (%20); two ways to write one name are one."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for row in _visits_by(asked, keys, span, ROWS * 2):
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


def _devices(asked: Asked, span: Span) -> list[types.DeviceFigures]:
    """What a User-Agent means no engine knows: that is looked up once for each that was seen."""
    found: dict[tuple[str, str, str], int] = {}
    for row in _visits_by(asked, breakdowns.DEVICES, span, MOST_AGENTS):
        device = device_of(row["agent"] or "", row["system"] or "")
        key = (device.kind, device.system, device.browser)
        found[key] = found.get(key, 0) + row["visits"]
    ranked = sorted(found.items(), key=lambda one: -one[1])[:ROWS]
    return [types.DeviceFigures(kind=key[0], system=key[1], browser=key[2], visits=some) for key, some in ranked]


def _places(asked: Asked, keys: Sequence[str], span: Span) -> list[types.PlaceFigures]:
    rows = _visits_by(asked, keys, span, ROWS)
    return [types.PlaceFigures(code=row[keys[0]] or "", visits=row["visits"], people=row["people"]) for row in rows]
