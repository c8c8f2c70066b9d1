"""Events of a file go the way of what sources send; those of GA4 are put into the shop's own words."""

import json

from damso.customers.erasing.suppressed import suppress
from tests.tables.conftest import Filer

HEAD = "일시,회원번호,이메일,이벤트,message_id,금액,상품코드\n"


async def test_events_come_in_dated_as_of_old_by_whoever_they_name(filer: Filer) -> None:
    done = await filer.both(
        "events",
        HEAD + '2024-01-02 10:00,M-1,,결제,,"39,000",0012\n2019-05-01,,a@s.example,방문,,12,0034\n',
    )
    assert (done.counts, done.troubles) == ({"new": 2}, {})
    events = await filer.rows(
        """SELECT e.name, e.occurred_at::text, i.kind, i.value, i.proof, e.properties, s.name FROM tracked_event e
        JOIN identity i ON i.id = e.identity_id JOIN source s ON s.id::text = e.actor_id ORDER BY e.occurred_at"""
    )
    assert events == [
        (
            "방문",
            "2019-04-30 15:00:00+00",
            "email",
            "a@s.example",
            "asserted",
            {"금액": 12, "상품코드": "0034"},
            "Import",
        ),
        ("결제", "2024-01-02 01:00:00+00", "user", "M-1", "asserted", {"금액": 39000, "상품코드": "0012"}, "Import"),
    ]


async def test_nothing_comes_twice_however_often_it_is_brought(filer: Filer) -> None:
    rows = "".join(f"2024-01-02,M-{number},,결제,m{number % 3},1,x\n" for number in range(5))
    first = await filer.both("events", HEAD + rows)
    again = await filer.both("events", HEAD + rows, "copy.csv")
    without_ids = HEAD + "2024-01-02,M-1,,결제,,1,x\n2024-01-02,M-1,,결제,,1,x\n"
    lines = [(await filer.both("events", without_ids, name)).counts for name in ("a.csv", "b.csv")]
    assert [first.counts, again.counts, *lines] == [{"new": 3, "same": 2}, {"same": 5}, {"new": 2}, {"same": 2}]
    assert await filer.rows("SELECT taken, repeated FROM source_hour") == [(5, 5)]


async def test_events_that_cannot_be_taken_are_told_by_line(filer: Filer) -> None:
    async with filer.parts.database.transaction() as tx:
        await suppress(tx, filer.parts.keyring, [("user", "M-9")])
    done = await filer.both(
        "events",
        HEAD
        + "soon,M-1,,결제,,1,x\n,M-1,,결제,,1,x\n2024-01-02,null,,결제,,1,x\n2024-01-02,,,결제,,1,x\n"
        + "2999-01-02,M-1,,결제,,1,x\n2024-01-02,M-9,,결제,,1,x\n2024-01-02,M-1,,,,1,x\n2024-01-02,M-1,,결제,,1,x\n",
    )
    assert done.troubles == {
        2: "DATE_UNREADABLE",
        3: "NO_DATE",
        4: "EVENT_BLOCKED_VALUE",
        5: "EVENT_NOBODY",
        6: "EVENT_TIME_IN_FUTURE",
        7: "ERASED",
        8: "EVENT_NAME_MISSING",
    }
    assert done.counts == {"refused": 7, "new": 1}
    assert await filer.rows("SELECT count(*) FROM refused_event") == [(0,)]


async def test_a_file_of_orders_with_one_name_for_all(filer: Filer) -> None:
    text = "주문일시,회원번호,order_id,total,currency\n2024-01-02,M-1,A-1,39000,KRW\n"
    assert (await filer.both("events", text, event="Order Completed")).counts == {"new": 1}


