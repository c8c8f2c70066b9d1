"""Installations to back up and places to restore to: a database, its files and its keys, as a data folder has them."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import asyncpg

from damso.kernel.backup import Done, backup, files_of
from damso.kernel.backup_folder import create_or_open, open_existing
from damso.kernel.backup_key import BackupKey
from damso.kernel.backup_manifest import Manifest
from damso.kernel.erasure_list import Erasure
from damso.kernel.restore import Source, restore
from tests.clock import ManualClock

RECOVERY = BackupKey(b"a recovery key, thirty-two bytes")
LETTER = "안녕하세요, 주문한 상품이 아직 안 왔어요.".encode()
KEY = b"a key of thirty-two random bytes"


class Place:
    """A database, and the folder beside it."""

    def __init__(self, dsn: str, folder: Path, clock: ManualClock | None = None) -> None:
        self.dsn = dsn
        self.files = files_of(folder, folder / "secret.key")
        self.clock = clock or ManualClock()

    async def backup(self, target: Path, *, keep: int | None = None, key: BackupKey = RECOVERY) -> Done:
        folder = create_or_open(target, key)
        return await backup(self.dsn, self.files, folder, version="0.2.0", clock=self.clock, keep=keep)

    async def restore(
        self, source: Path | Source, run: str | None = None, *, erasures: Iterable[Erasure] = ()
    ) -> Manifest:
        opened = open_existing(source, RECOVERY).run(run) if isinstance(source, Path) else source
        return await restore(opened, self.dsn, self.files, erasures=erasures)

    def put_blob(self, data: bytes) -> Path:
        ref = hashlib.sha256(data).hexdigest()
        path = self.files.blobs / ref[:2] / ref[2:]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    async def execute(self, sql: str, *args: object) -> None:
        connection = await asyncpg.connect(self.dsn)
        await connection.execute(sql, *args)
        await connection.close()

    async def values(self, sql: str) -> list[object]:
        connection = await asyncpg.connect(self.dsn)
        rows = await connection.fetch(sql)
        await connection.close()
        return [row[0] for row in rows]

    async def names(self) -> list[object]:
        return await self.values("SELECT name FROM customer ORDER BY name")

    async def tables(self) -> int:
        return len(await self.values("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))

    def blobs(self) -> dict[str, bytes]:
        found = (path for path in self.files.blobs.rglob("*") if path.is_file())
        return {path.relative_to(self.files.blobs).as_posix(): path.read_bytes() for path in found}


async def furnish(place: Place) -> None:
    """Two customers, a letter and a key."""
    await place.execute("CREATE TABLE customer (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE)")
    await place.execute("INSERT INTO customer (name) VALUES ('김하늘'), ('Noah Example')")
    place.put_blob(LETTER)
    place.files.key.write_bytes(KEY)
