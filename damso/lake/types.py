"""What the manifest of the lake says: which files count, how far each stream has come, who is left out."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct, field

from damso.kernel.log import START, Position, Stream

STREAMS: tuple[Stream, ...] = ("care", "tracked")
FORMAT = 1

FRESH = timedelta(seconds=60)
"""How far the lake may lag behind the log."""
MANY = 100_000
"""Facts that wait, above which nobody waits for `FRESH`."""
RENEW = timedelta(minutes=10)
"""How often the snapshots of the tables are made new, where something changed."""
GRACE = timedelta(minutes=15)
"""How long a file that counts no more stays, for whoever is reading it."""
DEADLINE = timedelta(days=5)
"""Until when what was erased is gone from every file, see DESIGN section 5. It takes minutes; later is a fault."""

Status = Literal["ready", "empty", "off"]
Format = Literal["table", "csv", "jsonl", "parquet"]
"""Of an answer."""


class FactFile(Struct, frozen=True, kw_only=True):
    """Facts of one day (UTC, of `recorded_at`), between two places of the log: `after` < fact <= `upto`."""

    path: str
    day: str
    rows: int
    bytes: int
    after: Position
    upto: Position


class StreamState(Struct, frozen=True, kw_only=True):
    """One stream: every fact up to `position` stands in exactly one of `files`."""

    position: Position = START
    files: tuple[FactFile, ...] = ()
    written_at: datetime | None = None
    compacted_at: datetime | None = None


class SnapshotFile(Struct, frozen=True, kw_only=True):
    """Rows of a table that belong to one bucket; `digest` tells whether they have changed since."""

    path: str
    bucket: str
    rows: int
    bytes: int
    digest: str


class Snapshot(Struct, frozen=True, kw_only=True):
    """A table as it was at `taken_at`."""

    taken_at: datetime
    files: tuple[SnapshotFile, ...] = ()


class Retired(Struct, frozen=True):
    """A file that counts no more since `at`."""

    path: str
    at: datetime


class LeftOut(Struct, frozen=True, kw_only=True):
    """Who was erased and may still stand in a file: whoever reads leaves these out. Of the stream `care` facts stay:
    they hold ids that name nobody any more."""

    identity_ids: tuple[int, ...] = ()
    customer_ids: tuple[UUID, ...] = ()

    def joined(self, other: "LeftOut") -> "LeftOut":
        return LeftOut(
            identity_ids=tuple(sorted({*self.identity_ids, *other.identity_ids})),
            customer_ids=tuple(sorted({*self.customer_ids, *other.customer_ids})),
        )


class Manifest(Struct, frozen=True, kw_only=True):
    """The one file that says what the lake is; replaced as a whole. `generation` grows by one each time."""

    format: int = FORMAT
    generation: int = 0
    epoch: int = 0
    written_at: datetime | None = None
    streams: dict[Stream, StreamState] = field(default_factory=lambda: {stream: StreamState() for stream in STREAMS})
    dimensions: dict[str, Snapshot] = {}
    renewed_at: datetime | None = None
    left_out: LeftOut = LeftOut()
    retired: tuple[Retired, ...] = ()

    def paths(self) -> set[str]:
        """Every file that counts, or did a moment ago."""
        return self.counting() | {gone.path for gone in self.retired}

    def counting(self) -> set[str]:
        facts = {file.path for state in self.streams.values() for file in state.files}
        return facts | {file.path for snapshot in self.dimensions.values() for file in snapshot.files}
