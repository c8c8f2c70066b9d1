"""What a run found, into the list of suggestions, and joined where the company's rule says so. All of it may be done
twice: a run that was killed begins again."""

from collections.abc import Collection, Sequence
from uuid import UUID

import msgspec

from damso.customers.card import internal_identity
from damso.customers.cluster import Cluster, lock_cluster
from damso.customers.graph import active
from damso.customers.matching.types import BANDS, Band, Pair
from damso.customers.protection.join import join
from damso.customers.suggestions import kept_apart
from damso.kernel.database import Database, Transaction

# Who was merged or forgotten since they were read has no words to be found by.
_KEEP = """
INSERT INTO suggestion (one_id, other_id, reasons, weight, found_at, probability, explanation, run_id)
SELECT p.one, p.other, '[]', round(p.probability * 100), $3, p.probability, p.explanation, $2
FROM jsonb_to_recordset($1) AS p(one uuid, other uuid, probability float8, explanation jsonb)
WHERE EXISTS (SELECT FROM customer_search s WHERE s.customer_id = p.one)
    AND EXISTS (SELECT FROM customer_search s WHERE s.customer_id = p.other)
ORDER BY p.one, p.other
ON CONFLICT (one_id, other_id) DO UPDATE SET probability = excluded.probability, explanation = excluded.explanation,
    run_id = excluded.run_id, weight = greatest(suggestion.weight, excluded.weight)
"""


async def keep_pairs(tx: Transaction, run_id: UUID, pairs: Sequence[Pair]) -> list[Pair]:
    """Keep those of whom nobody said that they are two people; which they are."""
    apart = await kept_apart(tx, {one for pair in pairs for one in (pair.one_id, pair.other_id)})
    open_pairs = [pair for pair in pairs if frozenset((pair.one_id, pair.other_id)) not in apart]
    await tx.execute(
        _KEEP,
        [
            {
                "one": pair.one_id,
                "other": pair.other_id,
                "probability": pair.probability,
                "explanation": msgspec.to_builtins(pair.explanation),
            }
            for pair in open_pairs
        ],
        run_id,
        tx.now,
    )
    return open_pairs


async def forget_earlier(tx: Transaction, run_id: UUID) -> None:
    """What an earlier run found and this one did not. Reasons of another kind stay."""
    await tx.execute(
        "DELETE FROM suggestion WHERE run_id IS DISTINCT FROM $1 AND probability IS NOT NULL AND reasons = '[]'", run_id
    )
    await tx.execute(
        """UPDATE suggestion SET probability = NULL, explanation = NULL, run_id = NULL
        WHERE run_id IS DISTINCT FROM $1 AND probability IS NOT NULL""",
        run_id,
    )


_OPEN = """
SELECT s.one_id, s.other_id, s.probability FROM suggestion s
JOIN customer a ON a.id = s.one_id AND a.merged_into IS NULL JOIN customer b ON b.id = s.other_id
    AND b.merged_into IS NULL
WHERE s.run_id = $1 AND s.probability >= $2 AND (s.probability, s.one_id, s.other_id) < ($3, $4::uuid, $5::uuid)
ORDER BY s.probability DESC, s.one_id DESC, s.other_id DESC LIMIT 100
"""
_LAST = UUID(int=2**128 - 1)


async def join_likely(database: Database, run_id: UUID, least: float) -> tuple[int, int]:
    """Join the pairs that are at least so likely, the likeliest first, each in a transaction of its own: how many were,
    and how many are held because they would be too many. A `separate` link holds, and rules that keep strangers apart
    as well. Whom a run joined and a person took back is left to people: it stays proposed."""
    joined = held = 0
    place: tuple[float, UUID, UUID] = (2.0, _LAST, _LAST)
    while True:
        async with database.reading() as tx:
            rows = await tx.rows(_OPEN, run_id, least, *place)
        if not rows:
            return joined, held
        for row in rows:
            async with database.transaction() as tx:
                done, kept = await _join(tx, run_id, row["one_id"], row["other_id"], row["probability"])
            joined, held = joined + done, held + kept
        place = (rows[-1]["probability"], rows[-1]["one_id"], rows[-1]["other_id"])


async def _join(tx: Transaction, run_id: UUID, one: UUID, other: UUID, probability: float) -> tuple[bool, bool]:
    ends = [await internal_identity(tx, customer) for customer in (one, other)]
    cluster = await lock_cluster(tx, ends)
    customers = {cluster.customer_of[end] for end in ends}
    if len(customers) < 2 or _taken_back(cluster, customers):
        return False, False
    evidence = {"rule": "match", "run": str(run_id), "probability": round(probability, 4)}
    outcome = await join(tx, ends[0], ends[1], strength="matched", road="match", evidence=evidence)
    if outcome.joined:
        await tx.execute("DELETE FROM suggestion WHERE one_id = $1 AND other_id = $2", one, other)
    return outcome.joined, bool(outcome.held)


def _taken_back(cluster: Cluster, customers: Collection[UUID]) -> bool:
    """Whether an earlier run joined these two, and somebody undid it."""
    standing = {entry.id for entry in active(cluster.entries)}
    return any(
        entry.kind == "link"
        and entry.strength == "matched"
        and entry.id not in standing
        and {cluster.customer_of[entry.one], cluster.customer_of[entry.other]} == customers
        for entry in cluster.entries
    )


async def bands_of(tx: Transaction, run_id: UUID, proposed: float) -> list[Band]:
    """How many pairs of a run are how likely, in the bands that reach above what is proposed."""
    rows = await tx.rows(
        """SELECT width_bucket(probability, $2::float8[]) AS place, count(*) AS pairs FROM suggestion
        WHERE run_id = $1 GROUP BY 1""",
        run_id,
        list(BANDS),
    )
    found = {row["place"]: row["pairs"] for row in rows}
    ends = (*BANDS[1:], 2.0)
    return [
        Band(least=least, pairs=found.get(place, 0))
        for place, (least, end) in enumerate(zip(BANDS, ends, strict=True), start=1)
        if end > proposed
    ]
