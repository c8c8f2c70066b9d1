"""What only serves the technique goes after its time, and never what something that waits still needs."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from damso.channels.intake import store
from damso.channels.types import Request
from damso.conversations.retention.technical import EVERY, TechnicalTimer, keep_technical
from damso.kernel.lanes import enqueue
from damso.kernel.timers import run_due
from tests.clock import ManualClock
from tests.conversations.company import Company
from tests.conversations.postcards import postcard

DAY = timedelta(days=1)


async def received(company: Company, days: int, state: str = "parsed") -> UUID:
    async with company.parts.database.transaction() as tx:
        request = Request(body=b"{}", headers={}, received_at=tx.now - days * DAY)
        delivery = await store(tx, company.post, request, key=uuid4().hex, body_ref=None, origin="hook")
        assert delivery
        await tx.execute("DELETE FROM lane_item")
        await tx.execute(
            "UPDATE delivery SET state = $2, received_at = $3 WHERE id = $1", delivery, state, tx.now - days * DAY
        )
    return delivery


async def tidied(company: Company) -> None:
    await run_due(company.parts.database, [TechnicalTimer()])


async def test_old_deliveries_go_and_the_message_stays(company: Company) -> None:
    await company.gets(postcard())
    old, young = await received(company, 91), await received(company, 89)
    await tidied(company)

    assert not await company.count("delivery", f"id = '{old}'")
    assert await company.count("delivery", f"id = '{young}'")
    assert await company.count("message", "kind = 'message'") == 1


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kept=st.lists(
        st.tuples(st.integers(0, 400), st.sampled_from(["parsed", "received", "parked"]), st.booleans()), max_size=6
    )
)
async def test_what_waits_keeps_what_it_came_from(company: Company, kept: list[tuple[int, str, bool]]) -> None:
    """Whatever its age: what was not parsed, and what found something that is still in a lane, stays."""
    async with company.parts.database.transaction() as tx:
        await tx.execute("TRUNCATE delivery, lane_item")
    expected = set()
    for days, state, is_needed in kept:
        delivery = await received(company, days, state)
        if is_needed:
            expected.add((delivery, "needed"))
        elif state != "parsed" or days <= 90:
            expected.add((delivery, "young or unread"))
    async with company.parts.database.transaction() as tx:
        needed = [str(one) for one, why in expected if why == "needed"]
        await enqueue(tx, "inbound", [(None, {"delivery_id": one, "item": {}}) for one in needed])
    await tidied(company)

    async with company.parts.database.reading() as tx:
        left = set(await tx.values("SELECT id FROM delivery"))
    assert left == {one for one, _ in expected}


async def test_news_waits_as_long_as_its_message_may_come(company: Company, clock: ManualClock) -> None:
    parts = company.parts
    async with parts.database.transaction() as tx:
        await tx.execute(
            "INSERT INTO waiting_item (inbox_id, external_id, item, created_at) VALUES ($1, 'one', '{}', $2)",
            company.post.id,
            tx.now - 40 * DAY,
        )
    parked = await received(company, 40, "parked")
    timer = TechnicalTimer()
    await run_due(parts.database, [timer])
    before = await company.count("waiting_item")
    async with parts.database.transaction() as tx:
        await tx.execute("UPDATE delivery SET state = 'parsed' WHERE id = $1", parked)
    clock.advance(EVERY)
    await run_due(parts.database, [timer])

    assert (before, await company.count("waiting_item")) == (1, 0)


@pytest.mark.parametrize(("days", "left"), [(0, 1), (30, 0)])
async def test_the_source_of_a_mail_goes_when_told_to(company: Company, days: int, left: int) -> None:
    found = await company.gets(postcard())
    parts = company.parts
    async with parts.database.transaction() as tx:
        await keep_technical(tx, "sources", days, company.agent)
        ref = await parts.blobs.put(b"From: mina")
        await tx.execute(
            "UPDATE message SET source_ref = $2, created_at = $3 WHERE id = $1",
            found.message_id,
            ref,
            tx.now - 31 * DAY,
        )
    await tidied(company)

    assert await company.count("message", "source_ref IS NOT NULL") == left