def ga4(name: str, at: int = 1_704_157_200_000_000, user: str | None = None, **more: object) -> dict[str, object]:
    """An event as BigQuery exports it to JSON: whole numbers are texts."""
    params = [
        {"key": "ga_session_id", "value": {"int_value": "1704157100"}},
        {"key": "page_location", "value": {"string_value": "https://shop.example/shoes"}},
        {"key": "value", "value": {"double_value": 39000.0}},
    ]
    return {
        "event_date": "20240102",
        "event_timestamp": str(at),
        "event_name": name,
        "event_params": params,
        "user_id": user,
        "user_pseudo_id": "111.222",
        "user_properties": [{"key": "grade", "value": {"string_value": "VIP"}}],
        "device": {"category": "mobile", "language": "ko-kr", "web_info": {"browser": "Chrome"}},
        "geo": {"country": "South Korea", "city": "(not set)"},
        "traffic_source": {"name": "(not set)", "medium": "cpc", "source": "naver"},
        "platform": "WEB",
    } | more


ITEM = {"item_id": "SHOE-1", "item_name": "운동화", "price": 19500.0, "quantity": "2", "item_brand": "(not set)"}
PURCHASE = {"transaction_id": "T-1", "purchase_revenue": 39000.0, "tax_value": 3545.0, "shipping_value": 3000.0}


async def test_ga4_is_put_into_the_words_of_shops_and_its_people_are_joined(filer: Filer) -> None:
    records = [
        ga4("page_view"),
        ga4("view_item", 1_704_157_201_000_000, items=[ITEM]),
        ga4("purchase", 1_704_157_300_000_000, user="M-1", items=[ITEM], ecommerce=PURCHASE),
        ga4("purchase", 1_704_157_300_000_000, user="M-1", items=[ITEM], ecommerce=PURCHASE),
        {"event_name": "x", "event_timestamp": "soon", "user_pseudo_id": "1.2"},
        ga4("page_view", user_pseudo_id=None),
    ]
    done = await filer.both("ga4", "\n".join(map(json.dumps, records)), "events_20240102.json")
    assert done.counts == {"new": 3, "same": 1, "refused": 2}
    assert done.troubles == {5: "DATE_UNREADABLE", 6: "EVENT_NOBODY"}
    stored = await filer.rows("SELECT name, properties FROM tracked_event ORDER BY occurred_at, name DESC")
    assert [name for name, _ in stored] == ["Page Viewed", "Product Viewed", "Order Completed", "Identified"]
    viewed, ordered = (dict(stored[place][1]) for place in (1, 2))  # type: ignore[call-overload]
    assert (viewed["sku"], viewed["name"], viewed["quantity"], "brand" in viewed) == ("SHOE-1", "운동화", 2, False)
    assert ordered["order_id"] == "T-1"
    assert (ordered["revenue"], ordered["tax"], ordered["shipping"]) == (39000, 3545, 3000)
    context = ordered["$context"]
    assert context["sessionId"] == 1704157100
    assert context["campaign"] == {"source": "naver", "medium": "cpc", "of": "first_visit"}
    assert context["location"] == {"country": "South Korea"}
    customers = await filer.rows("SELECT count(DISTINCT customer_id) FROM identity WHERE kind IN ('user', 'anonymous')")
    assert customers == [(1,)]
    assert await filer.traits("M-1") == {"grade": "VIP"}


async def test_ga4_of_another_shape_than_google_writes_stops_nothing(filer: Filer) -> None:
    shapes: list[object] = [5, True, "5", "[5]", {"item_id": "A"}, [[]]]
    records = [ga4("purchase", 1_704_157_200_000_000 + at, items=shape) for at, shape in enumerate(shapes)]
    records.append(ga4("purchase", ecommerce=5, device=[], geo="KR", event_params=7, user_properties="x"))
    done = await filer.both("ga4", "\n".join(map(json.dumps, records)), "odd.json")
    assert done.counts == {"new": 7}


async def test_ga4_in_a_csv_file_says_the_same(filer: Filer) -> None:
    text = (
        "event_name,event_timestamp,user_pseudo_id,user_id,event_params,geo.country\n"
        'begin_checkout,1704157200000000,111.222,,"[{""key"":""currency"",""value"":{""string_value"":""KRW""}}]",KR\n'
    )
    assert (await filer.both("ga4", text)).counts == {"new": 1}
    [(name, properties)] = await filer.rows("SELECT name, properties FROM tracked_event")
    assert (name, properties["currency"]) == ("Checkout Started", "KRW")  # type: ignore[index]
    assert properties["$context"]["location"] == {"country": "KR"}  # type: ignore[index]
