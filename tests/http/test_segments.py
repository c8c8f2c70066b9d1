"""Segments over HTTP: made, built, looked into, refused."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar

from damso.kernel.timers import run_due
from damso.segments.build import SegmentLane
from damso.segments.due import LeafTimer
from damso.segments.readers import READERS
from damso.segments.rfm import RfmLane
from tests.channels.lanes import work_all
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.http.browsers import signed_in_browser
from tests.logs import catch_up

WAITING = {"kind": "conversation", "state": "waiting"}
LOYAL = {"kind": "trait", "key": "grade", "op": "is", "value": "VIP"}


@pytest.fixture
async def desk(app: Litestar, company: Company) -> httpx.AsyncClient:
    """Of somebody who may make segments."""
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE agent SET role = 'administrator' WHERE id = $1", UUID(company.agent.id))
    return await signed_in_browser(app, company.parts.database, company.agent)


async def made(desk: httpx.AsyncClient, company: Company, rule: dict[str, Any], name: str = "기다리는 고객") -> str:
    answer = await desk.post("/api/segments", json={"name": name, "rule": rule})
    assert answer.status_code == 201, answer.text
    await work_all(company.parts.database, [SegmentLane(company.parts.database)])
    return str(answer.json()["id"])


async def settle(company: Company) -> None:
    for reader in READERS:
        await catch_up(company.parts.database, reader)
    await run_due(company.parts.database, [LeafTimer()])


async def members(desk: httpx.AsyncClient, segment_id: str) -> list[str]:
    page = (await desk.get(f"/api/segments/{segment_id}/members")).json()
    return [one["customer_id"] for one in page["items"]]


async def customer_of(desk: httpx.AsyncClient) -> str:
    return str((await desk.get("/api/customers")).json()["items"][0]["id"])


async def test_who_waits_for_an_answer_is_in_until_it_comes(desk: httpx.AsyncClient, company: Company) -> None:
    await company.gets(postcard("먼저 온 문의"))
    segment_id = await made(desk, company, WAITING)
    customer = await customer_of(desk)
    assert await members(desk, segment_id) == [customer]

    case = (await desk.get("/api/conversations?view=open")).json()["items"][0]["id"]
    await desk.patch(f"/api/conversations/{case}", json={"status": "resolved"})
    await settle(company)
    assert await members(desk, segment_id) == []

    await company.gets(postcard("또 물어봐요", external_id="again"))
    await settle(company)
    assert await members(desk, segment_id) == [customer]
    card = (await desk.get(f"/api/segments/{segment_id}")).json()
    assert (card["state"], card["members"], card["sizes"][-1]["entered"], card["sizes"][-1]["left"]) == (
        "live",
        1,
        2,
        1,
    )


async def test_a_trait_decides_and_the_page_says_why(desk: httpx.AsyncClient, company: Company) -> None:
    await company.gets(postcard())
    segment_id = await made(desk, company, {"kind": "and", "rules": [LOYAL, {"kind": "not", "rule": WAITING}]})
    customer = await customer_of(desk)
    await desk.patch(f"/api/customers/{customer}", json={"traits": {"grade": "VIP"}})
    await settle(company)

    why = (await desk.get(f"/api/segments/{segment_id}/why/{customer}")).json()

    assert why["holds"] is False
    assert [reason["holds"] for reason in why["reasons"]] == [True, True]
    assert why["reasons"][0]["sentence"] == "‘grade’ 속성이 ‘VIP’예요."


async def test_a_customers_page_names_their_segments_and_overlaps_are_counted(
    desk: httpx.AsyncClient, company: Company
) -> None:
    await company.gets(postcard())
    one, other = (
        await made(desk, company, WAITING, "하나"),
        await made(desk, company, {"kind": "and", "rules": []}, "둘"),
    )

    stays = (await desk.get(f"/api/customers/{await customer_of(desk)}/segments")).json()
    overlap = (await desk.get(f"/api/segments/{one}")).json()["overlaps"]

    assert [stay["name"] for stay in stays] == ["둘", "하나"]
    assert [(each["segment_id"], each["shared"], each["members"]) for each in overlap] == [(other, 1, 1)]


async def test_a_preview_counts_and_keeps_nothing(desk: httpx.AsyncClient, company: Company) -> None:
    await company.gets(postcard())

    found = (await desk.post("/api/segments/preview", json={"rule": WAITING})).json()

    assert (found["members"], found["exact"], found["sentence"]) == (1, True, "답변을 기다리고 있어요.")
    assert [one["customer_id"] for one in found["sample"]] == [await customer_of(desk)]
    assert (await desk.get("/api/segments")).json() == []


async def test_a_changed_rule_is_built_again_with_whoever_names_it(desk: httpx.AsyncClient, company: Company) -> None:
    await company.gets(postcard())
    inner = await made(desk, company, WAITING, "안")
    outer = await made(desk, company, {"kind": "not", "rule": {"kind": "segment", "segment_id": inner}}, "밖")
    assert await members(desk, outer) == []

    await desk.put(f"/api/segments/{inner}", json={"name": "안", "rule": LOYAL})
    await work_all(company.parts.database, [SegmentLane(company.parts.database)])

    assert await members(desk, inner) == []
    assert await members(desk, outer) == [await customer_of(desk)]


async def test_what_another_names_cannot_go(desk: httpx.AsyncClient, company: Company) -> None:
    inner = await made(desk, company, WAITING, "안")
    outer = await made(desk, company, {"kind": "segment", "segment_id": inner}, "밖")

    refused = await desk.delete(f"/api/segments/{inner}")
    circle = await desk.put(
        f"/api/segments/{inner}", json={"name": "안", "rule": {"kind": "segment", "segment_id": outer}}
    )

    assert (refused.status_code, refused.json()["code"]) == (409, "SEGMENT_IN_USE")
    assert circle.json()["errors"][0]["code"] == "circle"
    assert (await desk.delete(f"/api/segments/{outer}")).status_code == 204
    assert (await desk.delete(f"/api/segments/{inner}")).status_code == 204


RECEIVED = {"measure": "count", "event": {"name": "message.received", "stream": "care"}, "window": {"last": 86_400}}


async def test_a_computed_trait_is_made_seen_and_gone_by(desk: httpx.AsyncClient, company: Company) -> None:
    await company.gets(postcard())
    customer = await customer_of(desk)
    made_one = await desk.post("/api/computed-traits", json={"name": "하루 문의", "computation": RECEIVED})
    computed_id = made_one.json()["id"]
    tried = (await desk.post("/api/computed-traits/preview", json={"computation": RECEIVED})).json()
    segment_id = await made(desk, company, {"kind": "computed", "computed_id": computed_id, "op": "gte", "value": 1})

    (shown,) = (await desk.get(f"/api/customers/{customer}/computed")).json()["computed"]
    (listed,) = (await desk.get("/api/computed-traits")).json()
    why = (await desk.get(f"/api/segments/{segment_id}/why/{customer}")).json()
    kept = await desk.delete(f"/api/computed-traits/{computed_id}")
    again = await desk.post("/api/computed-traits", json={"name": "하루 문의", "computation": RECEIVED})
    wrong = await desk.post("/api/computed-traits", json={"name": "x", "computation": {**RECEIVED, "measure": "sum"}})
    formless = await desk.post("/api/computed-traits/preview", json={"computation": {"measure": "guess"}})

    assert (shown["name"], shown["worked"]["value"], shown["worked"]["events"]) == ("하루 문의", 1, 1)
    assert (tried["sample"][0]["person"]["customer_id"], tried["sample"][0]["worked"]["value"]) == (customer, 1)
    assert tried["sentence"] == listed["sentence"] == "최근 1일 동안 ‘message.received’ 이벤트 횟수"
    assert listed["used_by"] == ["기다리는 고객"]
    assert (await members(desk, segment_id), why["reasons"][0]["holds"]) == ([customer], True)
    assert (kept.json()["code"], again.json()["code"]) == ("COMPUTED_IN_USE", "COMPUTED_NAME_TAKEN")
    assert [one.json()["errors"][0]["field"] for one in (wrong, formless)] == [
        "computation.property",
        "computation.measure",
    ]
    assert (await desk.delete(f"/api/segments/{segment_id}")).status_code == 204
    assert (await desk.delete(f"/api/computed-traits/{computed_id}")).status_code == 204


async def test_customers_are_listed_by_a_rule_that_nobody_keeps(desk: httpx.AsyncClient, company: Company) -> None:
    for number in range(3):
        sender = f"fitting{number}@shop.example"
        await company.gets(postcard(f"문의 {number}", external_id=f"fit-{number}", sender=sender))

    page = (await desk.post("/api/segments/fitting", json={"rule": WAITING})).json()
    nobody = (await desk.post("/api/segments/fitting", json={"rule": LOYAL})).json()
    wrong = await desk.post("/api/segments/fitting", json={"rule": {"kind": "or", "rules": []}})
    segment_id = await made(desk, company, WAITING)
    kept = (
        await desk.post("/api/segments/fitting", json={"rule": {"kind": "segment", "segment_id": segment_id}})
    ).json()

    assert [one["id"] for one in kept["items"]] == [one["id"] for one in page["items"]]
    assert (len(page["items"]), page["next"], page["items"][0]["open_conversations"]) == (3, None, 1)
    assert (nobody["items"], nobody["looked"], nobody["next"]) == ([], 3, None)
    assert wrong.json()["code"] == "RULE_INVALID"


async def test_words_narrow_a_list_by_a_rule_further(desk: httpx.AsyncClient, company: Company) -> None:
    for number in range(3):
        sender = f"fitting{number}@shop.example"
        await company.gets(postcard(f"문의 {number}", external_id=f"fit-{number}", sender=sender))
    await desk.post("/api/customers", json={"name": "조용한 손님", "email": "quiet-fitting1@shop.example"})
    kept = {"kind": "segment", "segment_id": await made(desk, company, WAITING)}

    pages = [
        (await desk.post("/api/segments/fitting", json={"rule": rule, "q": "fitting1"})).json()
        for rule in (WAITING, kept, {"kind": "not", "rule": WAITING})
    ]

    assert [[one["identities"][0]["value"] for one in page["items"]] for page in pages] == [
        ["fitting1@shop.example"],
        ["fitting1@shop.example"],
        ["quiet-fitting1@shop.example"],
    ]


@pytest.mark.parametrize("fmt", ["csv", "jsonl"])
async def test_a_list_by_a_rule_leaves_as_a_file(fmt: str, desk: httpx.AsyncClient, company: Company) -> None:
    for number in range(3):
        await company.gets(postcard(external_id=f"fit-{number}", sender=f"fitting{number}@shop.example"))
    await desk.post("/api/customers", json={"name": "조용한 손님", "email": "quiet@shop.example"})
    wanted = {"rule": WAITING, "q": "fitting", "format": fmt}
    why = {"x-damso-reason": "reporting"}

    job = await desk.post("/api/segments/fitting/export", json=wanted, headers=why)
    wrong = await desk.post("/api/segments/fitting/export", json=wanted | {"rule": {"kind": "magic"}}, headers=why)
    await company.works()
    file = await desk.get(f"/api/exports/{job.json()['id']}/file")

    assert (job.status_code, wrong.json()["code"]) == (201, "RULE_INVALID")
    assert [f"fitting{number}@shop.example" in file.text for number in range(3)] == [True, True, True]
    assert "quiet@shop.example" not in file.text


async def test_buyers_are_reckoned_on_demand(desk: httpx.AsyncClient, company: Company) -> None:
    assert (await desk.post("/api/rfm")).status_code == 202
    assert (await desk.get("/api/rfm")).json()["refreshing"] is True
    await work_all(company.parts.database, [RfmLane(company.parts.database)])

    picture = (await desk.get("/api/rfm")).json()

    assert (picture["refreshing"], picture["computed_at"] is None, len(picture["cells"])) == (False, False, 25)
    assert (picture["groups"][0]["name"], picture["groups"][0]["customers"]) == ("챔피언", 0)


DEEP: dict[str, Any] = WAITING
for _ in range(200):
    DEEP = {"kind": "not", "rule": DEEP}


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({}, "rule"),
        ({"kind": "magic"}, "rule.kind"),
        ({"kind": "or", "rules": []}, "rule"),
        ({"kind": "and", "rules": [{**LOYAL, "op": "gt"}]}, "rule.rules.0.value"),
        ({"kind": "performed", "event": {"name": ""}}, "rule.event.name"),
        ({"kind": "performed", "event": {"name": "x"}, "times": 0}, "rule.times"),
        ({"kind": "performed", "event": {"name": "x"}, "window": {"last": -1}}, "rule.window"),
        ({"kind": "total", "event": {"name": "x"}, "property": "a", "amount": 0}, "rule.amount"),
        ({"kind": "segment", "segment_id": str(uuid4())}, "rule"),
        ({"kind": "computed", "computed_id": str(uuid4()), "op": "exists"}, "rule"),
        ({"kind": "consent", "purpose": "profiling", "channel": "email"}, "rule.channel"),
        ({"kind": "consent", "purpose": "spying"}, "rule.purpose"),
        ({"kind": "rfm", "recency": [6]}, "rule.recency"),
        ({"kind": "and", "rules": [WAITING] * 101}, "rule"),
        (DEEP, "rule"),
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused_where_it_is_wrong(
    rule: dict[str, Any], field: str, desk: httpx.AsyncClient
) -> None:
    answers = [
        await desk.post("/api/segments", json={"name": "x", "rule": rule}),
        await desk.post("/api/segments/preview", json={"rule": rule}),
    ]

    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (422, "RULE_INVALID"), answer.text
        assert answer.json()["errors"][0]["field"] == field


async def test_a_name_is_taken_once(desk: httpx.AsyncClient, company: Company) -> None:
    await made(desk, company, WAITING, "VIP")

    again = await desk.post("/api/segments", json={"name": "vip", "rule": WAITING})

    assert (again.status_code, again.json()["code"]) == (409, "SEGMENT_NAME_TAKEN")
