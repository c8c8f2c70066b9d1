"""One caller cannot take the API for themselves, nor send what makes it stumble."""

from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar
from msgspec.structs import replace

from damso.bootstrap import Parts
from tests.applications import Applications
from tests.conversations.company import Company
from tests.http.browsers import Chat, running, signed_in_browser


@pytest.fixture
async def hasty(applications: Applications, parts: Parts, company: Company) -> AsyncIterator[Litestar]:
    """An installation that lets each caller ask three times a minute, and each network write twice."""
    settings = replace(parts.settings, api_calls_per_minute=3, chat_messages_per_minute=2)
    async with running(applications.on(replace(parts, settings=settings))) as application:
        yield application


async def test_who_asks_too_often_waits_and_others_do_not(hasty: Litestar, company: Company) -> None:
    async with (
        await signed_in_browser(hasty, company.parts.database, company.agent) as desk,
        await signed_in_browser(hasty, company.parts.database, company.agent) as again,
        await signed_in_browser(hasty, company.parts.database, company.colleague) as colleague,
    ):
        answers = [await client.get("/api/me") for client in (desk, again, desk)]
        refused = await again.get("/api/me")
        other = await colleague.get("/api/me")

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert (refused.status_code, refused.json()["code"]) == (429, "TOO_MANY_TRIES")
    assert 1 <= int(refused.headers["retry-after"]) <= 20
    assert refused.headers["content-type"] == "application/problem+json"
    assert other.status_code == 200


async def test_what_a_site_tracks_has_a_pace(hasty: Litestar, company: Company) -> None:
    transport = httpx.ASGITransport(hasty)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as client:
        chat = Chat(client, company.chat.key)
        await chat.open()
        answers = [await chat.post("track", {"name": "Cart Viewed", "properties": {}}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]


@pytest.mark.parametrize("path", ["/api/canned-answers", "/api/tags", "/api/views"])
async def test_json_without_bottom_is_a_clear_refusal(desk: httpx.AsyncClient, path: str) -> None:
    deep = b'{"name":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    answer = await desk.post(path, content=deep, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_that_is_too_large_is_a_clear_refusal(desk: httpx.AsyncClient) -> None:
    answer = await desk.post("/api/tags", content=b'"' + b"a" * 1_100_000 + b'"')
    assert (answer.status_code, answer.json()["code"]) == (413, "REFUSED")


async def test_a_field_that_is_not_there_cannot_be_set(desk: httpx.AsyncClient) -> None:
    for body in ({"role": "owner"}, {"id": "0190"}, {"email": "a@b.example"}, {"disabled_at": None}):
        before = (await desk.get("/api/me")).json()
        answer = await desk.patch("/api/me", json=body)
        assert answer.status_code in (200, 422)
        assert (await desk.get("/api/me")).json() == before
