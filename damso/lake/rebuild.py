"""Making days of the lake anew from the log. The lake is derived: whatever happened to it, this puts it right.

A day is replaced in one switch, so that whoever reads meanwhile sees it as it was or as it is.
"""

from collections import Counter
from collections.abc import Collection

import structlog
from msgspec.structs import replace

from damso.kernel.database import Database, Transaction
from damso.kernel.log import Position, Stream
from damso.lake.facts import FactFiles, copy_day
from damso.lake.manifest import Book
from damso.lake.types import STREAMS, FactFile

log = structlog.get_logger()


async def follow_epoch(database: Database, book: Book) -> int:
    """Where the database was restored or moved: facts that were lost with it are lost here, too. How many days were
    made anew."""
    async with database.reading() as tx:
        epoch = await tx.value("SELECT max(epoch) FROM log_epoch")
    if epoch is None or epoch == book.manifest.epoch:
        return 0
    days = 0
    if book.manifest.epoch:
        days = await mend(database, book)
        log.info("lake.followed_epoch", epoch=epoch, days=days)
    book.switch(replace(book.manifest, epoch=epoch), database.clock.now())
    return days


async def mend(database: Database, book: Book) -> int:
    """Make those days anew that do not hold as many facts as the log; how many."""
    made = 0
    for stream in STREAMS:
        state = book.manifest.streams[stream]
        held: Counter[str] = Counter()
        for file in state.files:
            held[file.day] += file.rows
        async with database.reading() as tx:
            logged = await _counts(tx, stream, state.position)
        different = sorted(day for day in {*held, *logged} if held[day] != logged.get(day, 0))
        await rebuild(database, book, stream, different)
        made += len(different)
    return made


async def rebuild_all(database: Database, book: Book) -> int:
    """Make every day anew; how many."""
    made = 0
    for stream in STREAMS:
        state = book.manifest.streams[stream]
        async with database.reading() as tx:
            days = {*(await _counts(tx, stream, state.position)), *(file.day for file in state.files)}
        await rebuild(database, book, stream, days)
        made += len(days)
    return made


async def rebuild(database: Database, book: Book, stream: Stream, days: Collection[str]) -> None:
    for day in sorted(days):
        state = book.manifest.streams[stream]
        files = FactFiles(book.store, stream, Position(0, 0, 0), state.position, book.next)
        async with database.reading() as tx, files:
            await copy_day(tx, stream, day, state.position, files)
        others: tuple[FactFile, ...] = tuple(file for file in state.files if file.day != day)
        now = database.clock.now()
        book.switch_stream(stream, replace(state, files=(*others, *files.written()), written_at=now), now)


async def _counts(tx: Transaction, stream: Stream, upto: Position) -> dict[str, int]:
    """Facts of each day that the lake should hold."""
    rows = await tx.rows(
        f"""SELECT to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, count(*) AS count FROM {stream}_event
        WHERE (epoch, xid, id) <= ($1, $2, $3) GROUP BY 1""",
        upto.epoch,
        upto.xid,
        upto.id,
    )
    return {row["day"]: row["count"] for row in rows}
