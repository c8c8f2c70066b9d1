"""The privacy officer's routes: rules in two steps, holds, and cases that the law keeps."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from damso.kernel.log import Actor
from damso.team.create_agent import create_agent
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.http.browsers import signed_in_browser

MINA = "mina@naver.example"
WHY = {"x-damso-reason": "legal", "x-damso-reason-note": "dispute"}


@pytest.fixture
async def desk(app: Litestar, company: Company) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of the company's owner."""
    async with company.parts.database.transaction() as tx:
        owner = await create_agent(tx, name="서지안", email="jian@damso.example", role="owner")
    async with await signed_in_browser(app, company.parts.database, Actor("agent", str(owner))) as client:
        yield client


async def test_a_rule_is_switched_on_in_two_steps(desk: httpx.AsyncClient) -> None:
    switch = "/api/retention/rules/conversation/switch"
    unseen = await desk.post(switch, json={"active": True, "reason": "정리"})
    seen = (await desk.post("/api/retention/dry-run")).json()
    on = await desk.post(switch, json={"active": True, "reason": "정리", "dry_run_id": seen["id"]})
    state = (await desk.get("/api/retention")).json()
    off = await desk.post(switch, json={"active": False, "reason": "보류"})
    acts = (await desk.get("/api/records/audit")).json()["items"]

    assert (unseen.status_code, unseen.json()["code"]) == (409, "DRY_RUN_NEEDED")
    assert (on.json()["active"], off.json()["active"]) == (True, False)
    assert [one["record_class"] for one in seen["classes"]] == [one["record_class"] for one in state["rules"]]
    assert state["dry_run"]["id"] == seen["id"]
    assert [act["act"] for act in acts[:2]] == ["retention.switched_off", "retention.switched_on"]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("rules/payment", {"days": 30}, 422, "RETENTION_TOO_SHORT"),
        ("rules/conversation", {"days": 0}, 422, "RETENTION_INVALID"),
        ("rules/nothing", {"days": 30}, 404, "NOT_FOUND"),
        ("rules/order", {"days": 1826}, 422, "RETENTION_TOO_SHORT"),
        ("rules/cart", {"days": 30, "action": "delete"}, 422, "INVALID"),
        ("technical/attempts", {"days": 1}, 422, "TECHNICAL_RETENTION_INVALID"),
        ("technical/attempts", {"days": 0}, 422, "TECHNICAL_RETENTION_INVALID"),
        ("technical/nothing", {"days": 30}, 404, "NOT_FOUND"),
    ],
)
async def test_what_cannot_be_is_refused(
    desk: httpx.AsyncClient, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    answer = await desk.put(f"/api/retention/{path}", json=body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_hold_is_placed_for_a_reason_and_lifted(desk: httpx.AsyncClient, company: Company) -> None:
    case = (await company.gets(postcard())).conversation_id
    route = f"/api/conversations/{case}/hold"
    refused = await desk.put(route, json={"reason": " "})
    await desk.put(route, json={"reason": "소송 중"})
    (hold,) = (await desk.get("/api/retention")).json()["holds"]
    await desk.delete(route)

    assert refused.json()["code"] == "HOLD_REASON_NEEDED"
    assert (hold["conversation_id"], hold["reason"]) == (str(case), "소송 중")
    assert (await desk.get("/api/retention")).json()["holds"] == []


async def test_a_held_case_is_listed_and_opened_for_a_reason(desk: httpx.AsyncClient, company: Company) -> None:
    received = await company.gets(postcard("물건이 깨졌어요", sender=MINA))
    changed = await desk.patch(f"/api/conversations/{received.conversation_id}", json={"record_class": "complaint"})
    async with company.parts.database.reading() as tx:
        customer = UUID(str(await tx.value("SELECT customer_id FROM identity WHERE value = $1", MINA)))
    await desk.post(f"/api/customers/{customer}/erasure", json={"reason": "requested"})
    await company.works()
    (line,) = (await desk.get("/api/held-cases")).json()
    refused = await desk.post(f"/api/held-cases/{line['id']}/open")
    opened = await desk.post(f"/api/held-cases/{line['id']}/open", headers=WHY)
    (record,) = (await desk.get("/api/records/access", params={"act": "revealed"})).json()["items"]

    assert changed.json()["record_class"] == "complaint"
    assert (line["record_class"], line["customer_id"]) == ("complaint", str(customer))
    assert refused.json()["code"] == "REASON_NEEDED"
    assert [one["text"] for one in opened.json()["lines"]] == ["물건이 깨졌어요"]
    assert (record["reason"], record["customer_ids"]) == ("legal", [str(customer)])
