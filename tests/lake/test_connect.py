"""The one connection: what it shows, and what it does not let anybody do."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from ibis.backends.duckdb import Backend

from damso.customers.create import create_customer
from damso.kernel.database import Database
from damso.kernel.dimensions import Dimension
from damso.kernel.log import SYSTEM
from damso.lake.connect import connect
from damso.lake.keep import keep
from damso.lake.query import QueryInvalid, QueryNotReading, ask
from damso.lake.spill import spill_folder
from damso.lake.store import FolderStore
from tests.lake.conftest import Write


@pytest.fixture
async def lake(database: Database, store: FolderStore, dimensions: Sequence[Dimension], write: Write) -> Backend:
    await write(3)
    await keep(database, store, dimensions)
    return await connect(database, store, dimensions)


async def test_an_empty_lake_can_be_asked(
    database: Database, store: FolderStore, dimensions: Sequence[Dimension]
) -> None:
    lake = await connect(database, store, dimensions)
    assert lake.table("event").count().execute() == 0
    assert lake.table("customer").count().execute() == 0


async def test_expressions_of_ibis_are_understood(lake: Backend) -> None:
    events = lake.table("event")
    found = events.group_by("name").aggregate(n=events.count()).execute()
    assert found.to_dict("records") == [{"name": "Page Viewed", "n": 3}]


async def test_a_fact_finds_its_customer_of_today(
    database: Database, store: FolderStore, dimensions: Sequence[Dimension], write: Write
) -> None:
    async with database.transaction() as tx:
        customer_id = await create_customer(tx, name="윤서아", actor=SYSTEM, email="seoa@shop.example")
        identity_id = await tx.value("SELECT id FROM identity WHERE value = 'seoa@shop.example'")
    await write(1, identity_id=identity_id)
    await keep(database, store, dimensions)
    lake = await connect(database, store, dimensions)
    found = lake.con.sql("SELECT customer_id FROM customer_event WHERE stream = 'tracked'")
    assert found.fetchall() == [(str(customer_id),)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_parquet('https://files.example/x.parquet')",
        "SELECT * FROM read_text('{lake}/manifest.json')",
        "SELECT no_such_column FROM event",
    ],
)
async def test_nothing_but_the_lake_is_read(lake: Backend, store: FolderStore, sql: str) -> None:
    with pytest.raises(QueryInvalid):
        ask(lake, sql.format(lake=store.folder)).read_all()


@pytest.mark.parametrize(
    "sql",
    [
        "COPY event TO '/tmp/events.csv'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SELECT 1; SELECT 2",
        "DROP VIEW event",
        "",
    ],
)
async def test_nothing_but_one_select_is_run(lake: Backend, sql: str) -> None:
    with pytest.raises(QueryNotReading):
        ask(lake, sql)


async def test_the_lock_cannot_be_opened_from_inside(lake: Backend, tmp_path: Path) -> None:
    with pytest.raises(duckdb.Error):
        lake.raw_sql("SET enable_external_access = true")
    with pytest.raises(duckdb.Error):
        lake.raw_sql(f"COPY event TO '{tmp_path}/events.csv'")


async def test_what_does_not_fit_into_memory_is_spilled(
    database: Database, store: FolderStore, dimensions: Sequence[Dimension]
) -> None:
    lake = await connect(database, store, dimensions, memory="25MB")
    sorted_rows = "SELECT i, row_number() OVER (ORDER BY hash(i)) AS place FROM range(1000000) AS r(i)"
    found = lake.con.sql(f"SELECT count(*) FROM ({sorted_rows}) WHERE place % 2 = 0")
    assert found.fetchall() == [(500_000,)]


class Owner:
    """Somebody who spills."""


def test_what_is_spilled_nobody_else_reads_and_it_goes_with_whoever_spilled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    of_a_killed_process = tmp_path / f"damso-lake-{2**22 + 1}-x"
    of_a_killed_process.mkdir()
    owner = Owner()
    folder = spill_folder(owner)
    assert list(tmp_path.iterdir()) == [folder]
    assert folder.stat().st_mode & 0o077 == 0
    del owner
    assert list(tmp_path.iterdir()) == []
