"""The whole web application in this process, an agent's browser that is signed in, and a visitor's chat."""

from collections.abc import AsyncIterator, Callable
from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from damso.bootstrap import Parts
from damso.channels.connect import InboxChange, change, connect
from damso.channels.inboxes import InboxRecord
from damso.kernel.log import Actor
from damso.team.create_agent import create_agent
from tests.applications import Applications
from tests.channels.api.system import SECRET
from tests.conversations.company import Company
from tests.conversations.conftest import company, parts, postcards
from tests.http.browsers import Chat, browser, running, signed_in_browser
from tests.http.everywhere import leave_everywhere

__all__ = ["company", "parts", "postcards"]

IDENTITY_SECRET = "a secret that only the shop's server knows"


@pytest.fixture
async def app(applications: Applications, parts: Parts) -> AsyncIterator[Litestar]:
    async with running(applications.on(parts)) as application:
        yield application


@pytest.fixture
async def anyone(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that is signed in nowhere."""
    async with browser(app) as client:
        yield client


@pytest.fixture
async def desk(app: Litestar, company: Company) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of the company's agent."""
    async with await signed_in_browser(app, company.parts.database, company.agent) as client:
        yield client


@pytest.fixture
async def colleague(app: Litestar, company: Company) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of another agent."""
    async with await signed_in_browser(app, company.parts.database, company.colleague) as client:
        yield client


@pytest.fixture
async def owner(app: Litestar, company: Company) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of the company's owner."""
    async with company.parts.database.transaction() as tx:
        agent_id = await create_agent(tx, name="서지안", email="jian@damso.example", role="owner")
    async with await signed_in_browser(app, company.parts.database, Actor("agent", str(agent_id))) as client:
        yield client


@pytest.fixture
async def everywhere(company: Company, visitor: Chat) -> UUID:
    """A customer who left something in every place there is; their id."""
    return await leave_everywhere(company, visitor)


@pytest.fixture
async def new_chat(app: Litestar, company: Company) -> AsyncIterator[Callable[[], Chat]]:
    """Makes chats, each in a browser of its own."""
    async with browser(app) as client:
        yield lambda: Chat(client, company.chat.key)


@pytest.fixture
async def visitor(new_chat: Callable[[], Chat]) -> Chat:
    """Somebody who has opened the chat and not written yet."""
    chat = new_chat()
    await chat.open()
    return chat


@pytest.fixture
async def shop(company: Company) -> str:
    """The secret by which the shop's server tells the chat who is signed in."""
    parts = company.parts
    async with parts.database.transaction() as tx:
        wanted = InboxChange(config={"identity_secret": IDENTITY_SECRET})
        await change(tx, parts.adapters, parts.keyring, company.chat.id, wanted)
    parts.inboxes.forget()
    return IDENTITY_SECRET


@pytest.fixture
async def system(company: Company) -> InboxRecord:
    """An API inbox."""
    parts = company.parts
    async with parts.database.transaction() as tx:
        config = {"system": "shop", "url": "https://shop.example/damso", "secret": SECRET}
        inbox_id = await connect(
            tx, parts.adapters, parts.keyring, channel="api", name="앱", brand_id=company.brand_id, config=config
        )
    async with parts.database.reading() as tx:
        return await parts.inboxes.by_id(tx, inbox_id)
