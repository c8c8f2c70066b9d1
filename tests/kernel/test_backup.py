"""Backups, made of a running server into one folder again and again."""

import asyncio
import hashlib
import os
import re
from datetime import timedelta
from pathlib import Path

import pytest

from damso.kernel.backup import BackupFailed
from damso.kernel.backup_folder import (
    BackupFolderTaken,
    BackupKeyWrong,
    BackupRunMissing,
    BackupRunning,
    create_or_open,
    open_existing,
)
from damso.kernel.backup_key import BackupKeyInvalid, new_backup_key, parse_backup_key
from damso.kernel.backup_manifest import BackupDamaged, BackupUnreadable
from damso.kernel.backup_verify import verify_all
from damso.kernel.blobs import DiskBlobs
from damso.kernel.postgres_client import split_password
from tests.clock import ManualClock
from tests.kernel.backups import KEY, LETTER, RECOVERY, Place

EVERY = timedelta(hours=24)


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


async def test_second_backup_copies_only_what_is_new(shop: Place, backups: Path, clock: ManualClock) -> None:
    before = files_in(backups)
    clock.advance(EVERY)
    shop.put_blob(b"a second letter")
    done = await shop.backup(backups)
    assert (done.new_blobs, done.manifest.blobs) == (1, 2)
    fresh = {name for name in files_in(backups) - before if name.startswith("blobs/")}
    assert len(fresh) == 1


async def test_each_run_is_restored_as_it_was(shop: Place, backups: Path, empty: Place, clock: ManualClock) -> None:
    first = open_existing(backups, RECOVERY).runs()[0]
    clock.advance(EVERY)
    shop.put_blob(b"a second letter")
    await shop.execute("INSERT INTO customer (name) VALUES ('이서준')")
    await shop.backup(backups)
    await empty.restore(backups, first)
    assert await empty.names() == ["Noah Example", "김하늘"]
    assert list(empty.blobs().values()) == [LETTER]


async def test_old_runs_go_with_the_blobs_that_only_they_needed(
    shop: Place, backups: Path, empty: Place, clock: ManualClock
) -> None:
    expired = shop.put_blob(b"kept for a while")
    for _ in range(2):
        clock.advance(EVERY)
        await shop.backup(backups)
    expired.unlink()
    for _ in range(2):
        clock.advance(EVERY)
        done = await shop.backup(backups, keep=2)
    assert (len(done.removed_runs), done.removed_blobs) == (1, 1)
    assert len(open_existing(backups, RECOVERY).runs()) == 2
    assert len([name for name in files_in(backups) if name.startswith("blobs/")]) == 1
    await empty.restore(backups)
    assert list(empty.blobs().values()) == [LETTER]


async def test_what_is_said_during_a_backup_has_its_attachments(shop: Place, empty: Place, tmp_path: Path) -> None:
    await shop.execute("CREATE TABLE attachment (ref text)")
    blobs, enough = DiskBlobs(shop.files.blobs), asyncio.Event()

    async def write() -> None:
        while not enough.is_set():
            await shop.execute("INSERT INTO attachment VALUES ($1)", await blobs.put(os.urandom(2000)))

    writing = asyncio.create_task(write())
    for _ in range(3):
        await shop.backup(tmp_path / "busy")
        shop.clock.advance(EVERY)
    enough.set()
    await writing

    await empty.restore(tmp_path / "busy")
    named = set(await empty.values("SELECT ref FROM attachment"))
    there = {name.replace("/", "") for name in empty.blobs()}
    assert len(named) > 10
    assert named <= there


async def test_backup_shows_one_moment_while_writing_goes_on(shop: Place, empty: Place, tmp_path: Path) -> None:
    await shop.execute("CREATE TABLE pair (a int, b int)")

    async def write() -> None:
        for number in range(100):
            await shop.execute(f"BEGIN; INSERT INTO pair VALUES ({number}, 0); UPDATE pair SET b = {number}; COMMIT")

    await asyncio.gather(write(), shop.backup(tmp_path / "busy"))
    await empty.restore(tmp_path / "busy")
    torn = await empty.values("SELECT count(*) FROM pair WHERE b <> (SELECT max(a) FROM pair)")
    assert torn == [0]


async def test_nothing_in_the_folder_can_be_read_without_the_key(shop: Place, backups: Path) -> None:
    stored = b"".join((backups / name).read_bytes() for name in files_in(backups))
    told = ("김하늘".encode(), b"Noah Example", LETTER, KEY, b"PGDMP", hashlib.sha256(LETTER).hexdigest().encode())
    assert [secret for secret in told if secret in stored] == []
    assert hashlib.sha256(LETTER).hexdigest() not in " ".join(files_in(backups)).replace("/", "")


def test_folder_is_for_nobody_else_to_look_into(backups: Path) -> None:
    assert backups.stat().st_mode & 0o777 == 0o700
    sealed = [backups / name for name in files_in(backups) if name.startswith(("blobs/", "runs/", "erasures"))]
    assert {path.stat().st_mode & 0o777 for path in sealed} == {0o600}


async def test_sound_backups_are_proven_so(backups: Path) -> None:
    (run,) = await verify_all(open_existing(backups, RECOVERY))
    assert (run.manifest.damso, run.manifest.blobs, run.manifest.has_key) == ("0.2.0", 1, True)
    assert run.manifest.postgres.startswith("18")


