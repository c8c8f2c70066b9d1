"""Backups in one file, as Damso 0.1 wrote them, can be restored for ever."""

import hashlib
import io
import json
import os
import tarfile
from pathlib import Path

import pytest

from damso.kernel.archive import Archive
from damso.kernel.backup_folder import open_existing
from damso.kernel.backup_manifest import BackupDamaged, BackupUnreadable
from tests.kernel.backups import KEY, LETTER, RECOVERY, Place

LETTERS_REF = hashlib.sha256(LETTER).hexdigest()
LETTERS_PLACE = f"blobs/{LETTERS_REF[:2]}/{LETTERS_REF[2:]}"


def write_archive(target: Path, files: dict[str, bytes], **changed: object) -> Path:
    """As 0.1 did; `changed` are fields of the manifest that shall lie."""
    entries = [
        {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()
    ]
    manifest = {"format": 1, "damso": "0.1.0", "postgres": "18.1", "created_at": "2026-11-01T03:00:00Z"}
    content = json.dumps(manifest | {"entries": entries} | changed).encode()
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as tar:
        for name, data in (files | {"manifest.json": content}).items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return target


@pytest.fixture
def dump(backups: Path) -> bytes:
    return b"".join(open_existing(backups, RECOVERY).run().dump())


async def test_everything_comes_back(dump: bytes, empty: Place, tmp_path: Path) -> None:
    old = write_archive(tmp_path / "old.tar", {"database.dump": dump, LETTERS_PLACE: LETTER, "secret.key": KEY})
    manifest = await empty.restore(Archive(old))
    assert manifest.damso == "0.1.0"
    assert await empty.names() == ["Noah Example", "김하늘"]
    assert list(empty.blobs().values()) == [LETTER]
    assert empty.files.key.read_bytes() == KEY


async def test_key_stays_away_where_it_was_left_out(dump: bytes, empty: Place, tmp_path: Path) -> None:
    await empty.restore(Archive(write_archive(tmp_path / "old.tar", {"database.dump": dump})))
    assert not empty.files.key.exists()


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ({"database.dump": b"x", "../escaped": b"out"}, "../escaped"),
        ({"letter": b"no database"}, "database.dump"),
    ],
)
async def test_what_must_not_be_is_refused(files: dict[str, bytes], named: str, empty: Place, tmp_path: Path) -> None:
    with pytest.raises(BackupDamaged) as refusal:
        await empty.restore(Archive(write_archive(tmp_path / "old.tar", files)))
    assert refusal.value.fields == {"entry": named}
    assert await empty.tables() == 0


async def test_file_that_the_manifest_does_not_name_is_refused(empty: Place, tmp_path: Path) -> None:
    smuggling = write_archive(tmp_path / "old.tar", {"database.dump": b"x", "smuggled": b"in"}, entries=[])
    with pytest.raises(BackupDamaged):
        await empty.restore(Archive(smuggling))


def test_file_that_was_cut_short_is_refused(tmp_path: Path) -> None:
    old = write_archive(tmp_path / "old.tar", {"database.dump": bytes(5000)})
    os.truncate(old, 3000)
    with pytest.raises(BackupUnreadable):
        Archive(old)


def test_file_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear customer")
    with pytest.raises(BackupUnreadable):
        Archive(tmp_path / "letter.txt")


def test_backup_of_a_newer_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackupUnreadable):
        Archive(write_archive(tmp_path / "new.tar", {}, format=3))
