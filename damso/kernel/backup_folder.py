"""A folder of backups: what changes is written at every run, what never changes only once.

    damso-backup.json                  the format, and what tells the right recovery key from another
    lock                               held while a backup is made: one at a time
    blobs/ab/cdef…                     each blob once, whatever number of runs need it
    erasures                           who was erased, of all runs together (`damso.kernel.erasure_list`)
    runs/2026-11-22T023000.123Z/       one moment:
        database.dump                  `pg_dump`'s custom format
        secret.key                     the key of the installation
        blobs                          which blobs belong to it: 32 bytes of SHA-256 each
        manifest.json                  last: what is in it, with sizes and digests

Everything but the first two is sealed under the recovery key (`damso.kernel.sealed`). A blob's file is named by a keyed
hash of its content, so that nobody without the key can ask whether a certain file is there.
"""

import base64
import fcntl
import hashlib
import hmac
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from damso.kernel.backup_key import BackupKey
from damso.kernel.backup_manifest import DUMP, KEY, MANIFEST, BackupDamaged, BackupUnreadable, Entry, Manifest
from damso.kernel.erasure_list import Erasure
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.sealed import SealBroken, Sealer, unsealed

FORMAT = 2
HEADER = "damso-backup.json"
BLOB_LIST = "blobs"
ERASURES = "erasures"
DIGEST = 32
UNFINISHED = ".part"
_RUN = re.compile(r"\d{4}-\d\d-\d\dT\d{6}\.\d{3}Z")


class BackupFolderTaken(AppError):
    code = "BACKUP_FOLDER_TAKEN"
    text = Text(
        "{folder} 폴더에 백업이 아닌 파일이 있어요. 빈 폴더나 이전 백업이 있는 폴더를 정해 주세요.",
        "{folder} holds something that is no backup. Choose an empty folder, or one with earlier backups.",
    )


class BackupKeyWrong(AppError):
    code = "BACKUP_KEY_WRONG"
    text = Text(
        "{folder} 폴더의 백업은 다른 복구 키로 만들어졌어요. 그 키를 DAMSO_BACKUP_KEY에 넣어 주세요.",
        "The backups in {folder} were made with another recovery key. Put that one into DAMSO_BACKUP_KEY.",
    )


class BackupRunning(AppError):
    code = "BACKUP_RUNNING"
    text = Text(
        "이 폴더에 다른 백업이 진행 중이에요. 끝난 뒤 다시 시도해 주세요.",
        "Another backup into this folder is under way. Try again once it is done.",
    )


class BackupRunMissing(AppError):
    code = "BACKUP_RUN_MISSING"
    status = 404
    text = Text(
        "{folder} 폴더에 그런 백업이 없어요. 있는 백업: {runs}", "{folder} has no such backup. There are: {runs}"
    )


class _Header(Struct, frozen=True):
    format: int
    key: str


