"""One network cannot drown the site chat, and others do not notice."""

from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar
from msgspec.structs import replace

from damso.bootstrap import Parts
from tests.applications import Applications
from tests.conversations.company import Company
from tests.http.browsers import running

FEW = {"chat_sessions_per_minute": 2, "chat_messages_per_minute": 2, "chat_codes_per_hour": 1}


@pytest.fixture
async def app(applications: Applications, parts: Parts) -> AsyncIterator[Litestar]:
    settings = replace(parts.settings, trusted_proxies=("10.0.0.0/8",), **FEW)
    async with running(applications.on(replace(parts, settings=settings))) as application:
        yield application


def visitor(app: Litestar, address: str, **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=(address, 4000))  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://shop.example", headers=headers)


async def opened(client: httpx.AsyncClient, company: Company) -> httpx.Response:
    return await client.post(f"/widget/v1/{company.chat.key}/session", json={})


async def test_opening_too_often_waits(app: Litestar, company: Company) -> None:
    client = visitor(app, "203.0.113.7")
    assert [(await opened(client, company)).status_code for _ in range(2)] == [200, 200]
    refused = await opened(client, company)
    assert (refused.status_code, refused.json()["code"]) == (429, "TOO_MANY_TRIES")
    assert refused.headers["content-type"] == "application/problem+json"
    assert 1 <= int(refused.headers["retry-after"]) <= 30
    assert (await opened(visitor(app, "203.0.113.8"), company)).status_code == 200


async def test_a_subscribers_ipv6_network_is_one(app: Litestar, company: Company) -> None:
    for host in ("2001:db8:1:2::1", "2001:db8:1:2::2"):
        await opened(visitor(app, host), company)
    assert (await opened(visitor(app, "2001:db8:1:2::3"), company)).status_code == 429
    assert (await opened(visitor(app, "2001:db8:1:3::1"), company)).status_code == 200


async def test_writing_too_much_waits(app: Litestar, company: Company) -> None:
    client = visitor(app, "203.0.113.7")
    token = (await opened(client, company)).json()["visitor"]
    client.headers["authorization"] = f"Bearer {token}"
    said = [
        await client.post("/widget/v1/messages", json={"client_id": f"0190000000007000800000000000000{n}", "text": "?"})
        for n in range(3)
    ]
    assert [answer.status_code for answer in said] == [201, 201, 429]


async def test_our_proxy_says_who_calls_and_nobody_else_does(app: Litestar, company: Company) -> None:
    for _ in range(2):
        await opened(visitor(app, "10.0.0.9", **{"x-forwarded-for": "203.0.113.7"}), company)
    assert (await opened(visitor(app, "203.0.113.7"), company)).status_code == 429
    assert (await opened(visitor(app, "10.0.0.9", **{"x-forwarded-for": "203.0.113.8"}), company)).status_code == 200
    assert (await opened(visitor(app, "203.0.113.7", **{"x-forwarded-for": "192.0.2.1"}), company)).status_code == 429
