"""The log: readers see every fact once, in order, and nothing idle stalls them."""

import asyncpg
import pytest
from msgspec.structs import replace

from damso.kernel import log
from damso.kernel.database import Database
from damso.kernel.log import START, Event, Position
from tests.logs import FACT, Collector, catch_up


async def test_a_reader_sees_committed_facts_in_order(database: Database):
    for number in range(3):
        async with database.transaction() as tx:
            await log.append(tx, replace(FACT, subject_id=str(number)))
    reader = Collector()
    await catch_up(database, reader)
    assert reader.seen == ["0", "1", "2"]


async def test_a_rolled_back_fact_is_never_seen(database: Database):
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as tx:
            await log.append(tx, FACT)
            raise ZeroDivisionError
    reader = Collector()
    await catch_up(database, reader)
    assert reader.seen == []


async def test_a_slow_writer_is_not_skipped(database: Database):
    """Its xid is lower than that of a fact which is committed while it still writes."""
    reader = Collector()
    async with database.transaction() as slow:
        await slow.value("SELECT pg_current_xact_id()")
        async with database.transaction() as quick:
            await log.append(quick, replace(FACT, subject_id="quick"))
        await catch_up(database, reader)
        assert reader.seen == []
        await log.append(slow, replace(FACT, subject_id="slow"))
    await catch_up(database, reader)
    assert reader.seen == ["slow", "quick"]


async def test_a_writer_without_an_xid_yet_is_not_skipped(database: Database):
    reader = Collector()
    async with database.transaction() as late:
        async with database.transaction() as quick:
            await log.append(quick, replace(FACT, subject_id="quick"))
        await catch_up(database, reader)
        await log.append(late, replace(FACT, subject_id="late"))
    await catch_up(database, reader)
    assert reader.seen == ["quick", "late"]


async def test_an_idle_foreign_transaction_does_not_stall_readers(database: Database, dsn: str):
    foreigner = await asyncpg.connect(dsn)
    await foreigner.execute("BEGIN; CREATE TEMP TABLE foreign_work (n int)")
    assert await foreigner.fetchval("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
    async with database.transaction() as tx:
        await log.append(tx, FACT)
    reader = Collector()
    await catch_up(database, reader)
    await foreigner.close()
    assert reader.seen == [FACT.subject_id]


async def test_an_event_that_breaks_a_reader_is_parked_and_the_rest_goes_on(database: Database):
    for subject in ("a", "broken", "b"):
        async with database.transaction() as tx:
            await log.append(tx, replace(FACT, subject_id=subject))
    reader = Collector(breaks_at="broken")
    await catch_up(database, reader)
    assert reader.seen == ["a", "b"]
    async with database.reading() as tx:
        assert await tx.value("SELECT reason FROM reader_parked WHERE reader = $1", reader.name) == "ZeroDivisionError"


async def test_what_a_reader_did_and_its_position_commit_together(database: Database):
    async with database.transaction() as tx:
        await log.append(tx, FACT)
    reader = Collector(writes=True)
    await catch_up(database, reader)
    await catch_up(database, reader)
    async with database.reading() as tx:
        assert await tx.value("SELECT count(*) FROM team") == 1


async def test_names_narrow_what_a_reader_gets(database: Database):
    async with database.transaction() as tx:
        await log.append(tx, FACT, replace(FACT, name="other.happened", subject_id="other"))
    reader = Collector(names={"other.happened"})
    await catch_up(database, reader)
    assert reader.seen == ["other"]


async def test_the_same_cluster_keeps_its_epoch(database: Database):
    async with database.transaction() as tx:
        first = await log.begin_epoch(tx)
        assert await log.begin_epoch(tx) == first


async def test_another_cluster_begins_a_new_epoch_and_orders_after_all_before(database: Database):
    async with database.transaction() as tx:
        await log.append(tx, replace(FACT, subject_id="before"))
    async with database.transaction() as tx:
        await tx.execute("UPDATE log_epoch SET cluster = 'the server it was dumped from'")
        await tx.execute("UPDATE care_event SET xid = xid + 1000000")
        await log.begin_epoch(tx)
    async with database.transaction() as tx:
        await log.append(tx, replace(FACT, subject_id="after"))
    reader = Collector()
    await catch_up(database, reader)
    assert reader.seen == ["before", "after"]


def test_a_cursor_survives_the_way_to_a_client_and_back():
    position = Position(3, 2**40, 77)
    assert Position.decode(position.encode()) == position


@pytest.mark.parametrize("cursor", ["", "x", "1.2", "1.2.3.4", "-", "☃"])
def test_a_made_up_cursor_is_no_place(cursor: str):
    assert Position.decode(cursor) is None


async def test_tracked_facts_are_a_stream_of_their_own(database: Database):
    async with database.transaction() as tx:
        await log.append(tx, Event(name="Page Viewed", stream="tracked", subject_kind="page", subject_id="/"))
    async with database.reading() as tx:
        below = await log.horizon(tx)
        assert await log.read(tx, "care", START, below) == []
        assert [event.name for event in await log.read(tx, "tracked", START, below)] == ["Page Viewed"]
