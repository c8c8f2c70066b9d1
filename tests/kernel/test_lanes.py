"""Lanes: order for each key, nothing lost, nothing done twice."""

from datetime import timedelta

import pytest

from damso.kernel.database import Database
from damso.kernel.lanes import Claim, ClaimLost, Item, Park, Retry, Worker, enqueue, replay
from tests.clock import ManualClock


class Jotter:
    """A lane that notes what it did; a payload may ask it to fail."""

    name = "jotter"
    width = 4

    def __init__(self, database: Database) -> None:
        self._database = database
        self.done: list[str] = []
        self.under_way: set[str | None] = set()
        self.collisions = 0

    async def work(self, claim: Claim) -> None:
        payload = claim.item.payload
        if claim.item.key is not None:
            self.collisions += claim.item.key in self.under_way
            self.under_way.add(claim.item.key)
        try:
            match payload.get("fails"):
                case "later" if claim.item.attempts < 2:
                    raise Retry(30, "busy")
                case "park":
                    raise Park("cannot be read")
                case "bug":
                    raise ZeroDivisionError
            async with self._database.transaction() as tx:
                await claim.finish(tx)
            self.done.append(payload["n"])
        finally:
            self.under_way.discard(claim.item.key)


@pytest.fixture
def lane(database: Database) -> Jotter:
    return Jotter(database)


async def put(database: Database, *items: tuple[str | None, str, str | None]) -> None:
    async with database.transaction() as tx:
        payloads = [(key, {"n": n, "fails": fails}) for key, n, fails in items]
        await enqueue(tx, "jotter", payloads)


async def waiting(database: Database) -> list[str]:
    async with database.reading() as tx:
        return await tx.values("SELECT payload->>'n' FROM lane_item WHERE parked_at IS NULL ORDER BY id")


async def test_items_of_one_key_are_done_in_order_and_alone(database: Database, lane: Jotter):
    await put(database, *[("mina", str(n), None) for n in range(6)])
    await Worker(database, [lane]).drain()
    assert lane.done == [str(n) for n in range(6)]
    assert lane.collisions == 0


async def test_keys_do_not_wait_for_each_other(database: Database, lane: Jotter):
    await put(database, ("mina", "stuck", "later"), ("mina", "behind", None), ("jiho", "free", None))
    await Worker(database, [lane]).drain()
    assert lane.done == ["free"]


async def test_a_fault_that_passes_keeps_the_order(database: Database, lane: Jotter, clock: ManualClock):
    await put(database, ("mina", "first", "later"), ("mina", "second", None))
    for _ in range(3):
        await Worker(database, [lane]).drain()
        clock.advance(timedelta(seconds=31))
    assert lane.done == ["first", "second"]


@pytest.mark.parametrize(("fails", "reason"), [("park", "cannot be read"), ("bug", "ZeroDivisionError")])
async def test_what_cannot_be_done_parks_and_its_lane_goes_on(
    database: Database, lane: Jotter, fails: str, reason: str
):
    await put(database, ("mina", "broken", fails), ("mina", "next", None))
    await Worker(database, [lane]).drain()
    assert lane.done == ["next"]
    async with database.reading() as tx:
        assert await tx.value("SELECT reason FROM lane_item WHERE parked_at IS NOT NULL") == reason


async def test_a_parked_item_can_be_replayed(database: Database, lane: Jotter):
    await put(database, ("mina", "broken", "park"))
    await Worker(database, [lane]).drain()
    async with database.transaction() as tx:
        ids = await tx.values("SELECT id FROM lane_item")
        await tx.execute("UPDATE lane_item SET payload = payload - 'fails'")
        assert await replay(tx, "jotter", ids) == 1
    await Worker(database, [lane]).drain()
    assert lane.done == ["broken"]


async def test_an_item_is_not_begun_before_it_is_due(database: Database, lane: Jotter, clock: ManualClock):
    async with database.transaction() as tx:
        await enqueue(tx, "jotter", [(None, {"n": "later"})], due=tx.now + timedelta(seconds=10))
    await Worker(database, [lane]).drain()
    assert lane.done == []
    clock.advance(timedelta(seconds=10))
    await Worker(database, [lane]).drain()
    assert lane.done == ["later"]


async def test_what_was_decided_in_a_transaction_that_failed_is_not_done(database: Database, lane: Jotter):
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as tx:
            await enqueue(tx, "jotter", [(None, {"n": "never"})])
            raise ZeroDivisionError
    await Worker(database, [lane]).drain()
    assert lane.done == []


async def test_the_claim_of_a_dead_worker_is_taken_over(database: Database, lane: Jotter):
    await put(database, ("mina", "orphan", None))
    async with database.transaction() as tx:
        await tx.execute("UPDATE lane_item SET claimed_by = 12345")
    await Worker(database, [lane]).drain()
    assert lane.done == ["orphan"]


async def test_a_result_whose_claim_was_lost_is_not_stored(database: Database):
    await put(database, ("mina", "stolen", None))
    async with database.reading() as tx:
        item = await tx.one(Item, "SELECT id, lane, key, payload, attempts, created_at FROM lane_item")
    claim = Claim(item, worker=1)
    with pytest.raises(ClaimLost):
        async with database.transaction() as tx:
            await tx.execute("INSERT INTO team (id, name, created_at) VALUES (gen_random_uuid(), 'ghost', now())")
            await claim.finish(tx)
    assert await waiting(database) == ["stolen"]
    async with database.reading() as tx:
        assert await tx.value("SELECT count(*) FROM team") == 0
