"""Views are one's own, a team's or everybody's, in an order of one's own."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.conversations.company import Company

OPEN = {"name": "급한 상담", "filter": {"priority": ["urgent"]}, "icon": "flame", "colour": "red"}


async def team_of(company: Company, *members: str) -> str:
    async with company.parts.database.transaction() as tx:
        team: UUID = await tx.value(
            "INSERT INTO team (id, name, created_at) VALUES (gen_random_uuid(), '배송팀', now()) RETURNING id"
        )
        for member in members:
            await tx.execute("INSERT INTO team_member (team_id, agent_id) VALUES ($1, $2)", team, UUID(member))
    return str(team)


async def saved(desk: httpx.AsyncClient) -> list[dict[str, Any]]:
    return [view for view in (await desk.get("/api/views")).json() if view["kind"] == "saved"]


@pytest.mark.parametrize(("audience", "seen"), [("mine", 0), ("other team", 0), ("team", 1), ("everybody", 1)])
async def test_a_view_is_seen_by_whom_it_is_shared_with(
    audience: str, seen: int, company: Company, desk: httpx.AsyncClient, colleague: httpx.AsyncClient
) -> None:
    members = [str(company.colleague.id)] if audience == "team" else []
    team = await team_of(company, *members)
    shared = {"shared": audience == "everybody", "team_id": team if "team" in audience else None}
    made = (await desk.post("/api/views", json=OPEN | shared)).json()

    assert len(await saved(colleague)) == seen
    assert len(await saved(desk)) == 1
    status = (await colleague.get(f"/api/conversations?view={made['id']}")).status_code
    assert status == (200 if seen else 404)


async def test_a_shared_view_is_changed_by_its_owner_and_who_keeps_the_team(
    company: Company, desk: httpx.AsyncClient, colleague: httpx.AsyncClient
) -> None:
    made = (await desk.post("/api/views", json=OPEN | {"shared": True})).json()
    address = f"/api/views/{made['id']}"

    refused = [
        (await colleague.patch(address, json={"name": "내 것"})).status_code,
        (await colleague.delete(address)).status_code,
    ]
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE agent SET role = 'administrator' WHERE id = $1", UUID(company.colleague.id))
    changed = (await colleague.patch(address, json={"name": "모두의 것"})).json()

    assert refused == [403, 403]
    assert (changed["name"], changed["icon"], changed["shared"]) == ("모두의 것", "flame", True)


async def test_each_sees_views_in_their_own_order(
    company: Company, desk: httpx.AsyncClient, colleague: httpx.AsyncClient
) -> None:
    for name in ("가", "나", "다"):
        await desk.post("/api/views", json=OPEN | {"name": name, "shared": True})
    ids = [view["id"] for view in await saved(desk)]

    await desk.put("/api/views/order", json={"view_ids": [ids[2], ids[0]]})

    assert [view["name"] for view in await saved(desk)] == ["다", "가", "나"]
    assert [view["name"] for view in await saved(colleague)] == ["가", "나", "다"]
