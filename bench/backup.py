"""How long a backup takes, the first and a repeated one, with the bench's database; beside `pg_dump` alone."""

import asyncio
import hashlib
import os
import tempfile
import time
from pathlib import Path

from bench.results import Result
from bench.world import World
from damso.kernel.backup import COMPRESS, Files, backup, files_of
from damso.kernel.backup_folder import BackupFolder, create_or_open
from damso.kernel.backup_key import new_backup_key
from damso.kernel.backup_verify import verify_all
from damso.kernel.clock import SystemClock
from damso.kernel.postgres import EmbeddedPostgres
from damso.kernel.postgres_client import dump_database
from damso.kernel.restore import restore

BLOBS, BLOB_BYTES = 2_000, 100_000
"""Attachments, which the bench's data has none of."""


async def measure_backup(world: World) -> list[Result]:
    with tempfile.TemporaryDirectory(dir=world.folder, prefix="backup-") as scratch:
        place = Path(scratch)
        files = files_of(place / "data", place / "data" / "secret.key")
        await asyncio.to_thread(_write_blobs, files.blobs)
        folder = create_or_open(place / "backups", new_backup_key())
        return [
            await _dumped(world),
            await _backed_up(world, files, folder, "first backup"),
            await _backed_up(world, files, folder, "repeated"),
            await _verified(folder),
            await _restored(folder, place / "restored"),
        ]


async def _dumped(world: World) -> Result:
    started = time.perf_counter()
    size = sum([len(chunk) async for chunk in dump_database(world.dsn, compress=COMPRESS)])
    return Result("pg_dump alone, for reference", {"s": time.perf_counter() - started, "MB": size / 1e6})


async def _backed_up(world: World, files: Files, folder: BackupFolder, name: str) -> Result:
    started = time.perf_counter()
    done = await backup(world.dsn, files, folder, version="bench", clock=SystemClock())
    size = sum(entry.size for entry in done.manifest.entries) + done.new_bytes
    figures = {"s": time.perf_counter() - started, "MB": size / 1e6}
    return Result(name, figures, note=f"{done.new_blobs:,} new files of {done.manifest.blobs:,}")


async def _verified(folder: BackupFolder) -> Result:
    started = time.perf_counter()
    runs = await verify_all(folder)
    return Result("verified", {"s": time.perf_counter() - started}, note=f"{len(runs)} backups")


async def _restored(folder: BackupFolder, target: Path) -> Result:
    async with EmbeddedPostgres(target) as server:
        started = time.perf_counter()
        await restore(folder.run(), server.dsn, files_of(target, target / "secret.key"))
        return Result("restored into an empty place", {"s": time.perf_counter() - started})


def _write_blobs(folder: Path) -> None:
    for _ in range(BLOBS):
        data = os.urandom(BLOB_BYTES)
        ref = hashlib.sha256(data).hexdigest()
        (folder / ref[:2]).mkdir(parents=True, exist_ok=True)
        (folder / ref[:2] / ref[2:]).write_bytes(data)
