"""The lake, brought up to now before it is opened: for who must not miss what was just committed."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from ibis.backends.duckdb import Backend

from damso.kernel.database import Database
from damso.kernel.dimensions import Dimension
from damso.lake.connect import connect
from damso.lake.floor import let_go
from damso.lake.flush import flush
from damso.lake.forget import forget
from damso.lake.keep import writing
from damso.lake.rebuild import follow_epoch
from damso.lake.snapshot import renew
from damso.lake.store import LakeStore

PATIENCE = 60.0
"""Seconds that it waits for a round that is just being made."""


def fresh_lake(
    database: Database, store: LakeStore, dimensions: Sequence[Dimension]
) -> Callable[[], AbstractAsyncContextManager[Backend]]:
    """Opens it with what is committed meanwhile as well. Raises `LakeBusy`."""

    @asynccontextmanager
    async def open_lake() -> AsyncIterator[Backend]:
        async with writing(database, store, patience=PATIENCE) as book:
            await follow_epoch(database, book)
            await flush(database, book)
            await let_go(database, book)
            await forget(database, book, dimensions)
            await renew(database, book, dimensions)
        lake = await connect(database, store, dimensions, tail=True)
        try:
            yield lake
        finally:
            lake.disconnect()

    return open_lake
