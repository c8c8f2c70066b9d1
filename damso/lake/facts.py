"""Writing facts into files of their day."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import astuple

from damso.kernel.database import Transaction
from damso.kernel.log import Position, Stream
from damso.lake.arrow import copy_out, schema_of, select_list
from damso.lake.columns import EVENT
from damso.lake.parquet import ParquetFile
from damso.lake.store import LakeStore
from damso.lake.types import FactFile

SCHEMA = schema_of(EVENT)
_ORDER = "ORDER BY epoch, xid, id"


def fact_path(stream: Stream, day: str, after: Position, upto: Position, generation: int) -> str:
    """Named by the range of places that it holds. `generation` tells apart files that hold the same range: one without
    a person who was erased is another file than the one before."""
    span = "-".join(f"{place.epoch}.{place.xid}.{place.id}" for place in (after, upto))
    return f"events/stream={stream}/day={day}/part-{span}-g{generation}.parquet"


class FactFiles:
    """Files that are being written at once, one for each day."""

    def __init__(self, store: LakeStore, stream: Stream, after: Position, upto: Position, generation: int) -> None:
        self._store = store
        self._stream = stream
        self._after = after
        self._upto = upto
        self._generation = generation
        self._open: dict[str, ParquetFile] = {}

    async def __aenter__(self) -> "FactFiles":
        return self

    async def __aexit__(self, *error: object) -> None:
        for file in self._open.values():
            file.__exit__(*error)

    async def add(self, batch: pa.RecordBatch) -> None:
        days = pc.cast(batch.column("recorded_at"), pa.date32())
        for day in pc.unique(days).to_pylist():
            await self._file(day.isoformat()).add(batch.filter(pc.equal(days, pa.scalar(day, pa.date32()))))

    def written(self) -> tuple[FactFile, ...]:
        """All of them, once they are closed."""
        return tuple(
            FactFile(path=file.path, day=day, rows=file.rows, bytes=file.bytes, after=self._after, upto=self._upto)
            for day, file in sorted(self._open.items())
        )

    def _file(self, day: str) -> ParquetFile:
        if day not in self._open:
            path = fact_path(self._stream, day, self._after, self._upto, self._generation)
            self._open[day] = ParquetFile(self._store, path, SCHEMA)
        return self._open[day]


async def last_of(tx: Transaction, stream: Stream, after: Position, below: Position, limit: int) -> Position | None:
    """The place of the last of the next facts, at most `limit` of them; None where there is none."""
    row = await tx.row(
        f"""SELECT epoch, xid, id FROM (SELECT epoch, xid, id FROM {stream}_event
            WHERE (epoch, xid, id) > ($1, $2, $3) AND (epoch, xid) < ($4, $5) {_ORDER} LIMIT {limit}) AS next
        ORDER BY epoch DESC, xid DESC, id DESC LIMIT 1""",
        *astuple(after),
        below.epoch,
        below.xid,
    )
    return Position(**row) if row else None


async def copy_range(tx: Transaction, stream: Stream, after: Position, upto: Position, into: FactFiles) -> None:
    """Facts after a place and up to another, in their order."""
    await copy_out(
        tx,
        EVENT,
        f"""SELECT {select_list(EVENT)} FROM {stream}_event
        WHERE (epoch, xid, id) > ($1, $2, $3) AND (epoch, xid, id) <= ($4, $5, $6) {_ORDER}""",
        *astuple(after),
        *astuple(upto),
        into=into.add,
    )


async def copy_day(tx: Transaction, stream: Stream, day: str, upto: Position, into: FactFiles) -> None:
    """Facts of one day up to a place, in their order."""
    begin = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
    await copy_out(
        tx,
        EVENT,
        f"""SELECT {select_list(EVENT)} FROM {stream}_event
        WHERE recorded_at >= $1 AND recorded_at < $2 AND (epoch, xid, id) <= ($3, $4, $5) {_ORDER}""",
        begin,
        begin + timedelta(days=1),
        *astuple(upto),
        into=into.add,
    )


def total(files: Sequence[FactFile]) -> int:
    return sum(file.rows for file in files)
