"""Records are kept for as long as is set, and what remains can still be verified."""

from datetime import datetime, timedelta

import pytest

from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.ids import new_id
from damso.kernel.log import make_partitions
from damso.kernel.timers import run_due
from damso.team.records.keep import KeepTimer, MonthsInvalid, keep_for, month_before
from tests.clock import ManualClock
from tests.team.records.writing import AGENT, act, faults, seal_all, see, verdicts

MONTHS = 14
KEPT = 12


@pytest.fixture
async def years(database: Database, keyring: Keyring, clock: ManualClock) -> Database:
    """A year is kept, of two records a month over fourteen months. The second of a month is written in the next: its
    request began before midnight."""
    async with database.transaction() as tx:
        await tx.execute(
            """INSERT INTO installation (id, company, locale, timezone, demo, created_at, records_kept_months)
            VALUES (1, '달빛상점', 'ko', 'Asia/Seoul', false, $1, $2)""",
            tx.now,
            KEPT,
        )
    for _ in range(MONTHS):
        async with database.transaction() as tx:
            await make_partitions(tx)
        await act(database)
        await see(database, [new_id()])
        late = clock.now()
        clock.advance(timedelta(days=31))
        await see(database, [new_id()])
        async with database.transaction() as tx:
            await tx.execute(
                """UPDATE access_record SET at = $1 WHERE id = (
                SELECT id FROM access_record ORDER BY epoch DESC, xid DESC LIMIT 1)""",
                late,
            )
        await seal_all(database, keyring)
    return database


async def months_in(database: Database, table: str) -> int:
    async with database.reading() as tx:
        return int(await tx.value(f"SELECT count(DISTINCT date_trunc('month', at)) FROM {table}"))


async def test_old_months_go_and_the_rest_is_sound(years: Database, keyring: Keyring, clock: ManualClock) -> None:
    await run_due(years, [KeepTimer(keyring)])

    found = await verdicts(years, keyring)
    oldest = month_before(clock.now(), KEPT)
    assert {log: (one.sound, one.kept_from) for log, one in found.items()} == {
        "audit": (True, oldest),
        "access": (True, oldest),
    }
    async with years.reading() as tx:
        assert await tx.value("SELECT min(at) FROM access_record") >= oldest
        assert await tx.value("SELECT min(at) FROM audit") >= oldest
        assert await tx.value("SELECT count(*) FROM seal WHERE log = 'access'") < 2 * MONTHS


async def test_the_chain_goes_on_after_that(years: Database, keyring: Keyring, clock: ManualClock) -> None:
    await run_due(years, [KeepTimer(keyring)])
    await see(years, [new_id()])
    await seal_all(years, keyring)
    clock.advance(timedelta(days=62))
    async with years.transaction() as tx:
        await make_partitions(tx)
    await run_due(years, [KeepTimer(keyring)])

    assert await faults(years, keyring) == {}


async def test_a_month_that_somebody_dropped_before_its_time_is_missed(years: Database, keyring: Keyring) -> None:
    await run_due(years, [KeepTimer(keyring)])
    async with years.transaction() as tx:
        await tx.execute(
            """DELETE FROM access_record WHERE at < (SELECT min(at) + interval '31 days' FROM access_record)"""
        )

    assert (await faults(years, keyring))["access"][0] == "removed"


async def test_what_is_not_sealed_is_not_dropped(years: Database, keyring: Keyring) -> None:
    before = await months_in(years, "access_record")
    async with years.transaction() as tx:
        await tx.execute("DELETE FROM seal")
    await run_due(years, [KeepTimer(keyring)])

    assert await months_in(years, "access_record") == before


async def test_a_year_is_the_least(database: Database) -> None:
    async with database.transaction() as tx:
        with pytest.raises(MonthsInvalid):
            await keep_for(tx, 11, AGENT)


@pytest.mark.parametrize(
    ("months", "first"), [(0, "2026-03-01"), (2, "2026-01-01"), (3, "2025-12-01"), (24, "2024-03-01")]
)
def test_months_are_counted_back_over_years(months: int, first: str) -> None:
    assert month_before(datetime.fromisoformat("2026-03-31T10:00:00+00:00"), months).date().isoformat() == first
