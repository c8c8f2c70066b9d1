"""Returns over HTTP: in the conversation, on the timeline, for shops' systems, and for nobody who may not see them."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar

from damso.kernel.log import SYSTEM, Actor
from damso.team.access import Limits
from damso.team.create_agent import create_agent
from damso.team.keys import create_key
from tests.commerce.shop import OPENED, buys, says, sends
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.http.browsers import browser, signed_in_browser


class Ordered:
    """Somebody wrote and had ordered, three days ago."""

    def __init__(self, company: Company, desk: httpx.AsyncClient, ids: Mapping[str, Any]) -> None:
        self.company = company
        self.desk = desk
        self.conversation = str(ids["conversation_id"])
        self.customer = str(ids["customer_id"])
        self.order = str(ids["order_id"])

    async def asks(self, by: httpx.AsyncClient | None = None, **fields: Any) -> httpx.Response:
        body = {"key": str(uuid4()), "lines": [{"sku": "MUG", "quantity": 1}]} | fields
        return await (by or self.desk).post(f"/api/orders/{self.order}/returns", json=body)

    async def goes(self, return_id: str, to: str, **fields: Any) -> httpx.Response:
        return await self.desk.post(f"/api/returns/{return_id}/steps", json={"to": to} | fields)


@pytest.fixture
async def ordered(company: Company, desk: httpx.AsyncClient) -> Ordered:
    case = await company.gets(postcard())
    mina = await company.identity("mina@naver.example")
    now = int((company.parts.database.clock.now() - OPENED) / timedelta(minutes=1))
    delivered = says("Order Delivered", mina, minute=now - 1440, order_id="2026-1")
    await sends(company.parts.database, buys(mina, minute=now - 3 * 1440), delivered)
    async with company.parts.database.reading() as tx:
        row = await tx.row(
            """SELECT o.id AS order_id, i.customer_id FROM customer_order o JOIN identity i ON i.id = o.identity_id
            WHERE o.kind = 'order'"""
        )
    assert row
    return Ordered(company, desk, dict(row) | {"conversation_id": case.conversation_id})


async def test_a_return_is_told_in_its_conversation_and_on_the_timeline(ordered: Ordered) -> None:
    asked = await ordered.asks(conversation_id=ordered.conversation, note="손잡이가 헐거워요")
    assert asked.status_code == 201, asked.text
    case = asked.json()
    assert (case["state"], case["conversation_id"], case["next"]) == (
        "approved",
        ordered.conversation,
        ["received", "withdrawn"],
    )
    assert (case["judged"]["why"], case["customer"]["id"]) == ("IN_TIME", ordered.customer)
    assert "까지 반품·교환할 수 있어요." in case["judged"]["said"]
    await ordered.goes(case["id"], "received")
    done = (await ordered.goes(case["id"], "refunded", amount=12000, reference="PG-77")).json()

    assert (done["amount"], done["next"]) == ({"minor": 12000, "digits": 0, "currency": "KRW"}, [])
    assert [step["by"] for step in done["steps"]][1:] == ["", done["steps"][0]["by"], done["steps"][0]["by"]]
    lines = await ordered.company.lines(UUID(ordered.conversation))
    assert [one.activity["code"] for one in lines if one.activity] == [
        "return_asked",
        "return_approved",
        "return_received",
        "return_refunded",
    ]
    told = (await ordered.desk.get(f"/api/customers/{ordered.customer}/timeline?kinds=event")).json()["items"]
    assert [one["text"] for one in told if one["title"] == "환불 완료"] == ["2026-1"]


async def test_returns_leave_as_a_file(ordered: Ordered, company: Company) -> None:
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE agent SET role = 'administrator'")
    case = (await ordered.asks(note="=손잡이가 헐거워요")).json()
    await ordered.goes(case["id"], "received")
    await ordered.goes(case["id"], "refunded", amount=12000, reference="PG-77")
    files = []
    for fmt in ("csv", "jsonl"):
        why = {"x-damso-reason": "reporting"}
        job = (await ordered.desk.post("/api/exports/returns", json={"format": fmt}, headers=why)).json()
        await company.works()
        files.append((await ordered.desk.get(f"/api/exports/{job['id']}/file")).text)
    [line] = list(csv.DictReader(io.StringIO(files[0].removeprefix("\ufeff"))))
    whole = json.loads(files[1])

    assert (line["order_number"], line["customer_id"], line["state"]) == ("2026-1", ordered.customer, "refunded")
    assert (line["amount"], line["note"], line["products"]) == ("12000", "'=손잡이가 헐거워요", "1 × 달빛 머그컵")
    assert [step["state"] for step in whole["steps"]] == ["asked", "approved", "received", "refunded"]
    assert whole["products"][0]["sku"] == "MUG"
    assert await company.count("access_record", "act = 'exported'") == 2


async def test_without_a_conversation_it_goes_to_the_open_one(ordered: Ordered, company: Company) -> None:
    first = (await ordered.asks()).json()
    assert first["conversation_id"] == ordered.conversation
    other = await company.gets(postcard(sender="dana@naver.example", external_id="2"))
    wrong = await ordered.asks(conversation_id=str(other.conversation_id))
    assert (wrong.status_code, wrong.json()["code"]) == (422, "CASE_OF_ANOTHER")

    await ordered.desk.patch(f"/api/conversations/{ordered.conversation}", json={"status": "resolved"})
    assert (await ordered.asks()).json()["conversation_id"] is None


async def test_what_can_come_back_and_what_the_policy_would_say(ordered: Ordered) -> None:
    address = f"/api/orders/{ordered.order}/returns"
    body = {"key": "preview-1", "lines": [{"line": 0, "quantity": 1}], "condition": "used"}
    said = (await ordered.desk.post(f"{address}/preview", json=body)).json()
    assert (said["verdict"], said["said"]) == ("person", "사용했거나 훼손된 상품이에요.")
    assert (await ordered.desk.get(address)).json()["returns"] == []

    await ordered.asks()
    told = (await ordered.desk.get(address)).json()
    assert told["open"] == [{"line": 0, "quantity": 1}, {"line": 1, "quantity": 1}]
    too_many = await ordered.asks(lines=[{"sku": "MUG", "quantity": 2}])
    assert (too_many.status_code, too_many.json()["code"], too_many.json()["left"]) == (422, "RETURN_TOO_MANY", 1)


async def test_a_shops_system_asks_once(ordered: Ordered, app: Litestar, company: Company) -> None:
    async with company.parts.database.transaction() as tx:
        scopes = ["commerce.read", "customers.read", "commerce.returns"]
        _, secret = await create_key(tx, "shop", scopes, SYSTEM)  # type: ignore[arg-type]
        _, reader = await create_key(tx, "reader", scopes[:2], SYSTEM)  # type: ignore[arg-type]
    async with (
        browser(app, authorization=f"Bearer {secret}") as system,
        browser(app, authorization=f"Bearer {reader}") as narrow,
    ):
        answers = [await ordered.asks(system, key="shop-request-1") for _ in range(3)]
        refused = await ordered.asks(narrow)
    assert {answer.json()["id"] for answer in answers} == {answers[0].json()["id"]}
    assert answers[0].json()["steps"][0]["by"] == "shop"
    assert refused.status_code == 403

    open_ = (await ordered.desk.get("/api/returns?in_state=open")).json()["items"]
    assert [one["id"] for one in open_] == [answers[0].json()["id"]]
    assert (await ordered.desk.get("/api/returns?in_state=closed")).json()["items"] == []


@pytest.mark.parametrize("limits", [{"brands": [str(uuid4())]}, {"inboxes": [str(uuid4())]}])
async def test_another_brands_agent_neither_sees_nor_decides(
    limits: dict[str, Any], ordered: Ordered, app: Litestar, company: Company
) -> None:
    case = (await ordered.asks(condition="used")).json()
    async with company.parts.database.transaction() as tx:
        agent_id = await create_agent(tx, name="한이든", email="idn@damso.example")
        await tx.execute("UPDATE agent SET limits = $2 WHERE id = $1", agent_id, limits)
    async with await signed_in_browser(app, company.parts.database, Actor("agent", str(agent_id))) as other:
        answers = [
            await other.get(f"/api/orders/{ordered.order}/returns"),
            await other.get(f"/api/returns/{case['id']}"),
            await other.post(f"/api/returns/{case['id']}/steps", json={"to": "approved"}),
            await ordered.asks(other),
        ]
        listed = (await other.get("/api/returns")).json()["items"]
    assert ([answer.status_code for answer in answers], listed) == ([404] * 4, [])
    assert Limits(**{name: tuple(map(UUID, ids)) for name, ids in limits.items()}).narrows_rows


async def test_administrators_change_the_policy_above_the_law(
    desk: httpx.AsyncClient, owner: httpx.AsyncClient
) -> None:
    rules = (await desk.get("/api/return-policy")).json()
    strict = await owner.put("/api/return-policy", json=rules | {"days": 6})
    refused = await desk.put("/api/return-policy", json=rules | {"days": 30})
    kind = await owner.put("/api/return-policy", json=rules | {"days": 30})

    assert (strict.status_code, strict.json()["code"], strict.json()["field"]) == (
        422,
        "RETURN_POLICY_BELOW_LAW",
        "days",
    )
    assert (refused.status_code, kind.status_code) == (403, 200)
    assert (await desk.get("/api/return-policy")).json()["days"] == 30
    acts = (await owner.get("/api/records/audit")).json()["items"]
    assert acts[0]["act"] == "return_policy.changed"
