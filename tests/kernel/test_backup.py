"""Backups, made of a running server and brought back into another one."""

import asyncio
import hashlib
import io
import json
import os
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from damso.kernel.archive import BackupDamaged, BackupUnreadable, Manifest
from damso.kernel.backup import BackupExists, BackupFailed, backup
from damso.kernel.clock import SystemClock
from damso.kernel.postgres import EmbeddedPostgres
from damso.kernel.postgres_client import split_password
from damso.kernel.restore import RestoreFailed, RestorePlaceTaken, restore
from tests.databases import fresh_database

LETTER = "안녕하세요, 주문한 상품이 아직 안 왔어요.".encode()
KEY = b"a key of thirty-two random bytes"


class Place:
    """A database, its blobs and its key, as a data folder holds them."""

    def __init__(self, dsn: str, folder: Path) -> None:
        self.dsn = dsn
        self.blobs = folder / "blobs"
        self.key = folder / "secret.key"

    async def backup(self, target: Path, *, include_key: bool = False) -> Manifest:
        return await backup(
            *(self.dsn, self.blobs, self.key, target), version="0.1.0", clock=SystemClock(), include_key=include_key
        )

    async def restore(self, archive: Path) -> Manifest:
        return await restore(archive, self.dsn, self.blobs, self.key)

    def put_blob(self, data: bytes) -> Path:
        ref = hashlib.sha256(data).hexdigest()
        path = self.blobs / ref[:2] / ref[2:]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    async def execute(self, sql: str) -> None:
        connection = await asyncpg.connect(self.dsn)
        await connection.execute(sql)
        await connection.close()

    async def names(self) -> list[str]:
        connection = await asyncpg.connect(self.dsn)
        rows = await connection.fetch("SELECT name FROM customer ORDER BY name")
        await connection.close()
        return [row["name"] for row in rows]

    async def tables(self) -> int:
        connection = await asyncpg.connect(self.dsn)
        count = await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        await connection.close()
        return int(count)

    def files(self) -> dict[str, bytes]:
        found = (path for path in self.blobs.rglob("*") if path.is_file())
        return {path.relative_to(self.blobs).as_posix(): path.read_bytes() for path in found}


@pytest.fixture
async def bare(postgres_server: str, tmp_path: Path) -> AsyncIterator[Place]:
    """A place with nothing at all in it."""
    async with fresh_database(postgres_server, "template1") as address:
        yield Place(address, tmp_path / "bare")


@pytest.fixture
async def shop(postgres_server: str, tmp_path: Path) -> AsyncIterator[Place]:
    """A place with two customers, a letter and a key."""
    async with fresh_database(postgres_server, "template1") as address:
        place = Place(address, tmp_path / "shop")
        await furnish(place)
        yield place


async def furnish(place: Place) -> None:
    await place.execute("CREATE TABLE customer (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE)")
    await place.execute("INSERT INTO customer (name) VALUES ('김하늘'), ('Noah Example')")
    place.put_blob(LETTER)
    place.key.write_bytes(KEY)


@pytest.fixture
async def empty(postgres_server: str, tmp_path: Path) -> AsyncIterator[Place]:
    """Where backups are restored to."""
    async with fresh_database(postgres_server, "template1") as address:
        yield Place(address, tmp_path / "empty")


@pytest.fixture
async def archive(shop: Place, tmp_path: Path) -> Path:
    await shop.backup(tmp_path / "shop.tar")
    return tmp_path / "shop.tar"


def rewritten(archive: Path, **changed: bytes) -> Path:
    """A copy of an archive with other content under some names; keys are names with `__` for dots."""
    content = {name.replace("__", "."): data for name, data in changed.items()}
    copy = archive.with_name("rewritten.tar")
    with tarfile.open(archive) as old, tarfile.open(copy, "w") as new:
        for member in old.getmembers():
            source = old.extractfile(member)
            assert source is not None
            data = content.pop(member.name, None) or source.read()
            member.size = len(data)
            new.addfile(member, io.BytesIO(data))
        for name, data in content.items():
            extra = tarfile.TarInfo(name)
            extra.size = len(data)
            new.addfile(extra, io.BytesIO(data))
    return copy


def manifest_of(archive: Path) -> dict[str, list[object]]:
    with tarfile.open(archive) as tar:
        file = tar.extractfile("manifest.json")
        assert file is not None
        content: dict[str, list[object]] = json.load(file)
        return content


