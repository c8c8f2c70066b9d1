"""A segment held against the lake: whether live and bulk say the same (`compare`), and putting right what differs
(`rebuild`).

What the lake says decides nothing by itself: whoever it sees otherwise is worked out anew from the facts, under the
lock of the live path. So a lake that is a minute behind costs a look too many, and never a wrong member.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from uuid import UUID

import ibis
from ibis.backends.duckdb import Backend
from msgspec import Struct

from damso.kernel.database import Database, Transaction
from damso.kernel.errors import NotFound
from damso.segments.build import build, count
from damso.segments.bulk import kept_by, members, states
from damso.segments.bulk_events import Read, Reading, Table, Tables
from damso.segments.define import rules_of
from damso.segments.evaluate import Pair
from damso.segments.leaves import canonical, leaf_key, leaves_of
from damso.segments.on_lake import lake_tables
from damso.segments.plan import load_plan, lock_segments
from damso.segments.refresh import refresh
from damso.segments.rule import Computation, Leaf, Rule
from damso.segments.source import copy_in

OpenLake = Callable[[], AbstractAsyncContextManager[Backend]]
"""Brings the lake up to now, and opens it."""

CHUNK = 500
LOOKS = 3
"""What differs in every look is a difference: live and lake may each be a second behind the log."""
APART = 2.0
"""Seconds between looks."""


class Difference(Struct, frozen=True, kw_only=True):
    """A customer whom live and bulk do not say the same of."""

    customer_id: UUID
    live: bool
    bulk: bool


class Compared(Struct, frozen=True, kw_only=True):
    """How many are in by either, and who in one only."""

    live: int
    bulk: int
    differences: Sequence[Difference]


class Rebuilt(Struct, frozen=True, kw_only=True):
    """How many customers there are now, and how many answers about them were not right before."""

    members: int
    mended: int


async def segment_named(tx: Transaction, name: str) -> UUID:
    """By its name or its id. Raises `NotFound`."""
    found: UUID | None = await tx.value(
        "SELECT id FROM segment WHERE lower(name) = lower($1) OR id::text = lower($1)", name.strip()
    )
    if found is None:
        raise NotFound
    return found


async def compare(database: Database, open_lake: OpenLake, segment_id: UUID, *, looks: int = LOOKS) -> Compared:
    """Looks again before it calls something a difference. Raises `NotFound`, `RuleInvalid`."""
    found = await _look(database, open_lake, segment_id)
    lasting = set(found.differences)
    for _ in range(looks - 1):
        if not lasting:
            break
        await asyncio.sleep(APART)
        found = await _look(database, open_lake, segment_id)
        lasting &= set(found.differences)
    return Compared(live=found.live, bulk=found.bulk, differences=sorted(lasting, key=lambda one: one.customer_id))


async def _look(database: Database, open_lake: OpenLake, segment_id: UUID) -> Compared:
    async with database.reading() as tx:
        rule = await _rule(tx, segment_id)
    async with open_lake() as lake:
        now = database.clock.now()
        tables = await lake_tables(database, lake, list(leaves_of(rule)), now)
        bulk = await asyncio.to_thread(_members, lake, rule, tables, now)
        async with database.reading() as tx:
            live = set(
                await tx.values(
                    "SELECT customer_id FROM segment_member WHERE segment_id = $1 AND to_at IS NULL", segment_id
                )
            )
    return Compared(
        live=len(live),
        bulk=len(bulk),
        differences=[Difference(customer_id=one, live=one in live, bulk=one in bulk) for one in live ^ bulk],
    )


async def rebuild(database: Database, open_lake: OpenLake, segment_id: UUID) -> Rebuilt:
    """Build what was not built yet; of what was, put right what is known of its leaves, and go through everybody.
    Raises `NotFound`, `RuleInvalid`."""
    async with database.reading() as tx:
        rule = await _rule(tx, segment_id)
        state = await tx.value("SELECT state FROM segment WHERE id = $1", segment_id)
    mended = 0
    if state == "live":
        mended = await _mend(database, open_lake, {leaf_key(leaf): leaf for leaf in leaves_of(rule)})
        await count(database, segment_id)
    else:
        await build(database, segment_id, _read_from(database, open_lake))
    async with database.reading() as tx:
        found = await tx.value(
            "SELECT count(*) FROM segment_member WHERE segment_id = $1 AND to_at IS NULL", segment_id
        )
    return Rebuilt(members=found, mended=mended)


async def _rule(tx: Transaction, segment_id: UUID) -> Rule:
    rules = await rules_of(tx)
    rule = rules.get(segment_id)
    if rule is None or isinstance(rule, Computation):
        raise NotFound
    return canonical(rule, rules)


def _members(lake: Backend, rule: Rule, tables: Tables, now: datetime) -> set[UUID]:
    found = lake.to_pyarrow(members(rule, tables, now, kept_by(lake)))
    return {UUID(one) for one in found["customer_id"].to_pylist()}


def _read_from(database: Database, open_lake: OpenLake) -> Read:
    """The lake, opened once the leaves are known to the live path: so nothing falls between the two."""

    @asynccontextmanager
    async def read(leaves: Sequence[Leaf]) -> AsyncIterator[Reading]:
        async with open_lake() as lake:
            now = database.clock.now()
            yield Reading(engine=lake, tables=await lake_tables(database, lake, leaves, now), now=now)

    return read


async def _mend(database: Database, open_lake: OpenLake, leaves: Mapping[str, Leaf]) -> int:
    async with database.reading() as tx:
        rows = await tx.rows("SELECT id, key FROM segment_leaf WHERE key = ANY ($1) AND NOT building", sorted(leaves))
    of_number = {row["id"]: leaves[row["key"]] for row in rows}
    async with open_lake() as lake:
        now = database.clock.now()
        tables = await lake_tables(database, lake, list(of_number.values()), now)
        pairs: list[Pair] = []
        keep = kept_by(lake)
        for number, found in states(of_number, tables, now, keep).items():
            name = f"known_{number}"
            await copy_in(database, lake, name, _KNOWN, number, shape="known")
            said = found.select("customer_id", "holds", changes=found.next_change.notnull())
            bulk = await asyncio.to_thread(keep, f"bulk_{number}", said)
            pairs += [(number, one) for one in await asyncio.to_thread(_otherwise, lake, bulk, lake.table(name))]
    mended = 0
    for start in range(0, len(pairs), CHUNK):
        async with database.transaction() as tx:
            await lock_segments(tx)
            plan = await load_plan(tx)
            mended += await refresh(tx, plan, {pair for pair in pairs[start : start + CHUNK] if pair[0] in plan.leaves})
    return mended


_KNOWN = """
SELECT customer_id::text, holds, next_change_at IS NOT NULL AS changes FROM leaf_state WHERE leaf_id = $1
"""


def _otherwise(lake: Backend, bulk: Table, known: Table) -> list[UUID]:
    """Of whom the bulk says something else than what is known."""
    asked = ["customer_id", "holds", "changes"]
    either = ibis.union(
        bulk.anti_join(known, asked).select("customer_id"), known.anti_join(bulk, asked).select("customer_id")
    )
    return [UUID(one) for one in lake.to_pyarrow(either.distinct())["customer_id"].to_pylist()]
