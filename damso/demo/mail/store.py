"""Mail on disk: one folder of numbered files to a mailbox, so that a restart loses nothing.

A file is named by its UID and whether it was read (`00000012.eml`, `00000012-seen.eml`); a deleted mail leaves an
empty `-gone` file behind, so that no UID is ever given twice.
"""

import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_FILE = re.compile(r"(\d{8})(?:-(seen|gone))?\.eml")
_ADDRESS = re.compile(r"[a-z0-9][a-z0-9._+-]{0,63}@[a-z0-9][a-z0-9.-]{0,250}")


@dataclass(frozen=True)
class Entry:
    """One stored mail."""

    uid: int
    seen: bool
    path: Path

    @property
    def arrived(self) -> datetime:
        """When it was filed."""
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC)


class MailFolder:
    """The mails of one folder of one mailbox."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.mkdir(parents=True, exist_ok=True)
        self.uidvalidity = _uidvalidity(path / "uidvalidity")

    def entries(self) -> list[Entry]:
        """What is there, oldest first."""
        return [entry for entry, gone in self._files() if not gone]

    def add(self, raw: bytes, *, seen: bool = False) -> int:
        """File a mail; it is on disk when this returns. Returns its UID."""
        uid = max((entry.uid for entry, _ in self._files()), default=0) + 1
        _write(self._path / f"{uid:08d}{'-seen' if seen else ''}.eml", raw)
        return uid

    def read(self, uid: int) -> bytes:
        """The raw mail. Raises `KeyError` where there is none."""
        return self._entry(uid).path.read_bytes()

    def mark_seen(self, uid: int) -> None:
        """Remember that it was read."""
        entry = self._entry(uid)
        if not entry.seen:
            entry.path.rename(self._path / f"{uid:08d}-seen.eml")

    def remove(self, uid: int) -> None:
        """Delete it; its number stays used."""
        entry = self._entry(uid)
        _write(self._path / f"{uid:08d}-gone.eml", b"")
        entry.path.unlink()

    def _entry(self, uid: int) -> Entry:
        for entry in self.entries():
            if entry.uid == uid:
                return entry
        raise KeyError(uid)

    def _files(self) -> Iterator[tuple[Entry, bool]]:
        for path in sorted(self._path.iterdir()):
            if found := _FILE.fullmatch(path.name):
                yield Entry(int(found[1]), found[2] == "seen", path), found[2] == "gone"


class MailStore:
    """All mailboxes of the demo, each in a directory named by its address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._open: dict[tuple[str, str], MailFolder] = {}

    def addresses(self) -> list[str]:
        """Whoever has a mailbox."""
        return sorted(path.name for path in self._folder.iterdir() if _ADDRESS.fullmatch(path.name))

    def folder(self, address: str, name: str) -> MailFolder:
        """A folder of a mailbox, made where it is missing. Raises `ValueError` for what is no address."""
        address = address.lower()
        if not _ADDRESS.fullmatch(address) or not re.fullmatch(r"[a-z]{1,20}", name):
            raise ValueError("not an address of this mail server")
        key = (address, name)
        if key not in self._open:
            self._open[key] = MailFolder(self._folder / address / name)
        return self._open[key]


def _uidvalidity(path: Path) -> int:
    if not path.exists():
        _write(path, str(secrets.randbelow(2**31 - 2) + 1).encode())
    return int(path.read_text())


def _write(path: Path, data: bytes) -> None:
    draft = path.with_name(f".{secrets.token_hex(8)}")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
