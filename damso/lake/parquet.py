"""Writing Parquet into the lake, and reading it, a row group at a time."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

import pyarrow as pa
import pyarrow.parquet as pq

from damso.lake.store import LakeStore

ROWS = 61_440
"""Rows of a row group: more pack no better, and wait in memory."""
BYTES = 16 << 20
"""Bytes of a row group before it is packed: of long texts there are fewer rows in one."""


class ParquetFile:
    """A file that is being written; it is there once it is closed."""

    def __init__(self, store: LakeStore, path: str, schema: pa.Schema) -> None:
        self.path = path
        self.rows = 0
        self._store = store
        self._stack = ExitStack()
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = self._waiting_bytes = 0
        file = self._stack.enter_context(store.create(path))
        self._writer = self._stack.enter_context(
            pq.ParquetWriter(file, schema, compression="zstd", compression_level=3, store_schema=True)
        )

    def __enter__(self) -> "ParquetFile":
        return self

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            self._pack()
        self._stack.__exit__(*error)  # type: ignore[arg-type]  # what we were given, passed on

    def write(self, batch: pa.RecordBatch) -> None:
        self._waiting.append(batch)
        self._waiting_rows += batch.num_rows
        self._waiting_bytes += batch.nbytes
        self.rows += batch.num_rows
        if self._waiting_rows >= ROWS or self._waiting_bytes >= BYTES:
            self._pack()

    async def add(self, batch: pa.RecordBatch) -> None:
        """The same, while other tasks go on."""
        await asyncio.to_thread(self.write, batch)

    @property
    def bytes(self) -> int:
        """Its size, once it is closed."""
        return self._store.size(self.path)

    def _pack(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting))
        self._waiting, self._waiting_rows, self._waiting_bytes = [], 0, 0


def read_batches(store: LakeStore, path: str, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """What a file holds, in its order."""
    with store.open(path) as file, pq.ParquetFile(file) as parquet:
        yield from parquet.iter_batches(batch_size=32_768, columns=columns)
