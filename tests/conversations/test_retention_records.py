"""Records of other rooms go by the same rules as cases: shown first, once, day by day, and they stay away."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from damso.bootstrap import erasure_list_of, kept_records_of, make_ready
from damso.conversations.retention.change import PeriodTooShort, RuleChange, change_rule
from damso.conversations.retention.record import is_genuine
from damso.conversations.retention.rules import KEPT, RuledClass, rules
from damso.conversations.retention.run import RetentionTimer, destroy_some
from damso.kernel.database import Transaction
from damso.kernel.errors import Invalid
from damso.kernel.log import Event, append
from damso.kernel.timers import run_due
from tests.clock import ManualClock
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.conversations.test_retention import destroys_all, outlook, runs_of, switched_on

MINA = "mina@naver.example"
TABLE = {
    "behaviour": "tracked_event",
    "order": "customer_order",
    "cart": "customer_order",
    "consent": "consent",
    "enrichment": "enrichment_answer",
    "quarantine": "refused_event",
}


@pytest.fixture
async def mina(company: Company) -> int:
    await company.gets(postcard(sender=MINA))
    return await company.identity(MINA)


async def happens(company: Company, name: str, identity: int, ago: timedelta) -> None:
    """A record of the class whose time began so long ago; of consents two, the second of which replaces the first."""
    async with company.parts.database.transaction() as tx:
        at = tx.now - ago
        if name == "behaviour":
            await tx.execute("SELECT damso_make_partitions($1, $1)", at)
            await append(tx, Event(name="Page Viewed", stream="tracked", subject_kind="page", subject_id="1",
                                   identity_id=identity))  # fmt: skip
            await tx.execute(
                """UPDATE tracked_event SET recorded_at = $1, occurred_at = $1
                WHERE id = (SELECT max(id) FROM tracked_event)""",
                at,
            )
        else:
            await _STORE[name](tx, identity, at)


async def _order(tx: Transaction, identity: int, at: datetime, kind: str = "order") -> None:
    await tx.execute(
        """INSERT INTO customer_order (id, kind, number, claimed_by, identity_id, state, currency, total, refunded,
            coupon, shop, status, problems, placed_at, changed_at)
        VALUES ($1, $4, gen_random_uuid()::text, 0, $2, 'placed', 'KRW', 1, 0, '', '', '', '{}', $3, $3)""",
        uuid4(),
        identity,
        at,
        kind,
    )


async def _cart(tx: Transaction, identity: int, at: datetime) -> None:
    await _order(tx, identity, at, "cart")


async def _consent(tx: Transaction, identity: int, at: datetime) -> None:
    for given in (True, False):
        await tx.execute(
            """INSERT INTO consent (identity_id, purpose, channel, given, method, at, recorded_at, proof, actor_kind)
            VALUES ($1, 'marketing', 'email', $3, 'phone', $2, $2, '{}', 'system')""",
            identity,
            at,
            given,
        )


async def _answer(tx: Transaction, identity: int, at: datetime) -> None:
    service = uuid4()
    await tx.execute(
        """INSERT INTO enrichment_service (id, name, url, about, mapping, purposes, ttl_days, per_minute, created_at,
            changed_at) VALUES ($1, gen_random_uuid()::text, '', 'email', '{}', '{profiling}', 1, 1, $2, $2)""",
        service,
        at,
    )
    await tx.execute(
        """INSERT INTO enrichment_answer (service_id, identity_id, state, at, expires_at)
        VALUES ($1, $2, 'done', $3, $3::timestamptz + interval '1 day')""",
        service,
        identity,
        at,
    )


async def _refused(tx: Transaction, identity: int, at: datetime) -> None:
    source = uuid4()
    await tx.execute(
        """INSERT INTO source (id, name, kind, events_per_second, created_at) VALUES ($1, 'shop', 'server', 1, $2)""",
        source,
        at,
    )
    await tx.execute(
        """INSERT INTO refused_event (source_id, key, received_at, code, body) VALUES ($1, $1, $2, 'BAD', '{}')""",
        source,
        at,
    )


_STORE = {"order": _order, "cart": _cart, "consent": _consent, "enrichment": _answer, "quarantine": _refused}


@pytest.mark.parametrize("name", KEPT)
async def test_a_class_goes_as_the_dry_run_said(company: Company, mina: int, name: RuledClass) -> None:
    """The oldest that stays is as many whole days old as the rule keeps."""
    async with company.parts.database.reading() as tx:
        rule, now = (await rules(tx))[name], tx.now
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    edge = now - (day - rule.kept_for)
    for ago in (edge + timedelta(seconds=1), edge + timedelta(days=40), edge, edge - timedelta(days=3)):
        await happens(company, name, mina, ago)
    stays = await company.count(TABLE[name])
    told = await outlook(company, name)
    if not rule.active:
        await destroys_all(company)
        assert await company.count(TABLE[name]) == stays
        await switched_on(company, name)
    await destroys_all(company)
    await destroys_all(company)
    (run,) = await runs_of(company)

    # Of an address the last word stays, so all but one of consents could go at most.
    assert (told.now, told.soon) == ((3, 4) if name == "consent" else (2, 2))
    assert await company.count(TABLE[name]) == stays - told.now
    assert {key: one.rows for key, one in run.classes.items()} == {name: told.now}
    assert sum(one.count for one in told.months) == told.now
    assert is_genuine(company.parts.keyring, run)


async def test_an_older_backup_brings_no_record_back(company: Company, mina: int) -> None:
    old = timedelta(days=4000)
    for name in KEPT:
        await happens(company, name, mina, old)
    await switched_on(company, "behaviour", "order", "consent")
    parts = company.parts
    await destroys_all(company)
    (entry,) = erasure_list_of(parts.settings).read()
    async with parts.database.transaction() as tx:  # the backup is older: nothing of it was carried out there
        await tx.execute("DELETE FROM erasure_done")
    for name in ("behaviour", "order"):
        await happens(company, name, mina, old)
        await happens(company, name, mina, timedelta(days=1))
    await make_ready(parts.settings, parts.database)

    assert {subject.split(":")[1] for subject in entry.subjects} == {"behaviour", "order", "consent", "quarantine"}
    assert (await company.count("tracked_event"), await company.count("customer_order", "kind = 'order'")) == (1, 1)
    assert [run.trigger for run in await runs_of(company)] == ["replay", "rules"]


async def test_what_is_lost_is_done_again_and_counted_once(company: Company, mina: int) -> None:
    for _ in range(3):
        await happens(company, "order", mina, timedelta(days=4000))
        await happens(company, "behaviour", mina, timedelta(days=4000))
    await switched_on(company, "behaviour", "order")
    parts = company.parts
    for _ in range(2):
        async with parts.database.transaction() as tx:
            assert await destroy_some(tx, parts.keyring, erasure_list_of(parts.settings), kept_records_of(), {})
            await tx.connection.execute("ROLLBACK")
            await tx.connection.execute("BEGIN")
    await destroys_all(company)
    (run,) = await runs_of(company)

    assert {name: one.rows for name, one in run.classes.items()} == {"behaviour": 3, "order": 3}


async def test_an_order_stays_while_a_return_is_under_way(company: Company, mina: int) -> None:
    await happens(company, "order", mina, timedelta(days=4000))
    async with company.parts.database.transaction() as tx:
        order: UUID = await tx.value("SELECT id FROM customer_order")
        await tx.execute(
            """INSERT INTO return_case (id, order_id, identity_id, asked_by, key, digest, wanted, reason, condition,
                bought_at, return_to, note, verdict, why, payer, state, reference, asked_at, changed_at)
            VALUES ($1, $1, $2, 'agent:1', 'key', '', 'refund', 'faulty', 'used', 'online', 'post', '', 'person',
                'CONDITION', 'company', 'asked', '', $3, $3)""",
            order,
            mina,
            tx.now - timedelta(days=4000),
        )
    await switched_on(company, "order")
    await destroys_all(company)
    assert await company.count("customer_order") == 1
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE return_case SET state = 'refunded'")
    await destroys_all(company)
    assert (await company.count("customer_order"), await company.count("return_case")) == (0, 0)


async def test_refused_events_go_without_a_word_after_a_month(company: Company, mina: int, clock: ManualClock) -> None:
    await happens(company, "quarantine", mina, timedelta(0))
    timer = RetentionTimer(company.parts.keyring, erasure_list_of(company.parts.settings), kept_records_of())
    left = []
    for days in (29, 2, 1):
        clock.advance(timedelta(days=days))
        await run_due(company.parts.database, [timer])
        left.append(await company.count("refused_event"))

    assert left == [1, 0, 0]
    assert len(await runs_of(company)) == 1


async def test_the_law_is_the_least_and_no_customer_goes_with_a_record(company: Company) -> None:
    async with company.parts.database.transaction() as tx:
        for name, days in (("order", 1826), ("behaviour", 91)):
            with pytest.raises(PeriodTooShort):
                await change_rule(tx, name, RuleChange(days=days), company.agent)
        with pytest.raises(Invalid):
            await change_rule(tx, "cart", RuleChange(days=100, action="delete"), company.agent)