async def test_everything_comes_back_in_an_empty_place(archive: Path, shop: Place, empty: Place) -> None:
    manifest = await empty.restore(archive)
    assert await empty.names() == ["Noah Example", "김하늘"]
    assert empty.files() == shop.files() == {next(iter(shop.files())): LETTER}
    assert manifest.damso == "0.1.0"
    assert manifest.postgres.startswith("18")


async def test_restored_database_goes_on_where_it_stopped(archive: Path, empty: Place) -> None:
    await empty.restore(archive)
    await empty.execute("INSERT INTO customer (name) VALUES ('이서준')")
    with pytest.raises(asyncpg.UniqueViolationError):
        await empty.execute("INSERT INTO customer (name) VALUES ('김하늘')")
    assert len(await empty.names()) == 3


async def test_backup_of_one_embedded_server_is_restored_into_another(archive: Path, tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path / "fresh", durable=False) as server:
        place = Place(server.dsn, tmp_path / "fresh")
        await place.restore(archive)
        assert await place.names() == ["Noah Example", "김하늘"]


async def test_key_stays_out_unless_asked_for(archive: Path, shop: Place, empty: Place, tmp_path: Path) -> None:
    await empty.restore(archive)
    assert not empty.key.exists()
    with tarfile.open(archive) as tar:
        assert "secret.key" not in tar.getnames()


async def test_key_comes_back_private_if_it_was_asked_for(shop: Place, empty: Place, tmp_path: Path) -> None:
    manifest = await shop.backup(tmp_path / "with-key.tar", include_key=True)
    await empty.restore(tmp_path / "with-key.tar")
    assert manifest.has_key
    assert empty.key.read_bytes() == shop.key.read_bytes()
    assert empty.key.stat().st_mode & 0o777 == 0o600


async def test_whole_schema_comes_back(dsn: str, empty: Place, tmp_path: Path) -> None:
    today = Place(dsn, tmp_path / "today")
    await today.backup(tmp_path / "today.tar")
    await empty.restore(tmp_path / "today.tar")
    assert await empty.tables() == await today.tables() > 5


def test_archive_is_private_and_nothing_else_is_left_beside_it(archive: Path) -> None:
    assert archive.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in archive.parent.iterdir()) == ["shop", "shop.tar"]


async def test_blob_that_is_still_being_written_is_left_out(shop: Place, empty: Place, tmp_path: Path) -> None:
    (shop.blobs / "ab").mkdir(exist_ok=True)
    (shop.blobs / "ab" / "tmpx.part").write_bytes(b"half a pict")
    await shop.backup(tmp_path / "shop.tar")
    await empty.restore(tmp_path / "shop.tar")
    assert list(empty.files().values()) == [LETTER]


async def test_place_without_any_blob_is_backed_up_and_restored(bare: Place, empty: Place, tmp_path: Path) -> None:
    await bare.execute("CREATE TABLE customer (name text)")
    await bare.backup(tmp_path / "bare.tar")
    await empty.restore(tmp_path / "bare.tar")
    assert await empty.names() == []


async def test_existing_file_is_not_overwritten(shop: Place) -> None:
    with pytest.raises(BackupExists):
        await shop.backup(shop.key)
    assert shop.key.read_bytes() == KEY


async def test_backup_of_a_database_that_cannot_be_reached_fails_and_leaves_nothing(tmp_path: Path) -> None:
    nowhere = Place(f"postgresql://damso@/damso?host={tmp_path}", tmp_path)
    with pytest.raises(BackupFailed) as failure:
        await nowhere.backup(tmp_path / "nothing.tar")
    assert "No such file" in str(failure.value.fields["detail"])
    assert os.listdir(tmp_path) == []


async def test_writing_goes_on_during_a_backup_which_shows_one_moment(
    shop: Place, empty: Place, tmp_path: Path
) -> None:
    await shop.execute("CREATE TABLE pair (a int, b int)")

    async def write() -> None:
        for number in range(200):
            await shop.execute(f"BEGIN; INSERT INTO pair VALUES ({number}, 0); UPDATE pair SET b = {number}; COMMIT")

    await asyncio.gather(write(), shop.backup(tmp_path / "busy.tar"))
    await empty.restore(tmp_path / "busy.tar")
    connection = await asyncpg.connect(empty.dsn)
    torn = await connection.fetchval("SELECT count(*) FROM pair WHERE b <> (SELECT max(a) FROM pair)")
    await connection.close()
    assert torn == 0


