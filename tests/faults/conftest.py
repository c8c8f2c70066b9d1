"""A company as in the core's tests, whose outgoing calls may reach a receiver on loopback."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from damso.bootstrap import Parts
from damso.channels.connect import connect
from damso.channels.inboxes import Inboxes, InboxRecord
from damso.channels.registry import load_adapters
from damso.kernel.blobs import DiskBlobs
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.http import open_http
from damso.kernel.settings import Settings
from tests.applications import Applications
from tests.channels.api.system import SECRET
from tests.conversations.company import Company, make_company
from tests.conversations.postcards import Postcards
from tests.faults.peers import MailServer, WebhookReceiver, receiving
from tests.http.browsers import browser


@pytest.fixture
def postcards() -> Postcards:
    return Postcards()


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    receiver = WebhookReceiver(SECRET)
    async with receiving(receiver, MailServer()):
        yield receiver


@pytest.fixture
async def parts(
    database: Database,
    keyring: Keyring,
    blobs: DiskBlobs,
    tmp_path: Path,
    postcards: Postcards,
    receiver: WebhookReceiver,
) -> AsyncIterator[Parts]:
    adapters = {**load_adapters(), postcards.channel: postcards}
    async with open_http([receiver.origin]) as http:
        yield Parts(
            settings=Settings(data=tmp_path),
            database=database,
            keyring=keyring,
            blobs=blobs,
            http=http,
            adapters=adapters,
            inboxes=Inboxes(database, adapters, keyring),
        )


@pytest.fixture
async def company(parts: Parts) -> Company:
    return await make_company(parts)


async def add_inbox(company: Company, channel: str, config: dict[str, object]) -> InboxRecord:
    """One more connection of the company."""
    parts = company.parts
    async with parts.database.transaction() as tx:
        inbox_id: UUID = await connect(
            tx, parts.adapters, parts.keyring, channel=channel, name=channel, brand_id=company.brand_id, config=config
        )
    async with parts.database.reading() as tx:
        return await parts.inboxes.by_id(tx, inbox_id)


@pytest.fixture
async def system(company: Company, receiver: WebhookReceiver) -> InboxRecord:
    """An API inbox whose other side is the receiver."""
    return await add_inbox(company, "api", {"system": "shop", "url": f"{receiver.origin}/damso", "secret": SECRET})


@pytest.fixture
def app(applications: Applications, parts: Parts) -> Litestar:
    return applications.on(parts)


@pytest.fixture
async def anyone(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as client:
        yield client