class BackupFolder:
    """A folder of backups that is opened with its key: `create_or_open` to write, `open_existing` to read."""

    def __init__(self, path: Path, key: BackupKey) -> None:
        self.path = path
        self.files_key = key.derive("files")
        self._names_key = key.derive("names")

    def runs(self) -> list[str]:
        """The names of all complete runs, oldest first."""
        folder = self.path / "runs"
        return sorted(one.name for one in folder.iterdir() if _RUN.fullmatch(one.name)) if folder.exists() else []

    def run(self, name: str | None = None) -> "BackupRun":
        """A run to read, the newest by default. Raises `BackupRunMissing`, `BackupDamaged`, `BackupUnreadable`."""
        runs = self.runs()
        name = name or (runs[-1] if runs else "")
        if name not in runs:
            raise BackupRunMissing(folder=self.path, runs=", ".join(runs) or "-")
        return BackupRun(self, name)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else writes here meanwhile. Raises `BackupRunning`."""
        with (self.path / "lock").open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BackupRunning from error
            yield

    # --- Blobs

    def blob_name(self, digest: bytes) -> str:
        name = hmac.digest(self._names_key, digest, "sha256").hex()
        return f"blobs/{name[:2]}/{name[2:]}"

    def has_blob(self, digest: bytes) -> bool:
        return (self.path / self.blob_name(digest)).exists()

    def add_blob(self, digest: bytes, source: Path) -> int:
        """Copy a file in; its size. Raises `FileNotFoundError` where the source has gone. Durable only with the run
        that needs it: a disk takes ten times as long to make each file so."""
        name = self.blob_name(digest)
        with source.open("rb") as file, self.sealing(name, durable=False) as sealer:
            while chunk := file.read(1 << 20):
                sealer.write(chunk)
            return file.tell()

    def blob(self, digest: bytes) -> Iterator[bytes]:
        """A blob's content. Raises `BackupDamaged` where it is missing, broken or another's."""
        name = self.blob_name(digest)
        content = hashlib.sha256()
        for chunk in self.unsealed(name):
            content.update(chunk)
            yield chunk
        if content.digest() != digest:
            raise BackupDamaged(entry=name)

    def all_blobs(self) -> Iterator[Path]:
        return (self.path / "blobs").glob("??/*")

    # --- Erasures

    def erasures(self) -> list[Erasure]:
        """Who was erased, as known when the last backup was made. Raises `BackupDamaged`."""
        if not (self.path / ERASURES).exists():
            return []
        try:
            return msgspec.json.decode(b"".join(self.unsealed(ERASURES)), type=list[Erasure])
        except msgspec.MsgspecError as error:
            raise BackupDamaged(entry=ERASURES) from error

    def add_erasures(self, erasures: Iterable[Erasure]) -> None:
        """Join these with what is known: the list only grows, whoever writes it."""
        joined = {erasure.id: erasure for erasure in (*self.erasures(), *erasures)}
        with self.sealing(ERASURES) as sealer:
            sealer.write(msgspec.json.encode(list(joined.values())))

    # --- Files

    @contextmanager
    def sealing(self, name: str, *, durable: bool = True) -> Iterator[Sealer]:
        """Write a sealed file, which appears complete or not at all."""
        target = self.path / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = target.with_name(target.name + UNFINISHED)
        try:
            with private(part) as file:
                sealer = Sealer(file, self.files_key, name)
                yield sealer
                sealer.finish()
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
            part.rename(target)
        finally:
            part.unlink(missing_ok=True)
        if durable:
            sync_folder(target.parent)

    def unsealed(self, name: str) -> Iterator[bytes]:
        """Read a sealed file. Raises `BackupDamaged`."""
        try:
            with (self.path / name).open("rb") as file:
                yield from unsealed(file, self.files_key, name)
        except (FileNotFoundError, SealBroken) as error:
            raise BackupDamaged(entry=name) from error

    def remove_run(self, name: str) -> None:
        """A run that goes is at once no run any more, however long its files take."""
        gone = self.path / "runs" / (name + UNFINISHED)
        (self.path / "runs" / name).rename(gone)
        shutil.rmtree(gone)

    def remove_unfinished(self) -> None:
        """What backups left behind that were killed. Their blobs go as well: had the power failed, they might be there
        and be empty."""
        parts = list((self.path / "runs").glob(f"*{UNFINISHED}"))
        if parts:
            self.remove_unneeded_blobs()
        for part in parts:
            shutil.rmtree(part)

    def remove_unneeded_blobs(self) -> int:
        """Remove what no complete run needs; how many."""
        needed = {self.blob_name(digest) for name in self.runs() for digest in self.run(name).digests()}
        unneeded = [path for path in self.all_blobs() if path.relative_to(self.path).as_posix() not in needed]
        for path in unneeded:
            path.unlink()
        return len(unneeded)


class BackupRun:
    """One run, to read (`damso.kernel.restore.Source`)."""

    def __init__(self, folder: BackupFolder, name: str) -> None:
        self.folder = folder
        self.name = name
        try:
            content = b"".join(folder.unsealed(self._place(MANIFEST)))
            self.manifest = msgspec.json.decode(content, type=Manifest)
        except msgspec.MsgspecError as error:
            raise BackupDamaged(entry=self._place(MANIFEST)) from error
        if self.manifest.format > FORMAT:
            raise BackupUnreadable(file=folder.path)

    @property
    def steps(self) -> int:
        return len(self.manifest.entries) + self.manifest.blobs

    def verify(self, seen: set[bytes] | None = None) -> Iterator[str]:
        """Read everything, yielding the name of what was found sound; a blob in `seen` was read before. Raises
        `BackupDamaged` for the first that is not."""
        seen = set() if seen is None else seen
        for name in (DUMP, KEY, BLOB_LIST):
            entry = self.manifest.entry(name)
            if entry is None or _measured(self._read(name)) != (entry.size, entry.sha256):
                raise BackupDamaged(entry=self._place(name))
            yield self._place(name)
        for digest in self.digests():
            if digest not in seen:
                _measured(self.folder.blob(digest))
                seen.add(digest)
            yield self.folder.blob_name(digest)

    def digests(self) -> Iterator[bytes]:
        """The SHA-256 of every blob that belongs to it."""
        rest = b""
        for chunk in self._read(BLOB_LIST):
            rest += chunk
            whole = len(rest) - len(rest) % DIGEST
            yield from (rest[start : start + DIGEST] for start in range(0, whole, DIGEST))
            rest = rest[whole:]

    def dump(self) -> Iterator[bytes]:
        return self._read(DUMP)

    def key(self) -> bytes | None:
        return b"".join(self._read(KEY)) if self.manifest.has_key else None

    def blobs(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Where each blob stands below the folder of blobs, and its content."""
        for digest in self.digests():
            ref = digest.hex()
            yield f"{ref[:2]}/{ref[2:]}", self.folder.blob(digest)

    def erasures(self) -> list[Erasure]:
        """Not only its own: also those that later runs brought."""
        return self.folder.erasures()

    def close(self) -> None:
        """Nothing is held open."""

    def _read(self, name: str) -> Iterator[bytes]:
        return self.folder.unsealed(self._place(name))

    def _place(self, name: str) -> str:
        return f"runs/{self.name}/{name}"


