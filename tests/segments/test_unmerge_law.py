"""Whatever was joined and parted again: each has back what is their own, to the last fact, trait, consent, order and
segment. Orders and segments are read from the log and worked out live, as ever."""

from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from damso.commerce.orders import orders_of
from damso.customers.consent.record import record
from damso.customers.consent.standing import household_of, standing
from damso.customers.consent.types import Said
from damso.customers.link import link, unlink
from damso.customers.merge import NothingToMerge, merge
from damso.customers.traits import current_traits
from damso.customers.unmerge import undo
from damso.kernel.database import Database, Transaction
from damso.kernel.log import SYSTEM
from damso.segments import rule as r
from tests.clock import ManualClock
from tests.commerce.shop import buys, sends
from tests.customers.people import customer_of
from tests.customers.test_consent import AGENT, WAYS
from tests.segments.world import World

PEOPLE = 4
people = st.integers(0, PEOPLE - 1)
BOUGHT = r.Performed(event=r.Step(name="Order Completed"), times=2)
GOLD = r.HasTrait(key="grade", op="is", value="gold")
BOTH = r.All(rules=(BOUGHT, GOLD))

own = st.lists(
    st.one_of(
        st.tuples(st.just("says"), people, st.sampled_from(["gold", "silver"])),
        st.tuples(st.just("buys"), people),
        st.tuples(st.just("consents"), people, st.booleans()),
    ),
    min_size=3,
    max_size=8,
)
joins = st.lists(
    st.tuples(st.sampled_from(["merge", "link", "match"]), people, people).filter(lambda one: one[1] != one[2]),
    min_size=1,
    max_size=4,
)


async def happens(world: World, act: tuple[Any, ...], number: int) -> None:
    match act:
        case ("says", person, value):
            await world.says(person, "grade", value)
        case ("buys", person):
            await sends(world.database, buys(world.people[person], f"{world.people[person]}-{number}"))
        case ("consents", person, given):
            said = Said(
                identity_id=world.people[person], purpose="marketing", channel="email", given=given, method="phone"
            )
            async with world.database.transaction() as tx:
                await record(tx, WAYS, [said], actor=AGENT)


async def joined(tx: Transaction, world: World, act: tuple[str, int, int]) -> tuple[str, int] | None:
    """How it is taken back; nothing where it changed nothing."""
    how, one, other = act
    ends = [world.people[one], world.people[other]]
    if how == "merge":
        try:
            done = await merge(tx, [await customer_of(tx, end) for end in ends], actor=AGENT, evidence={})
        except NothingToMerge:
            return None
        return "undo", done.link_id
    before = await tx.value("SELECT coalesce(max(id), 0) FROM link")
    strength: Any = "matched" if how == "match" else "asserted"
    made = await link(tx, ends[0], ends[1], strength=strength, evidence={"rule": how})
    return ("unlink", made.link_id) if made.link_id > before else None


async def picture(world: World, segments: dict[UUID, r.Rule]) -> list[Any]:
    """All that is told of each of them."""
    await world.settles()
    found: list[Any] = []
    async with world.database.reading() as tx:
        for identity in world.people:
            customer = await customer_of(tx, identity)
            ids = await tx.values("SELECT id FROM identity WHERE customer_id = $1 ORDER BY id", customer)
            consent = standing(await household_of(tx, customer), identity, "marketing", "email")
            orders = [(order.number, order.total) for order in await orders_of(tx, ids, "order")]
            traits = [(trait.key, trait.value, trait.at) for trait in await current_traits(tx, ids)]
            facts = await tx.values("SELECT id FROM tracked_event WHERE identity_id = ANY ($1) ORDER BY id", ids)
            found.append((ids, customer, consent, sorted(orders), traits, facts))
    return [*found, *[await world.live(segment_id) for segment_id in segments]]


@settings(
    max_examples=4,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(acts=own, wanted=joins, backwards=st.booleans())
async def test_taking_back_what_joined_gives_each_their_own(
    acts: list[tuple[Any, ...]],
    wanted: list[tuple[str, int, int]],
    backwards: bool,
    database: Database,
    clock: ManualClock,
) -> None:
    world = await World.of(database, clock, PEOPLE)
    segments = await world.keeps([BOUGHT, BOTH])
    try:
        for number, act in enumerate(acts):
            await happens(world, act, number)
        before = await picture(world, segments)
        async with database.transaction() as tx:
            made = [done for act in wanted if (done := await joined(tx, world, act))]
        assert not made or await picture(world, segments) != before
        for how, number in reversed(made) if backwards else made:
            async with database.transaction() as tx:
                await (undo if how == "undo" else unlink)(tx, number, evidence={}, actor=SYSTEM)
        assert await picture(world, segments) == before
    finally:
        await world.drops(segments)
