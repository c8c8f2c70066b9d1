"""Snapshots of tables: new where something changed, the same file where nothing did."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from damso.commerce.catalogue import NewPlace, NewProduct, NewStock, put_places, put_products, put_stock
from damso.customers.consent.record import record
from damso.customers.consent.types import Said
from damso.customers.dimensions import COMPANY
from damso.kernel.database import Database
from damso.kernel.dimensions import Dimension
from damso.kernel.ids import new_id
from damso.kernel.log import SYSTEM
from damso.lake.connect import connect
from damso.lake.keep import keep
from damso.lake.manifest import read_manifest
from damso.lake.store import FolderStore
from damso.lake.types import RENEW
from tests.clock import ManualClock
from tests.customers.people import email, seen


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


async def test_consents_and_the_catalogue_are_there(
    database: Database, store: FolderStore, dimensions: Sequence[Dimension]
) -> None:
    async with database.transaction() as tx:
        mina = (await seen(tx, email())).identity_id
        words = [
            Said(identity_id=mina, purpose="marketing", channel="all", given=yes, method="phone")
            for yes in (True, False)
        ]
        await record(tx, {}, words, actor=SYSTEM)
        await put_products(tx, [NewProduct(sku="MUG", name="달빛 머그컵", price="12,000", currency="KRW", version=1)])
        await put_places(tx, [NewPlace(key="s", name="서촌점", kind="shop")])
        await put_stock(tx, [NewStock(sku="MUG", place="s", quantity=3, version=1)])
    await keep(database, store, dimensions)
    lake = await connect(database, store, dimensions)
    said = "SELECT identity_id, purpose, channel, given FROM consent ORDER BY id"
    held = """SELECT p.sku, p.price, p.sold, l.name, s.quantity FROM stock s JOIN product p ON p.id = s.product_id
        JOIN place l ON l.id = s.place_id"""
    assert lake.con.sql(said).fetchall() == [(mina, "marketing", "all", True), (mina, "marketing", "all", False)]
    assert lake.con.sql(held).fetchall() == [("MUG", 12000, True, "서촌점", 3)]


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
