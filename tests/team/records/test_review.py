"""The monthly review: what it counts, what it calls unusual, and that it is signed once."""

from datetime import date, timedelta
from ipaddress import ip_address

import asyncpg
import pytest

from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.errors import NotFound
from damso.kernel.ids import new_id
from damso.kernel.log import Actor, make_partitions
from damso.team import audit
from damso.team.create_agent import create_agent
from damso.team.records.reasons import Reason
from damso.team.records.review import AlreadyReviewed, MonthRunning, month_of, months, review_of, sign
from damso.team.records.review_summary import ReviewSummary, summarise
from tests.callers import agent_caller
from tests.clock import ManualClock
from tests.team.records.writing import faults, seal_all, see

HERE, ELSEWHERE = ip_address("192.0.2.1"), ip_address("198.51.100.9")


@pytest.fixture
async def bora(database: Database) -> Actor:
    async with database.transaction() as tx:
        await tx.execute(
            """INSERT INTO installation (id, company, locale, timezone, demo, created_at)
            VALUES (1, '달빛상점', 'ko', 'Asia/Seoul', false, $1)""",
            tx.now,
        )
        return Actor(
            "agent", str(await create_agent(tx, name="보라", email="bora@damso.example", role="administrator"))
        )


async def next_month(database: Database, clock: ManualClock) -> None:
    """Noon of the second day of the following month, in Seoul."""
    following = (clock.now().replace(day=28) + timedelta(days=4)).replace(day=2, hour=3, minute=0)
    clock.advance(following - clock.now())
    async with database.transaction() as tx:
        await make_partitions(tx)


def this_month(clock: ManualClock) -> date:
    return (clock.now() + timedelta(hours=9)).date().replace(day=1)


async def summary_of(database: Database, month: date) -> ReviewSummary:
    async with database.reading() as tx:
        return await summarise(tx, month)


async def test_it_counts_what_left_who_saw_most_and_nights(database: Database, bora: Actor, clock: ManualClock) -> None:
    await next_month(database, clock)
    customers = [new_id() for _ in range(3)]
    await see(database, customers, actor=bora, act="listed")
    await see(database, customers[:1], actor=bora, act="exported", reason=Reason("moving", "옮김"))
    clock.advance(timedelta(hours=11))  # eleven at night in Seoul
    await see(database, customers[:1], actor=bora)
    async with database.transaction() as tx:
        await audit.record(tx, bora, "sign_in.failed", bora.id or "")

    found = await summary_of(database, this_month(clock))
    assert (found.requests, found.customers, found.night, found.taken_count) == (3, 3, 1, 1)
    [account] = found.accounts
    assert (account.who.name, account.customers, account.night, account.taken) == ("보라", 3, 1, 1)
    assert (account.usual, account.unusual, account.new_addresses) == (None, False, [])
    assert [(one.customers, one.reason, one.note) for one in found.taken] == [(1, "moving", "옮김")]
    assert [(one.who.name, one.tries) for one in found.failed] == [("보라", 1)]
    assert [(day.day.day, day.shown, day.taken) for day in found.days if day.shown] == [(2, 2, 1)]
    assert len(found.days) in (28, 29, 30, 31)


async def test_what_is_unusual_is_so_for_that_account(database: Database, bora: Actor, clock: ManualClock) -> None:
    for count in (30, 30, 80):
        await next_month(database, clock)
        address = HERE if count == 30 else ELSEWHERE
        await see(database, [new_id() for _ in range(count)], actor=bora, address=address)
        await see(database, [new_id() for _ in range(100)], actor=Actor("system", "root"), address=HERE)

    accounts = {one.who.kind: one for one in (await summary_of(database, this_month(clock))).accounts}
    assert (accounts["agent"].usual, accounts["agent"].unusual) == (30.0, True)
    assert accounts["agent"].new_addresses == [str(ELSEWHERE)]
    assert (accounts["system"].usual, accounts["system"].unusual) == (100.0, False)


async def test_months_fall_due_and_overdue(database: Database, bora: Actor, clock: ManualClock) -> None:
    await next_month(database, clock)
    await see(database, [new_id()], actor=bora)
    states = []
    for wait in (timedelta(0), timedelta(days=32), timedelta(days=9)):
        clock.advance(wait)
        async with database.reading() as tx:
            states.append([month.state for month in await months(tx)][-1])

    assert states == ["running", "due", "overdue"]


async def test_a_month_is_signed_once_and_stands(
    database: Database, keyring: Keyring, bora: Actor, clock: ManualClock
) -> None:
    await next_month(database, clock)
    month = this_month(clock)
    await see(database, [new_id()], actor=bora)
    await seal_all(database, keyring)
    caller = agent_caller(bora, "administrator")
    summary = await summary_of(database, month)

    with pytest.raises(MonthRunning):
        async with database.transaction() as tx:
            await sign(tx, month, summary, "아직", caller)
    await next_month(database, clock)
    async with database.transaction() as tx:
        await sign(tx, month, summary, " 이상 없음 ", caller)
    with pytest.raises(AlreadyReviewed):
        async with database.transaction() as tx:
            await sign(tx, month, summary, "다시", caller)
    with pytest.raises(asyncpg.RaiseError):
        async with database.transaction() as tx:
            await tx.execute("UPDATE access_review SET remarks = 'x'")

    async with database.reading() as tx:
        review = await review_of(tx, month)
        kept = await tx.value("SELECT details FROM audit WHERE act = 'access.reviewed'")
    assert (review.state, review.remarks, review.reviewed_by, review.summary) == (
        "reviewed",
        "이상 없음",
        "보라",
        summary,
    )
    assert kept["seal"] == review.seal is not None
    await seal_all(database, keyring)
    assert await faults(database, keyring, review.seal or "") == {}


@pytest.mark.parametrize("text", ["2026-13", "2026", "x", "2026-1"])
def test_a_month_is_written_as_year_and_month(text: str) -> None:
    with pytest.raises(NotFound):
        month_of(text)
