"""An export as it lies there: one file, a folder, or a zip of either. Read in place, never unpacked to disk.

What has a name nobody asked for is never opened, and names are never used as paths, so that an archive cannot reach
outside of itself.
"""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from msgspec import Struct

from damso.channels.imports.errors import ExportUnreadable

READ = (".json", ".ndjson", ".jsonl", ".xml", ".csv")
BUFFER = 1 << 20
BOMB_BYTES = 1 << 30
BOMB_RATIO = 500
"""A member of more than `BOMB_BYTES` that was packed tighter than this is made to do harm: text packs ten to one."""


class Member(Struct, frozen=True):
    """A file of an export. `stem` tells what is in it, such as `users`; `size` is in bytes."""

    name: str
    size: int

    @property
    def stem(self) -> str:
        return self.name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0].lower()

    @property
    def suffix(self) -> str:
        return "." + self.name.rpartition(".")[2].lower()


class Export:
    """The files of an export, in an order that is the same each time."""

    def __init__(self, path: Path, name: str = "") -> None:
        """`name` is what a single file was called where it came from. Raises `ExportUnreadable`."""
        self.path = path
        self.name = name or path.name
        self._zip = path.is_file() and zipfile.is_zipfile(path)
        self.members = sorted(self._find(), key=lambda member: member.name)
        if not self.members:
            raise ExportUnreadable("NOTHING", self.name)

    @property
    def fingerprint(self) -> str:
        """The same as long as the files are."""
        return "\n".join(f"{member.name} {member.size}" for member in self.members)

    @contextmanager
    def open(self, member: Member) -> Iterator[IO[bytes]]:
        """Raises `ExportUnreadable`."""
        try:
            if self._zip:
                with zipfile.ZipFile(self.path) as archive, archive.open(member.name) as packed:
                    yield io.BufferedReader(_Readable(packed), BUFFER)
            else:
                place = self.path / member.name if self.path.is_dir() else self.path
                with place.open("rb", buffering=BUFFER) as file:
                    yield file
        except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
            raise ExportUnreadable("ZIP", member.name) from error

    def _find(self) -> Iterator[Member]:
        if self._zip:
            yield from self._in_zip()
        elif self.path.is_dir():
            for path in self.path.rglob("*"):
                if path.suffix.lower() in READ and path.is_file() and not path.is_symlink():
                    yield Member(path.relative_to(self.path).as_posix(), path.stat().st_size)
        elif self.path.is_file():
            if Path(self.name).suffix.lower() in READ:
                yield Member(self.name, self.path.stat().st_size)
        else:
            raise ExportUnreadable("MISSING", self.name)

    def _in_zip(self) -> Iterator[Member]:
        try:
            with zipfile.ZipFile(self.path) as archive:
                infos = archive.infolist()
        except zipfile.BadZipFile as error:
            raise ExportUnreadable("ZIP", self.name) from error
        for info in infos:
            if info.is_dir() or Path(info.filename).suffix.lower() not in READ or "__MACOSX" in info.filename:
                continue
            if info.file_size > BOMB_BYTES and info.file_size > BOMB_RATIO * max(1, info.compress_size):
                raise ExportUnreadable("BOMB", info.filename)
            yield Member(info.filename, info.file_size)


class _Readable(io.RawIOBase):
    """A member of an archive as a raw stream, so that small reads are cheap."""

    def __init__(self, packed: IO[bytes]) -> None:
        self._packed = packed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        data = self._packed.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
