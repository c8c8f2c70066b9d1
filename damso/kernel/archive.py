"""The file that a backup is: a tar with the database (`pg_dump`'s custom format), the blobs, and what is in it.

    database.dump
    blobs/<folder>/<file>     as in the data folder
    secret.key                only if asked for
    manifest.json             last, since it names the size and the SHA-256 of all others

Not compressed as a whole: the dump already is, and so are most attachments; a file of it can be had with any `tar`.
"""

import hashlib
import io
import tarfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

import msgspec
from msgspec import Struct

from damso.kernel.errors import AppError
from damso.kernel.i18n import Text

FORMAT = 1
MANIFEST = "manifest.json"
DUMP = "database.dump"
BLOBS = "blobs"
KEY = "secret.key"
CHUNK = 1 << 20


class BackupUnreadable(AppError):
    code = "BACKUP_UNREADABLE"
    status = 422
    text = Text(
        "{file}은(는) 담소 백업 파일이 아니거나, 더 새로운 담소에서 만든 파일이에요.",
        "{file} is not a backup of Damso, or a newer Damso made it.",
    )


class BackupDamaged(AppError):
    code = "BACKUP_DAMAGED"
    status = 422
    text = Text(
        "백업 파일이 손상됐어요: {entry}의 내용이 목록과 달라요. 아무것도 복원하지 않았어요.",
        "The backup is damaged: {entry} is not what its manifest says. Nothing was restored.",
    )


class Entry(Struct, frozen=True):
    name: str
    size: int
    sha256: str


class Manifest(Struct, frozen=True):
    """What a backup holds, and which versions made it."""

    format: int
    damso: str
    postgres: str
    created_at: datetime
    entries: list[Entry]

    @property
    def has_key(self) -> bool:
        return any(entry.name == KEY for entry in self.entries)


class ArchiveWriter:
    """Adds files one by one and keeps count of them; `finish` writes the manifest."""

    def __init__(self, file: IO[bytes]) -> None:
        self._tar = tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - closed by finish
        self._entries: list[Entry] = []

    def add(self, name: str, path: Path) -> None:
        """Raises `FileNotFoundError` where the file has gone."""
        with path.open("rb") as file:
            self._add(name, file)

    def _add(self, name: str, file: IO[bytes]) -> None:
        info = tarfile.TarInfo(name)
        info.size = file.seek(0, io.SEEK_END)
        info.mode = 0o600
        file.seek(0)
        source = _Hashing(file)
        self._tar.addfile(info, source)
        self._entries.append(Entry(name, info.size, source.sha256.hexdigest()))

    def finish(self, *, damso: str, postgres: str, created_at: datetime) -> Manifest:
        manifest = Manifest(FORMAT, damso, postgres, created_at, self._entries.copy())
        self._add(MANIFEST, io.BytesIO(msgspec.json.format(msgspec.json.encode(manifest), indent=1)))
        self._tar.close()
        return manifest


class ArchiveReader:
    """A backup to restore from. Raises `BackupUnreadable` where it is none."""

    def __init__(self, path: Path) -> None:
        try:
            self._tar = tarfile.open(path, mode="r:")  # noqa: SIM115 - closed by close
            self.manifest = msgspec.json.decode(self._file(MANIFEST).read(), type=Manifest)
        except (tarfile.TarError, KeyError, msgspec.MsgspecError) as error:
            raise BackupUnreadable(file=path) from error
        if self.manifest.format > FORMAT:
            raise BackupUnreadable(file=path)

    def verify(self) -> Iterator[Entry]:
        """Read everything, yielding what was found sound. Raises `BackupDamaged` for the first that is not, for what
        the manifest does not name, and for names that would lead out of the place restored to."""
        listed = {entry.name for entry in self.manifest.entries} | {MANIFEST}
        for member in self._tar.getmembers():
            if not member.isreg() or member.name not in listed:
                raise BackupDamaged(entry=member.name)
        if DUMP not in listed:
            raise BackupDamaged(entry=DUMP)
        for entry in self.manifest.entries:
            if not _stays_inside(entry.name) or self._hash(entry) != entry.sha256:
                raise BackupDamaged(entry=entry.name)
            yield entry

    def extract(self, entry: Entry, target: Path) -> None:
        """Write one file, readable by us alone."""
        target.parent.mkdir(parents=True, exist_ok=True)
        source = self._file(entry.name)
        with target.open("xb") as file:
            target.chmod(0o600)
            while chunk := source.read(CHUNK):
                file.write(chunk)

    def close(self) -> None:
        self._tar.close()

    def _file(self, name: str) -> IO[bytes]:
        file = self._tar.extractfile(name)
        if file is None:
            raise KeyError(name)
        return file

    def _hash(self, entry: Entry) -> str:
        try:
            source = _Hashing(self._file(entry.name))
            while source.read(CHUNK):
                pass
        except (KeyError, tarfile.ReadError):
            return ""
        return source.sha256.hexdigest()


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


class _Hashing:
    """A file that is hashed as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.sha256.update(data)
        return data
