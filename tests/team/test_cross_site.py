"""What acts on the cookie comes from our own pages, or is refused."""

import httpx
import pytest
from litestar.connection import ASGIConnection

from damso.kernel.database import Database
from damso.team.access import Caller
from damso.team.authenticate import caller_of
from tests.team.people import Person
from tests.team.site import Site


async def say_away(browser: httpx.AsyncClient, **headers: str) -> httpx.Response:
    return await browser.put("/api/me/availability", json={"state": "away"}, headers=headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"x-damso": ""},
        {"x-damso": "widget"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://desk.example.evil.example"},
        {"origin": "http://desk.example:8080"},
        {"origin": "ftp://desk.example"},
        {"origin": "desk.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": "http://desk.example"},
    ],
)
async def test_a_foreign_page_cannot_act(agent: Person, headers: dict[str, str]) -> None:
    answer = await say_away(agent.browser, **headers)
    assert answer.status_code == 403
    assert answer.json()["code"] == "CROSS_SITE"


OWN: list[dict[str, str]] = [
    {},
    {"origin": "http://desk.example"},
    {"origin": "HTTP://DESK.example"},
    {"sec-fetch-site": "same-origin"},
]


@pytest.mark.parametrize("headers", OWN)
async def test_our_own_pages_can(agent: Person, headers: dict[str, str]) -> None:
    assert (await say_away(agent.browser, **headers)).status_code == 204


async def test_the_host_that_the_browser_asked_for_is_ours(agent: Person) -> None:
    answer = await say_away(agent.browser, host="192.168.0.7:8000", origin="http://192.168.0.7:8000")
    assert answer.status_code == 204


async def test_reading_needs_no_header(agent: Person) -> None:
    assert (await agent.browser.get("/api/me", headers={"x-damso": ""})).status_code == 200


async def test_signing_in_from_a_foreign_page_is_refused(site: Site, agent: Person) -> None:
    form = {"email": agent.email, "password": "of the attacker"}
    answer = await site.browser().post("/api/session", json=form, headers={"origin": "https://evil.example"})
    assert answer.json()["code"] == "CROSS_SITE"


def cookie_of(person: Person) -> str:
    return f"damso_session={person.browser.cookies['damso_session']}"


OPENED = ["websocket.accept", "websocket.close"]
REFUSED = ["websocket.close"]


async def test_a_socket_of_our_own_page_opens(site: Site, agent: Person) -> None:
    assert await site.socket(cookie=cookie_of(agent), origin="http://desk.example") == OPENED


async def test_a_socket_of_a_foreign_page_is_refused(site: Site, agent: Person) -> None:
    assert await site.socket(cookie=cookie_of(agent), origin="https://evil.example") == REFUSED


async def test_a_socket_without_a_session_is_refused(site: Site) -> None:
    assert await site.socket(origin="http://desk.example") == REFUSED


async def ask(database: Database, site: Site, path: str, person: Person, **headers: str) -> Caller | None:
    """Who posts to a path with a person's cookie and other headers."""
    raw = [(name.encode(), value.encode()) for name, value in {"cookie": cookie_of(person), **headers}.items()]
    scope = {"type": "http", "method": "POST", "path": path, "headers": raw, "query_string": b"", "state": {}}
    return await caller_of(ASGIConnection(scope), database, site.settings)  # type: ignore[arg-type]


async def test_outside_the_desk_the_cookie_means_nothing(database: Database, site: Site, agent: Person) -> None:
    assert await ask(database, site, "/widget/v1/messages", agent, origin="https://shop.example") is None


async def test_a_visitors_token_does_not_borrow_the_agents_session(
    database: Database, site: Site, agent: Person
) -> None:
    assert await ask(database, site, "/api/me", agent, authorization="Bearer visitor.token") is None


async def test_a_password_of_the_proxy_does_not_hide_the_session(database: Database, site: Site, agent: Person) -> None:
    headers = {"authorization": "Basic c2hvcDpzaG9w", "x-damso": "desk"}
    assert await ask(database, site, "/api/me", agent, **headers) is not None