class NewRun:
    """A run that is being written. Until `finish` it has another name and is none."""

    def __init__(self, folder: BackupFolder, at: datetime) -> None:
        self.name = f"{at:%Y-%m-%dT%H%M%S}.{at.microsecond // 1000:03}Z"
        self._folder = folder
        self._part = folder.path / "runs" / (self.name + UNFINISHED)
        self._part.mkdir(mode=0o700, parents=True)
        sync_folder(self._part.parent)
        self._entries: list[Entry] = []

    @contextmanager
    def adding(self, name: str) -> Iterator["Adding"]:
        """Write one file of it."""
        with private(self._part / name) as file:
            adding = Adding(Sealer(file, self._folder.files_key, f"runs/{self.name}/{name}"))
            yield adding
            adding.sealer.finish()
            file.flush()
            os.fsync(file.fileno())
        self._entries.append(Entry(name, adding.size, adding.sha256.hexdigest()))

    def finish(self, *, damso: str, postgres: str, created_at: datetime, blobs: int) -> Manifest:
        """Everything that was copied becomes durable, and then the run is one."""
        os.sync()
        manifest = Manifest(FORMAT, damso, postgres, created_at, self._entries.copy(), blobs)
        with self.adding(MANIFEST) as adding:
            adding.write(msgspec.json.encode(manifest))
        sync_folder(self._part)
        self._part.rename(self._folder.path / "runs" / self.name)
        sync_folder(self._folder.path / "runs")
        return manifest


class Adding:
    """A file of a run as it is written, measured in the clear."""

    def __init__(self, sealer: Sealer) -> None:
        self.sealer = sealer
        self.sha256 = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> None:
        self.sha256.update(data)
        self.size += len(data)
        self.sealer.write(data)


def create_or_open(path: Path, key: BackupKey) -> BackupFolder:
    """To write into. Raises `BackupFolderTaken`, `BackupKeyWrong`, `BackupUnreadable`."""
    header = path / HEADER
    if not header.exists():
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise BackupFolderTaken(folder=path)
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = header.with_name(HEADER + UNFINISHED)
        fresh.write_bytes(msgspec.json.encode(_Header(FORMAT, _key_check(key))))
        fresh.rename(header)
        sync_folder(path)
    return open_existing(path, key)


def is_backup_folder(path: Path) -> bool:
    return (path / HEADER).exists()


def open_existing(path: Path, key: BackupKey) -> BackupFolder:
    """To read. Raises `BackupUnreadable`, `BackupKeyWrong`."""
    try:
        header = msgspec.json.decode((path / HEADER).read_bytes(), type=_Header)
    except (OSError, msgspec.MsgspecError) as error:
        raise BackupUnreadable(file=path) from error
    if header.format > FORMAT:
        raise BackupUnreadable(file=path)
    if not hmac.compare_digest(header.key, _key_check(key)):
        raise BackupKeyWrong(folder=path)
    return BackupFolder(path, key)


def _key_check(key: BackupKey) -> str:
    return base64.b64encode(key.derive("check")).decode()


def _measured(chunks: Iterable[bytes]) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
    return size, digest.hexdigest()


def private(path: Path) -> BinaryIO:
    """A new file that nobody else reads."""
    return open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b")


def sync_folder(folder: Path) -> None:
    """Make durable what was renamed in a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
