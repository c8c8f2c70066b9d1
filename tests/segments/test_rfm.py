"""Buyers by recency, frequency and monetary value: fifths over everybody, and conditions that go by them."""

from datetime import timedelta

from damso.customers.search import everybody
from damso.kernel.database import Database
from damso.kernel.timers import run_due
from damso.segments import rule as r
from damso.segments.rfm import RfmLane, RfmTimer, reckon, reckoned, score_of
from tests.channels.lanes import work_all
from tests.clock import ManualClock
from tests.commerce.shop import BROWSER, OPENED, buys, says, sends
from tests.segments.world import World

PEOPLE = 10


async def shop(database: Database, clock: ManualClock) -> World:
    """Nine people: each bought later, more often and for more than the one before; the tenth only cancelled."""
    clock.advance(OPENED + timedelta(days=30) - clock.now())
    world = await World.of(database, clock, PEOPLE)
    events = [
        buys(world.people[person], f"{person}-{number}", minute=person, total=1000 * (person + 1), products=[])
        for person in range(9)
        for number in range(1 + person // 2)
    ]
    last = world.people[9]
    gone = [buys(last, "x", products=[]), says("Order Cancelled", last, order_id="x", minute=1)]
    claimed = buys(world.people[0], "0-0", actor=BROWSER, total=9_000_000, products=[])
    await sends(database, *events, *gone, claimed)
    return world


async def test_equal_buyers_have_equal_scores_in_fifths(database: Database, clock: ManualClock) -> None:
    world = await shop(database, clock)
    await reckon(database)

    async with database.reading() as tx:
        owners = await tx.values("SELECT customer_id FROM identity WHERE id = ANY ($1) ORDER BY id", world.people)
        scores = [await score_of(tx, one) for one in owners]
        picture = await reckoned(tx, everybody)

    told = [(one.recency, one.frequency, one.monetary, one.orders) for one in scores if one]
    assert told == [
        (1, 1, 1, 1), (1, 1, 1, 1), (2, 2, 2, 2), (2, 2, 2, 2), (3, 3, 3, 3), (3, 3, 3, 3),
        (4, 4, 4, 4), (4, 4, 4, 4), (5, 5, 5, 5),
    ]  # fmt: skip
    assert scores[9] is None
    assert [one.spent for one in scores[:2] if one] == [1000, 2000]
    assert [one.group for one in scores[8:] if one] == ["champions"]
    assert sum(cell.customers for cell in picture.cells) == 9
    assert (len(picture.cells), picture.currency, picture.computed_at) == (25, "KRW", clock.now())


async def test_conditions_follow_a_reckoning_and_erasure_forgets_it(database: Database, clock: ManualClock) -> None:
    world = await shop(database, clock)
    (champions, bought) = await world.keeps([r.InRfm(groups=("champions",)), r.InRfm()])
    assert await world.live(bought) == set()

    await run_due(database, [RfmTimer()])
    await work_all(database, [RfmLane(database)])
    assert (len(await world.live(champions)), len(await world.live(bought))) == (1, 9)

    await world.erases(8)
    await world.settles()
    clock.advance(timedelta(days=1))
    await run_due(database, [RfmTimer()])
    await work_all(database, [RfmLane(database)])

    assert (len(await world.live(champions)), len(await world.live(bought))) == (1, 8)
    async with database.reading() as tx:
        assert await tx.value("SELECT count(*) FROM rfm_score") == 8
