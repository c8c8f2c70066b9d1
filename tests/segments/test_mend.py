"""Live and the lake say the same; what somebody broke is found, and put right."""

from pathlib import Path

import pytest

from damso.bootstrap import dimensions_of
from damso.kernel.database import Database
from damso.kernel.errors import NotFound
from damso.lake.fresh import fresh_lake
from damso.lake.store import FolderStore
from damso.segments import rule as r
from damso.segments.mend import compare, rebuild, segment_named
from tests.clock import ManualClock
from tests.segments.world import World

HOUR = 3600
ORDER = r.Step(name="Order Completed")
CART = r.Step(name="Cart Viewed", where=(r.Condition(property="amount", op="gte", value=5),))
RULES: tuple[r.Rule, ...] = (
    r.Performed(event=ORDER, window=r.Window(last=HOUR), times=1),
    r.Any(
        rules=(
            r.All(rules=(r.HasTrait(key="grade", op="is", value="VIP"), r.HasIdentity(kinds=("email",), proven=True))),
            r.Anniversary(key="birthday"),
            r.HasConsent(purpose="marketing", channel="email"),
            r.HasConversation(state="waiting"),
            r.InRfm(recency=(5,)),
        )
    ),
    r.Any(
        rules=(
            r.All(
                rules=(
                    r.Not(rule=r.Occurrence(which="last", event=ORDER, window=r.Window(before=60))),
                    r.Sequence(first=CART, next=ORDER, within=HOUR),
                )
            ),
            r.NotFollowed(first=CART, next=ORDER, within=60),
            r.Total(event=ORDER, property="amount", amount=17, window=r.Window(last=HOUR)),
            r.Measured(of=r.Computation(measure="sum", event=ORDER, property="amount"), op="lt", value=5),
            r.Measured(of=r.Computation(measure="last", event=CART, property="amount"), op="is", value=8),
        )
    ),
)


@pytest.fixture
async def world(database: Database, clock: ManualClock) -> World:
    world = await World.of(database, clock, 6)
    for person, amount in enumerate((2, 4, 6, 8, 9)):
        await world.happens(person, "Cart Viewed", 600, {"amount": amount})
        await world.happens(person, "Order Completed", 300 if person % 2 else 0, {"amount": amount})
        await world.happens(person, "Order Completed", 7200, {"amount": amount})
    await world.says(0, "grade", "VIP")
    await world.says(1, "birthday", f"{clock.now():%m-%d}")
    await world.consents(2, "marketing", "all", True)
    await world.joins(3, 4)
    await world.joins(0, 5)
    await world.parts(5)
    return world


async def test_live_and_the_lake_agree_about_every_kind_of_condition(world: World, tmp_path: Path) -> None:
    segments = await world.keeps(RULES)
    await world.erases(1)
    await world.happens(0, "Order Completed", 0, {"amount": 10})
    await world.settles()
    lake = fresh_lake(world.database, FolderStore(tmp_path / "lake"), dimensions_of())

    for segment_id, rule in segments.items():
        found = await compare(world.database, lake, segment_id, looks=1)
        assert (found.live, list(found.differences)) == (found.bulk, []), rule


async def test_what_was_broken_is_found_and_put_right(world: World, tmp_path: Path) -> None:
    segments = await world.keeps((RULES[0], RULES[2]))
    (broken, whole) = segments
    lake = fresh_lake(world.database, FolderStore(tmp_path / "lake"), dimensions_of())
    async with world.database.transaction() as tx:
        await tx.execute(
            """DELETE FROM leaf_state WHERE leaf_id IN (SELECT leaf_id FROM segment_use WHERE segment_id = $1)""",
            broken,
        )
        await tx.execute("DELETE FROM segment_member WHERE segment_id = $1", broken)

    before = await compare(world.database, lake, broken, looks=1)
    rebuilt = await rebuild(world.database, lake, broken)
    after = await compare(world.database, lake, broken, looks=1)
    again = await rebuild(world.database, lake, whole)

    assert before.differences
    assert all(one.bulk and not one.live for one in before.differences)
    assert (rebuilt.mended, rebuilt.members) == (len(before.differences), before.bulk)
    assert (after.live, list(after.differences), again.mended) == (after.bulk, [], 0)


async def test_a_segment_that_is_not_built_yet_is_built_from_the_lake(world: World, tmp_path: Path) -> None:
    lake = fresh_lake(world.database, FolderStore(tmp_path / "lake"), dimensions_of())
    segment_id = await world.asks(RULES[2])

    await rebuild(world.database, lake, segment_id)

    assert await world.live(segment_id) == await world.by_oracle(RULES[2], {segment_id: RULES[2]})


async def test_a_segment_is_found_by_name_or_id(world: World) -> None:
    segment_id = await world.asks(RULES[0])
    async with world.database.reading() as tx:
        name = await tx.value("SELECT name FROM segment WHERE id = $1", segment_id)
        assert await segment_named(tx, name.upper()) == await segment_named(tx, str(segment_id)) == segment_id
        with pytest.raises(NotFound):
            await segment_named(tx, "없는 이름")
