"""Keeping the lake: what the log holds, the lake holds, once."""

from collections.abc import Sequence
from datetime import timedelta

from damso.kernel.database import Database
from damso.kernel.dimensions import Dimension
from damso.lake.compact import FEW
from damso.lake.connect import connect
from damso.lake.keep import keep, writing
from damso.lake.manifest import read_manifest
from damso.lake.rebuild import rebuild_all
from damso.lake.store import FolderStore
from damso.lake.types import GRACE
from tests.clock import ManualClock
from tests.lake.conftest import DAY, Write, in_lake, logged


async def test_every_fact_is_in_the_lake_as_it_is_in_the_log(
    database: Database, store: FolderStore, dimensions: Sequence[Dimension], write: Write
):
    await write(3)
    await write(2, stream="care", name="message.received")
    await keep(database, store, dimensions)
    assert await in_lake(database, store) == await logged(database)


async def test_a_text_comes_through_as_it_was(
    database: Database, store: FolderStore, dimensions: Sequence[Dimension], write: Write
):
    said = 'a "quoted"\n\r\n한글, 쉼표 \\N \\. ""'
    await write(properties={"said": said, "empty": ""})
    await keep(database, store, dimensions)
    lake = await connect(database, store, ())
    found = lake.con.sql("SELECT properties->>'said', properties->>'empty' FROM event").fetchall()
    assert found == [(said, "")]


async def test_what_is_not_yet_in_the_lake_is_seen_with_its_tail(
    database: Database, store: FolderStore, dimensions: Sequence[Dimension], write: Write
):
    await write(3)
    await keep(database, store, dimensions)
    await write(4)
    assert len(await in_lake(database, store)) == 3
    assert await in_lake(database, store, tail=True) == await logged(database)


async def test_each_day_lies_in_a_folder_of_its_own(
    database: Database, store: FolderStore, dimensions: Sequence[Dimension], write: Write, clock: ManualClock
):
    await write(3)
    clock.advance(DAY)
    await write(2)
    await keep(database, store, dimensions)
    files = read_manifest(store).streams["tracked"].files
    assert [(file.rows, f"day={file.day}" in file.path) for file in files] == [(3, True), (2, True)]


async def test_small_files_of_a_day_become_one(
    database: Database, store: FolderStore, dimensions: Sequence[Dimension], write: Write
):
    for _ in range(FEW):
        await write(2)
        await keep(database, store, dimensions)
    assert [file.rows for file in read_manifest(store).streams["tracked"].files] == [2 * FEW]
    assert await in_lake(database, store) == await logged(database)


async def test_a_day_that_is_over_becomes_one_file_and_the_old_ones_go_after_a_while(
    database: Database, store: FolderStore, dimensions: Sequence[Dimension], write: Write, clock: ManualClock
):
    for _ in range(3):
        await write(2)
        await keep(database, store, dimensions)
    clock.advance(DAY)
    await keep(database, store, dimensions)
    assert [file.rows for file in read_manifest(store).streams["tracked"].files] == [6]
    clock.advance(GRACE + timedelta(seconds=1))
    await keep(database, store, dimensions)
    manifest = read_manifest(store)
    assert {path for path in store.paths() if path.startswith("events/")} == {
        file.path for file in manifest.streams["tracked"].files
    }
    assert await in_lake(database, store) == await logged(database)


async def test_a_lake_that_lost_its_way_is_made_anew(
    database: Database, store: FolderStore, dimensions: Sequence[Dimension], write: Write
):
    await write(5)
    await keep(database, store, dimensions)
    store.delete(read_manifest(store).streams["tracked"].files[0].path)
    async with writing(database, store) as book:
        await rebuild_all(database, book)
    assert await in_lake(database, store) == await logged(database)


async def test_facts_that_a_restore_lost_are_lost_in_the_lake(
    database: Database, store: FolderStore, dimensions: Sequence[Dimension], write: Write
):
    await write(5)
    await keep(database, store, dimensions)
    async with database.transaction() as tx:
        await tx.execute("DELETE FROM tracked_event WHERE subject_id = '3'")
        await tx.execute("INSERT INTO log_epoch SELECT epoch + 1, 'another', now() FROM log_epoch")
    await write(2)
    await keep(database, store, dimensions)
    assert await in_lake(database, store) == await logged(database)
