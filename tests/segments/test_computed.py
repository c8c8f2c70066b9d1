"""Computed traits: named, worked out to the second, and gone by in rules."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from damso.kernel.database import Database
from damso.kernel.log import SYSTEM
from damso.segments import rule as r
from damso.segments.build import build
from damso.segments.computed import change_computed, computed_of, create_computed, preview_computed, remove_computed
from damso.segments.errors import ComputedInUse, ComputedNameTaken, RuleInvalid
from damso.segments.measures import Worked, values_of
from tests.clock import ManualClock
from tests.segments.world import World

ORDER = r.Step(name="Order Completed")
DAY = 86_400


def of(measure: r.MeasureName, key: str = "", last: int | None = None) -> r.Computation:
    return r.Computation(measure=measure, event=ORDER, property=key, window=r.Window(last=last))


async def worked(world: World, computation: r.Computation, person: int = 0) -> Worked:
    name = UUID(int=1)
    async with world.database.reading() as tx:
        customer = await tx.value("SELECT customer_id FROM identity WHERE id = $1", world.people[person])
        return (await values_of(tx, {name: computation}, [customer]))[name, customer]


async def test_every_measure_says_what_it_was_worked_out_of(database: Database, clock: ManualClock) -> None:
    world = await World.of(database, clock, 1)
    for ago, properties in (
        (3 * DAY, {"amount": 3, "colour": "red"}),
        (2 * DAY, {"amount": 0.1, "colour": "blue"}),
        (DAY + 5, {"amount": 0.2, "colour": "blue"}),
        (DAY + 9, {"amount": "12", "colour": None}),
    ):
        await world.happens(0, "Order Completed", ago, properties)

    async def value(computation: r.Computation) -> tuple[Any, int]:
        found = await worked(world, computation)
        return found.value, found.events

    assert await value(of("count")) == (4, 4)
    assert await value(of("sum", "amount")) == (3.3, 3)
    assert await value(of("first", "colour")) == ("red", 3)
    assert await value(of("last", "amount")) == (0.2, 4)
    assert await value(of("most_frequent", "colour")) == ("blue", 3)
    assert await value(of("unique", "colour")) == (["blue", "red"], 3)
    assert await value(of("days_since")) == (1, 4)
    assert await value(of("count", last=2 * DAY)) == (2, 2)
    assert await value(of("last", "amount", last=3600)) == (None, 0)
    next_day = (await worked(world, of("days_since"))).next_change_at
    assert next_day == clock.now() - timedelta(seconds=DAY + 5) + timedelta(days=2)


async def test_joining_adds_and_parting_and_erasing_take_away(database: Database, clock: ManualClock) -> None:
    world = await World.of(database, clock, 2)
    for person in (0, 1):
        await world.happens(person, "Order Completed", 0, {"amount": 5})
    await world.joins(0, 1)
    assert (await worked(world, of("sum", "amount"))).value == 10
    await world.parts(1)
    assert (await worked(world, of("sum", "amount"))).value == 5
    await world.erases(1)
    assert (await worked(world, of("count"), 1)).events == 0


async def test_a_rule_names_one_and_follows_its_changes(database: Database, clock: ManualClock) -> None:
    world = await World.of(database, clock, 2)
    await world.happens(0, "Order Completed", 60, {"amount": 5})
    await world.happens(1, "Order Completed", 60, {"amount": 50})
    async with database.transaction() as tx:
        computed_id = await create_computed(tx, "구매 금액", of("sum", "amount", 600), actor=SYSTEM)
        with pytest.raises(ComputedNameTaken):
            await create_computed(tx, "구매 금액", of("count"), actor=SYSTEM)
    rule = r.Computed(computed_id=computed_id, op="gte", value=10)
    (segment_id,) = await world.keeps([rule])
    rich = await world.live(segment_id)
    async with database.reading() as tx:
        shown = await computed_of(tx, next(iter(rich)))
        sample = await preview_computed(tx, of("count"), lambda args, u: "")

    async with database.transaction() as tx:
        await change_computed(tx, computed_id, "구매 금액", of("sum", "amount", 300), actor=SYSTEM)
    await build(database, segment_id)
    clock.advance(timedelta(seconds=239))
    await world.settles()
    still = await world.live(segment_id)
    clock.advance(timedelta(seconds=1))
    await world.settles()

    assert len(rich) == 1
    assert [(one.trait.name, one.worked.value, one.worked.events) for one in shown] == [("구매 금액", 50, 1)]
    assert len(sample) == 2
    assert (still, await world.live(segment_id)) == (rich, set())
    async with database.transaction() as tx:
        with pytest.raises(ComputedInUse):
            await remove_computed(tx, computed_id, actor=SYSTEM)
    await world.drops([segment_id])
    async with database.transaction() as tx:
        await remove_computed(tx, computed_id, actor=SYSTEM)


@pytest.mark.parametrize("wrong", [of("sum"), of("count", "amount"), of("last", "amount", -1)])
async def test_a_computation_that_makes_no_sense_is_refused(database: Database, wrong: r.Computation) -> None:
    async with database.transaction() as tx:
        with pytest.raises(RuleInvalid):
            await create_computed(tx, "x", wrong, actor=SYSTEM)
