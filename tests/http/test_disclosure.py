"""What anybody but the customer themselves joins is never shown in the chat."""

from uuid import uuid4

import httpx
import pytest

from damso.customers.link import link
from damso.customers.types import Strength
from damso.kernel.log import SYSTEM, Actor
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.http.browsers import Chat

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
