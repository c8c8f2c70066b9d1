"""API keys: shown once, as wide as they were made, gone when revoked."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from damso.kernel.database import Database
from damso.kernel.log import SYSTEM
from damso.team.access import Permission
from damso.team.keys import create_key
from tests.clock import ManualClock
from tests.team.people import Person
from tests.team.site import Site


async def make_key(person: Person, *scopes: str) -> dict[str, Any]:
    answer = await person.browser.post("/api/keys", json={"name": "Shop", "scopes": scopes})
    assert answer.status_code == 201
    key: dict[str, Any] = answer.json()
    return key


async def program(database: Database, site: Site, *scopes: Permission) -> httpx.AsyncClient:
    async with database.transaction() as tx:
        _, secret = await create_key(tx, "Script", scopes, SYSTEM)
    return site.program(secret)


async def test_a_key_opens_what_its_scopes_say(site: Site, administrator: Person) -> None:
    key = await make_key(administrator, "team.read")
    shop = site.program(key["secret"])
    assert (await shop.get("/api/agents")).status_code == 200
    refused = await shop.get("/api/keys")
    assert refused.status_code == 403
    assert refused.json()["code"] == "FORBIDDEN"


async def test_the_secret_is_shown_once_and_not_stored(database: Database, administrator: Person) -> None:
    key = await make_key(administrator, "team.read")
    secret = key.pop("secret")
    assert secret.startswith("dk_")
    assert secret.startswith(key["prefix"])
    assert len(key["prefix"]) < 12
    assert (await administrator.browser.get("/api/keys")).json() == [key]
    async with database.reading() as tx:
        assert secret not in await tx.value("SELECT api_key::text FROM api_key")
        assert secret not in await tx.value("SELECT string_agg(audit::text, '') FROM audit")


async def test_a_revoked_key_is_out_with_the_next_request(site: Site, administrator: Person) -> None:
    key = await make_key(administrator, "team.read")
    shop = site.program(key["secret"])
    assert (await administrator.browser.delete(f"/api/keys/{key['id']}")).status_code == 204
    assert (await shop.get("/api/agents")).status_code == 401
    assert (await administrator.browser.get("/api/keys")).json() == []
    assert (await administrator.browser.delete(f"/api/keys/{key['id']}")).status_code == 404


@pytest.mark.parametrize("secret", ["dk_made-up", "dk_", "", "something else"])
async def test_a_made_up_key_opens_nothing(site: Site, secret: str) -> None:
    assert (await site.program(secret).get("/api/agents")).status_code == 401


async def test_use_is_noted_at_most_once_a_minute(database: Database, site: Site, clock: ManualClock) -> None:
    shop = await program(database, site, "team.read")

    async def used_at() -> datetime | None:
        await shop.get("/api/agents")
        async with database.reading() as tx:
            used: datetime | None = await tx.value("SELECT used_at FROM api_key")
        return used

    first = clock.now()
    assert await used_at() == first
    clock.advance(timedelta(seconds=59))
    assert await used_at() == first
    clock.advance(timedelta(seconds=1))
    assert await used_at() == clock.now()


async def test_a_program_is_not_a_person(database: Database, site: Site) -> None:
    shop = await program(database, site, "team.read", "team.manage")
    assert (await shop.get("/api/me")).status_code == 403


async def test_a_program_needs_no_browsers_headers(database: Database, site: Site) -> None:
    shop = await program(database, site, "team.manage")
    answer = await shop.post(
        "/api/teams", json={"name": "배송", "member_ids": []}, headers={"origin": "https://x.example"}
    )
    assert answer.status_code == 201


async def test_a_key_makes_no_key_wider_than_itself(database: Database, site: Site) -> None:
    shop = await program(database, site, "keys.manage", "team.read")
    narrow = await shop.post("/api/keys", json={"name": "Narrow", "scopes": ["team.read"]})
    wide = await shop.post("/api/keys", json={"name": "Wide", "scopes": ["team.read", "customers.read"]})
    assert (narrow.status_code, wide.status_code) == (201, 403)


@pytest.mark.parametrize(("role", "status"), [("agent", 403), ("administrator", 403), ("owner", 403)])
async def test_a_key_gives_nobody_more_than_it_has(database: Database, site: Site, role: str, status: int) -> None:
    shop = await program(database, site, "team.manage")
    person = {"email": "new@shop.example", "name": "Saebom", "role": role}
    assert (await shop.post("/api/invitations", json=person)).status_code == status


async def test_a_scope_of_another_version_allows_nothing(database: Database, site: Site) -> None:
    shop = await program(database, site, "team.read")
    async with database.transaction() as tx:
        await tx.execute("UPDATE api_key SET scopes = '{rockets.launch}'")
    assert (await shop.get("/api/agents")).status_code == 403


async def test_an_agent_manages_no_keys(agent: Person) -> None:
    assert (await agent.browser.get("/api/keys")).status_code == 403
    assert (await agent.browser.post("/api/keys", json={"name": "x", "scopes": ["team.read"]})).status_code == 403


@pytest.mark.parametrize(
    "body", [{"name": "x", "scopes": []}, {"name": "x", "scopes": ["all"]}, {"name": " ", "scopes": ["team.read"]}]
)
async def test_a_key_without_sense_is_refused(administrator: Person, body: dict[str, Any]) -> None:
    assert (await administrator.browser.post("/api/keys", json=body)).status_code == 400
