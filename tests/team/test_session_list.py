"""Where somebody is signed in, and ending it."""

import httpx
import pytest

from tests.team.people import Person
from tests.team.site import PASSWORD, Site


async def signed_in(site: Site, person: Person, user_agent: str, address: str) -> httpx.AsyncClient:
    browser = site.browser(address=address, **{"user-agent": user_agent})
    await browser.post("/api/session", json={"email": person.email, "password": PASSWORD})
    return browser


@pytest.fixture
async def phone(site: Site, agent: Person) -> httpx.AsyncClient:
    return await signed_in(site, agent, "Phone", "198.51.100.4")


async def test_everywhere_one_is_signed_in(agent: Person, phone: httpx.AsyncClient) -> None:
    listed = (await phone.get("/api/me/sessions")).json()
    assert {(one["user_agent"], one["address"], one["here"]) for one in listed} == {
        ("Phone", "198.51.100.4", True),
        ("Test", None, False),
    }


async def test_one_is_ended(agent: Person, phone: httpx.AsyncClient) -> None:
    other = next(one for one in (await agent.browser.get("/api/me/sessions")).json() if not one["here"])
    assert (await agent.browser.delete(f"/api/me/sessions/{other['id']}")).status_code == 204
    assert (await phone.get("/api/me")).status_code == 401
    assert (await agent.browser.get("/api/me")).status_code == 200


async def test_all_others_are_ended(agent: Person, phone: httpx.AsyncClient) -> None:
    assert (await agent.browser.delete("/api/me/sessions")).status_code == 204
    assert (await phone.get("/api/me")).status_code == 401
    assert (await agent.browser.get("/api/me")).status_code == 200


async def test_nobody_ends_anothers(agent: Person, owner: Person) -> None:
    mine = (await owner.browser.get("/api/me/sessions")).json()[0]
    assert (await agent.browser.delete(f"/api/me/sessions/{mine['id']}")).status_code == 404
    assert (await agent.browser.delete(f"/api/agents/{owner.id}/sessions")).status_code == 403


async def test_an_administrator_signs_an_agent_out(administrator: Person, agent: Person) -> None:
    assert len((await administrator.browser.get(f"/api/agents/{agent.id}/sessions")).json()) == 1
    assert (await administrator.browser.delete(f"/api/agents/{agent.id}/sessions")).status_code == 204
    assert (await agent.browser.get("/api/me")).status_code == 401


async def test_an_administrator_does_not_sign_an_owner_out(administrator: Person, owner: Person) -> None:
    assert (await administrator.browser.delete(f"/api/agents/{owner.id}/sessions")).status_code == 403
