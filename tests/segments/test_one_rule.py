"""One rule, three ways to ask it: live in PostgreSQL by increments, in bulk on DuckDB, and the oracle's plain reading.

Random lives: events late and from the future, traits, joins and partings of people, erasures, facts read twice, time
that passes to the second at which windows end.
"""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from damso.kernel.database import Database
from damso.segments import rule as r
from tests.clock import ManualClock
from tests.segments.rules import DAYS, KEYS, MINUTE, NAMES, properties, rules, values
from tests.segments.world import World

PEOPLE = 3
people = st.integers(0, PEOPLE - 1)
ago = st.sampled_from([0, 0, 0, 3 * MINUTE, 5 * MINUTE, 10 * MINUTE, 40 * MINUTE, -30 * MINUTE])
acts = st.one_of(
    st.tuples(st.just("happens"), people, st.sampled_from(NAMES), ago, properties),
    st.tuples(st.just("happens"), people, st.sampled_from(NAMES), ago, properties),
    st.tuples(st.just("says"), people, st.sampled_from(KEYS), values),
    st.tuples(st.just("says"), people, st.just("birthday"), st.sampled_from(DAYS)),
    st.tuples(
        st.just("consents"),
        people,
        st.sampled_from(["marketing", "service"]),
        st.sampled_from(["email", "all"]),
        st.booleans(),
    ),
    st.tuples(st.just("joins"), people, people),
    st.tuples(st.just("parts"), people),
    st.tuples(st.just("erases"), people),
    st.tuples(st.just("reads_again")),
    st.tuples(st.just("passes"), st.sampled_from([1, 5 * MINUTE, 5 * MINUTE, 10 * MINUTE, 86_400])),
    st.tuples(st.just("passes"), st.sampled_from([1, 5 * MINUTE, 5 * MINUTE, 10 * MINUTE])),
)


async def live(world: World, act: tuple[Any, ...]) -> None:
    match act:
        case ("passes", seconds):
            world.clock.advance(timedelta(seconds=seconds))
        case ("reads_again",):
            await world.reads_again()
        case ("joins", one, other) if one == other or world.is_gone(one) or world.is_gone(other):
            pass
        case (name, person, *rest) if not world.is_gone(person):
            await getattr(world, name)(person, *rest)


@settings(
    max_examples=10,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    wanted=st.lists(rules, min_size=2, max_size=4),
    before=st.lists(acts, max_size=8),
    after=st.lists(acts, min_size=3, max_size=14),
)
async def test_three_ways_agree(
    wanted: list[r.Rule],
    before: list[tuple[Any, ...]],
    after: list[tuple[Any, ...]],
    database: Database,
    clock: ManualClock,
) -> None:
    world = await World.of(database, clock, PEOPLE)
    for act in before:
        await live(world, act)
    segments = await world.keeps(wanted)
    try:
        for act in [("passes", 0), *after]:
            await live(world, act)
            await world.settles()
            for segment_id, rule in segments.items():
                assert await world.live(segment_id) == await world.by_oracle(rule, segments), act
        bulk = await world.in_bulk(segments)
        for segment_id, rule in segments.items():
            assert bulk[segment_id] == await world.by_oracle(rule, segments)
    finally:
        await world.drops(segments)
