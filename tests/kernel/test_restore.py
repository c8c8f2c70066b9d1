"""Backups brought back: whole, into an empty place, or not at all."""

import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from damso.kernel.backup_folder import BackupRun, open_existing
from damso.kernel.backup_manifest import BackupDamaged
from damso.kernel.postgres import EmbeddedPostgres
from damso.kernel.restore import MARK, RestoreFailed, RestorePlaceTaken, RestoreUnfinished, require_whole
from tests.kernel.backups import KEY, LETTER, RECOVERY, Place
from tests.processes import PythonChild

CHILD = "tests.kernel.restore_child"


async def test_everything_comes_back_in_an_empty_place(backups: Path, shop: Place, empty: Place) -> None:
    await empty.restore(backups)
    assert await empty.names() == ["Noah Example", "김하늘"]
    assert empty.blobs() == shop.blobs() == {next(iter(shop.blobs())): LETTER}
    assert empty.files.key.read_bytes() == KEY
    assert empty.files.key.stat().st_mode & 0o777 == 0o600
    require_whole(empty.files.erasures.parent)


async def test_restored_database_goes_on_where_it_stopped(backups: Path, empty: Place) -> None:
    await empty.restore(backups)
    await empty.execute("INSERT INTO customer (name) VALUES ('이서준')")
    with pytest.raises(asyncpg.UniqueViolationError):
        await empty.execute("INSERT INTO customer (name) VALUES ('김하늘')")
    assert len(await empty.names()) == 3


async def test_backup_of_one_server_is_restored_into_another(backups: Path, tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path / "fresh", durable=False) as server:
        place = Place(server.dsn, tmp_path / "fresh")
        await place.restore(backups)
        assert await place.names() == ["Noah Example", "김하늘"]


async def test_whole_schema_comes_back(dsn: str, empty: Place, tmp_path: Path) -> None:
    today = Place(dsn, tmp_path / "today")
    await today.backup(tmp_path / "backups")
    await empty.restore(tmp_path / "backups")
    assert await empty.tables() == await today.tables() > 5


async def test_restore_over_a_database_with_tables_is_refused(backups: Path, empty: Place) -> None:
    await empty.execute("CREATE TABLE customer (name text)")
    with pytest.raises(RestorePlaceTaken):
        await empty.restore(backups)
    assert await empty.names() == []
    assert not empty.files.blobs.exists()


async def test_restore_over_blobs_is_refused(backups: Path, empty: Place) -> None:
    mine = empty.put_blob(b"mine")
    with pytest.raises(RestorePlaceTaken) as refusal:
        await empty.restore(backups)
    assert refusal.value.fields == {"place": empty.files.blobs}
    assert mine.exists()
    assert await empty.tables() == 0


async def test_restore_over_a_key_is_refused(backups: Path, empty: Place) -> None:
    empty.files.key.parent.mkdir()
    empty.files.key.write_bytes(b"another key")
    with pytest.raises(RestorePlaceTaken):
        await empty.restore(backups)
    assert empty.files.key.read_bytes() == b"another key"


async def test_damage_is_found_before_anything_is_written(backups: Path, empty: Place) -> None:
    (blob,) = (backups / "blobs").glob("*/*")
    blob.write_bytes(blob.read_bytes()[:-1])
    with pytest.raises(BackupDamaged):
        await empty.restore(backups)
    assert await empty.tables() == 0
    assert not empty.files.blobs.parent.exists()


class _Unloadable(BackupRun):
    """Sound in itself, and made of a database that this server cannot hold."""

    def dump(self) -> Iterator[bytes]:
        return iter([b"PGDMP of another world"])


async def test_dump_that_cannot_be_loaded_leaves_the_place_empty(backups: Path, empty: Place) -> None:
    folder = open_existing(backups, RECOVERY)
    with pytest.raises(RestoreFailed):
        await empty.restore(_Unloadable(folder, folder.runs()[0]))
    assert await empty.tables() == 0
    assert not empty.files.blobs.exists()
    assert not empty.files.key.exists()
    require_whole(empty.files.erasures.parent)


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["files", "database"])
async def test_restore_that_is_killed_is_begun_again(backups: Path, empty: Place, moment: str) -> None:
    with PythonChild(CHILD, backups, empty.dsn, empty.files.erasures.parent, moment) as child:
        assert child.tells() == moment
        child.send(signal.SIGKILL)
        child.wait()
    with pytest.raises(RestoreUnfinished):
        require_whole(empty.files.erasures.parent)
    await empty.restore(backups)
    assert await empty.names() == ["Noah Example", "김하늘"]
    assert list(empty.blobs().values()) == [LETTER]
    require_whole(empty.files.erasures.parent)


class _Noting(BackupRun):
    """Remembers how the place was marked while the database came."""

    mark = b""

    def watch(self, place: Place) -> None:
        self._file = place.files.erasures.with_name(MARK)

    def dump(self) -> Iterator[bytes]:
        self.mark = self._file.read_bytes()
        yield from super().dump()


@pytest.fixture
async def killed_at_the_end(backups: Path, empty: Place) -> Place:
    """Its database is there, and whoever restored it was killed before the mark was gone."""
    folder = open_existing(backups, RECOVERY)
    run = _Noting(folder, folder.runs()[0])
    run.watch(empty)
    await empty.restore(run)
    empty.files.erasures.with_name(MARK).write_bytes(run.mark)
    return empty


async def test_restore_that_had_all_but_ended_is_ended(backups: Path, killed_at_the_end: Place) -> None:
    await killed_at_the_end.restore(backups)
    assert await killed_at_the_end.names() == ["Noah Example", "김하늘"]
    assert list(killed_at_the_end.blobs().values()) == [LETTER]
    require_whole(killed_at_the_end.files.erasures.parent)


async def test_another_backup_is_not_taken_for_the_one_that_is_there(
    shop: Place, backups: Path, killed_at_the_end: Place
) -> None:
    shop.clock.advance(timedelta(days=1))
    other = await shop.backup(backups)
    folder = open_existing(backups, RECOVERY)
    with pytest.raises(RestorePlaceTaken):
        await killed_at_the_end.restore(folder.run(other.run))
    with pytest.raises(RestoreUnfinished):
        require_whole(killed_at_the_end.files.erasures.parent)
