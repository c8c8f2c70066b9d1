"""Following the log into the lake: new facts become files, and the manifest says that they count and how far it is.

Both in the same switch, so that no fact is in no file, and none in two: a crash before it leaves files that nobody
counts and the next run deletes; a crash after it finds everything done.
"""

from msgspec.structs import replace

from damso.kernel import log
from damso.kernel.database import Database
from damso.kernel.log import Stream
from damso.lake.facts import FactFiles, copy_range, last_of, total
from damso.lake.manifest import Book
from damso.lake.types import STREAMS

BATCH = 1_000_000
"""Facts of one switch. They go through in pieces: memory does not grow with it."""


async def flush(database: Database, book: Book, *, batch: int = BATCH) -> int:
    """Bring the lake to where the log is final now; how many facts that were."""
    written = 0
    for stream in STREAMS:
        while (count := await _advance(database, book, stream, batch)) is not None:
            written += count
    return written


async def _advance(database: Database, book: Book, stream: Stream, batch: int) -> int | None:
    """One switch further; None where nothing is left."""
    state = book.manifest.streams[stream]
    async with database.reading() as tx:
        below = await log.horizon(tx)
        upto = await last_of(tx, stream, state.position, below, batch)
        if upto is None:
            return None
        files = FactFiles(book.store, stream, state.position, upto, book.next)
        async with files:
            await copy_range(tx, stream, state.position, upto, files)
    written = files.written()
    fresh = replace(state, position=upto, files=(*state.files, *written), written_at=database.clock.now())
    book.switch_stream(stream, fresh, database.clock.now())
    return total(written)
