"""Events that went by rule: afterwards everything stands as if they had never been, live, in bulk and in the lake."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from damso.bootstrap import dimensions_of, kept_records_of
from damso.customers.tracking.retain import BehaviourRecords
from damso.kernel.database import Database
from damso.kernel.log_floor import floors
from damso.lake.fresh import fresh_lake
from damso.lake.manifest import read_manifest
from damso.lake.store import FolderStore
from damso.segments import rule as r
from damso.segments.gone import ask_again
from damso.segments.measures import values_of
from damso.segments.mend import compare
from tests.clock import ManualClock
from tests.segments.world import World

DAY = 86_400
ORDER, CART, VISIT = r.Step(name="Order Completed"), r.Step(name="Cart Viewed"), r.Step(name="Page Viewed")
BIG = r.Step(name="Order Completed", where=(r.Condition(property="amount", op="gte", value=5),))
RULES: tuple[r.Rule, ...] = (
    r.Performed(event=ORDER, times=2),
    r.Not(rule=r.Performed(event=ORDER)),
    r.Performed(event=CART, window=r.Window(last=4 * DAY)),
    r.Performed(event=CART, window=r.Window(before=DAY)),
    r.Occurrence(which="first", event=BIG),
    r.Sequence(first=CART, next=ORDER, within=2 * DAY, without=VISIT),
    r.NotFollowed(first=CART, next=ORDER, within=DAY),
    r.Measured(of=r.Computation(measure="sum", event=ORDER, property="amount"), op="lt", value=9),
    r.Measured(of=r.Computation(measure="last", event=CART, property="amount"), op="is", value=3),
)
PEOPLE = 3
happening = st.tuples(
    st.integers(0, PEOPLE - 1),
    st.sampled_from([ORDER.name, CART.name, VISIT.name]),
    st.integers(0, 2),
    st.integers(1, 9),
    st.integers(0, 2),
)
"""Who, what, how many days late it comes, an amount, and how many days later it comes than the one before."""


def day_of(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


async def lives(world: World, clock: ManualClock, story: list[tuple[int, str, int, int, int]]) -> list[datetime]:
    """Lets it happen; when each was recorded."""
    recorded = []
    for person, name, late, amount, later in story:
        clock.advance(timedelta(days=later, minutes=7))
        await world.happens(person, name, late * DAY, {"amount": amount})
        recorded.append(clock.now())
    return recorded


def forgets(world: World, before: datetime, recorded: dict[int, datetime]) -> None:
    """The oracle never heard of them."""
    for identity, events in world.events.items():
        world.events[identity] = [one for one in events if recorded[one.number] >= before]


async def goes(database: Database, before: datetime) -> int:
    gone, more = 0, True
    records = BehaviourRecords([ask_again])
    while more:
        async with database.transaction() as tx:
            more = bool(count := await records.destroy(tx, before))
        gone += count
    return gone


@pytest.fixture
async def segments(database: Database, clock: ManualClock) -> dict[UUID, r.Rule]:
    """Built once for all examples, each of which has people of its own."""
    return await (await World.of(database, clock, 0)).keeps(RULES)


@settings(
    max_examples=6,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(story=st.lists(happening, min_size=4, max_size=14), kept=st.integers(0, 6), joined=st.booleans())
async def test_what_went_is_as_if_it_had_never_been(
    story: list[tuple[int, str, int, int, int]],
    kept: int,
    joined: bool,
    segments: dict[UUID, r.Rule],
    database: Database,
    clock: ManualClock,
) -> None:
    world = await World.of(database, clock, PEOPLE)
    recorded = await lives(world, clock, story)
    if joined:
        await world.joins(0, 1)
    await world.settles()
    before = day_of(clock.now() - timedelta(days=kept))
    async with database.reading() as tx:
        rows = await tx.rows("SELECT id, recorded_at FROM tracked_event")
        told = await BehaviourRecords([]).due(tx, before)
    gone = await goes(database, before)
    forgets(world, before, {row["id"]: row["recorded_at"] for row in rows})
    await world.settles()

    assert gone == sum(one.count for one in told) == sum(moment < before for moment in recorded)
    for segment_id, rule in segments.items():
        assert await world.live(segment_id) == await world.by_oracle(rule, segments), rule
    async with database.transaction() as tx:
        await tx.execute("DELETE FROM tracked_event")


@pytest.fixture
async def world(database: Database, clock: ManualClock) -> World:
    world = await World.of(database, clock, PEOPLE)
    await lives(world, clock, [(0, ORDER.name, 0, 5, 0), (1, CART.name, 0, 3, 0), (0, ORDER.name, 0, 7, 3)])
    await world.settles()
    return world


async def test_the_lake_lets_go_of_whole_days_and_agrees(world: World, clock: ManualClock, tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "lake")
    lake = fresh_lake(world.database, store, dimensions_of())
    segments = await world.keeps(RULES[:2])
    async with lake():
        held = read_manifest(store).streams["tracked"].files
    before = day_of(clock.now() - timedelta(days=1))
    assert await goes(world.database, before) == 2
    await world.settles()
    async with lake() as engine:
        left = engine.raw_sql("SELECT count(*) FROM event WHERE stream = 'tracked'").fetchall()
    async with world.database.reading() as tx:
        floor = await floors(tx)

    assert (len(held), left, floor) == (2, [(1,)], {"tracked": before})
    assert {file.day for file in read_manifest(store).streams["tracked"].files} == {f"{clock.now():%Y-%m-%d}"}
    for segment_id, rule in segments.items():
        found = await compare(world.database, lake, segment_id, looks=1)
        assert (found.live, list(found.differences)) == (found.bulk, []), rule


async def test_a_computed_trait_counts_what_is_left(world: World, clock: ManualClock) -> None:
    spent = r.Computation(measure="sum", event=ORDER, property="amount")
    async with world.database.reading() as tx:
        customer = await tx.value("SELECT customer_id FROM identity WHERE id = $1", world.people[0])
        before = await values_of(tx, {customer: spent}, [customer])
    await goes(world.database, day_of(clock.now() - timedelta(days=1)))
    async with world.database.reading() as tx:
        after = await values_of(tx, {customer: spent}, [customer])

    assert (before[customer, customer].value, after[customer, customer].value) == (12, 7)


def test_every_room_contributes_its_class_once() -> None:
    names = [one.record_class for one in kept_records_of()]

    assert sorted(names) == ["behaviour", "cart", "consent", "enrichment", "order", "quarantine"]
