"""The one connection that all analysis goes through: Ibis over DuckDB, with a view for each table of the lake.

Nobody who was erased is seen through it, from the moment of the erasure on. It reads no file but those that counted
when it was opened, and writes none; after `GRACE` it wants opening anew.
"""

from collections.abc import Iterable, Mapping, Sequence

import ibis
import pyarrow as pa
import pyarrow.dataset as ds
from ibis.backends.duckdb import Backend

from damso.kernel.database import Database
from damso.kernel.dimensions import Column, Dimension, Kind
from damso.kernel.log import Stream
from damso.lake.arrow import copy_out, schema_of, select_list
from damso.lake.columns import EVENT
from damso.lake.erase import left_out_by, open_erasures
from damso.lake.manifest import read_manifest
from damso.lake.spill import spill_folder
from damso.lake.store import FolderStore, LakeStore
from damso.lake.types import STREAMS, LeftOut, Manifest

MEMORY = "512MB"
"""What one connection may use; what needs more is spilled to disk."""
THREADS = 2

_DAY = "CAST(recorded_at AT TIME ZONE 'UTC' AS DATE)"
_PLAIN = "hive_partitioning = false"
_TYPES: dict[Kind, str] = {
    "text": "VARCHAR",
    "id": "VARCHAR",
    "number": "BIGINT",
    "small": "SMALLINT",
    "real": "DOUBLE",
    "yes_no": "BOOLEAN",
    "moment": "TIMESTAMP WITH TIME ZONE",
    "json": "VARCHAR",
}


async def connect(
    database: Database,
    store: LakeStore,
    dimensions: Sequence[Dimension],
    *,
    tail: bool = False,
    memory: str = MEMORY,
    threads: int = THREADS,
) -> Backend:
    """Open it on the lake as it is now: at most a minute behind the log. With `tail` the view `event` also has what is
    committed and not yet in the lake. Views: `event`, `customer_event` (with `customer_id`), one for each dimension."""
    manifest = read_manifest(store)
    async with database.reading() as tx:
        left_out = manifest.left_out.joined(left_out_by(await open_erasures(tx)))
    tails = {stream: await _tail(database, manifest, stream) for stream in STREAMS} if tail else {}
    lake = ibis.duckdb.connect(memory_limit=memory, threads=threads, python_enable_replacements=False)
    source = _Source(lake, store)
    lake.raw_sql(f"CREATE VIEW event AS {_event_sql(source, manifest, tails, left_out)}")
    scans = {one.name: _dimension_scan(source, manifest, one) for one in dimensions}
    cases = _cases_sql(scans, dimensions, left_out)
    for dimension in dimensions:
        sql = _dimension_sql(scans[dimension.name], dimension, left_out, cases)
        lake.raw_sql(f"CREATE VIEW {dimension.name} AS {sql}")
    if any(dimension.name == "identity" for dimension in dimensions):
        lake.raw_sql(
            "CREATE VIEW customer_event AS SELECT e.*, i.customer_id FROM event e"
            " LEFT JOIN identity i ON i.id = e.identity_id"
        )
    _lock(lake, source.paths)
    return lake


async def _tail(database: Database, manifest: Manifest, stream: Stream) -> pa.Table:
    """Facts that are committed and not in the lake."""
    batches: list[pa.RecordBatch] = []

    async def keep(batch: pa.RecordBatch) -> None:
        batches.append(batch)

    place = manifest.streams[stream].position
    sql = f"SELECT {select_list(EVENT)} FROM {stream}_event WHERE (epoch, xid, id) > ($1, $2, $3)"
    async with database.reading() as tx:
        await copy_out(tx, EVENT, sql, place.epoch, place.xid, place.id, into=keep)
    return pa.Table.from_batches(batches, schema=schema_of(EVENT))


class _Source:
    """How the engine reads files: by itself from a folder, through Arrow from an object store, for which it would need
    an extension."""

    def __init__(self, lake: Backend, store: LakeStore) -> None:
        self._lake = lake
        self._store = store
        self.paths: list[str] = []

    def scan(self, name: str, paths: Iterable[str], columns: Sequence[Column], *, by_day: bool = False) -> str:
        """A FROM clause over files, which may be none. `by_day`: with the `day` that their folders name, so that a
        question about some days opens no others."""
        found = list(paths)
        if not found:
            empty = [f'NULL::{_TYPES[one.kind]} AS "{one.name}"' for one in columns] + ["NULL::DATE AS day"] * by_day
            return f"(SELECT {', '.join(empty)} WHERE false)"
        if isinstance(self._store, FolderStore):
            places = [str(self._store.folder / path) for path in found]
            self.paths += places
            days = "hive_partitioning = true, hive_types = {'stream': VARCHAR, 'day': DATE}" if by_day else _PLAIN
            return f"read_parquet([{', '.join(map(_quoted, places))}], union_by_name = true, {days})"
        return self.table(name, _dataset(self._store, found, schema_of(columns), by_day=by_day))

    def table(self, name: str, data: pa.Table | ds.Dataset) -> str:
        """A FROM clause over what is in memory, or comes through Arrow."""
        self._lake.con.register(name, data)
        return name


