"""What the lake is, for people: how large, how fresh, of which tables and columns."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from damso.kernel.clock import Clock
from damso.kernel.database import Database
from damso.kernel.dimensions import Column, Dimension
from damso.kernel.i18n import Locale, Text
from damso.kernel.log import Stream
from damso.lake.columns import EVENT, PARTITIONS
from damso.lake.erase import open_erasures
from damso.lake.keeper import look
from damso.lake.manifest import read_manifest
from damso.lake.store import LakeStore
from damso.lake.types import DEADLINE, STREAMS, FactFile, Manifest, SnapshotFile

EVENTS_TITLE = Text("이벤트", "Events")
CUSTOMER_EVENTS_TITLE = Text("고객을 붙인 이벤트", "Events with their customer")
_CUSTOMER = Column(
    "customer_id",
    "id",
    Text(
        "지금의 고객. 식별 정보로 찾아요.",
        "The customer of today, found by the identity.",
    ),
)


class LakeDay(Struct, frozen=True, kw_only=True):
    """One day (UTC) of one stream."""

    day: str
    stream: Stream
    files: int
    rows: int
    bytes: int


class LakeColumn(Struct, frozen=True, kw_only=True):
    """A column as a person reads it; `personal` ones may tell who somebody is."""

    name: str
    kind: str
    meaning: str
    personal: bool


class LakeTable(Struct, frozen=True, kw_only=True):
    """A table that can be asked. `taken_at` is None of events, which follow by themselves."""

    name: str
    title: str
    files: int
    rows: int
    bytes: int
    taken_at: datetime | None
    columns: list[LakeColumn]


class LakeState(Struct, frozen=True, kw_only=True):
    """The lake now. `lag` is at most how many facts are not in it yet; `written_at` and `compacted_at` are None before
    the first time; `forgetting` counts erasures whose files still have to go, `late` those over five days old."""

    url: str
    generation: int
    files: int
    rows: int
    bytes: int
    lag: int
    written_at: datetime | None
    compacted_at: datetime | None
    renewed_at: datetime | None
    forgetting: int
    late: int
    days: list[LakeDay]
    tables: list[LakeTable]


async def lake_state(
    database: Database, store: LakeStore, dimensions: Sequence[Dimension], locale: Locale
) -> LakeState:
    """Raises `ManifestBroken`."""
    manifest = read_manifest(store)
    async with database.reading() as tx:
        signs = await look(tx)
        erasures = await open_erasures(tx)
    states = manifest.streams.values()
    sizes: list[FactFile | SnapshotFile] = [
        *(file for state in states for file in state.files),
        *_snapshot_files(manifest),
    ]
    return LakeState(
        url=store.url,
        generation=manifest.generation,
        files=len(sizes),
        rows=sum(file.rows for state in states for file in state.files),
        bytes=sum(file.bytes for file in sizes),
        lag=sum(max(signs.numbers()[one] - manifest.streams[one].position.id, 0) for one in STREAMS),
        written_at=max((state.written_at for state in states if state.written_at), default=None),
        compacted_at=max((state.compacted_at for state in states if state.compacted_at), default=None),
        renewed_at=manifest.renewed_at,
        forgetting=len(erasures),
        late=_late(database.clock, [one.asked_at for one in erasures]),
        days=_days(manifest),
        tables=_tables(manifest, dimensions, locale),
    )


def _snapshot_files(manifest: Manifest) -> list[SnapshotFile]:
    return [file for snapshot in manifest.dimensions.values() for file in snapshot.files]


def _late(clock: Clock, asked: Sequence[datetime]) -> int:
    return sum(clock.now() - at > DEADLINE for at in asked)


def _days(manifest: Manifest) -> list[LakeDay]:
    """The oldest first."""
    found = []
    for stream in STREAMS:
        files = manifest.streams[stream].files
        for day in sorted({file.day for file in files}):
            own = [file for file in files if file.day == day]
            rows, size = sum(file.rows for file in own), sum(file.bytes for file in own)
            found.append(LakeDay(day=day, stream=stream, files=len(own), rows=rows, bytes=size))
    return sorted(found, key=lambda one: (one.day, one.stream))


def _tables(manifest: Manifest, dimensions: Sequence[Dimension], locale: Locale) -> list[LakeTable]:
    events = [file for state in manifest.streams.values() for file in state.files]
    names = {
        "event": (EVENTS_TITLE, (*PARTITIONS, *EVENT)),
        "customer_event": (CUSTOMER_EVENTS_TITLE, (*PARTITIONS, *EVENT, _CUSTOMER)),
    }
    tables = [
        LakeTable(
            name=name,
            title=title.say(locale),
            files=len(events),
            rows=sum(file.rows for file in events),
            bytes=sum(file.bytes for file in events),
            taken_at=None,
            columns=_columns(columns, locale),
        )
        for name, (title, columns) in names.items()
    ]
    return tables + [_dimension(manifest, dimension, locale) for dimension in dimensions]


def _dimension(manifest: Manifest, dimension: Dimension, locale: Locale) -> LakeTable:
    snapshot = manifest.dimensions.get(dimension.name)
    files = snapshot.files if snapshot else ()
    return LakeTable(
        name=dimension.name,
        title=dimension.title.say(locale),
        files=len(files),
        rows=sum(file.rows for file in files),
        bytes=sum(file.bytes for file in files),
        taken_at=snapshot.taken_at if snapshot else None,
        columns=_columns(dimension.columns, locale),
    )


def _columns(columns: Sequence[Column], locale: Locale) -> list[LakeColumn]:
    return [
        LakeColumn(name=one.name, kind=one.kind, meaning=one.meaning.say(locale), personal=one.personal)
        for one in columns
    ]
