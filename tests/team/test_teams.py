"""Groups of agents."""

from typing import Any
from uuid import uuid4

import httpx

from damso.kernel.database import Database
from tests.team.people import Person


async def make_team(person: Person, name: str = "배송", *members: Person) -> httpx.Response:
    body = {"name": name, "member_ids": [str(member.id) for member in members]}
    return await person.browser.post("/api/teams", json=body)


async def change(person: Person, team: dict[str, Any], **patch: Any) -> httpx.Response:
    return await person.browser.patch(f"/api/teams/{team['id']}", json=patch)


async def test_a_team_and_its_members(administrator: Person, agent: Person) -> None:
    answer = await make_team(administrator, "배송", agent, administrator, agent)
    assert answer.status_code == 201
    assert sorted(answer.json()["member_ids"]) == sorted([str(agent.id), str(administrator.id)])
    assert (await agent.browser.get("/api/teams")).json() == [answer.json()]
    assert (await agent.browser.get("/api/me")).json()["team_ids"] == [answer.json()["id"]]


async def test_names_are_told_apart(administrator: Person) -> None:
    await make_team(administrator, "배송")
    other = (await make_team(administrator, "환불")).json()
    twice, renamed = await make_team(administrator, " 배송 "), await change(administrator, other, name="배송")
    assert [answer.status_code for answer in (twice, renamed)] == [409, 409]
    assert twice.json()["code"] == renamed.json()["code"] == "NAME_TAKEN"


async def test_members_come_and_go(administrator: Person, agent: Person) -> None:
    team = (await make_team(administrator, "배송", agent)).json()
    changed = await change(administrator, team, member_ids=[str(administrator.id)])
    assert changed.json() == team | {"member_ids": [str(administrator.id)]}
    renamed = await change(administrator, team, name="물류")
    assert renamed.json() == changed.json() | {"name": "물류"}


async def test_a_stranger_is_no_member(administrator: Person) -> None:
    answer = await administrator.browser.post("/api/teams", json={"name": "배송", "member_ids": [str(uuid4())]})
    assert (answer.status_code, answer.json()["field"]) == (422, "member_ids")
    assert (await administrator.browser.get("/api/teams")).json() == []


async def test_a_team_is_dissolved(administrator: Person, agent: Person) -> None:
    team = (await make_team(administrator, "배송", agent)).json()
    assert (await administrator.browser.delete(f"/api/teams/{team['id']}")).status_code == 204
    assert (await administrator.browser.get("/api/teams")).json() == []
    assert (await administrator.browser.delete(f"/api/teams/{team['id']}")).status_code == 404
    assert (await change(administrator, team, name="x")).status_code == 404


async def test_an_agent_changes_no_team(administrator: Person, agent: Person) -> None:
    team = (await make_team(administrator)).json()
    assert (await make_team(agent, "환불")).status_code == 403
    assert (await change(agent, team, name="x")).status_code == 403
    assert (await agent.browser.delete(f"/api/teams/{team['id']}")).status_code == 403


async def test_what_was_done_is_recorded(database: Database, administrator: Person) -> None:
    team = (await make_team(administrator)).json()
    await change(administrator, team, name="물류")
    await administrator.browser.delete(f"/api/teams/{team['id']}")
    async with database.reading() as tx:
        assert await tx.values("SELECT act FROM audit ORDER BY id") == ["team.created", "team.changed", "team.deleted"]
