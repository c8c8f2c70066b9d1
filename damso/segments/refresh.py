"""Bringing what is known of leaves and of members up to now, for the customers who were touched."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from damso.customers.types import INTERNAL
from damso.kernel import log
from damso.kernel.database import Transaction
from damso.kernel.log import Event
from damso.segments.evaluate import Pair, State, evaluate
from damso.segments.plan import Plan, PlannedSegment, members

_STORE = """
WITH asked AS (
    SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::boolean[], $4::timestamptz[], $5::boolean[])
        AS a(leaf_id, customer_id, holds, next_change_at, kept)
), gone AS (
    DELETE FROM leaf_state s USING asked a WHERE s.leaf_id = a.leaf_id AND s.customer_id = a.customer_id AND NOT a.kept
), kept AS (
    INSERT INTO leaf_state AS s (leaf_id, customer_id, holds, next_change_at)
    SELECT leaf_id, customer_id, holds, next_change_at FROM asked WHERE kept
    ON CONFLICT (leaf_id, customer_id) DO UPDATE SET holds = excluded.holds, next_change_at = excluded.next_change_at
    WHERE (s.holds, s.next_change_at) IS DISTINCT FROM (excluded.holds, excluded.next_change_at)
)
SELECT a.leaf_id, a.customer_id FROM asked a LEFT JOIN leaf_state s USING (leaf_id, customer_id)
WHERE a.holds <> coalesce(s.holds, false)
"""


async def refresh(tx: Transaction, plan: Plan, pairs: Collection[Pair], appeared: Collection[UUID] = ()) -> int:
    """Work these pairs out anew, and let customers enter and leave segments accordingly. `appeared` are customers that
    came or went themselves: for them every segment is asked. The caller holds the lock (`lock_segments`). How many
    answers are other than before."""
    changed = await _store(tx, plan, set(pairs), await evaluate(tx, plan.leaves, set(pairs)))
    asked = {
        segment: set(appeared).union(*(changed[leaf] for leaf in segment.leaf_ids if leaf in changed))
        for segment in plan.segments
    }
    await settle(tx, {segment: customers for segment, customers in asked.items() if customers})
    return sum(len(customers) for customers in changed.values())


async def _store(tx: Transaction, plan: Plan, pairs: Collection[Pair], found: Sequence[State]) -> dict[int, set[UUID]]:
    """Keep what was found; for each leaf, of whom it is another than before. A pair that nothing was found of is
    false."""
    state_of: dict[Pair, tuple[bool, datetime | None]] = {
        (state.leaf_id, state.customer_id): (state.holds, state.next_change_at) for state in found
    }
    # In one order, so that it is the same whoever stores.
    rows = [(*pair, *state_of.get(pair, (False, None))) for pair in sorted(pairs)]
    changed: defaultdict[int, set[UUID]] = defaultdict(set)
    for row in await tx.rows(
        _STORE,
        [leaf for leaf, _, _, _ in rows],
        [customer for _, customer, _, _ in rows],
        [holds for _, _, holds, _ in rows],
        [change for _, _, _, change in rows],
        [holds or change is not None or leaf in plan.building for leaf, _, holds, change in rows],
    ):
        changed[row["leaf_id"]].add(row["customer_id"])
    return changed


_SHOWN = """
SELECT c.id FROM customer c WHERE c.id = ANY ($1) AND c.merged_into IS NULL
    AND EXISTS (SELECT FROM customer_search s WHERE s.customer_id = c.id)
"""
"""Whoever became part of another, or was erased, is in no segment."""

_TRUE = """
SELECT leaf_id, customer_id FROM leaf_state WHERE customer_id = ANY ($1) AND leaf_id = ANY ($2) AND holds
"""

_MOVE = """
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::boolean[]) AS a(segment_id, customer_id, inside)
), standing AS MATERIALIZED (
    SELECT m.id, a.segment_id, a.customer_id, a.inside FROM asked a
    JOIN segment_member m ON m.segment_id = a.segment_id AND m.customer_id = a.customer_id AND m.to_at IS NULL
), went AS (
    UPDATE segment_member m SET to_at = $4 FROM standing s WHERE m.id = s.id AND NOT s.inside
    RETURNING m.segment_id, m.customer_id
), came AS (
    INSERT INTO segment_member (segment_id, customer_id, from_at)
    SELECT a.segment_id, a.customer_id, $4 FROM asked a LEFT JOIN standing s USING (segment_id, customer_id)
    WHERE a.inside AND s.id IS NULL
    RETURNING segment_id, customer_id
)
SELECT m.*, i.id AS identity_id FROM (
    SELECT 'segment.left' AS name, segment_id, customer_id FROM went
    UNION ALL SELECT 'segment.entered', segment_id, customer_id FROM came
) m LEFT JOIN identity i ON i.kind = $5 AND i.scope = '' AND i.value = m.customer_id::text
ORDER BY m.segment_id, m.customer_id
"""


async def settle(tx: Transaction, asked: Mapping[PlannedSegment, Collection[UUID]]) -> int:
    """Let customers enter and leave segments by what is known of their leaves; how many moves it took. As many
    statements for a hundred segments as for one."""
    who = sorted({customer for customers in asked.values() for customer in customers})
    if not who:
        return 0
    shown = set(await tx.values(_SHOWN, who))
    true_of: defaultdict[int, set[UUID]] = defaultdict(set)
    for row in await tx.rows(_TRUE, who, sorted({leaf for segment in asked for leaf in segment.leaf_ids})):
        true_of[row["leaf_id"]].add(row["customer_id"])
    pairs = [
        (segment.id, customer, customer in inside)
        for segment, customers in asked.items()
        for inside in [members(segment.formula, shown.intersection(customers), true_of)]
        for customer in sorted(customers)
    ]
    moves = await tx.rows(
        _MOVE,
        [segment_id for segment_id, _, _ in pairs],
        [customer for _, customer, _ in pairs],
        [inside for _, _, inside in pairs],
        tx.now,
        INTERNAL,
    )
    if moves:
        await log.append(tx, *(_moved(**row) for row in moves))
    return len(moves)


def _moved(name: str, segment_id: UUID, customer_id: UUID, identity_id: int | None) -> Event:
    return Event(
        name=name,
        subject_kind="segment",
        subject_id=str(segment_id),
        identity_id=identity_id,
        properties={"customer_id": str(customer_id)},
    )
