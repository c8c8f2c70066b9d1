"""The protocol over HTTP: what is taken, what is refused and why, and that nothing is lost or doubled."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar

from damso.kernel.database import Database
from tests.clock import ManualClock
from tests.conversations.company import Company
from tests.http.browsers import browser
from tests.http.senders import Sender, event, identify, made_source, written


@pytest.fixture
async def site(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as client:
        yield client


@pytest.fixture
async def server(site: httpx.AsyncClient, database: Database) -> Sender:
    """The shop's own server."""
    return (await made_source(database)).at(site)


@pytest.fixture
async def page(site: httpx.AsyncClient, database: Database) -> Sender:
    """The shop's page."""
    return (await made_source(database, "browser")).at(site)


async def stored(database: Database) -> list[dict[str, Any]]:
    async with database.reading() as tx:
        rows = await tx.rows(
            """SELECT e.name, e.subject_kind AS call, e.occurred_at, e.properties, i.kind, i.value
            FROM tracked_event e JOIN identity i ON i.id = e.identity_id ORDER BY e.epoch, e.xid, e.id"""
        )
        return [dict(row) for row in rows]


async def quarantined(database: Database) -> list[str]:
    async with database.reading() as tx:
        return await tx.values("SELECT code FROM refused_event ORDER BY id")


async def timeline(desk: httpx.AsyncClient, name: str) -> list[dict[str, Any]]:
    found = (await desk.get("/api/customers", params={"q": name})).json()["items"]
    assert len(found) == 1
    lines: list[dict[str, Any]] = (await desk.get(f"/api/customers/{found[0]['id']}/timeline")).json()["items"]
    return lines


async def test_what_a_shop_sends_stands_in_the_customers_timeline(desk: httpx.AsyncClient, server: Sender) -> None:
    answer = await server.send(
        identify(userId="member-7", traits={"name": "김담소", "email": "mina@damso.example", "grade": "gold"}),
        event("Order Completed", properties={"order_id": "MS-20142", "total": 39000, "status": "배송 준비 중", "x": 1}),
    )
    assert answer.json() == {"success": True, "accepted": 2, "duplicates": 0, "rejected": []}
    lines = await timeline(desk, "mina@damso.example")
    assert ("주문했어요 · 39,000원", "MS-20142 · 배송 준비 중", "Shop server") in [
        (line["title"], line["text"], line["source"]) for line in lines
    ]


async def test_what_is_of_no_vocabulary_stands_there_as_it_came(desk: httpx.AsyncClient, server: Sender) -> None:
    """The name of an event is anybody's: what looks like a field of ours in it is none."""
    await server.send(
        identify(userId="member-7", traits={"email": "mina@damso.example"}),
        event("Clicked {button}", userId="member-7", properties={"label": "{0}"}),
    )
    lines = await timeline(desk, "mina@damso.example")
    assert ("Clicked {button}", "label: {0}") in [(line["title"], line["text"]) for line in lines]


async def test_every_call_is_stored_under_its_name(server: Sender, database: Database) -> None:
    who = {"userId": "member-7"}
    for call, fields in {
        "identify": {"traits": {"grade": "gold"}},
        "track": {"event": "Cart Viewed"},
        "page": {"name": "Home", "properties": {"url": "https://shop.example/"}},
        "screen": {"name": "Cart"},
        "group": {"groupId": "acme", "traits": {"plan": "big"}},
        "alias": {"previousId": "member-1"},
    }.items():
        assert (await server.send({**who, **fields}, call=call)).json()["accepted"] == 1, call
    assert [(one["call"], one["name"]) for one in await stored(database)] == [
        ("identify", "Identified"),
        ("track", "Cart Viewed"),
        ("page", "Page Viewed"),
        ("screen", "Screen Viewed"),
        ("group", "Group Joined"),
        ("alias", "Aliased"),
    ]


async def test_a_batch_sent_again_is_stored_once(server: Sender, database: Database) -> None:
    batch = [event() for _ in range(3)]
    await server.send(*batch)
    again = await server.send(*batch, *batch)
    assert (again.json()["accepted"], again.json()["duplicates"]) == (0, 6)
    assert len(await stored(database)) == 3


