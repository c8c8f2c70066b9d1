"""One file that holds everything a company would have to bring back: the database and the blobs.

The key that decrypts stored secrets is left out unless asked for: a backup that lies about somewhere then gives away no
mailbox password. Keep the key file apart; without it, secrets must be entered again after a restore.
"""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import asyncpg

from damso.kernel.archive import BLOBS, DUMP, KEY, ArchiveWriter, Manifest
from damso.kernel.clock import Clock
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.postgres_client import ProgramFailed, run_client
from damso.kernel.progress import Say, say_nothing

SAY_EVERY_SECONDS = 3.0
DUMPING = Text("데이터베이스를 저장하고 있어요.", "Saving the database.")
ADDING_BLOBS = Text("파일을 저장하고 있어요({done}/{total}).", "Saving files ({done} of {total}).")


class BackupExists(AppError):
    code = "BACKUP_EXISTS"
    text = Text(
        "{file} 파일이 이미 있어서 덮어쓰지 않았어요. 다른 이름을 정해 주세요.",
        "{file} exists already and was not overwritten. Choose another name.",
    )


class BackupFailed(AppError):
    code = "BACKUP_FAILED"
    status = 503
    text = Text("데이터베이스를 저장하지 못했어요.\n{detail}", "The database could not be saved.\n{detail}")


async def backup(
    dsn: str,
    blobs_dir: Path,
    key_file: Path,
    target: Path,
    *,
    version: str,
    clock: Clock,
    include_key: bool = False,
    say: Say = say_nothing,
) -> Manifest:
    """Write `target`, complete or not at all, while everything runs on. `version` is Damso's own.

    The database is dumped first (one snapshot), the blobs after it: every blob that the dump refers to is there by
    then, since blobs are stored before the rows that name them and never change. One that is erased meanwhile is left
    out. Raises `BackupExists`, `BackupFailed`."""
    _require_absent(target)
    dump, part = (target.with_name(f".{target.name}.{ending}") for ending in ("dump", "part"))
    try:
        say(DUMPING)
        await _dump(dsn, dump)
        with _private(part) as file:
            writer = ArchiveWriter(file)
            await asyncio.to_thread(writer.add, DUMP, dump)
            await _add_blobs(writer, blobs_dir, say)
            if include_key:
                writer.add(KEY, key_file)
            manifest = writer.finish(damso=version, postgres=await _server_version(dsn), created_at=clock.now())
            await asyncio.to_thread(os.fsync, file.fileno())
        part.rename(target)
        _sync_folder(target.parent)
    finally:
        dump.unlink(missing_ok=True)
        part.unlink(missing_ok=True)
    return manifest


def _require_absent(target: Path) -> None:
    if target.exists():
        raise BackupExists(file=target)


async def _dump(dsn: str, dump: Path) -> None:
    try:
        # Statistics travel along, so that a restored database plans well at once.
        await run_client("pg_dump", dsn, "--format=custom", "--no-owner", "--no-acl", "--statistics", f"--file={dump}")
    except ProgramFailed as error:
        raise BackupFailed(detail=str(error)) from error


async def _add_blobs(writer: ArchiveWriter, folder: Path, say: Say) -> None:
    paths = await asyncio.to_thread(lambda: sorted(_blobs(folder)))
    said = time.monotonic()
    for done, path in enumerate(paths):
        try:
            await asyncio.to_thread(writer.add, f"{BLOBS}/{path.relative_to(folder).as_posix()}", path)
        except FileNotFoundError:
            continue  # erased since we listed it
        if time.monotonic() - said > SAY_EVERY_SECONDS:
            said = time.monotonic()
            say(ADDING_BLOBS, done=done, total=len(paths))


def _blobs(folder: Path) -> Iterator[Path]:
    """All files that are whole: one being written ends in `.part`."""
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink() and path.suffix != ".part")


async def _server_version(dsn: str) -> str:
    connection = await asyncpg.connect(dsn)
    try:
        return str(await connection.fetchval("SHOW server_version"))
    finally:
        await connection.close()


def _private(path: Path) -> BinaryIO:
    return open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
