"""Web and app analytics over HTTP: from what kits send to the figures, and who may ask for which."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from litestar import Litestar

from damso.bootstrap import Parts
from damso.kernel.ids import new_id
from damso.lake.keep import keep
from damso.lake.open import store_of
from tests.conversations.company import Company
from tests.http.browsers import signed_in_browser
from tests.http.senders import Sender, made_source

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1"


def _sent(kind: str, visitor: str, at: str, path: str = "/", **fields: Any) -> dict[str, Any]:
    url = f"https://shop.example{path}"
    context = {"userAgent": PHONE, "locale": "ko-KR", "page": {"url": url, "path": path.partition("?")[0]}}
    own = {"messageId": uuid4().hex, "anonymousId": visitor, "timestamp": at, "context": context}
    return {"type": kind, "properties": {}} | own | fields


async def _visited(company: Company, app_client: httpx.AsyncClient) -> tuple[Sender, dict[str, str]]:
    """Two visits of today by two people, one of whom buys; the days to ask about."""
    now = company.parts.database.clock.now()
    first, later = ((now - timedelta(minutes=ago)).isoformat() for ago in (90, 10))
    source = (await made_source(company.parts.database, "browser")).at(app_client)
    sold = {"order_id": "W-1", "total": 12000, "currency": "KRW"}
    answer = await source.send(
        _sent("page", "v1", first, "/?utm_source=kakao&utm_medium=cpc&utm_campaign=%EB%B4%84"),
        _sent("track", "v1", first, "/cart", event="Button Clicked", properties={"text": "구매"}),
        _sent("track", "v1", first, "/done", event="Order Completed", properties=sold),
        _sent("page", "v2", later, "/cart"),
    )
    assert answer.json()["rejected"] == []
    days = {"first": str((now - timedelta(days=2)).date()), "last": str((now + timedelta(days=1)).date())}
    return source, days


async def test_what_was_sent_a_moment_ago_is_counted(company: Company, desk: httpx.AsyncClient) -> None:
    source, days = await _visited(company, desk)
    parts = company.parts
    answer = await desk.get("/api/analytics", params=days)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    figures = {key: told["now"][key] for key in ("people", "visits", "views", "conversions", "converted")}
    assert figures == {"people": 2, "visits": 2, "views": 2, "conversions": 1, "converted": 1}
    assert told["now"]["revenue"] == [{"currency": "KRW", "minor": 12000, "digits": 0, "conversions": 1}]
    assert told["before"]["visits"] == 0
    assert [(one["source"], one["medium"], one["campaign"]) for one in told["campaigns"]] == [("kakao", "cpc", "봄")]
    assert [(one["kind"], one["system"], one["visits"]) for one in told["devices"]] == [("phone", "iOS", 2)]
    assert [(one["target"], one["clicks"]) for one in told["clicks"]] == [("구매", 1)]
    assert sum(one["visits"] for one in told["days"]) == 2

    await keep(parts.database, store_of(parts.settings), ())
    again = (await desk.get("/api/analytics", params=days | {"source": source.source_id})).json()
    assert (again["now"], again["pages"]) == (told["now"], told["pages"])
    none = (await desk.get("/api/analytics", params=days | {"source": str(new_id())})).json()
    assert none["now"]["visits"] == 0

    steps = {"step": ["page:/", "Order Completed"], "within": 3600}
    funnel = (await desk.get("/api/analytics/funnel", params=days | steps)).json()
    assert [(one["step"], one["people"]) for one in funnel["steps"]] == [("page:/", 2), ("Order Completed", 1)]


async def test_periods_steps_and_small_segments_are_refused(
    app: Litestar, company: Company, desk: httpx.AsyncClient
) -> None:
    day = {"first": "2026-11-02", "last": "2026-11-02"}
    turned = await desk.get("/api/analytics", params={"first": "2026-11-02", "last": "2026-11-01"})
    assert (turned.status_code, turned.json()["code"]) == (422, "PERIOD_INVALID")
    ancient = await desk.get("/api/analytics", params={"first": "0001-01-01", "last": "0001-01-02"})
    assert (ancient.status_code, ancient.json()["code"]) == (422, "PERIOD_INVALID")
    unprintable = await desk.get("/api/analytics", params=day | {"event": "a\x00b"})
    assert (unprintable.status_code, unprintable.json()["code"]) == (422, "EVENT_NAME_INVALID")
    one = await desk.get("/api/analytics/funnel", params=day | {"step": "Order Completed"})
    assert (one.status_code, one.json()["code"]) == (422, "STEPS_INVALID")
    missing = await desk.get("/api/analytics", params=day | {"segment": str(new_id())})
    assert missing.status_code == 404
    segment = await _segment(company.parts)
    few = await desk.get("/api/analytics", params=day | {"segment": str(segment)})
    assert (few.status_code, few.json()["code"]) == (422, "SEGMENT_TOO_SMALL")
    assert (await desk.get("/api/analytics/choices")).json()["events"] == []
    limits = {"inboxes": (company.post.id,)}
    async with await signed_in_browser(app, company.parts.database, company.colleague) as colleague:
        await _limit(company, limits)
        refused = await colleague.get("/api/analytics", params=day | {"segment": str(segment)})
        assert refused.status_code == 403


async def test_a_segments_visits_are_told_of_enough_people(company: Company, desk: httpx.AsyncClient) -> None:
    _, days = await _visited(company, desk)
    parts = company.parts
    await keep(parts.database, store_of(parts.settings), _identities())
    segment = await _segment(parts)
    async with parts.database.transaction() as tx:
        visitor = await tx.value("SELECT customer_id FROM identity WHERE value = 'v1'")
        for customer in [visitor, *(new_id() for _ in range(9))]:
            await tx.execute(
                "INSERT INTO segment_member (segment_id, customer_id, from_at) VALUES ($1, $2, $3)",
                segment,
                customer,
                tx.now,
            )
    told = (await desk.get("/api/analytics", params=days | {"segment": str(segment)})).json()
    assert (told["now"]["visits"], told["now"]["conversions"]) == (1, 1)


def _identities() -> Any:
    from damso.bootstrap import dimensions_of

    return [one for one in dimensions_of() if one.name == "identity"]


async def _segment(parts: Parts) -> UUID:
    """One of nobody yet."""
    async with parts.database.transaction() as tx:
        segment_id = new_id()
        await tx.execute(
            """INSERT INTO segment (id, name, rule, version, state, created_by, created_at, changed_at)
            VALUES ($1, '단골', '{}', 1, 'live', '', $2, $2)""",
            segment_id,
            tx.now,
        )
        return segment_id


async def _limit(company: Company, limits: dict[str, Any]) -> None:
    async with company.parts.database.transaction() as tx:
        await tx.execute(
            "UPDATE agent SET limits = $2 WHERE id = $1",
            UUID(str(company.colleague.id)),
            {"inboxes": [str(one) for one in limits["inboxes"]]},
        )
