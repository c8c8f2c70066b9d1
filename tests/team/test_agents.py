"""Administering people: roles, owners, and shutting out."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from damso.kernel.database import Database
from tests.team.people import Person, make_person
from tests.team.site import Site


async def change(by: Person, whom: Person, **patch: Any) -> httpx.Response:
    return await by.browser.patch(f"/api/agents/{whom.id}", json=patch)


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_the_team_is_listed_by_name(owner: Person, administrator: Person, agent: Person) -> None:
    people = (await agent.browser.get("/api/agents")).json()
    assert [person["name"] for person in people] == ["Boram", "Dalnim", "Haneul"]
    assert set(people[0]) == {
        "id", "name", "email", "role", "availability", "disabled", "last_seen_at", "invited", "limits",
    }  # fmt: skip


async def test_an_administrator_gives_roles_and_names(database: Database, administrator: Person, agent: Person) -> None:
    answer = await change(administrator, agent, role="administrator", name="달님")
    assert answer.status_code == 200
    assert (answer.json()["role"], answer.json()["name"]) == ("administrator", "달님")
    assert (await agent.browser.get("/api/keys")).status_code == 200
    async with database.reading() as tx:
        details = await tx.values("SELECT details FROM audit WHERE act = 'agent.role_changed'")
    assert details == [{"before": "agent", "after": "administrator"}]


async def test_an_agent_administers_nobody(agent: Person) -> None:
    assert code(await change(agent, agent, role="owner")) == (403, "FORBIDDEN")


async def test_only_an_owner_makes_an_owner(owner: Person, administrator: Person, agent: Person) -> None:
    assert code(await change(administrator, agent, role="owner")) == (403, "FORBIDDEN")
    assert (await change(owner, agent, role="owner")).json()["role"] == "owner"


@pytest.mark.parametrize("patch", [{"role": "agent"}, {"disabled": True}])
async def test_an_owner_is_not_unseated_by_others(
    database: Database, site: Site, owner: Person, administrator: Person, patch: dict[str, Any]
) -> None:
    second = await make_person(database, site, "Saebyeok", "owner")
    assert code(await change(second, owner, **patch)) == (403, "OWNER_PROTECTED")
    assert code(await change(administrator, owner, **patch)) == (403, "OWNER_PROTECTED")


async def test_an_administrator_does_not_rename_an_owner(owner: Person, administrator: Person) -> None:
    assert code(await change(administrator, owner, name="Nobody")) == (403, "FORBIDDEN")


@pytest.mark.parametrize("patch", [{"role": "agent"}, {"disabled": True}])
async def test_the_last_owner_stays(owner: Person, patch: dict[str, Any]) -> None:
    assert code(await change(owner, owner, **patch)) == (409, "LAST_OWNER")


async def test_an_owner_who_has_not_joined_does_not_count(owner: Person) -> None:
    await owner.browser.post("/api/invitations", json={"email": "x@shop.example", "name": "X", "role": "owner"})
    assert code(await change(owner, owner, role="agent")) == (409, "LAST_OWNER")


async def test_an_owner_steps_down_if_another_stays(database: Database, site: Site, owner: Person) -> None:
    await make_person(database, site, "Saebyeok", "owner")
    assert (await change(owner, owner, role="agent")).json()["role"] == "agent"


async def test_two_owners_who_step_down_at_once_leave_one(database: Database, site: Site, owner: Person) -> None:
    second = await make_person(database, site, "Saebyeok", "owner")
    answers = await asyncio.gather(change(owner, owner, role="agent"), change(second, second, role="agent"))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_disabled_agent_is_out_with_the_next_request(database: Database, owner: Person, agent: Person) -> None:
    await agent.browser.put("/api/me/availability", json={"state": "online"})
    answer = await change(owner, agent, disabled=True)
    assert (answer.json()["disabled"], answer.json()["availability"]) == (True, "offline")
    assert (await agent.browser.get("/api/me")).status_code == 401
    async with database.reading() as tx:
        assert await tx.value("SELECT count(*) FROM session WHERE agent_id = $1", agent.id) == 0
        events = await tx.values("SELECT name FROM care_event ORDER BY id")
        acts = await tx.values("SELECT act FROM audit")
    assert events == ["agent.availability_changed", "agent.availability_changed", "agent.disabled"]
    assert acts == ["agent.disabled"]


async def test_who_is_let_back_has_to_sign_in_again(owner: Person, agent: Person) -> None:
    await change(owner, agent, disabled=True)
    assert (await change(owner, agent, disabled=False)).json()["disabled"] is False
    assert (await agent.browser.get("/api/me")).status_code == 401


async def test_nobody_is_changed_who_is_not_there(owner: Person) -> None:
    answer = await owner.browser.patch(f"/api/agents/{uuid4()}", json={"name": "X"})
    assert code(answer) == (404, "NOT_FOUND")
