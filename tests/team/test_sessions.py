"""Sessions: how long they last, how they end, and what they cost."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from damso.kernel.database import Database
from tests.clock import ManualClock
from tests.team.people import Person
from tests.team.site import Site


async def status(person: Person) -> int:
    return (await person.browser.get("/api/me")).status_code


async def seen_at(database: Database) -> datetime:
    async with database.reading() as tx:
        seen: datetime = await tx.value("SELECT seen_at FROM session")
    return seen


@pytest.fixture
def statements() -> Callable[[], float]:
    """How many SQL statements were sent since the test asked for this."""
    before = REGISTRY.get_sample_value("damso_statements_total") or 0
    return lambda: (REGISTRY.get_sample_value("damso_statements_total") or 0) - before


async def test_nobody_is_let_in_without_a_session(site: Site) -> None:
    answer = await site.browser().get("/api/me")
    assert answer.status_code == 401
    assert answer.json()["code"] == "UNAUTHENTICATED"
    assert (await site.browser(secret="made up").get("/api/me")).status_code == 401


async def test_knowing_who_asks_costs_one_statement(agent: Person, statements: Callable[[], float]) -> None:
    assert (await agent.browser.get("/api/keys")).status_code == 403
    assert statements() == 1


@pytest.mark.parametrize("path", ["/api/me", "/api/agents", "/api/teams", "/api/keys", "/api/brands"])
async def test_reading_costs_one_statement_more(
    owner: Person, administrator: Person, agent: Person, statements: Callable[[], float], path: str
) -> None:
    assert (await owner.browser.get(path)).status_code == 200
    assert statements() == 2


async def test_a_session_slides_as_long_as_it_is_used(agent: Person, clock: ManualClock) -> None:
    clock.advance(timedelta(days=13))
    assert await status(agent) == 200
    clock.advance(timedelta(days=13))
    assert await status(agent) == 200
    clock.advance(timedelta(days=14, seconds=1))
    assert await status(agent) == 401


async def test_a_session_ends_however_much_it_is_used(agent: Person, clock: ManualClock) -> None:
    for _ in range(9):
        clock.advance(timedelta(days=10, seconds=-1))
        assert await status(agent) == 200
    clock.advance(timedelta(seconds=10))
    assert await status(agent) == 401


async def test_sliding_is_written_at_most_once_in_five_minutes(
    database: Database, agent: Person, clock: ManualClock
) -> None:
    begun = clock.now()
    clock.advance(timedelta(minutes=4))
    await status(agent)
    assert await seen_at(database) == begun
    clock.advance(timedelta(minutes=1))
    await status(agent)
    assert await seen_at(database) == clock.now()


async def test_the_team_sees_when_somebody_was_last_here(owner: Person, clock: ManualClock) -> None:
    clock.advance(timedelta(minutes=6))
    await status(owner)
    (seen,) = (await owner.browser.get("/api/agents")).json()
    assert datetime.fromisoformat(seen["last_seen_at"]) == clock.now()


async def test_sliding_never_waits_for_a_locked_row(database: Database, agent: Person, clock: ManualClock) -> None:
    clock.advance(timedelta(minutes=6))
    async with database.transaction() as tx:
        await tx.execute("SELECT FROM session FOR UPDATE")
        async with asyncio.timeout(5):
            assert await status(agent) == 200


async def test_signing_out_ends_the_session(database: Database, site: Site, agent: Person) -> None:
    secret = agent.browser.cookies["damso_session"]
    answer = await agent.browser.delete("/api/session")
    assert answer.status_code == 204
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    assert (await site.browser(secret=secret).get("/api/me")).status_code == 401


async def test_signing_out_twice_is_no_error(site: Site) -> None:
    assert (await site.browser().delete("/api/session")).status_code == 204


async def test_signing_out_while_being_disabled_ends_well(owner: Person, agent: Person) -> None:
    left, disabled = await asyncio.gather(
        agent.browser.delete("/api/session"), owner.browser.patch(f"/api/agents/{agent.id}", json={"disabled": True})
    )
    assert disabled.status_code == 200
    assert left.status_code == 204


async def test_who_signs_out_of_the_last_browser_is_offline(
    database: Database, site: Site, agent: Person, owner: Person
) -> None:
    await agent.browser.put("/api/me/availability", json={"state": "online"})
    await agent.browser.delete("/api/session")
    async with database.reading() as tx:
        events = await tx.values("SELECT properties FROM care_event ORDER BY id")
    assert events == [{"from": "offline", "to": "online"}, {"from": "online", "to": "offline"}]
