"""The file of master keys: one a line, newest first, each with the day it was made.

Every process reads the file again as soon as it has changed, so that a new key needs no restart. A file of a single
key without a day is one that was made before keys could be rotated.
"""

import os
import secrets
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

from msgspec import Struct

from damso.kernel.crypto import Keyring, MasterKey, from_base64, to_base64

MASTER_BYTES = 32
PREPARED = "prepared"


class StoredKey(Struct, frozen=True):
    """A line of the file."""

    master: bytes
    made: date
    prepared: bool = False
    """Known to all who read the file, and not used yet: for machines that each have a copy of it."""

    @property
    def id(self) -> str:
        return MasterKey(self.master).id


class FileKeyring(Keyring):
    """The keys of a file, as they are now."""

    def __init__(self, path: Path) -> None:
        super().__init__(*(key.master for key in read_keys(path)))
        self._path = path
        self._seen = _mark(path)

    @property
    def keys(self) -> tuple[MasterKey, ...]:
        # Asking the file system costs a microsecond or two; a key derivation costs ten times that.
        mark = _mark(self._path)
        if mark is not None and mark != self._seen:
            # Whoever edits the file by hand may leave it half written for a moment: go on with what is known.
            with suppress(OSError, ValueError):
                known = {key.master: key for key in self._keys}
                found = tuple(known.get(key.master) or MasterKey(key.master) for key in read_keys(self._path))
                self._keys, self._seen = found or self._keys, mark
        return self._keys


def open_keyring(path: Path) -> Keyring:
    """Read the master keys, or make the first one on the first start (mode 0600)."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(_text([new_key()]))
            file.flush()
            os.fsync(file.fileno())
    return FileKeyring(path)


def new_key() -> StoredKey:
    return StoredKey(secrets.token_bytes(MASTER_BYTES), datetime.now(UTC).date())


def prepare_key(path: Path) -> None:
    """Let everybody know the next key before anybody uses it. Once is enough."""
    keys = read_keys(path)
    if not any(key.prepared for key in keys):
        write_keys(path, [*keys, StoredKey(new_key().master, new_key().made, prepared=True)])


def put_new_key_first(path: Path) -> None:
    """From now on everything is encrypted and signed by a new key: the prepared one, if there is one."""
    keys = read_keys(path)
    fresh = new_key()
    prepared = next((key.master for key in keys if key.prepared), fresh.master)
    write_keys(path, [StoredKey(prepared, fresh.made), *(key for key in keys if not key.prepared)])


def drop_old_keys(path: Path) -> int:
    """Keep the newest key and one that is prepared; how many are gone."""
    keys = read_keys(path)
    kept = [keys[0], *(key for key in keys[1:] if key.prepared)]
    write_keys(path, kept)
    return len(keys) - len(kept)


def read_keys(path: Path) -> list[StoredKey]:
    """Newest first. A key without a day counts as made when the file was written."""
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
    lines = [line.split() for line in path.read_text().splitlines() if line.strip()]
    return [
        StoredKey(
            from_base64(parts[0]), date.fromisoformat(parts[1]) if len(parts) > 1 else written, PREPARED in parts[2:]
        )
        for parts in lines
    ]


def write_keys(path: Path, keys: Sequence[StoredKey]) -> None:
    """Put these keys into the file, all at once: whoever reads sees the old file or the new one."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(descriptor, "w") as file:
        file.write(_text(keys))
        file.flush()
        os.fsync(file.fileno())
    os.replace(name, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _text(keys: Sequence[StoredKey]) -> str:
    return "".join(
        f"{to_base64(key.master)} {key.made.isoformat()}{f' {PREPARED}' if key.prepared else ''}\n" for key in keys
    )


def _mark(path: Path) -> tuple[int, int, int] | None:
    """Changes whenever the file does; None where it cannot be looked at just now."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_size