async def test_a_bad_event_takes_no_other_with_it(server: Sender, database: Database) -> None:
    answer = await server.send(event("Good"), event("Bad", properties=[1]), event("", properties={}), event("Fine"))
    rejected = answer.json()["rejected"]
    assert answer.status_code == 200
    assert [(one["index"], one["code"]) for one in rejected] == [(1, "FIELD_INVALID"), (2, "NAME_MISSING")]
    assert [one["name"] for one in await stored(database)] == ["Good", "Fine"]
    assert sorted(await quarantined(database)) == ["FIELD_INVALID", "NAME_MISSING"]


async def test_what_is_refused_twice_is_kept_once(server: Sender, database: Database) -> None:
    bad = event("Bad", properties="none")
    await server.send(bad)
    await server.send(bad)
    assert await quarantined(database) == ["FIELD_INVALID"]


HOSTILE = {
    "no object": (b"7", "NOT_AN_EVENT"),
    "a wrong type": (b'{"type":"bark","userId":"u"}', "TYPE_UNKNOWN"),
    "nobody": (b'{"type":"track","event":"A"}', "NOBODY"),
    "nobody called null": (b'{"type":"track","event":"A","userId":null,"anonymousId":null}', "NOBODY"),
    "a user called null": (b'{"type":"track","event":"A","userId":"null"}', "BLOCKED_VALUE"),
    "a user called 0": (b'{"type":"track","event":"A","userId":0}', "BLOCKED_VALUE"),
    "a user called undefined": (b'{"type":"track","event":"A","userId":" undefined "}', "BLOCKED_VALUE"),
    "a list for a user": (b'{"type":"track","event":"A","userId":["u"]}', "FIELD_INVALID"),
    "a NUL in a value": (
        b'{"type":"track","event":"A","userId":"u","properties":{"a":["x\\u0000"]}}',
        "CONTROL_CHARACTER",
    ),
    "a NUL in a key": (b'{"type":"track","event":"A","userId":"u","properties":{"x\\u0000":1}}', "CONTROL_CHARACTER"),
    "a NUL in an id": (b'{"type":"track","event":"A","userId":"u\\u0000"}', "CONTROL_CHARACTER"),
    "a number beyond all bounds": (
        b'{"type":"track","event":"A","userId":"u","properties":{"a":1e999}}',
        "FIELD_INVALID",
    ),
    "bytes that are no text": (b'{"type":"track","event":"\xff","userId":"u"}', "NOT_AN_EVENT"),
    "a time that is none": (b'{"type":"track","event":"A","userId":"u","timestamp":"yesterday"}', "TIME_INVALID"),
    "the year 9999": (
        b'{"type":"track","event":"A","userId":"u","timestamp":"9999-12-31T23:59:59Z"}',
        "TIME_IN_FUTURE",
    ),
    "ten thousand keys": (
        b'{"type":"track","event":"A","userId":"u","properties":{%s}}'
        % b",".join(b'"key%d":%d' % (number, number) for number in range(10_000)),
        "TOO_LARGE",
    ),
    "a name without end": (b'{"type":"track","event":"%s","userId":"u"}' % (b"A" * 300), "TOO_LONG"),
    "a name of ours": (b'{"type":"track","event":"A","userId":"u","properties":{"$context":1}}', "RESERVED_PROPERTY"),
}


