"""Numbers that identify somebody are masked before anything is stored, and shown to who may and says why."""

from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest

from damso.channels.intake import store
from damso.channels.items import Attachment
from damso.channels.types import Request
from damso.customers.claim import claim
from damso.customers.identify import identify
from damso.customers.traits import set_traits
from damso.customers.types import IdentityKey
from tests.conversations.company import Company
from tests.conversations.postcards import Delivery, postcard
from tests.http.browsers import Chat
from tests.http.everywhere import age, places_of

WHY = {"x-damso-reason": "complaint"}
NUMBER = "900101-1234568"
CARD = "4111-1111-1111-1111"


async def arrives(company: Company, *, origin: str = "poll") -> UUID:
    """A letter whose text, subject, HTML and file name hold numbers; its message."""
    parts = company.parts
    item = postcard(
        f"제 주민번호는 {NUMBER} 이고 카드는 {CARD} 입니다",
        subject=f"주민번호 {NUMBER}",
        html=f"<p>주민번호 <b>{NUMBER}</b></p>",
        attachments=(Attachment(name=f"주민번호 {NUMBER}.txt", content_type="text/plain", data=b"hello"),),
    )
    body = msgspec.json.encode(Delivery([item]))
    async with parts.database.transaction() as tx:
        request = Request(body=body, headers={"postmark": "1"}, received_at=tx.now)
        ref = await parts.blobs.put(body) if origin == "poll" else None
        await store(tx, company.post, request, key="1", body_ref=ref, origin=origin)  # type: ignore[arg-type]
    await company.works()
    async with parts.database.reading() as tx:
        return UUID(str(await tx.value("SELECT id FROM message")))


@pytest.mark.parametrize("origin", ["poll", "hook"])
async def test_a_letter_is_nowhere_in_the_clear(company: Company, owner: httpx.AsyncClient, origin: str) -> None:
    await arrives(company, origin=origin)
    age(company.parts.settings.data)
    company.parts.database.clock.advance(timedelta(minutes=5))  # type: ignore[attr-defined]
    await company.works()

    data = company.parts.settings.data
    assert await places_of(company.parts.database, data, NUMBER) == set()
    assert await places_of(company.parts.database, data, CARD) == set()


async def test_it_is_shown_with_its_mask_and_found_by_its_words(company: Company, owner: httpx.AsyncClient) -> None:
    await arrives(company)
    async with company.parts.database.reading() as tx:
        case = await tx.value("SELECT id FROM conversation")
    line = (await company.lines(case))[0]
    found = (await owner.get("/api/search?q=주민번호는")).json()

    assert line.text == "제 주민번호는 ••••••-••••••• 이고 카드는 ••••-••••-••••-1111 입니다"
    assert line.subject == "주민번호 ••••••-•••••••"
    assert line.masked == ["card", "resident_number"]
    assert "••••••-•••••••" in (await owner.get(f"/api/messages/{line.id}/html")).text
    assert str(line.conversation_id) in str(found)


async def test_who_may_and_says_why_sees_the_numbers(company: Company, owner: httpx.AsyncClient) -> None:
    message = await arrives(company)
    nameless = await owner.post(f"/api/messages/{message}/numbers")
    shown = await owner.post(f"/api/messages/{message}/numbers", headers=WHY)

    assert (nameless.status_code, nameless.json()["code"]) == (422, "REASON_NEEDED")
    assert {(one["kind"], one["value"]) for one in shown.json()} == {("resident_number", NUMBER), ("card", CARD)}
    assert await company.count("audit", "act = 'number.revealed' AND details->>'reason' = 'complaint'") == 1


async def test_an_agent_may_not(company: Company, desk: httpx.AsyncClient) -> None:
    message = await arrives(company)

    assert (await desk.post(f"/api/messages/{message}/numbers", headers=WHY)).status_code == 403
    assert (await desk.get(f"/api/messages/{message}/source", headers=WHY)).status_code == 403


async def test_the_raw_letter_asks_for_a_reason(company: Company, owner: httpx.AsyncClient) -> None:
    message = await arrives(company)
    without = await owner.get(f"/api/messages/{message}/source")
    given = await owner.get(f"/api/messages/{message}/source", headers=WHY)

    assert without.status_code == 422
    assert NUMBER in given.text


