"""What is over its time is destroyed once, no more and no less than a dry run says, and stays destroyed."""

import signal
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from damso.bootstrap import erasure_list_of, kept_records_of, make_ready
from damso.conversations.retention.change import (
    DryRunNeeded,
    PeriodTooShort,
    RetentionReasonNeeded,
    RuleChange,
    change_rule,
    switch_off,
    switch_on,
)
from damso.conversations.retention.dry_run import ClassOutlook, DryRun, look, note
from damso.conversations.retention.hold import place_hold
from damso.conversations.retention.record import Run, is_genuine, newest_runs
from damso.conversations.retention.rules import CLASSES, RecordClass, rules
from damso.conversations.retention.run import EVERY, Clear, RetentionTimer, destroy_some
from damso.kernel.database import Transaction
from damso.kernel.erasure_list import FILE as ERASURE_FILE
from damso.kernel.log import SYSTEM
from damso.kernel.timers import run_due
from tests.clock import ManualClock
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.processes import PythonChild

DAY = timedelta(days=1)


async def old_case(
    company: Company, days: int, record_class: str = "conversation", *, sender: str = "", status: str = "resolved"
) -> UUID:
    """A case whose time began so many days ago."""
    sender = sender or f"{uuid4().hex}@naver.example"
    received = await company.gets(postcard("안녕하세요", sender=sender, external_id=uuid4().hex))
    async with company.parts.database.transaction() as tx:
        await _age(tx, received.conversation_id, tx.now - days * DAY, record_class, status)
    return received.conversation_id


async def _age(tx: Transaction, case: UUID, over: datetime, record_class: str, status: str) -> None:
    await tx.execute(
        """UPDATE conversation SET last_message_at = $2, status = $4, record_class = $3,
            resolved_at = CASE WHEN $4 = 'resolved' THEN $2::timestamptz END WHERE id = $1""",
        case,
        over,
        record_class,
        status,
    )
    await tx.execute("UPDATE customer SET last_seen_at = $1 WHERE last_seen_at > $1", over)


async def looked(company: Company) -> DryRun:
    async with company.parts.database.transaction() as tx:
        found = await look(tx, kept_records_of())
        await note(tx, found, company.agent)
    return found


async def outlook(company: Company, record_class: str = "conversation") -> ClassOutlook:
    return next(one for one in (await looked(company)).classes if one.record_class == record_class)


async def switched_on(company: Company, *classes: RecordClass) -> None:
    seen = await looked(company)
    async with company.parts.database.transaction() as tx:
        for one in classes:
            await switch_on(tx, one, seen.id, "보유 기간이 지났어요", company.agent)


async def runs_of(company: Company) -> list[Run]:
    async with company.parts.database.reading() as tx:
        return await newest_runs(tx)


async def destroys_all(company: Company) -> None:
    parts = company.parts
    more, clear = True, Clear()
    while more:
        async with parts.database.transaction() as tx:
            more = await destroy_some(tx, parts.keyring, erasure_list_of(parts.settings), kept_records_of(), clear)


async def test_nothing_goes_before_a_rule_is_switched_on(company: Company) -> None:
    await old_case(company, 4000)
    await destroys_all(company)

    assert await company.count("conversation") == 1
    assert await runs_of(company) == []


async def test_what_is_over_its_time_goes_and_leaves_a_sealed_record(company: Company) -> None:
    gone, young = await old_case(company, 1100), await old_case(company, 1000)
    await switched_on(company, "conversation")
    await destroys_all(company)
    (run,) = await runs_of(company)

    assert not await company.count("conversation", f"id = '{gone}'")
    assert await company.count("conversation", f"id = '{young}'")
    assert run.classes["conversation"].cases == 1
    assert run.finished_at
    assert is_genuine(company.parts.keyring, run)
    async with company.parts.database.transaction() as tx:
        await tx.execute("""UPDATE retention_run SET classes = '{"conversation": {"cases": 7}}'""")
    assert not is_genuine(company.parts.keyring, (await runs_of(company))[0])


