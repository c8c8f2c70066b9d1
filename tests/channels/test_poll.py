"""Asking the channels that have to be asked."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from damso.channels import poll
from damso.channels.connect import InboxChange, change
from damso.channels.failures import ChannelError, CredentialsRejected, TryLater
from damso.channels.inboxes import Inboxes
from damso.channels.poll import Poller, pause, wait_for_room
from damso.channels.types import Request
from damso.kernel import lanes
from damso.kernel.database import Transaction, open_database
from tests.channels.api.system import SECRET
from tests.channels.pigeon import Loft, PigeonAdapter

HTTP = httpx.AsyncClient()
"""Asked only where an access token has to be renewed."""

CONFIG = {"system": "shop", "url": "https://shop.example", "secret": SECRET}


@pytest.fixture
def loft() -> Loft:
    return Loft()


@pytest.fixture
def inboxes(database, keyring, loft) -> Inboxes:
    return Inboxes(database, {"pigeon": PigeonAdapter(loft)}, keyring)


class Picky:
    """Takes no junk."""

    async def left_out(self, tx: Transaction, request: Request) -> bool:
        return request.body == b"junk"


@asynccontextmanager
async def polling(poller: Poller) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(poller.run())
    try:
        yield task
    finally:
        while not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=0.5)


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(30):
        while not await condition():  # noqa: ASYNC110 - another task works, and tells nobody
            await asyncio.sleep(0.02)


async def keys(database) -> list[str]:
    async with database.reading() as tx:
        return await tx.values("SELECT key FROM delivery ORDER BY received_at, id")


def stored(database, number: int) -> Callable[[], Awaitable[bool]]:
    async def enough() -> bool:
        return len(await keys(database)) == number

    return enough


async def faults(database) -> list[tuple[str, str]]:
    async with database.reading() as tx:
        return [(row["side"], row["code"]) for row in await tx.rows("SELECT side, code FROM inbox_fault")]


async def test_what_came_is_stored_with_its_cursor_and_the_rest_when_it_comes(
    database, blobs, inboxes, connect, loft
) -> None:
    inbox = await connect("pigeon", CONFIG)
    loft.bring("하나", "둘")

    async with polling(Poller(database, blobs, inboxes, HTTP, Picky())):
        await until(stored(database, 2))
        loft.bring("셋")
        await until(stored(database, 3))

    async with database.reading() as tx:
        row = await tx.row("SELECT cursor, last_in_at FROM inbox WHERE id = $1", inbox.id)
        origins = await tx.values("SELECT DISTINCT origin FROM delivery")
    assert row["cursor"] == {"number": 3}
    assert row["last_in_at"] is not None
    assert origins == ["poll"]


async def test_what_is_left_out_is_passed_by_and_kept_nowhere(database, blobs, inboxes, connect, loft) -> None:
    await connect("pigeon", CONFIG)
    loft.bring("하나", "junk", "셋")

    async with polling(Poller(database, blobs, inboxes, HTTP, Picky())):
        await until(stored(database, 2))

    assert await keys(database) == ["letter-0", "letter-2"]
    assert len(list(blobs.refs())) == 2


async def test_after_an_outage_it_goes_on_where_it_stopped(database, blobs, inboxes, connect, loft) -> None:
    await connect("pigeon", CONFIG)
    loft.bring("하나")
    async with polling(Poller(database, blobs, inboxes, HTTP, Picky())):
        await until(stored(database, 1))
    loft.bring("둘", "셋")

    async with polling(Poller(database, blobs, inboxes, HTTP, Picky())):
        await until(stored(database, 3))

    assert await keys(database) == ["letter-0", "letter-1", "letter-2"]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (CredentialsRejected("535"), "CREDENTIALS_REJECTED"),
        (TryLater("no answer"), "UNREACHABLE"),
        (ConnectionResetError(), "UNREACHABLE"),
        (KeyError("a bug"), "FAULT"),
    ],
)
async def test_a_fault_is_noted_and_forgotten_when_it_is_over(
    database, blobs, inboxes, connect, loft, monkeypatch, fault, code
) -> None:
    monkeypatch.setattr(poll, "pause", lambda error, failures: 0.3)
    await connect("pigeon", CONFIG)
    loft.faults.append(fault)
    loft.bring("하나")

    async with polling(Poller(database, blobs, inboxes, HTTP, Picky())):
        await until(lambda: faults(database))
        assert await faults(database) == [("in", code)]
        await until(stored(database, 1))
        await until(lambda: _none(database))

    async with database.reading() as tx:
        names = await tx.values("SELECT name FROM care_event WHERE subject_kind = 'inbox' ORDER BY id")
    assert names == ["inbox.connected", "inbox.failed", "inbox.recovered"]


async def _none(database) -> bool:
    return not await faults(database)


async def test_an_inbox_that_is_switched_off_is_polled_no_more_and_on_again_is(
    database, blobs, inboxes, connect, loft
) -> None:
    inbox = await connect("pigeon", CONFIG)

    async with polling(Poller(database, blobs, inboxes, HTTP, Picky())):
        await until(lambda: _polled(loft, 1))
        await switch(database, inboxes, inbox.id, on=False)
        await until(lambda: _free(database))
        loft.bring("하나")
        await switch(database, inboxes, inbox.id, on=True)
        await until(stored(database, 1))


async def _polled(loft: Loft, times: int) -> bool:
    return loft.polls >= times


async def switch(database, inboxes, inbox_id, *, on: bool) -> None:
    async with database.transaction() as tx:
        await change(tx, inboxes.adapters, inboxes.keyring, inbox_id, InboxChange(enabled=on))


async def _free(database) -> bool:
    """Whether nobody holds a lease any more."""
    async with database.reading() as tx:
        return not await tx.value(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = $1::bigint::oid AND objsubid = 2"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            poll.LEASES,
        )


async def test_one_process_polls_an_inbox_and_another_takes_over(dsn, database, blobs, inboxes, connect, loft) -> None:
    await connect("pigeon", CONFIG)
    other = await open_database(dsn)
    try:
        async with polling(Poller(database, blobs, inboxes, HTTP, Picky())):
            await until(lambda: _polled(loft, 1))
            second = Poller(other, blobs, Inboxes(other, inboxes.adapters, inboxes.keyring), HTTP, Picky())
            async with polling(second):
                loft.bring("하나")
                await until(stored(database, 1))
                assert second.polled == frozenset()
        async with polling(second):
            loft.bring("둘")
            await until(stored(database, 2))
    finally:
        await other.close()


async def test_one_bad_letter_never_stops_the_rest(database, blobs, inboxes, connect, loft, monkeypatch) -> None:
    monkeypatch.setattr(poll, "pause", lambda error, failures: 0.01)
    await connect("pigeon", CONFIG)
    loft.faults.extend([TryLater("away")] * 3)
    loft.bring(*(f"{number}번째" for number in range(20)))

    async with polling(Poller(database, blobs, inboxes, HTTP, Picky())):
        await until(stored(database, 20))


async def test_old_mail_waits_while_there_is_much_to_do(database, monkeypatch) -> None:
    monkeypatch.setattr(poll, "MAX_WAITING", 2)
    async with database.transaction() as tx:
        await lanes.enqueue(tx, "parse", [(None, {}), (None, {})])

    waiting = asyncio.create_task(wait_for_room(database))
    done, _ = await asyncio.wait([waiting], timeout=0.5)
    assert not done
    async with database.transaction() as tx:
        await tx.execute("DELETE FROM lane_item")
    async with asyncio.timeout(10):
        await waiting


def test_pauses_grow_and_a_refusal_waits_longest() -> None:
    later = [pause(TryLater("away"), failures) for failures in (1, 4, 40)]
    refused = [pause(CredentialsRejected("535"), failures) for failures in (1, 40)]

    assert later == sorted(later)
    assert later[-1] <= 360
    assert 45 <= refused[0] <= 75
    assert refused[-1] <= 1080
    assert pause(TryLater("asked", after=2000), 1) >= 2000
    assert pause(ChannelError("odd"), 1) < 5
