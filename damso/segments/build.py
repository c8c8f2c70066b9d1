"""Building a segment over everybody: in bulk, and handed to the live path without a gap.

1. Its leaves are known to the live path from the moment they are asked for; the lock is taken once, so that nobody is
   still at work who does not know them.
2. The bulk reads. What is committed later the live path works out itself, and writes down also where it is false.
3. What the bulk found is put beside it and never over it: the live path knows better.
4. The segment's formula goes live, and everybody is gone through in chunks to enter or leave.

A worker that is killed in between begins again; every step may be done twice.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.kernel.database import Database, Transaction
from damso.kernel.i18n import Text
from damso.kernel.lanes import Claim, ClaimLost
from damso.kernel.log import Event, append
from damso.kernel.notify import LOST
from damso.segments.define import LANE, forget_unused_leaves, rules_of
from damso.segments.leaves import canonical
from damso.segments.plan import Formula, PlannedSegment, formula_of, lock_segments, numbers
from damso.segments.refresh import settle
from damso.segments.rule import Computation, Leaf

if TYPE_CHECKING:
    from damso.segments.bulk_events import Read

CHUNK = 2_000
"""Rows in one transaction."""
_FIRST = UUID(int=0)


class _Wanted(Struct, frozen=True, kw_only=True):
    """What is to be built, of which version of the segment."""

    version: int
    formula: Formula
    fresh: Mapping[int, Leaf]


class SegmentLane:
    """Works the lane `segment`, one at a time."""

    name: ClassVar[str] = LANE
    title: ClassVar[Text] = Text("세그먼트 만들기", "Segments being built")
    width: ClassVar[int] = 1

    def __init__(self, database: Database) -> None:
        self._database = database

    async def work(self, claim: Claim) -> None:
        segment_id = UUID(str(claim.item.payload["segment_id"]))
        try:
            await build(self._database, segment_id)
        except (*LOST, ClaimLost):
            raise
        except Exception:
            async with self._database.transaction() as tx:
                await tx.execute("UPDATE segment SET state = 'failed' WHERE id = $1", segment_id)
            raise
        async with self._database.transaction() as tx:
            await claim.finish(tx)


async def build(database: Database, segment_id: UUID, read: "Read | None" = None) -> None:
    """Build what a segment is to be by now, out of PostgreSQL where nothing else is given to `read`; nothing where it
    is gone."""
    async with database.transaction() as tx:
        await lock_segments(tx)
        wanted = await _wanted(tx, segment_id)
    if wanted is None:
        return
    if wanted.fresh:
        async for leaf_id, rows in _found(database, wanted.fresh, read):
            async with database.transaction() as tx:
                await _put_beside(tx, leaf_id, rows)
    async with database.transaction() as tx:
        await lock_segments(tx)
        if not await _go_live(tx, segment_id, wanted):
            return
    await count(database, segment_id)


async def _wanted(tx: Transaction, segment_id: UUID) -> _Wanted | None:
    rules = await rules_of(tx)
    stored = rules.get(segment_id)
    if stored is None or isinstance(stored, Computation):
        return None
    rule = canonical(stored, rules)
    leaves = await tx.rows(
        """SELECT l.id, l.key, l.rule, l.building FROM segment_use u JOIN segment_leaf l ON l.id = u.leaf_id
        WHERE u.segment_id = $1""",
        segment_id,
    )
    formula = formula_of(rule, {row["key"]: row["id"] for row in leaves})
    used = numbers(formula)
    return _Wanted(
        version=await tx.value("SELECT version FROM segment WHERE id = $1", segment_id),
        formula=formula,
        fresh={
            row["id"]: msgspec.convert(row["rule"], Leaf) for row in leaves if row["building"] and row["id"] in used
        },
    )


async def _found(
    database: Database, leaves: Mapping[int, Leaf], read: "Read | None"
) -> AsyncIterator[tuple[int, Sequence[Mapping[str, Any]]]]:
    """What the bulk finds of each leaf, in chunks."""
    # The engine takes a hundred megabytes and a second to load: only a process that builds something pays for it.
    from damso.segments.bulk import kept_by, states
    from damso.segments.source import copied_from

    async with (read or copied_from(database))(list(leaves.values())) as reading:
        engine = reading.engine
        for number, table in states(leaves, reading.tables, reading.now, kept_by(engine)).items():
            found = await asyncio.to_thread(engine.to_pyarrow, table)
            for batch in found.to_batches(max_chunksize=CHUNK):
                yield number, batch.to_pylist()


_BESIDE = """
INSERT INTO leaf_state (leaf_id, customer_id, holds, next_change_at)
SELECT l.id, f.customer_id, f.holds, f.next_change_at
FROM segment_leaf l, unnest($2::uuid[], $3::boolean[], $4::timestamptz[]) AS f(customer_id, holds, next_change_at)
WHERE l.id = $1 AND l.building AND EXISTS (SELECT FROM customer_search s WHERE s.customer_id = f.customer_id)
ON CONFLICT DO NOTHING
"""


async def _put_beside(tx: Transaction, leaf_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    await tx.execute(
        _BESIDE,
        leaf_id,
        [UUID(row["customer_id"]) for row in rows],
        [row["holds"] for row in rows],
        [_time(row["next_change"]) for row in rows],
    )


def _time(microseconds: int | None) -> datetime | None:
    if microseconds is None:
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


async def _go_live(tx: Transaction, segment_id: UUID, wanted: _Wanted) -> bool:
    """Whether it did: not where the rule was changed meanwhile, which is built by its own turn."""
    if not await tx.execute(
        "UPDATE segment SET formula = $3, state = 'counting' WHERE id = $1 AND version = $2",
        segment_id,
        wanted.version,
        wanted.formula,
    ):
        return False
    built = sorted(wanted.fresh)
    await tx.execute("UPDATE segment_leaf SET building = false WHERE id = ANY ($1)", built)
    await tx.execute("DELETE FROM leaf_state WHERE leaf_id = ANY ($1) AND NOT holds AND next_change_at IS NULL", built)
    await tx.execute(
        "DELETE FROM segment_use WHERE segment_id = $1 AND leaf_id <> ALL ($2)",
        segment_id,
        sorted(numbers(wanted.formula)),
    )
    await forget_unused_leaves(tx)
    return True


async def count(database: Database, segment_id: UUID) -> None:
    """Go through everybody; whoever comes meanwhile the live path has seen already."""
    after = _FIRST
    while True:
        async with database.transaction() as tx:
            await lock_segments(tx)
            formula = await tx.value("SELECT formula FROM segment WHERE id = $1", segment_id)
            if formula is None:
                return
            customers = await tx.values("SELECT id FROM customer WHERE id > $1 ORDER BY id LIMIT $2", after, CHUNK)
            if not customers:
                await tx.execute(
                    "UPDATE segment SET state = 'live', counted_at = $2 WHERE id = $1 AND state = 'counting'",
                    segment_id,
                    tx.now,
                )
                await append(tx, Event(name="segment.counted", subject_kind="segment", subject_id=str(segment_id)))
                return
            segment = PlannedSegment(id=segment_id, formula=formula, leaf_ids=frozenset(numbers(formula)))
            await settle(tx, {segment: customers})
        after = customers[-1]