async def test_each_hostile_event_goes_to_quarantine_alone(server: Sender, database: Database) -> None:
    good = b'{"type":"track","event":"Good","userId":"u"}'
    batch = b",".join(body + b"," + good for body, _ in HOSTILE.values())
    answer = (await server.send_bytes(b'{"batch":[%s]}' % batch)).json()
    assert {list(HOSTILE)[one["index"] // 2]: one["code"] for one in answer["rejected"]} == {
        what: code for what, (_, code) in HOSTILE.items()
    }
    assert answer["accepted"] == len(HOSTILE) == len(await stored(database))
    assert sorted(await quarantined(database)) == sorted(code for _, code in HOSTILE.values())


UNREADABLE = {
    "no JSON": (b'{"batch":[', 400),
    "no batch": (b"{}", 400),
    "nested without end": (b'{"batch":[{"a":' + b"[" * 50_000 + b"]" * 50_000 + b"}]}", 400),
    "too large": (b'{"batch":[' + b" " * 600_000 + b"]}", 413),
    "fifty megabytes": (b'{"batch":[' + b" " * 50_000_000 + b"]}", 413),
}


async def test_a_request_that_cannot_be_cut_into_events_is_refused(server: Sender) -> None:
    for what, (body, status) in UNREADABLE.items():
        assert (what, (await server.send_bytes(body)).status_code) == (what, status)


async def test_half_an_emoji_costs_no_batch(server: Sender, database: Database) -> None:
    title = b'{"batch":[{"type":"track","event":"A","userId":"u","properties":{"title":"ok \\\\ud83d \\ud83d"}}]}'
    assert (await server.send_bytes(title)).json()["accepted"] == 1
    assert (await stored(database))[0]["properties"]["title"] == "ok \\ud83d �"


async def test_packed_bodies_are_unpacked_and_bombs_are_not(server: Sender) -> None:
    assert (await server.send_bytes(b'{"batch":[]}', packed=True)).status_code == 200
    assert (await server.send_bytes(b" " * 100_000_000, packed=True)).status_code == 413


async def test_a_wrong_key_opens_nothing(server: Sender, database: Database) -> None:
    server.key = "sk_wrong"
    assert (await server.send(event())).status_code == 401
    assert await stored(database) == []


async def test_a_key_in_the_body_will_do_and_is_not_kept(page: Sender, database: Database) -> None:
    body = {"writeKey": page.key, "type": "track", "event": 7, "anonymousId": "a"}
    sent = await page.client.post("/v1/t", json=body, headers={"content-type": "text/plain"})
    assert [one["code"] for one in sent.json()["rejected"]] == ["FIELD_INVALID"]
    async with database.reading() as tx:
        assert page.key.encode() not in await tx.value("SELECT body FROM refused_event")


async def test_a_devices_wrong_clock_is_corrected(server: Sender, database: Database, clock: ManualClock) -> None:
    wrong = clock.now() - timedelta(days=365 * 5)
    await server.send(event(timestamp=written(wrong), sentAt=written(wrong + timedelta(minutes=10))))
    assert (await stored(database))[0]["occurred_at"] == clock.now() - timedelta(minutes=10)


async def test_the_past_comes_through_import_alone(server: Sender, database: Database, clock: ManualClock) -> None:
    old = event(timestamp=written(clock.now() - timedelta(days=365 * 5)))
    assert [one["code"] for one in (await server.send(old)).json()["rejected"]] == ["TIME_TOO_OLD"]
    old["messageId"] = "again"
    assert (await server.send(old, call="import")).json()["accepted"] == 1
    assert (await stored(database))[0]["occurred_at"] == clock.now() - timedelta(days=365 * 5)


async def test_a_page_can_only_claim(desk: httpx.AsyncClient, page: Sender, server: Sender, database: Database) -> None:
    await server.send(identify(userId="member-7", traits={"email": "mina@damso.example", "grade": "gold"}))
    said = {"email": "mina@damso.example", "name": "남의 이름", "grade": "diamond"}
    await page.send(identify(userId="member-7", anonymousId="browser-1", traits=said), event(anonymousId="browser-1"))
    assert {(one["kind"], one["value"]) for one in (await stored(database))[1:]} == {("anonymous", "browser-1")}
    async with database.reading() as tx:
        claims = await tx.rows("SELECT kind, value FROM claim ORDER BY kind")
        owners = await tx.value("SELECT count(DISTINCT customer_id) FROM identity WHERE kind IN ('anonymous', 'user')")
    assert [tuple(claim) for claim in claims] == [
        ("email", "mina@damso.example"),
        ("name", "남의 이름"),
        ("user", "member-7"),
    ]
    assert owners == 2


async def test_a_server_joins_who_browsed_with_who_signed_in(
    desk: httpx.AsyncClient, page: Sender, server: Sender, database: Database
) -> None:
    await page.send({"type": "page", "anonymousId": "browser-1", "properties": {"title": "봄 세일"}})
    await server.send(identify(userId="member-7", anonymousId="browser-1", traits={"email": "mina@damso.example"}))
    assert "봄 세일" in [line["text"] for line in await timeline(desk, "mina@damso.example")]


async def test_two_people_on_one_phone_stay_two(server: Sender, page: Sender, database: Database) -> None:
    await page.send(event(anonymousId="phone"))
    for user in ("member-7", "member-8"):
        assert (await server.send(identify(userId=user, anonymousId="phone"))).json()["accepted"] == 1
    async with database.reading() as tx:
        rows = await tx.rows(
            "SELECT value, customer_id FROM identity WHERE kind IN ('user', 'anonymous') ORDER BY value"
        )
    owner = {row["value"]: row["customer_id"] for row in rows}
    assert owner["phone"] == owner["member-7"] != owner["member-8"]


async def test_one_address_for_many_users_is_refused(server: Sender, database: Database) -> None:
    first = await server.send(identify(userId="member-7", traits={"email": "shared@damso.example"}))
    second = await server.send(identify(userId="member-8", traits={"email": "shared@damso.example"}))
    assert first.json()["accepted"] == 1
    assert [one["code"] for one in second.json()["rejected"]] == ["TOO_MANY_IDENTITIES"]


async def test_an_alias_joins_two_ids_by_a_server_and_not_by_a_page(
    server: Sender, page: Sender, database: Database
) -> None:
    alias = {"type": "alias", "userId": "new-1", "previousId": "old-1", "anonymousId": "a"}
    assert [one["code"] for one in (await page.send(alias)).json()["rejected"]] == ["SERVER_ONLY"]
    await server.send(event(userId="old-1"), alias)
    async with database.reading() as tx:
        assert await tx.value("SELECT count(DISTINCT customer_id) FROM identity WHERE kind = 'user'") == 1


async def test_a_visitor_without_a_name_is_not_in_the_list(desk: httpx.AsyncClient, page: Sender) -> None:
    await page.send(event(userId=None, anonymousId="browser-1"))
    assert (await desk.get("/api/customers")).json()["items"] == []
    await page.send(identify(anonymousId="browser-1", traits={"name": "김담소"}))
    assert [one["name"] for one in (await desk.get("/api/customers")).json()["items"]] == ["김담소"]


async def test_a_storm_of_nobody_makes_nobody(page: Sender, database: Database) -> None:
    storm = [identify(userId=None, anonymousId="browser-1", traits=None) for _ in range(200)]
    assert (await page.send(*storm)).json()["accepted"] == 200
    async with database.reading() as tx:
        assert await tx.value("SELECT count(*) FROM customer WHERE anonymous") == 1
        assert await tx.value("SELECT count(*) FROM claim") == 0


async def test_pages_of_other_sites_are_turned_away(app: Litestar, site: httpx.AsyncClient, database: Database) -> None:
    page = (await made_source(database, "browser", origins=["https://shop.example"])).at(site)
    assert (await page.send(event(anonymousId="a"), origin="https://evil.example")).status_code == 403
    answer = await page.send(event(anonymousId="a"), origin="https://shop.example")
    assert answer.json()["accepted"] == 1
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"


async def test_a_browser_is_told_that_it_may_send(site: httpx.AsyncClient) -> None:
    asked = {"origin": "https://shop.example", "access-control-request-headers": "authorization,content-type"}
    answer = await site.options("/v1/track", headers=asked | {"access-control-request-method": "POST"})
    assert answer.status_code in (200, 204)
    assert answer.headers["access-control-allow-headers"] == "authorization,content-type"


async def test_a_source_that_sends_too_fast_is_told_to_wait(site: httpx.AsyncClient, database: Database) -> None:
    slow = (await made_source(database, events_per_second=1)).at(site)
    assert (await slow.send(*[event() for _ in range(50)])).status_code == 200
    later = await slow.send(event())
    assert (later.status_code, int(later.headers["retry-after"]) > 1) == (429, True)


async def test_what_is_over_its_time_is_forgotten(company: Company, server: Sender, clock: ManualClock) -> None:
    """Ids for more than thirty days, quarantine for thirty."""
    from damso.bootstrap import timers_of
    from damso.kernel.timers import run_due

    sent = event()
    await server.send(sent, event(properties=7))
    clock.advance(timedelta(days=31))
    await run_due(company.parts.database, timers_of(company.parts))
    assert (await server.send(sent)).json()["duplicates"] == 1
    assert await quarantined(company.parts.database) == []
