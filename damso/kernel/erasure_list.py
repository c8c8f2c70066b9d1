"""Who was erased, kept outside the database: a backup may be older than an erasure, and must not bring anybody back.

The list is a file of lines, `erasures.jsonl` in the data folder, that only ever grows; every backup takes it along, and
a restore joins all it can find. The database remembers which lines it has carried out (`erasure_done`). Whatever stands
in the list and not there is carried out before anything serves: after a restore by our command or by any other means,
and after a crash between the line and the erasing itself.

The list holds no personal data: a subject is an id or a keyed hash that only the store which wrote it understands.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

import msgspec
import structlog
from msgspec import Struct

from damso.kernel.database import Database, Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text

log = structlog.get_logger()

FILE = "erasures.jsonl"


class Erasure(Struct, frozen=True):
    """One erasure that was decided."""

    id: UUID
    at: datetime
    """What came after it is not meant: who was erased may come back as a new customer."""
    subjects: tuple[str, ...]
    """Whom it is about, such as `customer:<uuid>`, every merged one included."""


class ErasureUnknown(AppError):
    code = "ERASURE_UNKNOWN"
    status = 503
    text = Text(
        "이미 지운 고객을 다시 지워야 하는데, 이 버전의 담소는 그 기록({id})을 이해하지 못해요. "
        "담소를 업데이트해 주세요.",
        "Somebody who was erased has to be erased again, and this Damso does not understand the entry ({id}). "
        "Please update Damso.",
    )


class ErasureListUnreadable(AppError):
    code = "ERASURE_LIST_UNREADABLE"
    status = 422
    text = Text(
        "삭제 목록 {file}의 {line}번째 줄을 읽을 수 없어요.", "Line {line} of the erasure list {file} cannot be read."
    )


class Replays(Protocol):
    """Erases again what an older backup brought back."""

    async def replay(self, tx: Transaction, erasure: Erasure) -> bool:
        """Erase the subjects as they were before `erasure.at`; may find nothing. False where the entry is not of a kind
        that is ours."""


class ErasureList:
    """The list in one file. Several processes may add to it at once."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, erasures: Iterable[Erasure]) -> None:
        """Write down, durably, what is not there yet. An erasure is written down before its transaction commits: what
        stands here and was not carried out is carried out by the next start, and the other way round it would be
        forgotten."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(self._path) as descriptor:
            content = self._path.read_bytes()
            known = {erasure.id for erasure in self._parse(content)}
            fresh = [erasure for erasure in erasures if erasure.id not in known]
            if not fresh:
                return
            _write(descriptor, fresh, whole=not content or content.endswith(b"\n"))

    def append(self, erasure: Erasure) -> None:
        """Write down, durably, one whose id was made just now: a list of many thousands is not read for that."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(self._path) as descriptor:
            size = os.fstat(descriptor).st_size
            _write(descriptor, [erasure], whole=not size or os.pread(descriptor, 1, size - 1) == b"\n")

    def read(self) -> list[Erasure]:
        """All, oldest first; none where there is no list. Raises `ErasureListUnreadable`."""
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return []
        return sorted(self._parse(content), key=lambda erasure: (erasure.at, erasure.id))

    def _parse(self, content: bytes) -> list[Erasure]:
        found = []
        lines = content.split(b"\n")
        for number, line in enumerate(lines, start=1):
            try:
                found += [msgspec.json.decode(line, type=Erasure)] if line.strip() else []
            except msgspec.MsgspecError as error:
                if not _cut_short(line):
                    raise ErasureListUnreadable(file=self._path, line=number) from error
        return found


async def outstanding(tx: Transaction, erasures: Sequence[Erasure]) -> list[Erasure]:
    """Those the database has not carried out, in their order."""
    done = set(await tx.values("SELECT id FROM erasure_done WHERE id = ANY ($1)", [erasure.id for erasure in erasures]))
    return [erasure for erasure in erasures if erasure.id not in done]


async def begin_erasure(tx: Transaction, erasure_id: UUID) -> bool:
    """Note that this transaction carries an erasure out; False where another has. Who is second waits for the first."""
    return bool(
        await tx.execute(
            "INSERT INTO erasure_done (id, done_at) VALUES ($1, $2) ON CONFLICT DO NOTHING", erasure_id, tx.now
        )
    )


async def replay_erasures(database: Database, erasures: Sequence[Erasure], replayers: Sequence[Replays]) -> int:
    """Carry out what the database has not; how many. One transaction each, so that a kill loses no more than one.
    Raises `ErasureUnknown`: it is better not to serve than to show who was erased."""
    async with database.reading() as tx:
        missing = await outstanding(tx, erasures) if erasures else []
    for erasure in missing:
        async with database.transaction() as tx:
            if await begin_erasure(tx, erasure.id):
                await _replay(tx, erasure, replayers)
    if missing:
        log.info("erasure.replayed", count=len(missing))
    return len(missing)


async def _replay(tx: Transaction, erasure: Erasure, replayers: Sequence[Replays]) -> None:
    taken = [await replayer.replay(tx, erasure) for replayer in replayers]
    if not any(taken):
        raise ErasureUnknown(id=erasure.id)


def _write(descriptor: int, erasures: Iterable[Erasure], *, whole: bool) -> None:
    """A line that a crash cut short stays what it is, and ours begin anew."""
    lines = b"".join(msgspec.json.encode(erasure) + b"\n" for erasure in erasures)
    os.write(descriptor, lines if whole else b"\n" + lines)
    os.fsync(descriptor)


def _cut_short(line: bytes) -> bool:
    """Whether a crash stopped the writing of this line: then its erasure was never begun, since a line is durable
    before anything follows it."""
    return line.startswith(b"{") and not line.rstrip().endswith(b"}")


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)
