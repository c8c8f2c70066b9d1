"""Signs of life of sources, counted in memory and written each second: a row for each batch would be one that all
writers wait for. What a killed process had counted in its last second is missing here, and nowhere else."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from msgspec import Struct

from damso.customers.tracking.types import Call, Verdict
from damso.kernel.database import Database, Transaction
from damso.kernel.notify import LOST

log = structlog.get_logger()

EVERY = 1.0
MOST_NAMES = 2000
"""Different names of one source that are counted in one second; an id in a name shall not fill the memory."""


class HourOfLife(Struct, frozen=True, kw_only=True):
    """What a source sent in an hour."""

    hour: datetime
    taken: int
    repeated: int
    refused: int


class Life:
    """What this process has seen since it last wrote it down."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counts: Counter[tuple[UUID, str]] = Counter()
        self._names: Counter[tuple[UUID, str]] = Counter()

    def note(self, source_id: UUID, calls: Sequence[Call], verdicts: Sequence[Verdict]) -> None:
        """Events of one source, and what became of them."""
        for verdict in verdicts:
            self._counts[source_id, verdict.outcome] += 1
        for call in calls:
            if call.type == "track" and ((source_id, call.name) in self._names or len(self._names) < MOST_NAMES):
                self._names[source_id, call.name] += 1

    async def run(self) -> None:
        """Write once a second, until cancelled; then what is left."""
        try:
            while True:
                await asyncio.sleep(EVERY)
                await self._try()
        finally:
            await self._try()

    async def _try(self) -> None:
        try:
            await self.write()
        except LOST:
            log.info("tracking.life_waits_for_database")

    async def write(self) -> None:
        """Write down what was counted."""
        counts, self._counts = self._counts, Counter()
        names, self._names = self._names, Counter()
        if not counts:
            return
        async with self._database.transaction() as tx:
            await write_down(tx, counts, names)


async def write_down(tx: Transaction, counts: Counter[tuple[UUID, str]], names: Counter[tuple[UUID, str]]) -> None:
    """Add how much sources sent by outcome, and how often by name."""
    sources = sorted({source_id for source_id, _ in counts})
    await tx.execute(
        _HOURS,
        sources,
        *([counts[source_id, outcome] for source_id in sources] for outcome in ("taken", "repeated", "refused")),
        tx.now.replace(minute=0, second=0, microsecond=0),
        tx.now,
    )
    if names:
        keys = sorted(names)
        columns = [key[0] for key in keys], [key[1] for key in keys], [names[key] for key in keys]
        await tx.execute(_NAMES, *columns, tx.now)


# A source may have been deleted meanwhile.
_HOURS = """
INSERT INTO source_hour AS h (source_id, hour, taken, repeated, refused, last_at)
SELECT n.source_id, $5, n.taken, n.repeated, n.refused, $6
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[]) AS n(source_id, taken, repeated, refused)
JOIN source s ON s.id = n.source_id ORDER BY n.source_id
ON CONFLICT (source_id, hour) DO UPDATE SET taken = h.taken + excluded.taken,
    repeated = h.repeated + excluded.repeated, refused = h.refused + excluded.refused,
    last_at = greatest(h.last_at, excluded.last_at)
"""

_NAMES = """
INSERT INTO seen_event AS e (source_id, name, count, first_at, last_at)
SELECT n.source_id, n.name, n.count, $4, $4
FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS n(source_id, name, count)
JOIN source s ON s.id = n.source_id ORDER BY n.source_id, n.name
ON CONFLICT (source_id, name) DO UPDATE SET count = e.count + excluded.count,
    last_at = greatest(e.last_at, excluded.last_at)
"""


async def hours_of_life(tx: Transaction, source_id: UUID) -> list[HourOfLife]:
    """The last two days of a source, hour by hour, the oldest first."""
    return await tx.all(
        HourOfLife,
        "SELECT hour, taken, repeated, refused FROM source_hour WHERE source_id = $1 AND hour > $2 ORDER BY hour",
        source_id,
        tx.now - timedelta(hours=48),
    )