@pytest.mark.parametrize("which", ["database.dump", "secret.key", "blobs", "manifest.json"])
@pytest.mark.parametrize("harm", ["changed", "cut", "gone"])
async def test_harm_to_any_file_of_a_run_is_found(backups: Path, which: str, harm: str) -> None:
    (path,) = (backups / "runs").glob(f"*/{which}")
    do_harm(path, harm)
    with pytest.raises(BackupDamaged) as found:
        await verify_all(open_existing(backups, RECOVERY))
    assert str(found.value.fields["entry"]).endswith(f"/{which}")


@pytest.mark.parametrize("harm", ["changed", "cut", "gone"])
async def test_harm_to_a_blob_is_found(backups: Path, harm: str) -> None:
    (path,) = (backups / "blobs").glob("*/*")
    do_harm(path, harm)
    with pytest.raises(BackupDamaged) as found:
        await verify_all(open_existing(backups, RECOVERY))
    assert str(found.value.fields["entry"]).startswith("blobs/")


def do_harm(path: Path, harm: str) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    {"changed": lambda: path.write_bytes(content), "cut": lambda: os.truncate(path, 60), "gone": path.unlink}[harm]()


async def test_blob_put_in_anothers_place_is_found(shop: Place, tmp_path: Path) -> None:
    shop.put_blob(b"a second letter")
    await shop.backup(tmp_path / "two")
    one, other = (tmp_path / "two" / "blobs").glob("*/*")
    one.write_bytes(other.read_bytes())
    with pytest.raises(BackupDamaged):
        await verify_all(open_existing(tmp_path / "two", RECOVERY))


async def test_another_key_is_told_from_damage(shop: Place, backups: Path) -> None:
    with pytest.raises(BackupKeyWrong):
        open_existing(backups, new_backup_key())
    with pytest.raises(BackupKeyWrong):
        await shop.backup(backups, key=new_backup_key())


async def test_backup_of_a_newer_format_is_refused(backups: Path) -> None:
    header = backups / "damso-backup.json"
    header.write_text(re.sub(r'"format":\s*\d+', '"format": 99', header.read_text()))
    with pytest.raises(BackupUnreadable):
        open_existing(backups, RECOVERY)


async def test_run_that_there_is_not_is_told_with_those_there_are(backups: Path) -> None:
    folder = open_existing(backups, RECOVERY)
    with pytest.raises(BackupRunMissing) as told:
        folder.run("2020-01-01T000000.000Z")
    assert folder.runs()[0] in told.value.say("ko")


async def test_folder_with_other_things_is_left_alone(shop: Place, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "1.jpg").write_bytes(b"a picture")
    with pytest.raises(BackupFolderTaken):
        await shop.backup(tmp_path / "photos")
    assert files_in(tmp_path / "photos") == {"1.jpg"}


async def test_two_backups_at_once_are_refused(shop: Place, backups: Path) -> None:
    with create_or_open(backups, RECOVERY).locked(), pytest.raises(BackupRunning):
        await shop.backup(backups)


async def test_what_a_killed_backup_left_is_cleared_away(shop: Place, backups: Path, clock: ManualClock) -> None:
    (backups / "runs" / "2020-01-01T000000.000Z.part").mkdir()
    (backups / "blobs" / "ab").mkdir(exist_ok=True)
    (backups / "blobs" / "ab" / "half.part").write_bytes(b"half")
    (backups / "blobs" / "ab" / "not-durable").write_bytes(b"")
    assert len(open_existing(backups, RECOVERY).runs()) == 1
    clock.advance(EVERY)
    await shop.backup(backups)
    assert not [name for name in files_in(backups) if ".part" in name or "not-durable" in name]
    assert not list((backups / "runs").glob("*.part"))


async def test_blob_that_is_still_being_written_is_left_out(shop: Place, tmp_path: Path) -> None:
    (shop.files.blobs / "ab").mkdir(exist_ok=True)
    (shop.files.blobs / "ab" / "tmpx.part").write_bytes(b"half a pict")
    assert (await shop.backup(tmp_path / "backups")).manifest.blobs == 1


async def test_backup_of_a_database_that_cannot_be_reached_fails_and_is_none(tmp_path: Path) -> None:
    nowhere = Place(f"postgresql://damso@/damso?host={tmp_path}", tmp_path / "nowhere")
    with pytest.raises(BackupFailed) as failure:
        await nowhere.backup(tmp_path / "backups")
    assert "No such file" in str(failure.value.fields["detail"])
    assert open_existing(tmp_path / "backups", RECOVERY).runs() == []


def test_recovery_key_survives_being_written_down_and_typed() -> None:
    key = new_backup_key()
    assert re.fullmatch(r"([A-Z2-7]{4}-){13}[A-Z2-7]{4}", key.text)
    typed = key.text.lower().replace("-", " ").replace("o", "0")
    assert parse_backup_key(typed).text == key.text


@pytest.mark.parametrize("wrong", ["", "ABCD-EFGH", "!!!!"])
def test_key_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(BackupKeyInvalid):
        parse_backup_key(wrong)


def test_slip_of_the_pen_is_noticed() -> None:
    text = new_backup_key().text
    slipped = ("A" if text[0] != "A" else "B") + text[1:]
    with pytest.raises(BackupKeyInvalid):
        parse_backup_key(slipped)


def test_password_never_stands_on_a_command_line() -> None:
    assert split_password("postgresql://damso:p%40ss@db.example:5432/damso?sslmode=require") == (
        "postgresql://damso@db.example:5432/damso?sslmode=require",
        "p@ss",
    )
    assert split_password("postgresql://damso@/damso?host=/tmp/x") == ("postgresql://damso@/damso?host=/tmp/x", "")
