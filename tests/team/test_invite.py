"""Inviting colleagues, and accepting."""

import asyncio
from datetime import datetime, timedelta

import httpx
import pytest

from damso.kernel.database import Database
from tests.clock import ManualClock
from tests.team.people import Person
from tests.team.site import Site

EMAIL = "saebom@shop.example"


async def invite(person: Person, role: str = "agent", email: str = EMAIL) -> httpx.Response:
    return await person.browser.post("/api/invitations", json={"email": email, "name": "Saebom", "role": role})


async def invited(person: Person, role: str = "agent") -> str:
    """The token of a new invitation."""
    link: str = (await invite(person, role)).json()["link"]
    return link.partition("/desk/join#")[2]


async def accept(browser: httpx.AsyncClient, token: str, password: str = "a new password") -> httpx.Response:
    form = {"token": token, "name": "새봄", "password": password, "locale": "ko"}
    return await browser.post("/api/invitations/accept", json=form)


async def test_an_invitation_makes_a_colleague(site: Site, owner: Person, clock: ManualClock) -> None:
    answer = await invite(owner)
    assert answer.status_code == 201
    assert datetime.fromisoformat(answer.json()["expires_at"]) == clock.now() + timedelta(days=7)
    waiting = (await owner.browser.get("/api/agents")).json()[1]
    assert (waiting["name"], waiting["role"], waiting["invited"]) == ("Saebom", "agent", True)

    browser = site.browser()
    joined = await accept(browser, answer.json()["link"].partition("#")[2])
    assert joined.status_code == 200
    assert joined.json()["name"] == "새봄"
    assert (await browser.get("/api/agents")).json()[1]["invited"] is False
    credentials = {"email": EMAIL, "password": "a new password"}
    assert (await site.browser().post("/api/session", json=credentials)).status_code == 200


async def test_of_two_who_accept_at_once_one_joins(site: Site, owner: Person) -> None:
    token = await invited(owner)
    answers = await asyncio.gather(
        accept(site.browser(), token, "the first password"), accept(site.browser(), token, "the second password")
    )
    assert sorted(answer.status_code for answer in answers) == [200, 410]


async def test_an_invitation_is_used_up(site: Site, owner: Person) -> None:
    token = await invited(owner)
    await accept(site.browser(), token)
    again = await accept(site.browser(), token)
    assert (again.status_code, again.json()["code"]) == (410, "LINK_SPENT")


async def test_an_invitation_ends_after_seven_days(site: Site, owner: Person, clock: ManualClock) -> None:
    token = await invited(owner)
    clock.advance(timedelta(days=7))
    assert (await accept(site.browser(), token)).status_code == 410


async def test_inviting_again_replaces_the_link(site: Site, owner: Person) -> None:
    first, second = await invited(owner), await invited(owner, "administrator")
    assert (await accept(site.browser(), first)).status_code == 410
    assert (await accept(site.browser(), second)).json()["role"] == "administrator"


async def test_two_invitations_at_once_make_one_person(owner: Person, administrator: Person) -> None:
    answers = await asyncio.gather(invite(owner), invite(administrator))
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len((await owner.browser.get("/api/agents")).json()) == 3


async def test_accepting_while_being_invited_again_ends_well(site: Site, owner: Person) -> None:
    token = await invited(owner)
    accepted, again = await asyncio.gather(accept(site.browser(), token), invite(owner))
    assert (accepted.status_code, again.status_code) in [(200, 409), (410, 201)]


async def test_who_is_on_the_team_is_not_invited(owner: Person, agent: Person) -> None:
    answer = await invite(owner, email=agent.email.upper())
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (409, "EMAIL_TAKEN", "email")


async def test_a_withdrawn_invitation_is_spent(site: Site, owner: Person) -> None:
    token = await invited(owner)
    waiting = (await owner.browser.get("/api/agents")).json()[1]
    await owner.browser.patch(f"/api/agents/{waiting['id']}", json={"disabled": True})
    assert (await accept(site.browser(), token)).status_code == 410


@pytest.mark.parametrize(("role", "status"), [("agent", 201), ("administrator", 201), ("owner", 403)])
async def test_only_an_owner_invites_owners(administrator: Person, role: str, status: int) -> None:
    assert (await invite(administrator, role)).status_code == status


async def test_an_administrator_cannot_take_over_an_owners_invitation(owner: Person, administrator: Person) -> None:
    await invite(owner, "owner")
    assert (await invite(administrator, "agent")).status_code == 409


async def test_an_agent_invites_nobody(agent: Person) -> None:
    assert (await invite(agent)).status_code == 403


async def test_a_short_password_is_refused_and_the_link_stays_good(site: Site, owner: Person) -> None:
    token = await invited(owner)
    assert (await accept(site.browser(), token, "short")).status_code == 400
    assert (await accept(site.browser(), token)).status_code == 200


async def test_who_invited_whom_is_recorded(database: Database, owner: Person) -> None:
    await invite(owner)
    async with database.reading() as tx:
        row = await tx.row("SELECT actor_kind, actor_id, act, details FROM audit")
    assert row is not None
    assert tuple(row) == ("agent", str(owner.id), "agent.invited", {"role": "agent", "limits": {}})
