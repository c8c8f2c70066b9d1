"""A list costs as many statements for thirty rows as for one."""

from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from damso.bootstrap import Parts
from damso.kernel.database import STATEMENTS
from tests.applications import Applications
from tests.commerce.shop import buys, sends
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.http.browsers import Chat

LISTS = [
    "/api/conversations?view=open",
    "/api/conversations?status=open&channel=postcard",
    "/api/views",
    "/api/customers",
    "/api/customers?q=mina",
    "/api/orders",
    "/api/orders?q=우롱",
    "/api/search?q=배송",
    "/api/tags",
    "/api/canned-answers",
    "/api/agents",
    "/api/teams",
    "/api/inboxes",
    "/api/brands",
]


@pytest.fixture
def app(applications: Applications, parts: Parts) -> Litestar:
    """Never started: then nothing but the request itself speaks to the database."""
    return applications.on(parts)


def statements() -> float:
    return float(STATEMENTS._value.get())


async def cost(client: httpx.AsyncClient, path: str) -> float:
    before = statements()
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return statements() - before


async def grow(company: Company, desk: httpx.AsyncClient, first: int, last: int) -> None:
    """More of everything that is listed."""
    for number in range(first, last):
        tag = (await desk.post("/api/tags", json={"name": f"tag {number}"})).json()
        await desk.post("/api/canned-answers", json={"title": "x", "shortcut": f"s{number}", "text": "x"})
        await desk.post("/api/views", json={"name": f"view {number}", "filter": {"tag_ids": [tag["id"]]}})
        received = await company.gets(
            postcard("배송 문의", sender=f"mina{number}@naver.example", external_id=str(uuid4()))
        )
        async with company.parts.database.reading() as tx:
            mina = await tx.value("SELECT id FROM identity WHERE value = $1", f"mina{number}@naver.example")
        await sends(company.parts.database, buys(mina, f"N-{number}"))
        await desk.patch(
            f"/api/conversations/{received.conversation_id}",
            json={"tag_ids": [tag["id"]], "assignee_id": company.agent.id if number % 2 else None},
        )


async def test_lists_cost_the_same_for_one_and_for_thirty(company: Company, desk: httpx.AsyncClient) -> None:
    await grow(company, desk, 0, 1)
    for_one = {path: await cost(desk, path) for path in LISTS}

    await grow(company, desk, 1, 30)

    assert {path: await cost(desk, path) for path in LISTS} == for_one


async def test_a_conversation_costs_the_same_for_one_line_and_for_thirty(
    company: Company, desk: httpx.AsyncClient
) -> None:
    received = await company.gets(postcard())
    address = f"/api/conversations/{received.conversation_id}"
    paths = (address, f"{address}/messages")
    for_one = [await cost(desk, path) for path in paths]

    for number in range(30):
        await company.gets(postcard(f"또 {number}", external_id=str(uuid4())))

    assert [await cost(desk, path) for path in paths] == for_one


@pytest.mark.parametrize("words", [1, 30])
async def test_the_chats_history_costs_two_statements_and_a_constant(visitor: Chat, words: int) -> None:
    for number in range(words):
        await visitor.says(f"말 {number}")
    before = statements()

    await visitor.shows()

    assert statements() - before <= 4
