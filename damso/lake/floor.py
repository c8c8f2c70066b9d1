"""Letting go of what went from the log by rule: files of days that lie wholly below the floor count no more.

The floor stands in the database in the transaction that destroyed the last of a day, and rules destroy by whole days
of recording, as the files lie. So nothing is read and nothing written again.
"""

from msgspec.structs import replace

from damso.kernel.database import Database
from damso.kernel.log_floor import floors
from damso.lake.manifest import Book
from damso.lake.types import STREAMS


async def let_go(database: Database, book: Book) -> int:
    """How many facts went, in one switch for each stream. The files stay for who is reading them, as any that is
    replaced."""
    async with database.reading() as tx:
        below = {stream: f"{before:%Y-%m-%d}" for stream, before in (await floors(tx)).items()}
    gone = 0
    for stream in STREAMS:
        state = book.manifest.streams[stream]
        old = [file for file in state.files if file.day < below.get(stream, "")]
        if old:
            left = tuple(file for file in state.files if file not in old)
            book.switch_stream(stream, replace(state, files=left), database.clock.now())
            gone += sum(file.rows for file in old)
    return gone
