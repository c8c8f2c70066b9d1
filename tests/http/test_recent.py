"""What an agent opened and searched lately, and what waits: theirs alone, within reach, and gone with the customer."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar

from damso.conversations.note import write_note
from damso.conversations.recent import KEPT, ForgetRecent
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.http.test_erasing import erase
from tests.http.two_brands import make_two_brands


async def opened(desk: httpx.AsyncClient, **what: Any) -> None:
    answer = await desk.post("/api/recent", json={name: str(value) for name, value in what.items()})
    assert answer.status_code == 204, answer.text


async def start(desk: httpx.AsyncClient) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.get("/api/recent")).json()
    return found


async def words(desk: httpx.AsyncClient) -> list[str]:
    return [one["words"] for one in (await start(desk))["recent"] if one["kind"] == "search"]


async def customer_of(company: Company, address: str = "mina@naver.example") -> UUID:
    async with company.parts.database.reading() as tx:
        found: UUID = await tx.value("SELECT customer_id FROM identity WHERE value = $1", address)
        return found


async def test_it_is_there_newest_first_for_the_agent_alone(
    desk: httpx.AsyncClient, colleague: httpx.AsyncClient, company: Company
) -> None:
    case = (await company.gets(postcard("배송 문의"))).conversation_id
    await opened(desk, conversation_id=case)
    company.parts.database.clock.advance(timedelta(seconds=1))  # type: ignore[attr-defined]
    await opened(desk, customer_id=await customer_of(company))
    company.parts.database.clock.advance(timedelta(seconds=1))  # type: ignore[attr-defined]
    await opened(desk, words="  배송   지연 ")

    found = (await start(desk))["recent"]
    assert [one["kind"] for one in found] == ["search", "customer", "conversation"]
    assert (found[0]["words"], found[2]["conversation"]["id"]) == ("배송 지연", str(case))
    assert (await start(colleague))["recent"] == []


async def test_words_are_encrypted_and_typing_on_is_one_search(desk: httpx.AsyncClient, company: Company) -> None:
    for typed in ("배송", "배송 지", "배송 지연", "환불"):
        await opened(desk, words=typed)

    assert set(await words(desk)) == {"배송 지연", "환불"}
    assert await company.count("recent", "words LIKE '%배송%'") == 0


async def test_numbers_that_are_masked_elsewhere_are_masked_here(desk: httpx.AsyncClient) -> None:
    await opened(desk, words="900101-1234568")

    assert "1234568" not in (await words(desk))[0]


async def test_there_are_never_more_than_so_many(desk: httpx.AsyncClient, company: Company) -> None:
    for number in range(KEPT["search"] + 3):
        company.parts.database.clock.advance(timedelta(minutes=3))  # type: ignore[attr-defined]
        await opened(desk, words=f"주문 {number}번")

    kept = await words(desk)
    assert (len(kept), kept[0]) == (KEPT["search"], f"주문 {KEPT['search'] + 2}번")


async def test_one_or_all_can_be_deleted_and_a_month_later_they_are_gone(
    desk: httpx.AsyncClient, colleague: httpx.AsyncClient, company: Company
) -> None:
    for typed in ("배송", "환불", "교환"):
        await opened(desk, words=typed)
    one = next(one["id"] for one in (await start(desk))["recent"] if one["words"] == "환불")
    await colleague.delete(f"/api/recent/{one}")
    await colleague.delete("/api/recent")
    assert len(await words(desk)) == 3

    await desk.delete(f"/api/recent/{one}")
    assert set(await words(desk)) == {"배송", "교환"}
    company.parts.database.clock.advance(timedelta(days=31))  # type: ignore[attr-defined]
    async with company.parts.database.transaction() as tx:
        await ForgetRecent().run(tx)
    assert await company.count("recent") == 0


async def test_what_is_nothing_or_two_things_is_refused(desk: httpx.AsyncClient) -> None:
    for body in ({}, {"words": "배송", "customer_id": str(uuid4())}, {"words": "   "}):
        assert (await desk.post("/api/recent", json=body)).json()["code"] == "INVALID"


@pytest.mark.parametrize("limit", ["brands", "inboxes", "teams"])
async def test_what_went_out_of_reach_is_not_shown(limit: str, app: Litestar, company: Company) -> None:
    world = await make_two_brands(company)
    async with await world.desk(app, limit) as desk:
        far = {"conversation_id": world.far.ids["conversation_id"]}
        assert (await desk.post("/api/recent", json=far)).status_code == 404
        assert (await desk.post("/api/recent", json={"customer_id": str(world.stranger_id)})).status_code == 404
        async with company.parts.database.transaction() as tx:
            me = await tx.value("SELECT id FROM agent WHERE email LIKE $1", f"{limit}-%")
            await tx.execute(
                """INSERT INTO recent (id, agent_id, kind, customer_id, conversation_id, at)
                VALUES ($1, $2, 'customer', $3, NULL, now()), ($4, $2, 'conversation', NULL, $5, now())""",
                uuid4(),
                me,
                world.stranger_id,
                uuid4(),
                UUID(far["conversation_id"]),
            )
        assert (await start(desk))["recent"] == []


async def test_suggested_are_waiting_cases_mentions_and_whom_one_answered_today(
    desk: httpx.AsyncClient, company: Company
) -> None:
    answered = (await company.gets(postcard("첫 문의", sender="dana@naver.example", external_id="1"))).conversation_id
    await company.answers(answered)
    waits = (await company.gets(postcard("둘째 문의", sender="hana@naver.example", external_id="2"))).conversation_id
    await desk.patch(f"/api/conversations/{waits}", json={"assignee_id": company.agent.id})
    named = (await company.gets(postcard("셋째 문의", sender="sena@naver.example", external_id="3"))).conversation_id
    async with company.parts.database.transaction() as tx:
        await write_note(
            tx,
            named,
            UUID(company.colleague.id),
            send_key=str(uuid4()),
            text="봐 주세요",
            mentions=[UUID(company.agent.id)],
            attachment_ids=[],
        )

    found = await start(desk)
    assert {kind: [row["id"] for row in found[kind]] for kind in ("waiting", "mentions", "spoken")} == {
        "waiting": [str(waits)],
        "mentions": [str(named)],
        "spoken": [str(answered)],
    }


async def test_of_a_customer_who_is_erased_nothing_is_left(desk: httpx.AsyncClient, company: Company) -> None:
    case = (await company.gets(postcard("배송 문의"))).conversation_id
    customer = await customer_of(company)
    await opened(desk, customer_id=customer)
    await opened(desk, conversation_id=case)
    for typed in ("미나", "김미나 환불", "mina@naver.example", "환불 규정"):
        await opened(desk, words=typed)
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE agent SET role = 'owner' WHERE id = $1", UUID(company.agent.id))
    await erase(desk, company, customer)

    assert [(one["kind"], one["words"]) for one in (await start(desk))["recent"]] == [("search", "환불 규정")]


async def test_a_search_within_one_customer_finds_their_words_alone(desk: httpx.AsyncClient, company: Company) -> None:
    for number in range(2):
        await company.gets(postcard("배송 문의", sender=f"mina{number}@naver.example", external_id=str(number)))
    customer = await customer_of(company, "mina1@naver.example")

    found = (await desk.get("/api/search", params={"q": "배송", "customer": str(customer)})).json()["items"]
    assert [hit["customer"]["id"] for hit in found] == [str(customer)]
