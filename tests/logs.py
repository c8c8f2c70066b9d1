"""A reader that keeps what it saw, and a way to let it read all there is."""

from collections.abc import Collection, Sequence
from uuid import uuid4

from damso.kernel import log
from damso.kernel.database import Database, Transaction
from damso.kernel.log import Event, Recorded
from damso.kernel.readers import Reader, advance

FACT = Event(name="thing.happened", subject_kind="thing", subject_id="1")


class Collector:
    name = "collector"
    stream = "care"

    def __init__(
        self, *, breaks_at: str | None = None, writes: bool = False, names: Collection[str] | None = None
    ) -> None:
        self.names = names
        self.seen: list[str] = []
        self._breaks_at = breaks_at
        self._writes = writes

    async def read(self, tx: Transaction, events: Sequence[Recorded]) -> None:
        if any(event.subject_id == self._breaks_at for event in events):
            raise ZeroDivisionError
        self.seen += [event.subject_id for event in events]
        if self._writes:
            name = uuid4()
            await tx.execute("INSERT INTO team (id, name, created_at) VALUES ($1, $2, $3)", name, str(name), tx.now)


async def catch_up(database: Database, reader: Reader) -> None:
    async with database.reading() as tx:
        below = await log.horizon(tx)
    while await advance(database, reader, below):
        pass
