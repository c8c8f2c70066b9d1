"""Random histories of a shop's site, app and server, and the tables that they lie in."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import ibis
import msgspec
import pyarrow as pa
from hypothesis import strategies as st
from ibis.backends.duckdb import Backend

from tests.analytics.oracle import MINUTE, Person, Sent

FIRST, LAST, ZONE = date(2026, 3, 7), date(2026, 3, 9), "America/New_York"
"""Days of which one has 23 hours."""
_START = int(datetime(2026, 3, 7, 5, tzinfo=UTC).timestamp()) * 1_000_000
PEOPLE = (
    Person(identity=1, kind="anonymous", value="a1", customer="c1"),
    Person(identity=2, kind="anonymous", value="a2", customer="c2"),
    Person(identity=3, kind="user", value="u1", customer="c1"),
    Person(identity=4, kind="anonymous", value="a4", customer=None),
)

_addresses = st.sampled_from(
    [
        {},
        {"url": "https://www.shop.example/"},
        {"url": "https://shop.example/cart?gclid=x"},
        {"url": "https://shop.example/p/1?utm_source=News&utm_medium=Email&utm_campaign=spring", "path": "/p/1"},
        {"url": "https://other.example/p/1?a=b#c"},
        {"path": "/cart"},
    ]
)
_referrers = st.sampled_from(
    [
        {},
        {},
        {"referrer": "https://www.google.co.kr/"},
        {"referrer": "https://m.search.naver.com/search?q=1"},
        {"referrer": "https://blog.naver.com/x"},
        {"referrer": "https://shop.example/"},
        {"referrer": "https://www.friends.example/list"},
        {"referrer": "https://notgoogle.example/"},
    ]
)
_contexts = st.sampled_from(
    [
        {},
        {"userAgent": "Mozilla/5.0", "locale": "ko-KR", "page": {"url": "https://shop.example/", "path": "/"}},
        {"os": {"name": "iOS"}, "locale": "en-US", "location": {"country": "CA"}},
        {"userAgent": "Safari", "campaign": {"source": "Kakao", "medium": "CPC", "name": "봄"}},
        {"library": {"name": "analytics-node"}},
        {"userAgent": 7, "page": "no object", "campaign": None},
    ]
)
_worths = st.sampled_from(
    [
        {},
        {"order_id": "o1", "total": 12000, "currency": "KRW"},
        {"order_id": "o1", "total": 15000, "currency": "krw"},
        {"revenue": 18.5, "currency": "USD"},
        {"order_id": "o2", "value": 1},
    ]
)
_acts = st.sampled_from(
    [
        ("page", "Page Viewed", {}),
        ("page", "Page Viewed", {}),
        ("screen", "Screen Viewed", {"$name": "Home"}),
        ("track", "Product Added", {}),
        ("track", "Order Completed", {}),
        ("track", "Order Completed", {}),
        ("track", "Banner Clicked", {}),
        ("track", "Tapped", {"element": "buy"}),
        ("track", "Tapped", {"href": "/x", "label": "More"}),
    ]
)
_times = st.one_of(
    st.integers(-120, 4 * 1440).map(lambda minute: _START + minute * MINUTE),
    st.integers(0, 20).map(lambda step: _START + 1440 * MINUTE + step * 15 * MINUTE),
    st.integers(-4, 4).map(lambda step: _START + step * 10 * MINUTE),
)


@st.composite
def _sent(draw: st.DrawFn) -> dict[str, Any]:
    call, name, own = draw(_acts)
    worth = draw(_worths) if name == "Order Completed" else {}
    context = draw(_contexts)
    properties = {**draw(_addresses), **draw(_referrers), **worth, **own}
    identity = draw(st.integers(1, 4))
    stitched = {"$anonymous": "a1"} if identity == 3 and draw(st.booleans()) else {}
    return {
        "name": name,
        "call": call,
        "at": draw(_times),
        "identity": identity,
        "source": draw(st.sampled_from(["s1", "s2"])),
        "properties": {**properties, **stitched, **({"$context": context} if context else {})},
    }


histories = st.lists(_sent(), max_size=40).map(
    lambda events: [Sent(number=number, **event) for number, event in enumerate(events, start=1)]
)


def load(engine: Backend, sent: Sequence[Sent]) -> None:
    """Put a history into the engine, in the lake's columns."""
    moments = [datetime.fromtimestamp(one.at / 1_000_000, UTC) for one in sent]
    moment = pa.timestamp("us", "UTC")
    events = {
        "stream": pa.array(["tracked"] * len(sent), pa.string()),
        "day": pa.array([at.date() for at in moments], pa.date32()),
        "id": pa.array([one.number for one in sent], pa.int64()),
        "name": pa.array([one.name for one in sent], pa.string()),
        "recorded_at": pa.array(moments, moment),
        "occurred_at": pa.array(moments, moment),
        "identity_id": pa.array([one.identity for one in sent], pa.int64()),
        "subject_kind": pa.array([one.call for one in sent], pa.string()),
        "actor_id": pa.array([one.source for one in sent], pa.string()),
        "properties": pa.array([msgspec.json.encode(one.properties).decode() for one in sent], pa.string()),
    }
    _put(engine, "event", pa.table(events))
    people = {
        "id": pa.array([one.identity for one in PEOPLE], pa.int64()),
        "kind": pa.array([one.kind for one in PEOPLE]),
        "value": pa.array([one.value for one in PEOPLE]),
        "customer_id": pa.array([one.customer for one in PEOPLE]),
    }
    _put(engine, "identity", pa.table(people))


def _put(engine: Backend, name: str, data: pa.Table) -> None:
    engine.con.register(f"given_{name}", data)
    engine.raw_sql(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM given_{name}")


def open_engine() -> Backend:
    return ibis.duckdb.connect(":memory:")
