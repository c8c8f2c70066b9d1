"""What is kept between an inbox and an identity, and when the window for an answer closes."""

from datetime import UTC, datetime, timedelta

import pytest

from damso.channels.threads import closes_at, may_answer, thread_of, threads_of, touch_inbound, touch_outbound
from damso.channels.types import ChannelPolicy, Thread
from damso.customers.identify import identify
from damso.customers.types import IdentityKey

AT = datetime(2026, 3, 2, tzinfo=UTC)
DAY = ChannelPolicy(text_limit=1000, media=None, window=timedelta(days=1))
OPEN = ChannelPolicy(text_limit=1000, media=None)
WROTE = Thread(last_inbound_at=AT)


@pytest.fixture
async def identity_id(database) -> int:
    async with database.transaction() as tx:
        return (await identify(tx, IdentityKey("user", "u-7", "shop"), proof="none", source="api")).identity_id


async def test_times_never_go_backwards_and_the_handle_grows(database, inbox, identity_id) -> None:
    async with database.transaction() as tx:
        await touch_inbound(tx, inbox.id, identity_id, at=AT, external_id="t-1", handle={"a": 1})
        await touch_inbound(tx, inbox.id, identity_id, at=AT - timedelta(hours=1), handle={"b": 2})
        await touch_outbound(tx, inbox.id, identity_id, at=AT + timedelta(hours=1))
        [row] = await threads_of(tx, [identity_id])

    assert row.thread == Thread(external_id="t-1", handle={"a": 1, "b": 2}, last_inbound_at=AT)
    assert row.last_outbound_at == AT + timedelta(hours=1)


async def test_nothing_was_said_yet(database, inbox, identity_id) -> None:
    async with database.reading() as tx:
        assert await thread_of(tx, inbox.id, identity_id) == Thread()


def test_a_window_opens_with_the_customers_word_and_closes() -> None:
    assert closes_at(DAY, WROTE) == AT + timedelta(days=1)
    assert may_answer(DAY, WROTE, AT + timedelta(hours=23))
    assert not may_answer(DAY, WROTE, AT + timedelta(hours=24))
    assert closes_at(OPEN, WROTE) is None
    assert may_answer(OPEN, WROTE, AT + timedelta(days=999))


def test_who_never_wrote_is_written_to_only_where_the_channel_lets_us_start() -> None:
    starting = ChannelPolicy(text_limit=1000, media=None, may_start=True, reaches="email")

    assert not may_answer(OPEN, Thread(), AT)
    assert may_answer(starting, Thread(), AT)