async def test_what_is_open_waits_or_is_on_hold_stays_and_is_told_of(company: Company) -> None:
    still_open = await old_case(company, 1200, status="open")
    pending, held = await old_case(company, 1200), await old_case(company, 1200)
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE message SET status = 'queued' WHERE conversation_id = $1", pending)
        await place_hold(tx, held, "소송 중", company.agent)
    told = await outlook(company)
    await switched_on(company, "conversation")
    await destroys_all(company)

    assert (told.now, told.held_back) == (0, {"open": 1, "pending": 1, "hold": 1})
    assert {one.id for one in told.held_samples} == {still_open, pending, held}
    assert await company.count("conversation") == 3


async def test_a_rule_is_switched_on_by_whoever_saw_what_it_would_do(company: Company) -> None:
    seen = await looked(company)
    async with company.parts.database.transaction() as tx:
        with pytest.raises(DryRunNeeded):
            await switch_on(tx, "conversation", uuid4(), "정리", company.agent)
        with pytest.raises(RetentionReasonNeeded):
            await switch_on(tx, "conversation", seen.id, " ", company.agent)
        await change_rule(tx, "conversation", RuleChange(days=30), company.agent)
        with pytest.raises(DryRunNeeded):
            await switch_on(tx, "conversation", seen.id, "정리", company.agent)


async def test_a_dry_run_of_yesterday_is_too_old(company: Company, clock: ManualClock) -> None:
    seen = await looked(company)
    clock.advance(timedelta(hours=25))
    async with company.parts.database.transaction() as tx:
        with pytest.raises(DryRunNeeded):
            await switch_on(tx, "conversation", seen.id, "정리", company.agent)


async def test_a_rule_that_destroys_more_is_off_until_seen_again(company: Company) -> None:
    await switched_on(company, "conversation")
    async with company.parts.database.transaction() as tx:
        longer = await change_rule(tx, "conversation", RuleChange(days=2000), company.agent)
        shorter = await change_rule(tx, "conversation", RuleChange(days=900), company.agent)

    assert (longer.active, shorter.active) == (True, False)


async def test_no_rule_goes_below_the_law(company: Company) -> None:
    async with company.parts.database.transaction() as tx:
        with pytest.raises(PeriodTooShort) as refused:
            await change_rule(tx, "complaint", RuleChange(days=365), company.agent)

    assert "전자상거래법" in refused.value.say("ko")
    assert "E-Commerce Act" in refused.value.say("en")


async def test_switching_off_stops_a_run_in_the_middle(company: Company) -> None:
    for _ in range(22):
        await old_case(company, 1100)
    await switched_on(company, "conversation")
    parts = company.parts
    async with parts.database.transaction() as tx:
        assert await destroy_some(tx, parts.keyring, erasure_list_of(parts.settings), kept_records_of(), {})
        await switch_off(tx, "conversation", "분쟁이 생겼어요", company.agent)
    await destroys_all(company)

    assert await company.count("conversation") == 2


async def test_the_customer_goes_with_their_last_case(company: Company) -> None:
    await old_case(company, 1100, sender="mina@naver.example")
    await old_case(company, 1100, sender="dana@naver.example")
    await old_case(company, 100, "complaint", sender="dana@naver.example")
    async with company.parts.database.transaction() as tx:
        await change_rule(tx, "conversation", RuleChange(days=1096, action="delete"), SYSTEM)
        await tx.execute("UPDATE customer SET last_seen_at = $1", tx.now - 1100 * DAY)
    told = await outlook(company)
    await switched_on(company, "conversation")
    await destroys_all(company)
    await company.works()

    assert told.customers == 1
    assert not await company.count("identity", "value = 'mina@naver.example'")
    assert await company.count("identity", "value = 'dana@naver.example'")
    assert (await runs_of(company))[0].classes["conversation"].customers == 1


