"""What anybody but the customer themselves joins is never shown in the chat."""

from collections.abc import Callable
from uuid import uuid4

import httpx
import pytest

from damso.customers.claim import claim
from damso.customers.erase import CustomerEraser
from damso.customers.link import link
from damso.customers.types import Strength
from damso.kernel.erasure import Person
from damso.kernel.ids import new_id
from damso.kernel.log import SYSTEM, Actor
from tests.conversations.company import Company
from tests.conversations.postcards import Postcards, postcard
from tests.http.browsers import Chat
from tests.http.codes import prove

AGENT = Actor("agent", "019")
MINA = "mina@naver.example"


@pytest.mark.parametrize(
    ("strength", "actor"),
    [("asserted", AGENT), ("asserted", Actor("key", "1")), ("asserted", SYSTEM), ("analytic", SYSTEM)],
)
async def test_a_merge_shows_the_visitor_nothing_new(
    company: Company, visitor: Chat, strength: Strength, actor: Actor
) -> None:
    mail = await company.gets(postcard("메일로 쓴 비밀", sender=MINA))
    await visitor.says("채팅으로 쓴 말")
    await join_identities(company, strength, actor)

    await company.answers(mail.conversation_id, "메일로 한 답변")
    await company.delivers()
    await company.gets(postcard("메일로 다시 쓴 비밀", sender=MINA, external_id="card-2"))
    await visitor.says("채팅으로 다시 쓴 말")

    assert await visitor.reads() == ["채팅으로 쓴 말", "채팅으로 다시 쓴 말"]
    session = await visitor.open()
    assert session["customer"] == {"name": None, "email": None, "proven": False}


async def test_notes_and_what_the_system_writes_are_never_shown(
    company: Company, visitor: Chat, desk: httpx.AsyncClient
) -> None:
    await visitor.says("안녕하세요")
    async with company.parts.database.reading() as tx:
        address = f"/api/conversations/{await tx.value('SELECT id FROM conversation')}"

    await desk.post(f"{address}/notes", json={"send_key": str(uuid4()), "text": "까다로운 고객"})
    await desk.patch(address, json={"priority": "high", "assignee_id": company.agent.id})

    assert await visitor.reads() == ["안녕하세요"]


async def join_identities(company: Company, strength: Strength, actor: Actor) -> None:
    """The visitor and Mina's address become one customer."""
    async with company.parts.database.transaction() as tx:
        one = await tx.value("SELECT id FROM identity WHERE kind = 'visitor'")
        other = await tx.value("SELECT id FROM identity WHERE value = $1", MINA)
        await link(tx, one, other, strength=strength, evidence={}, actor=actor)


async def merged_by_hand(desk: httpx.AsyncClient, company: Company) -> int:
    """An agent merges everybody whose address acted; the number that undoes it."""
    async with company.parts.database.reading() as tx:
        ids = await tx.values("SELECT DISTINCT customer_id FROM identity WHERE kind IN ('email', 'visitor', 'user')")
    body = {"customer_ids": [str(one) for one in ids], "confirmed": True}
    return int((await desk.post("/api/customers/merge", json=body)).json()["link_id"])


async def test_what_was_merged_taken_apart_and_merged_again_is_never_shown(
    company: Company, visitor: Chat, desk: httpx.AsyncClient
) -> None:
    await company.gets(postcard("메일로 쓴 비밀", sender=MINA))
    await visitor.says("채팅으로 쓴 말")
    number = await merged_by_hand(desk, company)
    async with company.parts.database.reading() as tx:
        customer = await tx.value("SELECT customer_id FROM identity WHERE kind = 'visitor'")
    await company.gets(postcard("합친 뒤의 비밀", sender=MINA, external_id="card-2"))
    assert await visitor.reads() == ["채팅으로 쓴 말"]
    parted = await desk.post(f"/api/customers/{customer}/unmerge", json={"link_id": number, "confirmed": True})
    await company.works()
    assert await visitor.reads() == ["채팅으로 쓴 말"]
    await desk.post(f"/api/customers/links/{parted.json()['link_id']}/undo")
    assert await visitor.reads() == ["채팅으로 쓴 말"]


async def test_proof_shows_and_an_agent_who_takes_it_apart_hides_again(
    company: Company, visitor: Chat, desk: httpx.AsyncClient
) -> None:
    await company.gets(postcard("메일", sender=MINA))
    await visitor.says("채팅")
    await prove(company, visitor, MINA)
    assert await visitor.reads() == ["메일", "채팅"]
    async with company.parts.database.reading() as tx:
        customer = await tx.value("SELECT customer_id FROM identity WHERE kind = 'visitor'")
    leaving = [await company.identity(MINA)]
    answer = await desk.post(f"/api/customers/{customer}/unmerge", json={"identity_ids": leaving, "confirmed": True})
    assert answer.status_code == 200, answer.text
    await company.works()
    assert await visitor.reads() == ["채팅"]
    assert (await visitor.open())["customer"]["proven"] is False


async def test_a_merged_visitor_cannot_continue_the_others_mail(
    company: Company, visitor: Chat, desk: httpx.AsyncClient, postcards: Postcards
) -> None:
    """Answers go to who wrote, and quote nothing that another identity said."""
    await company.gets(postcard("메일로 쓴 비밀", sender=MINA))
    said = await visitor.says("채팅으로 쓴 말")
    await merged_by_hand(desk, company)
    await company.gets(postcard("다시 비밀", sender=MINA, external_id="card-2"))
    async with company.parts.database.reading() as tx:
        case, number = tuple(
            await tx.row("SELECT conversation_id, identity_id FROM message WHERE text = '메일로 쓴 비밀'") or ()
        )
    await company.answers(case, "메일 답변", to=number)
    await company.delivers()
    assert postcards.sent[-1].to.value == MINA
    assert "채팅으로 쓴 말" not in str(postcards.sent[-1])
    assert [entry["id"] for entry in await visitor.shows()] == [said["id"]]


async def test_an_address_used_again_after_it_was_erased_shows_nothing_old(company: Company, visitor: Chat) -> None:
    await company.gets(postcard("잊혀야 할 말", sender=MINA))
    async with company.parts.database.transaction() as tx:
        number = await tx.value("SELECT id FROM identity WHERE value = $1", MINA)
        customer = await tx.value("SELECT customer_id FROM identity WHERE id = $1", number)
        person = Person(erasure_id=new_id(), customer_ids=(customer,), identity_ids=(number,), since=tx.now)
        await CustomerEraser().erase(tx, person)
    await company.gets(postcard("새 사람의 말", sender=MINA, external_id="card-2"))
    await visitor.says("채팅")
    await prove(company, visitor, MINA)
    assert await visitor.reads() == ["새 사람의 말", "채팅"]


async def test_people_who_share_a_browser_or_a_number_see_their_own(
    company: Company, new_chat: Callable[[], Chat], desk: httpx.AsyncClient
) -> None:
    phones = [new_chat(), new_chat()]
    for number, chat in enumerate(phones):
        await chat.open()
        await chat.says(f"말 {number}")
    async with company.parts.database.transaction() as tx:
        for one in await tx.values("SELECT id FROM identity WHERE kind = 'visitor'"):
            await claim(tx, one, "phone", "010-1234-5678", source="chat")
            await claim(tx, one, "email", MINA, source="chat")
    await merged_by_hand(desk, company)
    assert [await chat.reads() for chat in phones] == [["말 0"], ["말 1"]]
