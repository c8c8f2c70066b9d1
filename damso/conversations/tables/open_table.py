"""A file as a table, told by what is in it rather than by its name."""

import gzip
import hashlib
import io
from pathlib import Path
from typing import IO

from damso.channels.imports.errors import ExportUnreadable
from damso.conversations.tables.json_table import JsonTable
from damso.conversations.tables.sheet_table import SheetTable, is_workbook
from damso.conversations.tables.text_table import TextTable
from damso.conversations.tables.types import Table

BUFFER = 1 << 20
BOMB_RATIO = 200
BOMB_BYTES = 1 << 30
"""What unpacks to more than both is made to do harm: tables pack ten to one."""


def open_table(path: Path, name: str = "") -> Table:
    """`name` is what the file was called where it came from. Raises `ExportUnreadable`."""
    called = name or path.name
    if not path.is_file():
        raise ExportUnreadable("MISSING", called)
    with path.open("rb") as start:
        first = start.read(4)
    if first.startswith(b"PK\x03\x04"):
        if not is_workbook(path):
            raise ExportUnreadable("NOT_A_TABLE", called)
        return SheetTable(called, path)
    if first.startswith(b"\xd0\xcf\x11\xe0"):
        raise ExportUnreadable("OLD_SHEET", called)
    packed = first.startswith(b"\x1f\x8b")

    def opened() -> IO[bytes]:
        return _unpacked(path, called) if packed else path.open("rb", buffering=BUFFER)

    with opened() as file:
        head = file.read(BUFFER).removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"{"):
        return JsonTable(called, opened)
    if head.startswith(b"[") and head[1:].lstrip()[:1] in (b"{", b"["):
        raise ExportUnreadable("NOT_LINES", called)
    return TextTable(called, opened)


def fingerprint(path: Path) -> str:
    """The SHA-256 of a file's content. Raises `ExportUnreadable`."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ExportUnreadable("MISSING", path.name) from error


class _Unpacking(io.RawIOBase):
    """A gzip file as it is unpacked, up to what is believable."""

    def __init__(self, path: Path, name: str) -> None:
        self._file = gzip.open(path, "rb")  # noqa: SIM115 - closed with this one
        self._name = name
        self._left = max(BOMB_BYTES, BOMB_RATIO * path.stat().st_size)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        try:
            data = self._file.read(len(buffer))
        except (OSError, EOFError, ValueError) as error:
            raise ExportUnreadable("ZIP", self._name) from error
        self._left -= len(data)
        if self._left < 0:
            raise ExportUnreadable("BOMB", self._name)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def _unpacked(path: Path, name: str) -> IO[bytes]:
    return io.BufferedReader(_Unpacking(path, name), BUFFER)