async def test_restore_over_a_database_with_tables_is_refused(archive: Path, empty: Place) -> None:
    await empty.execute("CREATE TABLE customer (name text)")
    with pytest.raises(RestorePlaceTaken):
        await empty.restore(archive)
    assert await empty.names() == []


async def test_restore_over_blobs_is_refused(archive: Path, empty: Place) -> None:
    mine = empty.put_blob(b"mine")
    with pytest.raises(RestorePlaceTaken) as refusal:
        await empty.restore(archive)
    assert refusal.value.fields == {"place": empty.blobs}
    assert mine.exists()
    assert await empty.tables() == 0


async def test_restore_over_a_key_is_refused(shop: Place, empty: Place, tmp_path: Path) -> None:
    await shop.backup(tmp_path / "with-key.tar", include_key=True)
    empty.key.parent.mkdir()
    empty.key.write_bytes(b"another key")
    with pytest.raises(RestorePlaceTaken):
        await empty.restore(tmp_path / "with-key.tar")
    assert empty.key.read_bytes() == b"another key"


async def test_damaged_dump_is_refused_before_anything_is_written(archive: Path, empty: Place) -> None:
    with pytest.raises(BackupDamaged) as refusal:
        await empty.restore(rewritten(archive, database__dump=b"PGDMP but not really"))
    assert refusal.value.fields == {"entry": "database.dump"}
    assert await empty.tables() == 0
    assert not empty.blobs.exists()


async def test_archive_that_was_cut_short_is_refused(archive: Path, empty: Place) -> None:
    os.truncate(archive, 3000)
    with pytest.raises(BackupUnreadable):
        await empty.restore(archive)


async def test_file_that_the_manifest_does_not_name_is_refused(archive: Path, empty: Place) -> None:
    with pytest.raises(BackupDamaged) as refusal:
        await empty.restore(rewritten(archive, smuggled=b"in"))
    assert refusal.value.fields == {"entry": "smuggled"}


async def test_name_that_leads_out_of_the_place_is_refused(archive: Path, empty: Place) -> None:
    manifest = manifest_of(archive)
    manifest["entries"].append({"name": "../escaped", "size": 3, "sha256": hashlib.sha256(b"out").hexdigest()})
    forged = rewritten(archive, **{"manifest__json": json.dumps(manifest).encode(), "../escaped": b"out"})
    with pytest.raises(BackupDamaged) as refusal:
        await empty.restore(forged)
    assert refusal.value.fields == {"entry": "../escaped"}


async def test_backup_of_a_newer_format_is_refused(archive: Path, empty: Place) -> None:
    newer = json.dumps(manifest_of(archive) | {"format": 2}).encode()
    with pytest.raises(BackupUnreadable):
        await empty.restore(rewritten(archive, manifest__json=newer))


async def test_dump_that_cannot_be_loaded_leaves_the_place_empty(archive: Path, empty: Place) -> None:
    broken = b"PGDMP that its manifest believes in"
    manifest = manifest_of(archive)
    manifest["entries"] = [{"name": "database.dump", "size": len(broken), "sha256": hashlib.sha256(broken).hexdigest()}]
    only_dump = archive.with_name("only-dump.tar")
    with tarfile.open(only_dump, "w") as tar:
        for name, data in (("database.dump", broken), ("manifest.json", json.dumps(manifest).encode())):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    with pytest.raises(RestoreFailed):
        await empty.restore(only_dump)
    assert await empty.tables() == 0
    assert not empty.blobs.exists()


def test_file_that_is_no_archive_at_all_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear customer")
    with pytest.raises(BackupUnreadable):
        asyncio.run(restore(tmp_path / "letter.txt", "", tmp_path / "blobs", tmp_path / "key"))


def test_password_never_stands_on_a_command_line() -> None:
    assert split_password("postgresql://damso:p%40ss@db.example:5432/damso?sslmode=require") == (
        "postgresql://damso@db.example:5432/damso?sslmode=require",
        "p@ss",
    )
    assert split_password("postgresql://damso@/damso?host=/tmp/x") == ("postgresql://damso@/damso?host=/tmp/x", "")