def _dataset(store: LakeStore, paths: Sequence[str], schema: pa.Schema, *, by_day: bool) -> ds.Dataset:
    """Files of an object store, whose folders name the day."""
    system, root = store.arrow()
    folders = pa.schema([("stream", pa.string()), ("day", pa.date32())])
    parting = ds.partitioning(folders, flavor="hive") if by_day else None
    full = pa.schema([*schema, *folders]) if by_day else schema
    places = [f"{root}/{path}" for path in paths]
    return ds.dataset(places, schema=full, format="parquet", filesystem=system, partitioning=parting)


def _event_sql(source: _Source, manifest: Manifest, tails: dict[Stream, pa.Table], left_out: LeftOut) -> str:
    names = _names(EVENT)
    parts = []
    for stream in STREAMS:
        where = f" WHERE {_kept('identity_id', left_out.identity_ids)}" if stream == "tracked" else ""
        scan = source.scan(f"files_{stream}", (f.path for f in manifest.streams[stream].files), EVENT, by_day=True)
        parts.append(f"SELECT '{stream}' AS stream, day, {names} FROM {scan}{where}")
        if stream in tails:
            tail = source.table(f"tail_{stream}", tails[stream])
            parts.append(f"SELECT '{stream}', {_DAY}, {names} FROM {tail}{where}")
    return " UNION ALL ".join(parts)


def _dimension_scan(source: _Source, manifest: Manifest, dimension: Dimension) -> str:
    snapshot = manifest.dimensions.get(dimension.name)
    files = [file.path for file in snapshot.files] if snapshot else []
    return source.scan(f"files_{dimension.name}", files, dimension.columns)


def _dimension_sql(scan: str, dimension: Dimension, left_out: LeftOut, cases: str) -> str:
    """Without rows of whoever is left out, and without the cases they were part of: notes and answers of others may
    name them, until the snapshot is made anew."""
    kept = []
    if dimension.person:
        kind, column = dimension.person
        gone: Sequence[object] = left_out.identity_ids if kind == "identity" else left_out.customer_ids
        kept.append(_kept(column, gone))
    if dimension.case and cases:
        kept.append(f"({dimension.case} IS NULL OR {dimension.case} NOT IN ({cases}))")
    return f"SELECT {_names(dimension.columns)} FROM {scan} WHERE {' AND '.join(kept) or 'true'}"


def _cases_sql(scans: Mapping[str, str], dimensions: Sequence[Dimension], left_out: LeftOut) -> str:
    """The conversations of whoever is left out; nothing where nobody is."""
    if not left_out.identity_ids:
        return ""
    return " UNION ALL ".join(
        f"SELECT {one.case} FROM {scans[one.name]} WHERE {one.case} IS NOT NULL"
        f" AND NOT {_kept(one.person[1], left_out.identity_ids)}"
        for one in dimensions
        if one.case and one.person
    )


def _names(columns: Sequence[Column]) -> str:
    return ", ".join(f'"{column.name}"' for column in columns)


def _kept(column: str, gone: Sequence[object]) -> str:
    """That a row is not about somebody who was erased; rows about nobody stay."""
    if not gone:
        return "true"
    listed = ", ".join(str(one) if isinstance(one, int) else _quoted(str(one)) for one in gone)
    return f"({column} IS NULL OR {column} NOT IN ({listed}))"


def _lock(lake: Backend, paths: Sequence[str]) -> None:
    """From here on: no other file, no network, no extension, and no way to take that back."""
    lake.raw_sql(f"SET temp_directory = {_quoted(str(spill_folder(lake)))}")
    lake.raw_sql("SET autoinstall_known_extensions = false")
    lake.raw_sql("SET autoload_known_extensions = false")
    lake.raw_sql(f"SET allowed_paths = [{', '.join(map(_quoted, paths))}]")
    lake.raw_sql("SET enable_external_access = false")
    lake.raw_sql("SET lock_configuration = true")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
