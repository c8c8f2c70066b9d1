"""What is kept between an inbox and an identity, and when an answer is possible."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from damso.channels.inboxes import InboxRecord
from damso.channels.items import Address, InboundMessage
from damso.channels.threads import (
    ThreadRow,
    note_change,
    spend_handle,
    thread_of,
    threads_of,
    touch_inbound,
    touch_outbound,
    window_of,
)
from damso.channels.types import ChannelPolicy
from damso.customers.identify import identify
from damso.customers.types import IdentityKey
from damso.kernel.database import Database

AT = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Declared:
    """An adapter of which only the policy is asked."""

    def __init__(self, **policy: Any) -> None:
        self.policy = ChannelPolicy(text_limit=1000, media=None, **policy)


@pytest.fixture
async def identity_id(database: Database) -> int:
    async with database.transaction() as tx:
        return (await identify(tx, IdentityKey("user", "u-7", "shop"), proof="none", source="api")).identity_id


def wrote(**fields: Any) -> InboundMessage:
    return InboundMessage(
        external_id="m", dedupe_scope="s", sender=Address(kind="user", value="u-7"), text="", **fields
    )


async def test_times_never_go_backwards_and_a_late_message_changes_no_handle(
    database: Database, inbox: InboxRecord, identity_id: int
) -> None:
    async with database.transaction() as tx:
        await touch_inbound(tx, inbox.id, identity_id, wrote(thread="t-1", handle={"a": 1}, handle_until=AT + HOUR), AT)
        await touch_inbound(tx, inbox.id, identity_id, wrote(handle={"b": 2}, owner="them"), AT - HOUR)
        await touch_outbound(tx, inbox.id, identity_id, at=AT + HOUR)
        [row] = await threads_of(tx, [identity_id])

    assert (row.external_id, row.handle, row.handle_until) == ("t-1", {"a": 1}, AT + HOUR)
    assert (row.owner, row.last_inbound_at, row.last_outbound_at) == (None, AT, AT + HOUR)
    assert row.thread.handle_at(AT) == {"a": 1}
    assert row.thread.handle_at(AT + HOUR) == {}


async def test_a_handle_is_spent_once_and_a_newer_one_stays(
    database: Database, inbox: InboxRecord, identity_id: int
) -> None:
    async with database.transaction() as tx:
        await touch_inbound(tx, inbox.id, identity_id, wrote(handle={"url": "2"}), AT)
        await spend_handle(tx, inbox.id, identity_id, {"url": "1"})
        newer = await thread_of(tx, inbox.id, identity_id)
        await spend_handle(tx, inbox.id, identity_id, {"url": "2"})
        spent = await thread_of(tx, inbox.id, identity_id)

    assert newer
    assert newer.handle == {"url": "2"}
    assert spent
    assert spent.handle == {}


async def test_what_was_blocked_or_ended_is_not_once_they_write_again(
    database: Database, inbox: InboxRecord, identity_id: int
) -> None:
    async with database.transaction() as tx:
        await touch_inbound(tx, inbox.id, identity_id, wrote(), AT)
        for change in ("ended", "blocked"):
            await note_change(tx, inbox.id, identity_id, change, AT + HOUR)
        stopped = await thread_of(tx, inbox.id, identity_id)
        await touch_inbound(tx, inbox.id, identity_id, wrote(), AT)
        late = await thread_of(tx, inbox.id, identity_id)
        await touch_inbound(tx, inbox.id, identity_id, wrote(), AT + 2 * HOUR)
        again = await thread_of(tx, inbox.id, identity_id)

    assert stopped == late
    assert stopped
    assert stopped.ended_at == stopped.blocked_at == AT + HOUR
    assert again
    assert again.ended_at is again.blocked_at is None


async def test_nothing_was_said_yet(database: Database, inbox: InboxRecord, identity_id: int) -> None:
    async with database.reading() as tx:
        assert await thread_of(tx, inbox.id, identity_id) is None


def thread(inbox: InboxRecord, **fields: Any) -> ThreadRow:
    empty = dict.fromkeys(ThreadRow.__struct_fields__)
    return ThreadRow(**empty | {"inbox_id": inbox.id, "identity_id": 1, "handle": {}, "last_inbound_at": AT} | fields)


def test_a_window_opens_with_the_customers_word_and_closes(inbox: InboxRecord) -> None:
    day = replace(inbox, adapter=Declared(window=timedelta(days=1)))
    always = replace(inbox, adapter=Declared())

    assert window_of(day, thread(inbox), AT + 23 * HOUR).closes_at == AT + timedelta(days=1)
    assert window_of(day, thread(inbox), AT + 23 * HOUR).open
    assert not window_of(day, thread(inbox), AT + 24 * HOUR).open
    assert window_of(always, thread(inbox), AT + timedelta(days=999)).open
    assert not window_of(always, thread(inbox, blocked_at=AT), AT).open
    assert not window_of(always, thread(inbox, ended_at=AT), AT).open


def test_who_never_wrote_is_written_to_only_where_the_channel_lets_us_start(inbox: InboxRecord) -> None:
    starting = replace(inbox, adapter=Declared(may_start=True, reaches="email"))

    assert not window_of(replace(inbox, adapter=Declared()), None, AT).open
    assert window_of(starting, None, AT).open
    assert window_of(starting, thread(inbox, ended_at=AT, last_inbound_at=None), AT).open