async def test_what_is_typed_in_the_chat_is_masked_too(company: Company, visitor: Chat) -> None:
    said = await visitor.says(f"주민번호 {NUMBER} 이에요")

    assert NUMBER not in str(said)
    assert await places_of(company.parts.database, company.parts.settings.data, NUMBER) == set()


async def test_an_answer_with_a_number_is_warned_of_and_goes_out_masked(
    company: Company, owner: httpx.AsyncClient
) -> None:
    received = await company.gets(postcard())
    message = {
        "send_key": str(uuid4()),
        "inbox_id": str(company.post.id),
        "identity_id": await company.identity("mina@naver.example"),
        "text": f"{NUMBER} 맞으시죠? 입금은 국민은행 123456-04-123456",
    }
    path = f"/api/conversations/{received.conversation_id}/messages"
    warned = await owner.post(path, json=message)
    sent = await owner.post(path, json=message | {"accept_warnings": True})

    assert (warned.status_code, warned.json()["code"]) == (422, "SENSITIVE_NUMBER")
    assert sent.json()["text"] == "••••••-••••••• 맞으시죠? 입금은 국민은행 123456-04-123456"


async def test_a_kind_that_is_turned_off_is_not_masked(company: Company, owner: httpx.AsyncClient) -> None:
    kept = ["resident_number", "licence", "passport", "account"]
    assert (await owner.put("/api/masking", json={"kinds": kept})).status_code == 200
    received = await company.gets(postcard(f"{NUMBER} {CARD}"))

    assert [line.text for line in await company.lines(received.conversation_id)] == [f"••••••-••••••• {CARD}"]


async def test_what_is_kept_of_people_and_cases_is_masked_by_the_same_rules(
    company: Company, owner: httpx.AsyncClient
) -> None:
    case = (await company.gets(postcard())).conversation_id
    async with company.parts.database.transaction() as tx:
        identity = await tx.value("SELECT id FROM identity WHERE value = 'mina@naver.example'")
        customer = await tx.value("SELECT customer_id FROM identity WHERE id = $1", identity)
        await claim(tx, identity, "name", f"미나 {NUMBER}", source="chat")
        await set_traits(
            tx, identity, {"주민등록번호": NUMBER, "카드": [CARD], "주문": "20260301-123456"}, source="shop"
        )
        await identify(tx, IdentityKey("user", "1"), proof="asserted", source="shop", name=f"이름 {NUMBER}")
    path = f"/api/conversations/{case}"
    soon = (company.parts.database.clock.now() + timedelta(hours=1)).isoformat()
    answer = {"inbox_id": str(company.post.id), "identity_id": identity, "text": f"{NUMBER} 확인", "due_at": soon}
    answers = [
        await owner.patch(f"/api/customers/{customer}", json={"name": f"김미나 {NUMBER}"}),
        await owner.patch(path, json={"subject": f"주민번호 {NUMBER}"}),
        await owner.put(
            f"{path}/draft", json={"kind": "message", "text": f"{NUMBER}, 입금은 국민은행 123456-04-123456"}
        ),
        await owner.post(f"{path}/reminders", json={"text": f"{NUMBER} 확인", "due_at": soon}),
        await owner.post(f"{path}/scheduled", json=answer | {"send_key": str(uuid4()), "accept_warnings": True}),
    ]

    assert [one.status_code for one in answers] == [200, 200, 204, 201, 201], [one.text for one in answers]
    assert await places_of(company.parts.database, company.parts.settings.data, NUMBER) == set()
    assert await places_of(company.parts.database, company.parts.settings.data, CARD) == set()
    assert await company.count("draft", "text LIKE '%123456-04-123456'") == 1
    assert await company.count("trait_change", """value = '"20260301-123456"'""") == 1


async def test_a_planned_answer_with_a_number_is_warned_of_today(company: Company, owner: httpx.AsyncClient) -> None:
    case = (await company.gets(postcard())).conversation_id
    answer = {
        "send_key": str(uuid4()),
        "inbox_id": str(company.post.id),
        "identity_id": await company.identity("mina@naver.example"),
        "text": f"{NUMBER} 확인",
        "due_at": (company.parts.database.clock.now() + timedelta(hours=1)).isoformat(),
    }
    warned = await owner.post(f"/api/conversations/{case}/scheduled", json=answer)

    assert (warned.status_code, warned.json()["code"]) == (422, "SENSITIVE_NUMBER")
