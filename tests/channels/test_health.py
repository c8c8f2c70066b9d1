"""How a connection is doing: marks, faults, self-tests, silence, and the record of what was handed over."""

from datetime import UTC, datetime, timedelta

import httpx
import msgspec
import pytest

from damso.channels.attempts import list_attempts
from damso.channels.checks import CheckLane, CheckTimer
from damso.channels.failures import (
    ChannelError,
    ContentRejected,
    CredentialsRejected,
    OutcomeUnknown,
    RecipientUnreachable,
    TryLater,
)
from damso.channels.handover import hand_over, record
from damso.channels.health import MARK_EVERY, is_silent, mark_in, note_fault, note_recovery
from damso.channels.items import Address
from damso.channels.simulator import Answer
from damso.channels.types import Brand, OutboundMessage, Thread
from damso.kernel.ids import new_id
from damso.kernel.timers import run_due
from tests.channels.api.system import SECRET
from tests.channels.lanes import work_all

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
MESSAGE = OutboundMessage(
    send_key="send-1",
    token="token",
    to=Address(kind="user", scope="shop", value="u-7", name="김미나"),
    text="오늘 발송했어요.",
    author="이수진",
    brand=Brand(name="달빛상점", colour="#5b5bd6"),
    locale="ko",
    created_at=AT,
)


async def column(database, name: str):
    async with database.reading() as tx:
        return await tx.value(f"SELECT {name} FROM inbox")


async def all_faults(database) -> list[tuple[str, str, str]]:
    async with database.reading() as tx:
        rows = await tx.rows("SELECT side, code, detail FROM inbox_fault ORDER BY side")
    return [tuple(row.values()) for row in rows]


async def test_a_busy_inbox_is_marked_every_few_seconds(database, inbox, clock) -> None:
    first = clock.now()
    for _ in range(2):
        async with database.transaction() as tx:
            await mark_in(tx, inbox.id)
        clock.advance(timedelta(seconds=1))
    assert await column(database, "last_in_at") == first

    clock.advance(MARK_EVERY)
    async with database.transaction() as tx:
        await mark_in(tx, inbox.id)

    assert await column(database, "last_in_at") == clock.now()


async def test_marking_never_waits_for_another_transaction(database, inbox) -> None:
    async with database.transaction() as one, database.transaction() as other:
        await mark_in(one, inbox.id)
        await other.execute("SET LOCAL lock_timeout = '100ms'")
        await mark_in(other, inbox.id)


async def test_a_fault_keeps_its_beginning_and_is_told_once(database, inbox, clock) -> None:
    began = clock.now()
    for detail in ("first", "second"):
        async with database.transaction() as tx:
            await note_fault(tx, inbox.id, "in", "UNREACHABLE", detail)
        clock.advance(timedelta(minutes=1))
    async with database.transaction() as tx:
        since = await tx.value("SELECT since FROM inbox_fault")
        await note_recovery(tx, inbox.id, "in")
        await note_recovery(tx, inbox.id, "in")
        events = await tx.values("SELECT name FROM care_event WHERE name LIKE 'inbox.%ed' ORDER BY id")

    assert since == began
    assert events == ["inbox.connected", "inbox.failed", "inbox.recovered"]


async def test_reading_well_does_not_hide_that_nothing_leaves(database, inbox) -> None:
    async with database.transaction() as tx:
        await note_fault(tx, inbox.id, "out", "CREDENTIALS_REJECTED")
        await note_recovery(tx, inbox.id, "in")

    assert await all_faults(database) == [("out", "CREDENTIALS_REJECTED", "")]


def test_silence_is_measured_by_what_is_usual() -> None:
    hourly = [AT - timedelta(hours=number) for number in range(30)]
    weekly = [AT - timedelta(days=7 * number) for number in range(30)]

    assert not is_silent(hourly, AT + timedelta(hours=23))
    assert is_silent(hourly, AT + timedelta(hours=25))
    assert not is_silent(weekly, AT + timedelta(days=20))
    assert is_silent(weekly, AT + timedelta(days=29))
    assert not is_silent(hourly[:10], AT + timedelta(days=365))


