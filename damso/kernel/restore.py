"""Bring a backup back, into an empty place only.

The order is what makes a restore safe to interrupt. The files come first, the database last and in one transaction:
where it is there, everything is there. Until then a mark, which names the backup, says that the place is not whole; a
second try goes on from it, and no server starts on it.
"""

import asyncio
import hashlib
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

import asyncpg
import msgspec

from damso.kernel.backup import Files
from damso.kernel.backup_folder import private, sync_folder
from damso.kernel.backup_manifest import Manifest
from damso.kernel.erasure_list import Erasure, ErasureList
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.postgres_client import ProgramFailed, beside_the_loop, load_database
from damso.kernel.progress import Say, say_nothing

MARK = "restore.unfinished"
SAY_EVERY_SECONDS = 3.0
VERIFYING = Text("백업을 확인하고 있어요({done}/{total}).", "Checking the backup ({done} of {total}).")
RESTORING_BLOBS = Text("파일을 복원하고 있어요({done}/{total}).", "Restoring files ({done} of {total}).")
RESTORING_DATABASE = Text("데이터베이스를 복원하고 있어요.", "Restoring the database.")


_END_LOADING = """
SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'pg_restore'
"""
_HOLDS_SOMETHING = """
SELECT current_database() FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%' LIMIT 1
"""


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


class RestoreUnfinished(AppError):
    code = "RESTORE_UNFINISHED"
    text = Text(
        "{folder} 폴더로 복원하던 중에 멈췄어요. "
        "`damso restore`를 다시 실행하거나, 폴더를 비우고 처음부터 복원해 주세요.",
        "A restore into {folder} did not come to its end. "
        "Run `damso restore` again, or empty the folder and begin anew.",
    )


class Source(Protocol):
    """A backup to restore from."""

    manifest: Manifest

    @property
    def steps(self) -> int:
        """How many things there are to check."""

    def verify(self) -> Iterator[str]:
        """Read all of it, yielding the name of what is sound. Raises `BackupDamaged` for the first that is not."""

    def dump(self) -> Iterator[bytes]:
        """The database, as `pg_restore` takes it."""

    def key(self) -> bytes | None:
        """The installation's own key, where it is in there."""

    def blobs(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Where each blob stands below the folder of blobs, and its content."""

    def erasures(self) -> list[Erasure]:
        """Who was erased, as far as the backup knows."""

    def close(self) -> None:
        """Let go of its files."""


def require_whole(data: Path) -> None:
    """Before a server starts. Raises `RestoreUnfinished`."""
    if (data / MARK).exists():
        raise RestoreUnfinished(folder=data)


async def restore(
    source: Source, dsn: str, files: Files, *, erasures: Iterable[Erasure] = (), say: Say = say_nothing
) -> Manifest:
    """Fill an empty database and an empty folder from a backup, all of it checked before anything is written; the list
    of erasures becomes everything that the backup, the place and `erasures` know. Whoever calls this migrates the
    database and carries the list out before anything serves. Raises `BackupDamaged`, `RestorePlaceTaken`,
    `RestoreFailed`; then the place is as empty as before."""
    mark = files.erasures.with_name(MARK)
    key = source.key()
    begun = mark.read_bytes() if mark.exists() else None
    if begun is None:
        _require_no_files(files, key)
    if taken := await _taken(dsn, begun_before=begun is not None):
        if begun != _name(source):
            raise RestorePlaceTaken(place=taken)
        ErasureList(files.erasures).add(erasures)
        return _end(mark, source)
    await _each(source.verify(), source.steps, VERIFYING, say)
    mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(mark, [_name(source)])
    sync_folder(mark.parent)
    try:
        ErasureList(files.erasures).add([*source.erasures(), *erasures])
        await _put_files(source, files, key, say)
        await asyncio.to_thread(os.sync)  # all at once: one by one takes ten times as long
        say(RESTORING_DATABASE)
        await load_database(dsn, beside_the_loop(source.dump()))
    except (ProgramFailed, AppError, OSError) as error:
        _take_back(files, key)
        mark.unlink()
        if isinstance(error, ProgramFailed):
            raise RestoreFailed(detail=str(error)) from error
        raise
    return _end(mark, source)


def _end(mark: Path, source: Source) -> Manifest:
    """Everything is there."""
    mark.unlink()
    sync_folder(mark.parent)
    return source.manifest


def _name(source: Source) -> bytes:
    return hashlib.sha256(msgspec.json.encode(source.manifest)).hexdigest().encode()


def _require_no_files(files: Files, key: bytes | None) -> None:
    if files.blobs.exists() and any(files.blobs.iterdir()):
        raise RestorePlaceTaken(place=files.blobs)
    if key and files.key.exists():
        raise RestorePlaceTaken(place=files.key)


async def _taken(dsn: str, *, begun_before: bool) -> str | None:
    """The name of the database, where it is not empty. What a killed restore left running is ended first: it may have
    got all it needs, and be about to commit."""
    connection = await asyncpg.connect(dsn)
    try:
        if begun_before:
            await connection.execute(_END_LOADING)
        name: str | None = await connection.fetchval(_HOLDS_SOMETHING)
    finally:
        await connection.close()
    return name


async def _put_files(source: Source, files: Files, key: bytes | None, say: Say) -> None:
    """All blobs at once, from a folder beside theirs, and the key."""
    staging = files.blobs.with_name(f".{files.blobs.name}.restoring")
    shutil.rmtree(staging, ignore_errors=True)
    try:
        staging.mkdir(mode=0o700, parents=True)
        await _each(_write_blobs(source, staging), source.steps, RESTORING_BLOBS, say)
        shutil.rmtree(files.blobs, ignore_errors=True)
        staging.rename(files.blobs)
        sync_folder(files.blobs.parent)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    if key:
        files.key.parent.mkdir(parents=True, exist_ok=True)
        _write(files.key, [key])


def _write_blobs(source: Source, folder: Path) -> Iterator[str]:
    for place, content in source.blobs():
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(target, content)
        yield place


def _write(path: Path, content: Iterable[bytes]) -> None:
    with private(path) as file:
        for chunk in content:
            file.write(chunk)


def _take_back(files: Files, key: bytes | None) -> None:
    shutil.rmtree(files.blobs, ignore_errors=True)
    if key:
        files.key.unlink(missing_ok=True)


async def _each(steps: Iterator[str], total: int, text: Text, say: Say) -> None:
    """Take blocking steps one by one beside the event loop."""
    said, done = time.monotonic(), 0
    while await asyncio.to_thread(next, steps, None):
        done += 1
        if time.monotonic() - said > SAY_EVERY_SECONDS:
            said = time.monotonic()
            say(text, done=done, total=total)
