"""Group calls: what a server says makes companies and their people; what a browser says stays a claim."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from damso.customers.card import customer_card
from damso.customers.companies.change import change_company
from damso.customers.companies.follow import GroupReader
from damso.customers.companies.look_up import company
from damso.customers.companies.members import remove_person
from damso.customers.link import link, unlink
from damso.customers.tracking.sources import NewSource, create_source
from damso.customers.tracking.types import SourceKind
from damso.kernel import log
from damso.kernel.database import Database
from damso.kernel.log import SYSTEM, Actor, Event
from damso.kernel.readers import advance
from tests.customers.people import customer_of, email, seen

AGENT = Actor("agent", "0199")


class World:
    """A source of each kind, and who belongs to what."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.sources: dict[SourceKind, UUID] = {}

    async def group(
        self, kind: SourceKind, identity_id: int, group: str = "g-1", *, ago: int = 0, **traits: Any
    ) -> None:
        async with self.database.transaction() as tx:
            if kind not in self.sources:
                self.sources[kind], _ = await create_source(tx, NewSource(name=kind, kind=kind), SYSTEM)
            fact = Event(
                name="Group Joined",
                stream="tracked",
                subject_kind="group",
                subject_id="m",
                actor=Actor("source", str(self.sources[kind])),
                identity_id=identity_id,
                occurred_at=tx.now - timedelta(minutes=ago),
                properties=traits | {"$group": group, "$context": {"library": {"name": "x"}}},
            )
            await log.append(tx, fact)
        await self.reads()

    async def reads(self) -> None:
        async with self.database.reading() as tx:
            below = await log.horizon(tx)
        while await advance(self.database, GroupReader(), below):
            pass

    async def companies(self) -> list[tuple[str, dict[str, Any], dict[str, str]]]:
        async with self.database.reading() as tx:
            ids = await tx.values("SELECT id FROM company ORDER BY name")
            found = [await company(tx, one) for one in ids]
        return [
            (one.name, one.traits, {key: said["source"] for key, said in one.trait_sources.items()}) for one in found
        ]

    async def memberships(self, identity_id: int) -> list[tuple[str, str]]:
        async with self.database.reading() as tx:
            card = await customer_card(tx, await customer_of(tx, identity_id))
        return [(one.name, one.source) for one in card.companies]


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


async def somebody(database: Database, name: str = "mina") -> int:
    async with database.transaction() as tx:
        return (await seen(tx, email(name))).identity_id


async def test_a_servers_group_is_a_company_with_its_people(world: World, database: Database) -> None:
    mina, jun = await somebody(database), await somebody(database, "jun")
    await world.group("server", mina, name="한빛물산", plan="gold", staff=40)
    await world.group("server", jun, staff=41)
    await world.group("server", jun, "g-2")
    assert await world.companies() == [
        ("g-2", {}, {}),
        ("한빛물산", {"plan": "gold", "staff": 41}, {"plan": "group", "staff": "group"}),
    ]
    assert await world.memberships(mina) == [("한빛물산", "group")]
    assert await world.memberships(jun) == [("g-2", "group"), ("한빛물산", "group")]


async def test_what_was_said_later_holds_in_whatever_order_it_comes(world: World, database: Database) -> None:
    mina = await somebody(database)
    await world.group("server", mina, plan="silver", ago=5)
    async with database.transaction() as tx:
        company_id = await tx.value("SELECT id FROM company")
        await change_company(tx, company_id, actor=AGENT, traits={"region": "서울"})
    await world.group("server", mina, plan="bronze", region="부산", ago=9)
    assert await world.companies() == [
        ("g-1", {"plan": "silver", "region": "서울"}, {"plan": "group", "region": "agent"})
    ]
    await world.group("server", mina, plan=None)
    assert await world.companies() == [("g-1", {"region": "서울"}, {"region": "agent"})]


async def test_a_browser_only_claims(world: World, database: Database) -> None:
    mina, jun = await somebody(database), await somebody(database, "jun")
    await world.group("server", jun, name="한빛물산", plan="gold")
    await world.group("browser", mina, name="한빛물산", plan="free")
    assert await world.memberships(mina) == []
    assert await world.companies() == [("한빛물산", {"plan": "gold"}, {"plan": "group"})]
    async with database.reading() as tx:
        claims = (await customer_card(tx, await customer_of(tx, mina))).claims
    assert [(one.kind, one.value, one.source) for one in claims] == [("company", "한빛물산", "browser")]


async def test_whom_somebody_took_out_stays_out(world: World, database: Database) -> None:
    mina = await somebody(database)
    await world.group("server", mina)
    async with database.transaction() as tx:
        company_id = await tx.value("SELECT id FROM company")
        await remove_person(tx, company_id, await customer_of(tx, mina), actor=AGENT)
    await world.group("server", mina)
    assert await world.memberships(mina) == []


async def test_a_membership_goes_where_its_identity_goes(world: World, database: Database) -> None:
    mina, other = await somebody(database), await somebody(database, "other")
    await world.group("server", mina)
    async with database.transaction() as tx:
        joined = await link(tx, mina, other, strength="asserted", evidence={}, actor=AGENT)
    assert await world.memberships(other) == [("g-1", "group")]
    async with database.transaction() as tx:
        await unlink(tx, joined.link_id, evidence={}, actor=AGENT)
    assert await world.memberships(other) == []
