"""Who is one person, over HTTP: seen first, then done, then undone."""

from uuid import UUID

import httpx

from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.http.browsers import Chat

MINA = "mina@naver.example"


async def two(company: Company, visitor: Chat) -> list[str]:
    """Mina, who wrote a mail, and a visitor who says to be Mina."""
    await company.gets(postcard("메일", sender=MINA))
    await visitor.says("채팅")
    async with company.parts.database.transaction() as tx:
        ids = await tx.values("SELECT customer_id FROM identity WHERE kind IN ('email', 'visitor') ORDER BY id")
    return [str(one) for one in ids]


async def test_a_merge_is_shown_first_wants_a_person_and_can_be_undone(
    company: Company, visitor: Chat, desk: httpx.AsyncClient
) -> None:
    ids = await two(company, visitor)
    preview = (await desk.post("/api/customers/merge/preview", json={"customer_ids": ids})).json()
    assert [(side["conversations"], side["messages"]) for side in preview["sides"]] == [(1, 1), (1, 1)]
    assert preview["customer_id"] == ids[0]
    refused = await desk.post("/api/customers/merge", json={"customer_ids": ids})
    assert (refused.status_code, refused.json()["code"]) == (422, "NOT_CONFIRMED")

    merged = (await desk.post("/api/customers/merge", json={"customer_ids": ids, "confirmed": True})).json()
    card = (await desk.get(f"/api/customers/{merged['customer_id']}")).json()
    assert {one["kind"] for one in card["identities"]} == {"email", "visitor"}
    [line] = (await desk.get(f"/api/customers/{ids[0]}/history")).json()
    assert (line["decision"], line["actor_name"], line["can_unmerge"]) == ("merge", "이서연", True)

    assert (await desk.post(f"/api/customers/links/{merged['link_id']}/undo")).status_code == 204
    assert (await desk.get(f"/api/customers/{ids[1]}")).json()["merged_into"] is None


async def test_taking_apart_shows_which_messages_move(company: Company, visitor: Chat, desk: httpx.AsyncClient) -> None:
    ids = await two(company, visitor)
    merged = (await desk.post("/api/customers/merge", json={"customer_ids": ids, "confirmed": True})).json()
    await visitor.says("합친 뒤의 채팅")
    address = f"/api/customers/{merged['customer_id']}/unmerge"
    number = await company.identity(MINA)

    preview = (await desk.post(f"{address}/preview", json={"identity_ids": [number]})).json()
    parted = await desk.post(address, json={"identity_ids": [number], "confirmed": True})

    assert {side["customer_id"] for side in preview["sides"]} == set(ids)
    assert sum(case["messages"] for case in preview["divided"]) in (0, 1)
    assert set(parted.json()["customer_ids"]) == set(ids)
    await company.works()
    for customer in ids:
        timeline = (await desk.get(f"/api/customers/{customer}/timeline", params={"kinds": "message"})).json()
        assert timeline["items"]


async def test_who_is_suggested_can_be_said_to_be_somebody_else(
    company: Company, visitor: Chat, desk: httpx.AsyncClient
) -> None:
    ids = await two(company, visitor)
    await company.gets(postcard("폼", sender="other@naver.example", external_id="card-2", claims={"email": MINA}))
    [found] = (await desk.get(f"/api/customers/{ids[0]}/suggestions")).json()
    assert found["reason_texts"][0] == "저 고객이 직접 입력한 연락처가 이 고객의 것과 같아요."

    other = {"customer_id": found["customer"]["id"]}
    decided = (await desk.post(f"/api/customers/{ids[0]}/separate", json=other)).json()
    assert (await desk.get(f"/api/customers/{ids[0]}/suggestions")).json() == []
    await desk.post(f"/api/customers/links/{decided['link_id']}/undo")
    assert len((await desk.get(f"/api/customers/{ids[0]}/suggestions")).json()) == 1


async def test_who_is_not_there_gets_nothing_nor_does_a_stranger(
    anyone: httpx.AsyncClient, desk: httpx.AsyncClient
) -> None:
    nobody = UUID(int=7)
    for path in ("history", "suggestions"):
        assert (await desk.get(f"/api/customers/{nobody}/{path}")).status_code == 404
        assert (await anyone.get(f"/api/customers/{nobody}/{path}")).status_code == 401
    assert (await desk.post("/api/customers/links/999999/undo")).status_code == 404
    bodies = {"merge": {"customer_ids": [str(nobody)] * 2}, "merge/preview": {"customer_ids": []}}
    for path, body in bodies.items():
        assert (await desk.post(f"/api/customers/{path}", json=body | {"confirmed": True})).status_code == 422
        assert (await anyone.post(f"/api/customers/{path}", json=body)).status_code == 401
