"""Backups as Damso 0.1 wrote them: one tar with the database (`pg_dump`'s custom format), the blobs, and what is in it.

    database.dump
    blobs/<folder>/<file>     as in the data folder
    secret.key                only if asked for
    manifest.json             last, since it names the size and the SHA-256 of all others

They are read for ever and written no more; what is written stands in `backup_folder`.
"""

import hashlib
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

import msgspec

from damso.kernel.backup_manifest import DUMP, KEY, MANIFEST, BackupDamaged, BackupUnreadable, Entry, Manifest
from damso.kernel.erasure_list import Erasure

FORMAT = 1
BLOBS = "blobs/"
CHUNK = 1 << 20


class Archive:
    """A backup in one file (`damso.kernel.restore.Source`). Raises `BackupUnreadable` where it is none."""

    def __init__(self, path: Path) -> None:
        try:
            self._tar = tarfile.open(path, mode="r:")  # noqa: SIM115 - closed by close
            self.manifest = msgspec.json.decode(self._file(MANIFEST).read(), type=Manifest)
        except (OSError, tarfile.TarError, KeyError, msgspec.MsgspecError) as error:
            raise BackupUnreadable(file=path) from error
        if self.manifest.format > FORMAT:
            raise BackupUnreadable(file=path)

    @property
    def steps(self) -> int:
        return len(self.manifest.entries)

    def verify(self) -> Iterator[str]:
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
            yield entry.name

    def dump(self) -> Iterator[bytes]:
        return self._read(DUMP)

    def key(self) -> bytes | None:
        return b"".join(self._read(KEY)) if self.manifest.has_key else None

    def blobs(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        for entry in self.manifest.entries:
            if entry.name.startswith(BLOBS):
                yield entry.name.removeprefix(BLOBS), self._read(entry.name)

    def erasures(self) -> list[Erasure]:
        return []

    def close(self) -> None:
        self._tar.close()

    def _read(self, name: str) -> Iterator[bytes]:
        source = self._file(name)
        while chunk := source.read(CHUNK):
            yield chunk

    def _file(self, name: str) -> IO[bytes]:
        file = self._tar.extractfile(name)
        if file is None:
            raise KeyError(name)
        return file

    def _hash(self, entry: Entry) -> str:
        digest = hashlib.sha256()
        try:
            for chunk in self._read(entry.name):
                digest.update(chunk)
        except (KeyError, tarfile.ReadError):
            return ""
        return digest.hexdigest()


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts
