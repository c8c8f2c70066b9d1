"""A segment is built while everything goes on, and nothing falls between bulk and live."""

import asyncio
from datetime import timedelta

from damso.kernel.database import Database
from damso.kernel.log import SYSTEM
from damso.segments import rule as r
from damso.segments.build import build
from damso.segments.define import Definition, create_segment
from tests.clock import ManualClock
from tests.segments.world import World

PEOPLE = 12
ORDERED: r.Rule = r.Performed(event=r.Step(name="Order Completed"), window=r.Window(last=600), times=2)
QUIET: r.Rule = r.Not(rule=r.Performed(event=r.Step(name="Order Completed"), window=r.Window(last=600)))


async def test_what_happens_meanwhile_is_neither_lost_nor_overwritten(database: Database, clock: ManualClock) -> None:
    world = await World.of(database, clock, PEOPLE)
    for person in range(0, PEOPLE, 2):
        await world.happens(person, "Order Completed", 60, {})
    async with database.transaction() as tx:
        rules = {
            await create_segment(tx, Definition(name=str(number), rule=rule), actor=SYSTEM): rule
            for number, rule in enumerate((ORDERED, QUIET))
        }

    async def goes_on() -> None:
        for person in range(PEOPLE):
            await world.happens(person, "Order Completed", 0, {})
            await world.settles()
        await world.joins(0, 1)
        await world.erases(2)
        await world.settles()

    await asyncio.gather(goes_on(), *(build(database, segment_id) for segment_id in rules))

    for seconds in (0, 541, 60):
        clock.advance(timedelta(seconds=seconds))
        await world.settles()
        for segment_id, rule in rules.items():
            assert await world.live(segment_id) == await world.by_oracle(rule, rules)


async def test_a_build_that_was_killed_begins_again(database: Database, clock: ManualClock) -> None:
    world = await World.of(database, clock, 2)
    await world.happens(0, "Order Completed", 0, {})
    segments = await world.keeps([QUIET])
    (segment_id,) = segments

    await build(database, segment_id)

    assert await world.live(segment_id) == await world.by_oracle(QUIET, segments)


async def test_segments_share_leaves_and_drop_those_that_nobody_asks(database: Database, clock: ManualClock) -> None:
    world = await World.of(database, clock, 1)
    segments = await world.keeps([QUIET, r.Not(rule=QUIET), r.All(rules=(ORDERED, QUIET))])

    async with database.reading() as tx:
        shared = await tx.value("SELECT count(*) FROM segment_leaf")
    await world.drops(segments)
    async with database.reading() as tx:
        left = await tx.value("SELECT count(*) FROM segment_leaf")

    assert (shared, left) == (2, 0)


async def test_every_entry_and_exit_is_a_fact(database: Database, clock: ManualClock) -> None:
    world = await World.of(database, clock, 1)
    await world.keeps([r.Performed(event=r.Step(name="Order Completed"), window=r.Window(last=600))])

    await world.happens(0, "Order Completed", 0, {})
    await world.settles()
    clock.advance(timedelta(seconds=600))
    await world.settles()

    async with database.reading() as tx:
        told = await tx.values("SELECT name FROM care_event WHERE subject_kind = 'segment' ORDER BY id")
        stays = await tx.rows("SELECT from_at, to_at FROM segment_member")
    assert told == ["segment.created", "segment.counted", "segment.entered", "segment.left"]
    assert [(row["to_at"] - row["from_at"]).total_seconds() for row in stays] == [600]
