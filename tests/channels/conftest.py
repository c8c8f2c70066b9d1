"""An installation with a brand and an API inbox, and the lanes that do its work."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from damso.channels.adapters.api.simulator import SystemSimulator
from damso.channels.connect import connect as connect_inbox
from damso.channels.found import FoundItem
from damso.channels.inboxes import Inboxes, InboxRecord
from damso.channels.parse import ParseLane
from damso.channels.parser import Parsers
from damso.channels.registry import load_adapters
from damso.kernel.blobs import DiskBlobs
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.http import open_http
from damso.kernel.ids import new_id
from damso.kernel.settings import Settings
from damso.team.access import ROLES, Caller, Role
from tests.channels.api.system import SECRET
from tests.channels.app import create_app
from tests.channels.lanes import work_all

Connect = Callable[..., Awaitable[InboxRecord]]


@pytest.fixture
def inboxes(database: Database, keyring: Keyring) -> Inboxes:
    return Inboxes(database, load_adapters(), keyring)


@pytest.fixture
async def brand_id(database: Database) -> UUID:
    brand = new_id()
    async with database.transaction() as tx:
        await tx.execute(
            """INSERT INTO brand (id, name, colour, greeting_ko, greeting_en, signature, reply_minutes, hours,
                timezone, created_at) VALUES ($1, '달빛상점', '#5b5bd6', '안녕하세요', 'Hello', '', 10, '{}',
                'Asia/Seoul', $2)""",
            brand,
            tx.now,
        )
    return brand


@pytest.fixture
def connect(database: Database, inboxes: Inboxes, brand_id: UUID) -> Connect:
    """Connect an inbox without looking whether the other side is there."""

    async def connect(channel: str = "api", config: Mapping[str, Any] | None = None) -> InboxRecord:
        async with database.transaction() as tx:
            inbox_id = await connect_inbox(
                tx,
                inboxes.adapters,
                inboxes.keyring,
                channel=channel,
                name="고객센터",
                brand_id=brand_id,
                config=config or {"system": "shop", "url": "https://shop.example/damso", "secret": SECRET},
            )
        async with database.reading() as tx:
            return await inboxes.by_id(tx, inbox_id)

    return connect


@pytest.fixture
async def inbox(connect: Connect) -> InboxRecord:
    return await connect()


@pytest.fixture(scope="session")
async def parsers() -> AsyncIterator[Parsers]:
    async with Parsers() as parsers:
        yield parsers


@pytest.fixture
def found(
    database: Database, keyring: Keyring, blobs: DiskBlobs, inboxes: Inboxes, parsers: Parsers
) -> Callable[[], Awaitable[list[FoundItem]]]:
    """Parse everything that waits; what is then in the lane `inbound`, in its order."""

    async def found() -> list[FoundItem]:
        await work_all(database, [ParseLane(database, keyring, blobs, inboxes, parsers)])
        async with database.reading() as tx:
            payloads = await tx.values("SELECT payload FROM lane_item WHERE lane = 'inbound' ORDER BY id")
        return [FoundItem.decode(payload) for payload in payloads]

    return found


@pytest.fixture
async def shop() -> AsyncIterator[SystemSimulator]:
    """A shop's own system on loopback."""
    async with SystemSimulator(SECRET) as shop:
        yield shop


@pytest.fixture
async def http(shop: SystemSimulator) -> AsyncIterator[httpx.AsyncClient]:
    """The guarded client, which may reach the shop and nothing else that is private."""
    async with open_http([shop.origin]) as http:
        yield http


@pytest.fixture
def role() -> Role:
    """Whoever calls; a test may say otherwise."""
    return "administrator"


@pytest.fixture
def caller(role: Role) -> Caller:
    return Caller(permissions=ROLES[role], locale="en", agent_id=new_id(), role=role)


@pytest.fixture
def app(
    database: Database,
    blobs: DiskBlobs,
    inboxes: Inboxes,
    keyring: Keyring,
    http: httpx.AsyncClient,
    caller: Caller,
) -> Litestar:
    return create_app(
        {
            "database": database,
            "blobs": blobs,
            "inboxes": inboxes,
            "adapters": inboxes.adapters,
            "keyring": keyring,
            "http": http,
            "settings": Settings(public_url="https://help.shop.example"),
            "locale": caller.locale,
        },
        caller,
    )


@pytest.fixture
async def client(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="https://help.shop.example") as client:
        yield client
