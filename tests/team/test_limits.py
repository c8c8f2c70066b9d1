"""Nobody gives more than they have, limits included."""

from typing import Any
from uuid import uuid4

import pytest

from damso.kernel.database import Database
from tests.team.people import Person, make_person
from tests.team.site import Site

MINE, OTHER = str(uuid4()), str(uuid4())


async def limit(by: Person, whom: Person, **limits: Any) -> int:
    return (await by.browser.patch(f"/api/agents/{whom.id}", json={"limits": limits})).status_code


@pytest.fixture
async def limited(database: Database, site: Site, owner: Person) -> Person:
    """An administrator of one brand."""
    person = await make_person(database, site, "Nabi", "administrator")
    assert await limit(owner, person, brands=[MINE]) == 200
    return person


async def test_limits_are_shown_to_whom_they_bind(limited: Person) -> None:
    assert (await limited.browser.get("/api/me")).json()["limits"] == {"brands": [MINE]}


async def test_a_room_limit_takes_its_permissions(owner: Person, agent: Person) -> None:
    assert await limit(owner, agent, rooms=["customers"]) == 200
    me = (await agent.browser.get("/api/me")).json()
    assert me["permissions"] == ["customers.merge", "customers.read", "customers.write"]
    assert (await agent.browser.get("/api/teams")).status_code == 403


@pytest.mark.parametrize(("brands", "status"), [([MINE], 201), ([MINE, OTHER], 403), ([OTHER], 403), ([], 403)])
async def test_somebody_limited_invites_within_their_limits(limited: Person, brands: list[str], status: int) -> None:
    invitation = {"email": "saebom@shop.example", "name": "Saebom", "role": "agent", "limits": {"brands": brands}}
    assert (await limited.browser.post("/api/invitations", json=invitation)).status_code == status


async def test_somebody_limited_does_not_change_who_reaches_further(limited: Person, agent: Person) -> None:
    assert await limit(limited, agent, brands=[MINE]) == 403


async def test_nobody_lifts_their_own_limits(limited: Person) -> None:
    assert await limit(limited, limited) == 403


@pytest.mark.parametrize(("brands", "status"), [([MINE], 201), ([], 403)])
async def test_a_key_reaches_no_further_than_who_makes_it(limited: Person, brands: list[str], status: int) -> None:
    key = {"name": "Script", "scopes": ["team.read"], "limits": {"brands": brands}}
    assert (await limited.browser.post("/api/keys", json=key)).status_code == status


async def test_keys_that_reach_further_are_not_there(owner: Person, limited: Person) -> None:
    made = (await owner.browser.post("/api/keys", json={"name": "Script", "scopes": ["team.read"]})).json()
    assert (await limited.browser.get("/api/keys")).json() == []
    assert (await limited.browser.delete(f"/api/keys/{made['id']}")).status_code == 404


async def test_a_key_keeps_its_limits(site: Site, owner: Person) -> None:
    request = {"name": "Script", "scopes": ["team.read", "channels.read"], "limits": {"rooms": ["channels"]}}
    key = (await owner.browser.post("/api/keys", json=request)).json()
    program = site.program(key["secret"])
    assert key["limits"] == {"rooms": ["channels"]}
    assert (await program.get("/api/brands")).status_code == 200
    assert (await program.get("/api/teams")).status_code == 403


async def test_an_owner_is_never_limited(owner: Person) -> None:
    answer = await owner.browser.patch(f"/api/agents/{owner.id}", json={"limits": {"brands": [MINE]}})
    assert (answer.status_code, answer.json()["code"]) == (422, "OWNER_UNLIMITED")


async def test_who_becomes_owner_loses_their_limits(owner: Person, limited: Person) -> None:
    answer = await owner.browser.patch(f"/api/agents/{limited.id}", json={"role": "owner"})
    assert (answer.status_code, answer.json()["limits"]) == (200, {})


async def test_a_change_of_rights_is_told_and_recorded(database: Database, owner: Person, agent: Person) -> None:
    await limit(owner, agent, brands=[MINE])
    async with database.reading() as tx:
        acts = await tx.values("SELECT act FROM audit")
        told = await tx.value("SELECT subject_id FROM care_event WHERE name = 'agent.rights_changed'")
    assert (acts, told) == (["agent.limits_changed"], str(agent.id))
