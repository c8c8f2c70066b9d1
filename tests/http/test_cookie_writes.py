"""Every write of the desk that a cookie lets through is refused when another site's page asks for it."""

import re
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from msgspec.structs import replace

from damso.bootstrap import Parts
from damso.team.sessions import COOKIE, begin_session
from tests.applications import Applications
from tests.conversations.company import Company
from tests.http.browsers import browser, running

FOREIGN = (
    {"x-damso": ""},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"sec-fetch-site": "cross-site"},
)


def writes(app: Litestar) -> list[tuple[str, str]]:
    found = []
    for route in app.routes:
        if isinstance(route, HTTPRoute) and route.path.startswith("/api/"):
            path = re.sub(r"\{\w+:int\}", "7", route.path)
            path = re.sub(r"\{[^}]+\}", str(uuid4()), path)
            found += [(method, path) for method in sorted(route.methods - {"GET", "HEAD", "OPTIONS"})]
    return found


async def test_no_write_listens_to_a_foreign_page(app: Litestar, desk: httpx.AsyncClient) -> None:
    heard = []
    for method, path in writes(app):
        for headers in FOREIGN:
            answer = await desk.request(method, path, json={}, headers=headers)
            if answer.status_code != 403 or answer.json()["code"] != "CROSS_SITE":
                heard.append((method, path, headers, answer.status_code))
    assert len(writes(app)) > 40
    assert not heard


async def test_reading_changes_nothing(app: Litestar) -> None:
    """A link or a picture on a foreign page makes a browser GET; nothing is done that way but going to sign-on."""
    acting = re.compile(r"(sign|log)_?out|delete|remove|create|change|set_|send|revoke")
    names = {
        handler.handler_name
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if "GET" in handler.http_methods
    }
    assert not {name for name in names if acting.search(name)}


@pytest.fixture
async def secure_app(applications: Applications, parts: Parts) -> AsyncIterator[Litestar]:
    settings = replace(parts.settings, public_url="https://help.shop.example")
    async with running(applications.on(replace(parts, settings=settings))) as application:
        yield application


async def secret_of(company: Company) -> str:
    async with company.parts.database.transaction() as tx:
        return await begin_session(tx, UUID(company.agent.id), user_agent="Test", address=None)


async def test_under_https_only_this_host_can_set_the_sessions_cookie(secure_app: Litestar, company: Company) -> None:
    secret = await secret_of(company)
    own = {"cookie": f"__Host-{COOKIE}={secret}"}
    tossed = {"cookie": f"{COOKIE}={secret}"}
    async with browser(secure_app) as client:
        assert (await client.get("/api/me", headers=own)).status_code == 200
        assert (await client.get("/api/me", headers=tossed)).status_code == 401


async def test_cookies_say_that_they_are_for_us_alone(secure_app: Litestar, company: Company) -> None:
    async with browser(secure_app) as client:
        client.headers["cookie"] = f"__Host-{COOKIE}={await secret_of(company)}"
        (said,) = (await client.delete("/api/session")).headers.get_list("set-cookie")
    parts = {part.strip().lower() for part in said.split(";")}
    assert said.startswith(f"__Host-{COOKIE}=")
    assert {"secure", "httponly", "samesite=lax", "path=/"} <= parts
    assert not [part for part in parts if part.startswith("domain")]
