"""Making few large files of many small ones, day by day.

A day that goes on has its files joined as soon as there are eight of about one size, so that a fact is written again
once for each power of eight; a day that is over becomes one file, or several of `LARGE` rows.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from msgspec.structs import replace

from damso.kernel.clock import Clock
from damso.kernel.log import Stream
from damso.lake.facts import SCHEMA, fact_path
from damso.lake.manifest import Book
from damso.lake.parquet import ParquetFile, read_batches
from damso.lake.types import STREAMS, FactFile

FEW = 8
"""So many files of about one size are joined, and the next size is so many times as large."""
LARGE = 10_000_000
"""Rows of a file that is large enough to be left alone."""


async def compact(book: Book, clock: Clock, *, whole: bool = False) -> int:
    """Join what should be joined, at once one group; `whole`: every day into as few files as can be. How many files
    went."""
    gone = 0
    for stream in STREAMS:
        for group in _groups(book.manifest.streams[stream].files, today=f"{clock.now():%Y-%m-%d}", whole=whole):
            await join(book, clock, stream, group)
            gone += len(group) - 1
    return gone


async def join(book: Book, clock: Clock, stream: Stream, group: Sequence[FactFile]) -> None:
    """Make one file of neighbours of one day, in the order of the log."""
    joined = await asyncio.to_thread(_join, book, stream, group)
    state = book.manifest.streams[stream]
    files = _put_in_place(state.files, group, joined)
    book.switch_stream(stream, replace(state, files=files, compacted_at=clock.now()), clock.now())


def _join(book: Book, stream: Stream, group: Sequence[FactFile]) -> FactFile:
    after, upto = group[0].after, group[-1].upto
    path = fact_path(stream, group[0].day, after, upto, book.next)
    with ParquetFile(book.store, path, SCHEMA) as file:
        for part in group:
            for batch in read_batches(book.store, part.path):
                file.write(batch.cast(SCHEMA))
    return FactFile(path=path, day=group[0].day, rows=file.rows, bytes=file.bytes, after=after, upto=upto)


def _put_in_place(files: Iterable[FactFile], group: Sequence[FactFile], joined: FactFile) -> tuple[FactFile, ...]:
    return tuple(joined if file is group[0] else file for file in files if file is group[0] or file not in group)


def _groups(files: Iterable[FactFile], *, today: str, whole: bool) -> Iterator[list[FactFile]]:
    """Neighbours of one day that are to become one file."""
    for day, of_day in groupby(sorted(files, key=lambda file: (file.day, file.upto)), key=lambda file: file.day):
        if whole or day < today:
            yield from _filled(list(of_day))
        else:
            yield from (run for run in _runs(of_day) if len(run) >= FEW)


def _filled(files: Sequence[FactFile]) -> Iterator[list[FactFile]]:
    """Neighbours up to `LARGE` rows."""
    group: list[FactFile] = []
    for file in files:
        if group and sum(one.rows for one in group) + file.rows > LARGE:
            yield from ([group] if len(group) > 1 else [])
            group = []
        group.append(file)
    if len(group) > 1:
        yield group


def _runs(files: Iterable[FactFile]) -> Iterator[list[FactFile]]:
    """Neighbours of about one size."""
    for size, run in groupby(files, key=lambda file: _size(file.rows)):
        if FEW**size < LARGE:
            yield list(run)


def _size(rows: int) -> int:
    size = 0
    while rows >= FEW:
        rows //= FEW
        size += 1
    return size
