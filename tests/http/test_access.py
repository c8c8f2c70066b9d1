"""Every route is for somebody: a route that is added without a guard fails here until it is named as open."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from damso.bootstrap import open_parts, unopened_parts
from damso.kernel.log import SYSTEM
from damso.kernel.migrations import prepare
from damso.kernel.settings import Settings
from damso.team.create_agent import create_agent
from damso.team.keys import create_key
from damso.team.sessions import begin_session
from damso.web import create_app
from tests.databases import fresh_database
from tests.http.browsers import browser, running

OPEN = {
    "GET /",
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /desk",
    "GET /desk/{path:path}",
    "GET /widget.js",
    "GET /widget/frame",
    "GET /widget/{name:str}",
    "GET /brands/{brand_id:uuid}/logo/{version:str}",
    "GET /api/setup",
    "POST /api/setup",
    "POST /api/session",
    "POST /api/session/link",
    "POST /api/session/link/request",
    "DELETE /api/session",
    "POST /api/invitations/accept",
    "GET /hooks/{key:str}",
    "POST /hooks/{key:str}",
    "GET /widget/v1/{key:str}/config",
    "POST /widget/v1/{key:str}/session",
    "GET /widget/v1/attachments/{attachment_id:uuid}",
}
"""Routes that ask for no session: each checks for itself what it needs, in tests of its own."""

VALUES = {"uuid": str(uuid4()), "str": "x", "int": "7", "path": "x"}


def _routes() -> Sequence[str]:
    """Every `METHOD /path` of the application."""

    async def list_them() -> Sequence[str]:
        async with unopened_parts(Settings()) as parts:
            app = create_app(parts)
        return sorted(
            f"{method} {route.path}"
            for route in app.routes
            if isinstance(route, HTTPRoute) and not route.path.startswith("/api/schema")
            for method in route.methods - {"OPTIONS", "HEAD"}
        )

    return asyncio.run(list_them())


ROUTES = _routes()
GUARDED = [route for route in ROUTES if route not in OPEN]
FOR_VISITORS = [route for route in GUARDED if route.split()[1].startswith("/widget/")]
FOR_THE_TEAM = [route for route in GUARDED if route not in FOR_VISITORS]


async def call(client: httpx.AsyncClient, route: str) -> httpx.Response:
    method, _, path = route.partition(" ")
    address = re.sub(r"\{\w+:(\w+)\}", lambda found: VALUES[found[1]], path)
    if address.endswith("/uploads"):
        return await client.request(method, address, files={"file": ("note.txt", b"hello", "text/plain")})
    return await client.request(method, address, json={} if method in ("POST", "PUT", "PATCH") else None)


class Doorstep:
    """The application on a database of its own that all these tests share: whoever is refused changes nothing."""

    def __init__(self, app: Litestar, session: str, key: str) -> None:
        self.anyone = browser(app)
        self.desk = browser(app, session=session)
        self.program = browser(app, authorization=f"Bearer {key}")


@pytest.fixture(scope="module")
async def doorstep(
    postgres_server: str, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Doorstep]:
    settings = Settings(data=tmp_path_factory.mktemp("doorstep"))
    async with fresh_database(postgres_server, template_database) as dsn, open_parts(settings, dsn) as parts:
        await prepare(parts.database)
        async with parts.database.transaction() as tx:
            agent = await create_agent(tx, name="이서연", email="seoyeon@damso.example")
            session = await begin_session(tx, agent, user_agent="Test", address=None)
            _, key = await create_key(tx, "narrow", [], SYSTEM)
        async with running(create_app(parts)) as app:
            yield Doorstep(app, session, key)


def test_the_open_routes_are_there() -> None:
    assert set(ROUTES) >= OPEN


@pytest.mark.parametrize("route", GUARDED)
async def test_without_a_session_nobody_gets_in(route: str, doorstep: Doorstep) -> None:
    answer = await call(doorstep.anyone, route)

    assert (answer.status_code, answer.json()["status"]) == (401, 401)


@pytest.mark.parametrize("route", FOR_THE_TEAM)
async def test_a_key_without_the_scope_is_refused(route: str, doorstep: Doorstep) -> None:
    answer = await call(doorstep.program, route)

    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")


@pytest.mark.parametrize("route", FOR_VISITORS)
async def test_a_desks_session_is_no_visitor(route: str, doorstep: Doorstep) -> None:
    answer = await call(doorstep.desk, route)

    assert (answer.status_code, answer.json()["code"]) == (401, "VISITOR_UNKNOWN")
