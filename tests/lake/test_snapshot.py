"""Snapshots of tables: new where something changed, the same file where nothing did."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from damso.customers.dimensions import COMPANY
from damso.kernel.database import Database
from damso.kernel.dimensions import Dimension
from damso.kernel.ids import new_id
from damso.lake.connect import connect
from damso.lake.keep import keep
from damso.lake.manifest import read_manifest
from damso.lake.store import FolderStore
from damso.lake.types import RENEW
from tests.clock import ManualClock


async def _company(database: Database, name: str) -> UUID:
    company_id = new_id()
    async with database.transaction() as tx:
        sql = "INSERT INTO company (id, name, created_at, traits) VALUES ($1, $2, $3, $4)"
        await tx.execute(sql, company_id, name, tx.now, {"size": 3})
    return company_id


async def test_a_row_is_as_it_is_in_the_table(
    database: Database, store: FolderStore, dimensions: Sequence[Dimension]
) -> None:
    company_id = await _company(database, '쉼표, "따옴표"\n줄')
    await keep(database, store, dimensions)
    lake = await connect(database, store, dimensions)
    found = lake.con.sql("SELECT id, name, traits->>'size', created_at = ? FROM company", params=[database.clock.now()])
    assert found.fetchall() == [(str(company_id), '쉼표, "따옴표"\n줄', "3", True)]


async def test_what_has_not_changed_is_not_written_again(
    database: Database, store: FolderStore, dimensions: Sequence[Dimension], clock: ManualClock
) -> None:
    await _company(database, "한빛상사")
    await keep(database, store, dimensions)
    before = read_manifest(store).dimensions["company"].files
    clock.advance(RENEW)
    assert (await keep(database, store, dimensions)).files == 0
    assert read_manifest(store).dimensions["company"].files == before
    await _company(database, "두루미")
    clock.advance(RENEW)
    assert (await keep(database, store, dimensions)).files == 1


async def test_of_a_bucketed_table_only_what_changed_is_written(
    database: Database, store: FolderStore, clock: ManualClock
) -> None:
    by_name = Dimension(
        name="company",
        title=COMPANY.title,
        table="company",
        columns=COMPANY.columns,
        person=None,
        bucket="left(name, 1)",
    )
    await _company(database, "가람")
    await _company(database, "나래")
    await keep(database, store, [by_name])
    await _company(database, "나무")
    clock.advance(RENEW + timedelta(seconds=1))
    assert (await keep(database, store, [by_name])).files == 1
    assert [(file.bucket, file.rows) for file in read_manifest(store).dimensions["company"].files] == [
        ("가", 1),
        ("나", 2),
    ]
