"""Everything a company would have to bring back, written into a folder of backups while all runs on.

The order of the steps is what makes it whole. A blob is stored, durably, before the row that names it is committed, and
never changes. So the database is dumped first (one snapshot), and the blobs are listed after it: whatever the dump
names is on disk by then. The other way round, a message that arrives in between would lack its attachment. A blob that
is missing all the same was deleted since (erased, or expired), and shall not come back; a blob more than the dump names
harms nobody.
"""

import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
from msgspec import Struct

from damso.kernel.backup_folder import BLOB_LIST, BackupFolder, NewRun
from damso.kernel.backup_manifest import DUMP, KEY, Manifest
from damso.kernel.clock import Clock
from damso.kernel.erasure_list import FILE as ERASURE_FILE
from damso.kernel.erasure_list import ErasureList
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.postgres_client import ProgramFailed, dump_database
from damso.kernel.progress import Say, say_nothing

SAY_EVERY_SECONDS = 3.0
COMPRESS = "gzip:3"
"""Half the time of the default for a tenth more in size; the programs of the wheel know no other kind."""
DUMPING = Text("데이터베이스를 저장하고 있어요.", "Saving the database.")
DUMPED = Text("데이터베이스를 저장하고 있어요({size} MB).", "Saving the database ({size} MB).")
COPYING = Text("파일을 저장하고 있어요({done}/{total}).", "Saving files ({done} of {total}).")
_REF = re.compile(r"[0-9a-f]{2}/[0-9a-f]{62}")


class BackupFailed(AppError):
    code = "BACKUP_FAILED"
    status = 503
    text = Text("데이터베이스를 저장하지 못했어요.\n{detail}", "The database could not be saved.\n{detail}")


class Files(Struct, frozen=True):
    """What an installation keeps outside the database."""

    blobs: Path
    key: Path
    erasures: Path
    backup_key: Path


def files_of(data: Path, key_file: Path) -> Files:
    """Where a data folder has them."""
    return Files(data / "blobs", key_file, data / ERASURE_FILE, data / "backup.key")


class Done(Struct, frozen=True):
    """What a backup did."""

    run: str
    manifest: Manifest
    new_blobs: int
    new_bytes: int
    """Of the blobs, in the clear."""
    removed_runs: list[str]
    removed_blobs: int


async def backup(
    dsn: str,
    files: Files,
    folder: BackupFolder,
    *,
    version: str,
    clock: Clock,
    keep: int | None = None,
    say: Say = say_nothing,
) -> Done:
    """Add one run, complete or not at all; then forget all but the newest `keep`. `version` is Damso's own.
    Raises `BackupRunning`, `BackupFailed`."""
    with folder.locked():
        await asyncio.to_thread(folder.remove_unfinished)
        run = NewRun(folder, clock.now())
        say(DUMPING)
        await _dump(dsn, run, say)
        copied = _Copied()
        await _copy_blobs(folder, run, files.blobs, copied, say)
        _add_key(run, files.key)
        # Last: whoever was erased while we copied is on it.
        folder.add_erasures(ErasureList(files.erasures).read())
        postgres = await _server_version(dsn)
        manifest = await asyncio.to_thread(
            run.finish, damso=version, postgres=postgres, created_at=clock.now(), blobs=copied.all
        )
        removed, blobs = await asyncio.to_thread(_prune, folder, keep) if keep else ([], 0)
    return Done(run.name, manifest, copied.new, copied.bytes, removed, blobs)


async def _dump(dsn: str, run: NewRun, say: Say) -> None:
    said = time.monotonic()
    try:
        with run.adding(DUMP) as adding:
            async for chunk in dump_database(dsn, compress=COMPRESS):
                await asyncio.to_thread(adding.write, chunk)
                if time.monotonic() - said > SAY_EVERY_SECONDS:
                    said = time.monotonic()
                    say(DUMPED, size=round(adding.size / 1e6))
    except ProgramFailed as error:
        raise BackupFailed(detail=str(error)) from error


class _Copied:
    """How many blobs belong to the run, and how much of it was new."""

    def __init__(self) -> None:
        self.all = self.new = self.bytes = 0


async def _copy_blobs(folder: BackupFolder, run: NewRun, blobs: Path, copied: _Copied, say: Say) -> None:
    digests = await asyncio.to_thread(lambda: sorted(_digests(blobs)))
    said = time.monotonic()
    with run.adding(BLOB_LIST) as listed:
        for number, digest in enumerate(digests):
            if await asyncio.to_thread(_copy, folder, blobs, digest, copied):
                listed.write(digest)
            if time.monotonic() - said > SAY_EVERY_SECONDS:
                said = time.monotonic()
                say(COPYING, done=number, total=len(digests))


def _copy(folder: BackupFolder, blobs: Path, digest: bytes, copied: _Copied) -> bool:
    """Whether the blob is in the backup now: one that was deleted since we listed it is not taken along again."""
    ref = digest.hex()
    source = blobs / ref[:2] / ref[2:]
    if folder.has_blob(digest):
        present = source.exists()
    else:
        try:
            copied.bytes += folder.add_blob(digest, source)
        except FileNotFoundError:
            return False
        copied.new += 1
        present = True
    copied.all += present
    return present


def _digests(folder: Path) -> Iterator[bytes]:
    """The SHA-256 of every blob that is whole: one being written has another name."""
    for entry in folder.glob("??/*"):
        name = f"{entry.parent.name}/{entry.name}"
        if _REF.fullmatch(name):
            yield bytes.fromhex(name.replace("/", ""))


def _add_key(run: NewRun, key_file: Path) -> None:
    with run.adding(KEY) as adding:
        adding.write(key_file.read_bytes() if key_file.exists() else b"")


def _prune(folder: BackupFolder, keep: int) -> tuple[list[str], int]:
    """Forget old runs, and the blobs that no run needs any more; which and how many."""
    runs = folder.runs()
    gone = runs[:-keep]
    for name in gone:
        folder.remove_run(name)
    return gone, folder.remove_unneeded_blobs() if gone else 0


async def _server_version(dsn: str) -> str:
    connection = await asyncpg.connect(dsn)
    try:
        return str(await connection.fetchval("SHOW server_version"))
    finally:
        await connection.close()
