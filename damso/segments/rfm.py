"""Buyers by recency, frequency and monetary value: scores from 1 to 5 by fifths of all who bought in a year.

Reckoned for everybody at once, once a day and when somebody asks. Equal buyers have equal scores, so fifths may be
uneven: where most people have bought once, they all have frequency 1.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.commerce.buyers import BUYERS, main_currency
from damso.customers.search import Within
from damso.kernel.database import Database, Transaction
from damso.kernel.i18n import Text
from damso.kernel.lanes import Claim, enqueue
from damso.segments.evaluate import Pair
from damso.segments.plan import load_plan, lock_segments
from damso.segments.refresh import refresh
from damso.segments.rfm_groups import GRID
from damso.segments.rule import Group, InRfm
from damso.segments.statements import RFM_FITS

LANE = "rfm"
OVER = timedelta(days=365)
"""How far back orders count."""
EVERY = timedelta(days=1)
CHUNK = 500
"""Customers who enter and leave in one transaction."""

_RECKON = f"""
WITH buyer AS ({BUYERS}), scored AS (
    SELECT *, 1 + (5 * (rank() OVER (ORDER BY last_at) - 1) / count(*) OVER ())::int AS recency,
        1 + (5 * (rank() OVER (ORDER BY orders) - 1) / count(*) OVER ())::int AS frequency,
        1 + (5 * (rank() OVER (ORDER BY spent) - 1) / count(*) OVER ())::int AS monetary
    FROM buyer
), placed AS (
    SELECT *, ($3::text[])[(recency - 1) * 5 + value] AS grouped
    FROM (SELECT *, (frequency + monetary + 1) / 2 AS value FROM scored) s
), gone AS (
    DELETE FROM rfm_score r WHERE NOT EXISTS (SELECT FROM placed p WHERE p.customer_id = r.customer_id)
), kept AS (
    INSERT INTO rfm_score AS r (customer_id, last_at, orders, spent, recency, frequency, monetary, value, grouped)
    SELECT customer_id, last_at, orders, spent, recency, frequency, monetary, value, grouped FROM placed
    ON CONFLICT (customer_id) DO UPDATE SET last_at = excluded.last_at, orders = excluded.orders,
        spent = excluded.spent, recency = excluded.recency, frequency = excluded.frequency,
        monetary = excluded.monetary, value = excluded.value, grouped = excluded.grouped
    WHERE r.* IS DISTINCT FROM excluded.*
)
SELECT count(*) FROM placed
"""

_OTHERWISE = f"""
SELECT coalesce(f.customer_id, s.customer_id) AS customer_id FROM (
    SELECT s.customer_id FROM rfm_score s, jsonb_to_record($2) AS l(groups text[], recency int[], frequency int[],
        monetary int[], value int[]) WHERE {RFM_FITS}
) f FULL JOIN (SELECT customer_id FROM leaf_state WHERE leaf_id = $1 AND holds) s USING (customer_id)
WHERE f.customer_id IS NULL OR s.customer_id IS NULL ORDER BY 1
"""
"""Whoever a condition is true of by now and was not, or the other way round."""


class Cell(Struct, frozen=True, kw_only=True):
    """How many buyers have this recency and this value (frequency and amount together), and what they are called."""

    recency: int
    value: int
    group: Group
    customers: int


class Reckoned(Struct, frozen=True, kw_only=True):
    """The last reckoning: none yet where `computed_at` is None. `due_at` is when the next one comes by itself,
    `refreshing` that one is waiting or at work."""

    computed_at: datetime | None
    due_at: datetime | None
    currency: str
    refreshing: bool
    cells: Sequence[Cell]


class Score(Struct, frozen=True, kw_only=True):
    """Where a customer stands, and by what."""

    group: Group
    recency: int
    frequency: int
    monetary: int
    value: int
    last_at: datetime
    orders: int
    spent: int


async def reckoned(tx: Transaction, within: Within) -> Reckoned:
    """The picture as it stands, of those whom the caller may see."""
    run = await tx.row("SELECT computed_at, due_at, currency FROM rfm_run")
    args: list[object] = []
    condition = within(args, "u")
    join = f"JOIN customer u ON u.id = s.customer_id AND {condition}" if condition else ""
    rows = await tx.rows(
        f"SELECT s.recency, s.value, count(*) AS customers FROM rfm_score s {join} GROUP BY s.recency, s.value", *args
    )
    counts = {(row["recency"], row["value"]): row["customers"] for row in rows}
    return Reckoned(
        computed_at=run["computed_at"] if run else None,
        due_at=run["due_at"] if run else None,
        currency=run["currency"] if run else "",
        refreshing=await _waiting(tx),
        cells=[
            Cell(recency=recency, value=value, group=group, customers=counts.get((recency, value), 0))
            for recency, line in enumerate(GRID, 1)
            for value, group in enumerate(line, 1)
        ],
    )


async def score_of(tx: Transaction, customer_id: UUID) -> Score | None:
    """None for somebody who has bought nothing in a year."""
    return await tx.maybe(
        Score,
        """SELECT grouped AS group, recency, frequency, monetary, value, last_at, orders, spent FROM rfm_score
        WHERE customer_id = $1""",
        customer_id,
    )


async def ask_for_reckoning(tx: Transaction) -> None:
    """Have it done now; once, however often it is asked for."""
    if not await _waiting(tx):
        await enqueue(tx, LANE, [(LANE, {})])


async def _waiting(tx: Transaction) -> bool:
    found: bool = await tx.value("SELECT EXISTS (SELECT FROM lane_item WHERE lane = $1 AND parked_at IS NULL)", LANE)
    return found


async def reckon(database: Database) -> None:
    """Reckon everybody, then let them enter and leave segments. May be broken off and done again."""
    async with database.transaction() as tx:
        since = tx.now - OVER
        currency = await main_currency(tx, since)
        customers = await tx.value(_RECKON, since, currency, [group for line in GRID for group in line])
        await tx.execute(
            """INSERT INTO rfm_run (id, due_at, computed_at, customers, currency) VALUES (1, $1, $2, $3, $4)
            ON CONFLICT (id) DO UPDATE SET due_at = excluded.due_at, computed_at = excluded.computed_at,
                customers = excluded.customers, currency = excluded.currency""",
            tx.now + EVERY,
            tx.now,
            customers,
            currency,
        )
    async with database.reading() as tx:
        plan = await load_plan(tx)
        pairs: list[Pair] = []
        for number in sorted(plan.of_rfm):
            leaf = plan.leaves[number]
            assert isinstance(leaf, InRfm)
            found = await tx.values(_OTHERWISE, number, msgspec.to_builtins(leaf))
            pairs += [(number, customer) for customer in found]
    for start in range(0, len(pairs), CHUNK):
        async with database.transaction() as tx:
            await lock_segments(tx)
            plan = await load_plan(tx)
            await refresh(tx, plan, {pair for pair in pairs[start : start + CHUNK] if pair[0] in plan.leaves})


class RfmLane:
    """Works the lane `rfm`."""

    name: ClassVar[str] = LANE
    title: ClassVar[Text] = Text("구매 고객 나누기(RFM)", "Buyers being scored (RFM)")
    width: ClassVar[int] = 1

    def __init__(self, database: Database) -> None:
        self._database = database

    async def work(self, claim: Claim) -> None:
        await reckon(self._database)
        async with self._database.transaction() as tx:
            await claim.finish(tx)


class RfmTimer:
    """Once a day."""

    name: ClassVar[str] = "segments.rfm"

    async def run(self, tx: Transaction) -> bool:
        if await tx.value("SELECT EXISTS (SELECT FROM rfm_run WHERE due_at > $1)", tx.now):
            return False
        if await tx.value(
            """INSERT INTO rfm_run AS r (id, due_at) VALUES (1, $2) ON CONFLICT (id) DO UPDATE SET due_at = $2
            WHERE r.due_at <= $1 RETURNING true""",
            tx.now,
            tx.now + EVERY,
        ):
            await ask_for_reckoning(tx)
        return False
