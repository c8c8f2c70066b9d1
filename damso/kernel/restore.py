"""Bring a backup back, into an empty place only."""

import asyncio
import shutil
import time
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TypeVar

import asyncpg

from damso.kernel.archive import BLOBS, DUMP, KEY, ArchiveReader, Entry, Manifest
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.postgres_client import ProgramFailed, run_client
from damso.kernel.progress import Say, say_nothing

T = TypeVar("T")

SAY_EVERY_SECONDS = 3.0
VERIFYING = Text("백업 파일을 확인하고 있어요({done}/{total}).", "Checking the backup ({done} of {total}).")
RESTORING_BLOBS = Text("파일을 복원하고 있어요({done}/{total}).", "Restoring files ({done} of {total}).")
RESTORING_DATABASE = Text("데이터베이스를 복원하고 있어요.", "Restoring the database.")


class RestorePlaceTaken(AppError):
    code = "RESTORE_PLACE_TAKEN"
    text = Text(
        "{place}에 이미 내용이 있어서 복원하지 않았어요. 빈 곳을 지정해 주세요.",
        "{place} is not empty, so nothing was restored. Choose an empty place.",
    )


class RestoreFailed(AppError):
    code = "RESTORE_FAILED"
    status = 503
    text = Text(
        "데이터베이스를 복원하지 못해서 처음 상태로 되돌렸어요.\n{detail}",
        "The database could not be restored and is as empty as before.\n{detail}",
    )


async def restore(archive: Path, dsn: str, blobs_dir: Path, key_file: Path, *, say: Say = say_nothing) -> Manifest:
    """Fill an empty database and an empty folder from a backup, all of it checked before anything is written. The key
    comes back if the backup has it. Raises `BackupUnreadable`, `BackupDamaged`, `RestorePlaceTaken`, `RestoreFailed`;
    then the place is as empty as before."""
    reader = await asyncio.to_thread(ArchiveReader, archive)
    try:
        _require_no_files(blobs_dir, key_file if reader.manifest.has_key else None)
        await _require_empty_database(dsn)
        await _each(reader.verify(), len(reader.manifest.entries), VERIFYING, say)
        staging = blobs_dir.with_name(f".{blobs_dir.name}.restoring")
        shutil.rmtree(staging, ignore_errors=True)
        try:
            await _each(_extract(reader, staging), len(reader.manifest.entries), RESTORING_BLOBS, say)
            say(RESTORING_DATABASE)
            await _load(dsn, staging / DUMP)
            _put_in_place(staging, blobs_dir, key_file)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    finally:
        reader.close()
    return reader.manifest


def _require_no_files(blobs_dir: Path, key_file: Path | None) -> None:
    if blobs_dir.exists() and any(blobs_dir.iterdir()):
        raise RestorePlaceTaken(place=blobs_dir)
    if key_file and key_file.exists():
        raise RestorePlaceTaken(place=key_file)


async def _require_empty_database(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        name = await connection.fetchval(
            "SELECT current_database() FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%' LIMIT 1"
        )
    finally:
        await connection.close()
    if name:
        raise RestorePlaceTaken(place=name)


async def _each(steps: Iterator[Entry], total: int, text: Text, say: Say) -> None:
    """Take blocking steps one by one beside the event loop."""
    said, done = time.monotonic(), 0
    while await asyncio.to_thread(next, steps, None):
        done += 1
        if time.monotonic() - said > SAY_EVERY_SECONDS:
            said = time.monotonic()
            say(text, done=done, total=total)


def _extract(reader: ArchiveReader, folder: Path) -> Iterator[Entry]:
    folder.mkdir(mode=0o700, parents=True)
    for entry in reader.manifest.entries:
        reader.extract(entry, folder / PurePosixPath(entry.name))
        yield entry


async def _load(dsn: str, dump: Path) -> None:
    try:
        # One transaction: what fails leaves an empty database, which can be restored into again.
        await run_client(
            *("pg_restore", dsn, "--single-transaction", "--exit-on-error", "--no-owner", "--no-acl", str(dump))
        )
    except ProgramFailed as error:
        raise RestoreFailed(detail=str(error)) from error


def _put_in_place(staging: Path, blobs_dir: Path, key_file: Path) -> None:
    if (staging / KEY).exists():
        key_file.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(staging / KEY, key_file)
    if (staging / BLOBS).exists():
        if blobs_dir.exists():
            blobs_dir.rmdir()
        (staging / BLOBS).rename(blobs_dir)