async def test_a_connection_is_tested_by_itself_every_hour(database, connect, inboxes, http, shop, clock) -> None:
    await connect("api", {"system": "shop", "url": f"{shop.origin}/damso", "secret": SECRET})
    check = CheckLane(database, inboxes, http)

    await run_due(database, [CheckTimer()])
    await work_all(database, [check])
    await run_due(database, [CheckTimer()])
    await work_all(database, [check])

    assert len(shop.calls) == 1
    assert (await column(database, "checked"))["facts"] == {"ping": "HTTP 204"}
    clock.advance(timedelta(hours=1))
    shop.meet(Answer(status=500))
    await run_due(database, [CheckTimer()])
    await work_all(database, [check])
    assert await all_faults(database) == [("check", "CHECK_FAILED", "")]
    clock.advance(timedelta(hours=1))
    await run_due(database, [CheckTimer()])
    await work_all(database, [check])
    assert await all_faults(database) == []


@pytest.mark.parametrize(
    ("error", "outcome", "fault"),
    [
        (TryLater("HTTP 503", after=7), "later", [("out", "UNREACHABLE", "HTTP 503")]),
        (CredentialsRejected("HTTP 401"), "failed", [("out", "CREDENTIALS_REJECTED", "HTTP 401")]),
        (RecipientUnreachable("HTTP 410"), "failed", []),
        (ContentRejected("HTTP 400"), "failed", []),
        (OutcomeUnknown("dropped"), "unknown", [("out", "UNREACHABLE", "dropped")]),
    ],
)
async def test_how_a_try_went_is_recorded(database, inbox, error: ChannelError, outcome, fault) -> None:
    failing = msgspec.structs.replace(inbox, adapter=Failing(inbox.adapter, error))

    async with httpx.AsyncClient() as http:
        handed = await hand_over(failing, MESSAGE, Thread(), http)
    async with database.transaction() as tx:
        await record(tx, failing, handed, message_id=new_id(), number=2)
        [line] = (await list_attempts(tx, inbox.id, None)).items

    assert handed.error is error
    assert (line.outcome, line.error, line.attempt) == (outcome, str(error), 2)
    assert await all_faults(database) == fault


class Failing:
    """A channel whose sending fails."""

    def __init__(self, adapter, error: Exception) -> None:
        self.policy = adapter.policy
        self._error = error

    async def send(self, *_: object):
        raise self._error


@pytest.mark.parametrize(("repeatable", "kind"), [(True, TryLater), (False, OutcomeUnknown)])
async def test_an_error_nobody_understood_is_unknown_unless_it_may_be_repeated(inbox, repeatable, kind) -> None:
    failing = Failing(inbox.adapter, KeyError("a bug"))
    failing.policy = msgspec.structs.replace(inbox.adapter.policy, repeatable=repeatable)

    async with httpx.AsyncClient() as http:
        handed = await hand_over(msgspec.structs.replace(inbox, adapter=failing), MESSAGE, Thread(), http)

    assert type(handed.error) is kind
    assert str(handed.error) == "KeyError"


async def test_what_was_sent_is_recorded_and_ends_the_fault(database, connect, http, shop) -> None:
    inbox = await connect("api", {"system": "shop", "url": f"{shop.origin}/damso", "secret": SECRET})
    async with database.transaction() as tx:
        await note_fault(tx, inbox.id, "out", "UNREACHABLE")

    handed = await hand_over(inbox, MESSAGE, Thread(), http)
    async with database.transaction() as tx:
        await record(tx, inbox, handed, message_id=new_id(), number=1)
        [line] = (await list_attempts(tx, inbox.id, None)).items

    assert handed.receipt is not None
    assert handed.receipt.external_id == "shop-1"
    assert (line.outcome, line.error, line.status_code) == ("sent", None, 200)
    assert await all_faults(database) == []
    assert await column(database, "last_out_at") is not None
