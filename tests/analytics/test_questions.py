"""Each question, asked through Ibis, against a plain reading of the same random history."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from ibis.backends.duckdb import Backend

from damso.analytics import breakdowns, clicks, conversions, days, funnel, pages, totals
from damso.analytics.funnel import Step
from damso.analytics.hits import hits
from damso.analytics.span import Span
from damso.analytics.visits import SILENCE, visits
from tests.analytics.histories import FIRST, LAST, PEOPLE, ZONE, histories, load, open_engine
from tests.analytics.oracle import Sent, World

SPAN = Span(first=FIRST, last=LAST, zone=ZONE)
SOLD = "Order Completed"
MOST = 8

randomly = settings(
    max_examples=MOST,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module")
def engine() -> Backend:
    return open_engine()


class Asked:
    """A history in the engine, and the questions. They are the same for every history, so each is compiled once."""

    compiled: ClassVar[dict[str, str]] = {}

    def __init__(self, engine: Backend, sent: Sequence[Sent]) -> None:
        load(engine, sent)
        self._engine = engine
        self.keep("hits", lambda: hits(engine.table("event"), engine.table("identity"), SPAN.start - SILENCE, SPAN.end))
        self.keep("visits", lambda: visits(engine.table("hits")))

    def keep(self, name: str, make: Callable[[], Any]) -> None:
        self._engine.raw_sql(f"CREATE OR REPLACE TABLE {name} AS {self._sql(name, make)}")

    def _sql(self, name: str, make: Callable[[], Any]) -> str:
        if name not in self.compiled:
            self.compiled[name] = self._engine.compile(make())
        return self.compiled[name]

    def rows(self, name: str, question: Callable[[Any, Any, Any], Any]) -> list[dict[str, Any]]:
        """The answer to a question about hits, visits and conversions."""

        def make() -> Any:
            read = self._engine.table("hits")
            return question(read, self._engine.table("visits"), conversions.conversions(read, SOLD, SPAN))

        return self._engine.con.execute(self._sql(name, make)).to_arrow_table().to_pylist()


def world(sent: Sequence[Sent]) -> World:
    return World(sent, PEOPLE, FIRST, LAST, ZONE)


@randomly
@given(sent=histories)
def test_totals_and_revenue(engine: Backend, sent: Sequence[Sent]) -> None:
    asked = Asked(engine, sent)
    assert asked.rows("totals", lambda *of: totals.totals(*of, SPAN)) == [world(sent).totals(SOLD)]
    found = asked.rows("revenue", lambda _hits, _visits, sold: conversions.revenue(sold))
    assert {row["currency"]: (float(row["amount"]), row["orders"]) for row in found} == world(sent).revenue(SOLD)
    told = world(sent).conversions(SOLD)
    converters = world(sent).converters(SOLD)
    counted = {"conversions": len(told), "converters": len(converters)}
    assert asked.rows("count", lambda _hits, _visits, sold: conversions.count(sold)) == [counted]


@randomly
@given(sent=histories)
def test_days(engine: Backend, sent: Sequence[Sent]) -> None:
    asked, plain = Asked(engine, sent), world(sent)
    found = asked.rows("visits_by_day", lambda _hits, visits, _sold: days.visits_by_day(visits, SPAN))
    by_day = {row["day"]: (row["visits"], row["people"]) for row in found}
    expected = {number: [one for one in plain.visits if plain.day(one.began) == number] for number in range(3)}
    assert by_day == {
        number: (len(those), len({one.person for one in those})) for number, those in expected.items() if those
    }
    found = asked.rows("views_by_day", lambda hits, _visits, _sold: days.views_by_day(hits, SPAN))
    views = {row["day"]: row["views"] for row in found}
    seen = [plain.day(hit.at) for hit in plain.inside if hit.is_view]
    assert views == {number: seen.count(number) for number in set(seen)}
    found = asked.rows("conversions_by_day", lambda _hits, _visits, sold: days.conversions_by_day(sold, SPAN))
    sold = {row["day"]: row["conversions"] for row in found}
    on = [plain.day(hit.at) for hit in plain.conversions(SOLD)]
    assert sold == {number: on.count(number) for number in set(on)}


@randomly
@given(sent=histories)
def test_pages_and_clicks(engine: Backend, sent: Sequence[Sent]) -> None:
    asked, plain = Asked(engine, sent), world(sent)
    found = asked.rows("pages", lambda hits, visits, _sold: pages.pages(hits, visits, SPAN))
    assert {
        (row["host"], row["page"]): (row["views"], row["people"], row["entries"], row["exits"]) for row in found
    } == plain.pages()
    clicked = asked.rows("clicks", lambda hits, _visits, _sold: clicks.clicks(hits, SPAN))
    assert {
        (row["host"], row["page"], row["target"]): (row["clicks"], row["people"], row["views"]) for row in clicked
    } == plain.clicks()


@randomly
@given(sent=histories)
def test_where_from_and_on_what(engine: Backend, sent: Sequence[Sent]) -> None:
    asked, plain = Asked(engine, sent), world(sent)

    def grouped(keys: Sequence[str]) -> dict[Any, tuple[int, int, int]]:
        rows = asked.rows(f"by {keys}", lambda _hits, visits, sold: breakdowns.visits_by(keys, visits, sold, SPAN))
        return {tuple(row[key] for key in keys): (row["visits"], row["people"], row["converted"]) for row in rows}

    assert grouped(breakdowns.SOURCES) == plain.grouped(lambda hit: hit.origin[:2], SOLD)
    assert grouped(breakdowns.CAMPAIGNS) == plain.grouped(lambda hit: (hit.origin[2], *hit.origin[:2]), SOLD)
    assert grouped(breakdowns.LOCALES) == plain.grouped(lambda hit: (hit.locale,), SOLD)
    assert grouped(breakdowns.COUNTRIES) == plain.grouped(lambda hit: (hit.country,), SOLD)


FUNNELS = [
    ([Step("Page Viewed", "/c"), Step("Product Added")], 600),
    ([Step("Product Added"), Step("Page Viewed"), Step("Order Completed")], 86_400),
    ([Step("Page Viewed"), Step("Page Viewed"), Step("Page Viewed")], 1800),
    ([Step("Page Viewed"), Step("Order Completed")], 0),
]


@randomly
@given(sent=histories)
def test_funnels(engine: Backend, sent: Sequence[Sent]) -> None:
    asked, plain = Asked(engine, sent), world(sent)
    asked.keep(
        "later", lambda: hits(engine.table("event"), engine.table("identity"), SPAN.start, SPAN.end + 86_400_000_000)
    )
    for number, (steps, within) in enumerate(FUNNELS):
        found = asked.rows(
            f"funnel {number}", lambda *_, n=number: funnel.funnel(engine.table("later"), *FUNNELS[n], SPAN)
        )
        assert [row["people"] for row in sorted(found, key=lambda row: row["step"])] == plain.funnel(steps, within)


def test_sources_are_told_apart(engine: Backend) -> None:
    sent = [
        Sent(number=1, name="Page Viewed", call="page", at=SPAN.start, identity=1, source="s1", properties={}),
        Sent(number=2, name="Page Viewed", call="page", at=SPAN.start, identity=1, source="s2", properties={}),
    ]
    load(engine, sent)
    tables = engine.table("event"), engine.table("identity")
    assert hits(*tables, SPAN.start, SPAN.end, ["s2"]).count().execute() == 1


def test_the_span_before_is_as_long() -> None:
    before = SPAN.before()
    assert (before.end, before.days) == (SPAN.start, SPAN.days)