async def test_an_older_backup_brings_nothing_back(company: Company) -> None:
    case = await old_case(company, 1100)
    parts = company.parts
    await switched_on(company, "conversation")
    async with parts.database.transaction() as tx:
        await destroy_some(tx, parts.keyring, erasure_list_of(parts.settings), kept_records_of(), {})
        erasure = (erasure_list_of(parts.settings).read())[-1]
        await tx.connection.execute("ROLLBACK")  # the backup is older: the list knows what the database does not
        await tx.connection.execute("BEGIN")
    assert await company.count("conversation", f"id = '{case}'")
    await make_ready(parts.settings, parts.database)
    await make_ready(parts.settings, parts.database)

    assert erasure.subjects == (f"case:{case.hex}",)
    assert not await company.count("conversation")
    assert [(run.trigger, run.classes["conversation"].cases) for run in await runs_of(company)] == [("replay", 1)]


async def test_the_timer_goes_on_where_another_was_killed(company: Company, clock: ManualClock) -> None:
    for _ in range(25):
        await old_case(company, 1100)
    await switched_on(company, "conversation")
    parts = company.parts
    timer_list = erasure_list_of(parts.settings)
    for _ in range(3):
        await run_due(parts.database, [RetentionTimer(parts.keyring, timer_list, kept_records_of())])
        clock.advance(EVERY)

    (run,) = await runs_of(company)
    assert run.classes["conversation"].cases == 25
    assert await company.count("message") == 0


async def test_after_a_kill_nothing_is_left_and_nothing_counted_twice(company: Company, dsn: str) -> None:
    """Killed between the list of erasures and the commit: the next start destroys what stands in the list, the timer
    the rest."""
    for _ in range(50):
        await old_case(company, 1100)
    await switched_on(company, "conversation")
    parts = company.parts
    with PythonChild("tests.conversations.retention_child", dsn, parts.settings.data / ERASURE_FILE) as child:
        assert child.tells() == "in the middle"
        child.send(signal.SIGKILL)
        child.wait()
    left = await company.count("conversation")
    await make_ready(parts.settings, parts.database)
    await destroys_all(company)

    runs = await runs_of(company)
    assert left == 30
    assert sorted((run.trigger, run.classes["conversation"].cases) for run in runs) == [("replay", 20), ("rules", 30)]
    assert await company.count("conversation") == 0
    assert all(run.finished_at for run in runs)


class Aged(Struct, frozen=True):
    record_class: RecordClass
    days: int
    status: str


_AGED = st.builds(
    Aged,
    record_class=st.sampled_from(CLASSES),
    days=st.integers(0, 2200),
    status=st.sampled_from(["resolved", "resolved", "resolved", "open"]),
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases=st.lists(_AGED, min_size=1, max_size=6), cuts=st.lists(st.booleans(), max_size=6))
async def test_a_run_cut_anywhere_destroys_what_the_dry_run_said(
    company: Company, cases: list[Aged], cuts: list[bool]
) -> None:
    """Transactions that are lost, and timers that begin anew, change nothing about what goes and what is counted."""
    parts = company.parts
    async with parts.database.transaction() as tx:
        await tx.execute("TRUNCATE conversation, message, retention_run, retention_rule CASCADE")
    for one in cases:
        await old_case(company, one.days, one.record_class, status=one.status)
    told = {one.record_class: one.now for one in (await looked(company)).classes if one.now}
    await switched_on(company, *CLASSES)
    for lost in cuts:
        async with parts.database.transaction() as tx:
            await destroy_some(tx, parts.keyring, erasure_list_of(parts.settings), kept_records_of(), {})
            if lost:
                await tx.connection.execute("ROLLBACK")
                await tx.connection.execute("BEGIN")
    before = len(cases)
    await destroys_all(company)

    found: dict[str, int] = {}
    for run in await runs_of(company):
        for name, destroyed in run.classes.items():
            found[name] = found.get(name, 0) + destroyed.cases
    assert found == told
    assert await company.count("conversation") == before - sum(told.values())


async def test_proposed_rules_keep_to_the_law(company: Company) -> None:
    async with company.parts.database.reading() as tx:
        known = await rules(tx)
    assert all(rule.days >= rule.floor for rule in known.values())
    assert [name for name, rule in known.items() if rule.active] == ["quarantine"]
    assert known["payment"].days == 1827
