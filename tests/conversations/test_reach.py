"""The condition on rows and the look at a single case are one rule; live sockets go by the second."""

from itertools import product
from uuid import UUID, uuid4

import pytest

from damso.conversations.change import Change, change
from damso.conversations.news import gather
from damso.conversations.note import write_note
from damso.conversations.reach import reach, reaches, standings
from damso.kernel.log import Actor, Recorded
from damso.team.access import UNLIMITED, Caller, Limits
from tests.callers import agent_caller, key_caller
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.http.two_brands import TwoBrands, make_two_brands


@pytest.fixture
async def world(company: Company) -> TwoBrands:
    return await make_two_brands(company)


async def test_rows_and_single_cases_are_decided_alike(world: TwoBrands) -> None:
    """Every way to limit by brands, inboxes and teams, for agents (one assigned, one named in a note) and a key."""
    company, near, far = world.company, world.near, world.far
    async with company.parts.database.transaction() as tx:
        sql = "UPDATE conversation SET assignee_id = $2 WHERE id = $1"
        await tx.execute(sql, world.stranger.conversation_id, UUID(company.agent.id))
        await write_note(
            tx,
            far.case.conversation_id,
            UUID(company.agent.id),
            send_key=str(uuid4()),
            text="봐 주세요",
            mentions=[UUID(company.colleague.id)],
            attachment_ids=(),
        )
    teams = world.limits["teams"].teams
    brands, inboxes = ((near.inbox.brand_id, far.inbox.brand_id), (near.inbox.id, far.inbox.id))
    ways = [(), *((one,) for one in brands)], [(), *((one,) for one in inboxes)], [(), teams, (uuid4(),)]
    limits = [Limits(brands=b, inboxes=i, teams=t) for b, i, t in product(*ways)]  # type: ignore[arg-type]
    callers = [caller for limit in limits for caller in _everybody(company, limit)]

    async with company.parts.database.reading() as tx:
        cases = await standings(tx, await tx.values("SELECT id FROM conversation"))
        for caller in callers:
            args: list[object] = []
            conditions = " AND ".join(["true", *reach(caller, args)])
            found = set(await tx.values(f"SELECT c.id FROM conversation c WHERE {conditions}", *args))
            assert found == {case_id for case_id, case in cases.items() if reaches(caller, case)}


def _everybody(company: Company, limits: Limits) -> tuple[Caller, ...]:
    return (
        agent_caller(company.agent, limits=limits),
        agent_caller(company.colleague, limits=limits),
        key_caller(limits),
    )


async def facts(company: Company) -> list[Recorded]:
    async with company.parts.database.reading() as tx:
        return await tx.all(Recorded, "SELECT *, 'care' AS stream FROM care_event ORDER BY epoch, xid, id")


@pytest.mark.parametrize("limit", ["brands", "inboxes", "teams"])
async def test_desks_are_told_of_what_is_in_their_reach(limit: str, world: TwoBrands) -> None:
    limited = agent_caller(Actor("agent", str(uuid4())), limits=world.limits[limit])
    async with world.company.parts.database.reading() as tx:
        news = await gather(tx, await facts(world.company), "ko", for_limited=True)

    told = str(news.frames(news.chosen(limited)))
    assert str(world.near.case.conversation_id) in told
    assert {id_ for id_ in world.hidden if id_ in told} == set()
    assert len(news.chosen(agent_caller())) == len(news.items)


async def test_a_case_that_leaves_is_taken_from_the_screen(world: TwoBrands) -> None:
    limited = agent_caller(limits=world.limits["teams"])
    async with world.company.parts.database.transaction() as tx:
        await change(tx, world.near.case.conversation_id, Change(team_id=None), world.company.agent)
    async with world.company.parts.database.reading() as tx:
        news = await gather(tx, (await facts(world.company))[-2:], "ko", for_limited=True)

    assert news.took_away(limited)
    assert not news.took_away(agent_caller())


@pytest.mark.parametrize("role", ["marketer", "read_only"])
async def test_desks_are_told_what_their_role_may_see(role: str, company: Company) -> None:
    await company.gets(postcard())
    async with company.parts.database.reading() as tx:
        news = await gather(tx, await facts(company), "ko", for_limited=False)
    kinds = {kind for kind, _ in news.frames(news.chosen(agent_caller(role=role)))}  # type: ignore[arg-type]

    assert ("entry" in kinds) == (role == "read_only")


@pytest.mark.parametrize(
    ("own", "other", "covered"),
    [
        (UNLIMITED, Limits(rooms=("team",)), True),
        (Limits(rooms=("team",)), UNLIMITED, False),
        (Limits(rooms=("team", "keys")), Limits(rooms=("team",)), True),
        (Limits(rooms=("team",)), Limits(rooms=("team", "keys")), False),
    ],
)
def test_limits_cover_what_is_narrower(own: Limits, other: Limits, covered: bool) -> None:
    assert own.covers(other) is covered
