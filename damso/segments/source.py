"""What a bulk reads, out of PostgreSQL into DuckDB: only the events, traits and cases that the leaves ask about.

Each table comes by one COPY, in batches, outside any writing transaction. Where the lake holds the log, its views
take the place of these tables (`damso.segments.on_lake`); nothing else changes.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import ibis
import pyarrow as pa

from damso.customers.consent.standing import standings
from damso.kernel.database import Database
from damso.lake.arrow import copy_as
from damso.segments import rule as r
from damso.segments.bulk_events import Read, Reading, Tables
from damso.segments.plan import steps_of
from damso.segments.reach import reach_of

BATCH = 50_000

CUSTOMERS = """
SELECT c.id::text AS customer_id, coalesce(c.timezone, n.timezone, 'UTC') AS zone
FROM customer c LEFT JOIN installation n ON true
WHERE c.merged_into IS NULL AND EXISTS (SELECT FROM customer_search s WHERE s.customer_id = c.id)
"""
_IDENTITIES = "SELECT id AS identity_id, customer_id::text AS customer_id, kind, proof FROM identity"
_TRAITS = """
SELECT identity_id, key, value::text AS value, (extract(epoch FROM coalesce(said_at, at)) * 1000000)::bigint AS at, id
FROM trait_change WHERE key = ANY ($1)
"""
_EVENTS = """
SELECT '{stream}' AS stream, e.name, (extract(epoch FROM least(e.occurred_at, e.recorded_at)) * 1000000)::bigint AS at,
    e.id, e.identity_id, e.properties::text AS properties
FROM {stream}_event e WHERE e.name = ANY ($1) AND e.identity_id IS NOT NULL AND e.recorded_at > $2
"""
_CONVERSATIONS = """
SELECT anchor_identity_id AS identity_id, status <> 'resolved' AS open,
    (extract(epoch FROM created_at) * 1000000)::bigint AS since,
    (extract(epoch FROM waiting_since) * 1000000)::bigint AS waiting_since
FROM conversation WHERE joined_into IS NULL AND (status <> 'resolved' OR waiting_since IS NOT NULL)
"""

SCORES = "SELECT customer_id::text AS customer_id, grouped, recency, frequency, monetary, value FROM rfm_score"
_CONSENTING = """
SELECT DISTINCT i.customer_id FROM consent c JOIN identity i ON i.id = c.identity_id WHERE c.purpose = ANY ($1)
"""
HOUSEHOLDS = 2_000
"""Customers whose consents are reckoned at once."""

_SHAPES: Mapping[str, Mapping[str, pa.DataType]] = {
    "known": {"customer_id": pa.string(), "holds": pa.bool_(), "changes": pa.bool_()},
    "customer": {"customer_id": pa.string(), "zone": pa.string()},
    "identity": {"identity_id": pa.int64(), "customer_id": pa.string(), "kind": pa.string(), "proof": pa.string()},
    "trait": {"identity_id": pa.int64(), "key": pa.string(), "value": pa.string(), "at": pa.int64(), "id": pa.int64()},
    "event": {
        "stream": pa.string(),
        "name": pa.string(),
        "at": pa.int64(),
        "id": pa.int64(),
        "identity_id": pa.int64(),
        "properties": pa.string(),
    },
    "conversation": {"identity_id": pa.int64(), "open": pa.bool_(), "since": pa.int64(), "waiting_since": pa.int64()},
    "consent": {"customer_id": pa.string(), "purpose": pa.string(), "channel": pa.string(), "state": pa.string()},
    "score": {
        "customer_id": pa.string(),
        "grouped": pa.string(),
        "recency": pa.int64(),
        "frequency": pa.int64(),
        "monetary": pa.int64(),
        "value": pa.int64(),
    },
}


def copied_from(database: Database) -> Read:
    """PostgreSQL, copied into an engine in memory."""

    @asynccontextmanager
    async def read(leaves: Sequence[r.Leaf]) -> AsyncIterator[Reading]:
        engine = ibis.duckdb.connect(":memory:")
        try:
            now = database.clock.now()
            yield Reading(engine=engine, tables=await load_tables(database, engine, leaves, now), now=now)
        finally:
            engine.disconnect()

    return read


async def load_tables(database: Database, engine: ibis.BaseBackend, leaves: Iterable[r.Leaf], now: datetime) -> Tables:
    """Copy what these leaves ask about into the engine's memory."""
    asked = list(leaves)
    reach = reach_of(asked)
    since = now - reach if reach is not None else datetime.min.replace(tzinfo=now.tzinfo)
    names = names_of(asked)
    keys = sorted({leaf.key for leaf in asked if isinstance(leaf, r.HasTrait | r.Anniversary)})
    scored = any(isinstance(leaf, r.InRfm) for leaf in asked)
    cases = any(isinstance(leaf, r.HasConversation) for leaf in asked)
    await copy_in(database, engine, "customer", CUSTOMERS)
    await copy_in(database, engine, "identity", _IDENTITIES)
    await copy_in(database, engine, "trait", _TRAITS, keys)
    await copy_in(database, engine, "conversation", _CONVERSATIONS if cases else None)
    await copy_in(database, engine, "score", SCORES if scored else None)
    await load_consents(database, engine, asked)
    await copy_in(database, engine, "event", None)
    for stream, wanted in sorted(names.items()):
        await _fill(database, engine, "event", _EVENTS.format(stream=stream), sorted(wanted), since)
    customer = engine.table("customer")
    return Tables(
        customer=customer,
        identity=engine.table("identity"),
        trait=engine.table("trait"),
        event=engine.table("event"),
        conversation=engine.table("conversation"),
        consent=engine.table("consent"),
        score=engine.table("score"),
        zones=sorted(engine.to_pyarrow(customer.select("zone").distinct())["zone"].to_pylist()),
    )


def names_of(leaves: Iterable[r.Leaf]) -> dict[str, set[str]]:
    names: dict[str, set[str]] = {}
    for leaf in leaves:
        for step in steps_of(leaf):
            names.setdefault(step.stream, set()).add(step.name)
    return names


async def load_consents(
    database: Database, engine: ibis.BaseBackend, leaves: Iterable[r.Leaf], name: str = "consent"
) -> None:
    """How the ledger stands for everybody in it, of what these leaves ask, as a table of this name."""
    asked = {(leaf.purpose, leaf.channel) for leaf in leaves if isinstance(leaf, r.HasConsent)}
    await copy_in(database, engine, name, None, shape="consent")
    if not asked:
        return
    async with database.reading() as tx:
        consenting = await tx.values(_CONSENTING, sorted({purpose for purpose, _ in asked}))
    for start in range(0, len(consenting), HOUSEHOLDS):
        async with database.reading() as tx:
            found = await standings(tx, consenting[start : start + HOUSEHOLDS], asked)
        if found:
            rows = [(str(one.customer_id), one.purpose, one.channel, one.state) for one in found]
            engine.insert(name, _arrow("consent", rows))


async def copy_in(
    database: Database, engine: ibis.BaseBackend, name: str, sql: str | None, *args: object, shape: str = ""
) -> None:
    """Make a table of the engine, and fill it by a query, if there is one."""
    engine.create_table(name, schema=ibis.schema(pa.schema(_SHAPES[shape or name])))
    if sql:
        await _fill(database, engine, name, sql, *args, shape=shape)


async def _fill(
    database: Database, engine: ibis.BaseBackend, name: str, sql: str, *args: object, shape: str = ""
) -> None:
    waiting: list[pa.RecordBatch] = []

    async def take(batch: pa.RecordBatch) -> None:
        waiting.append(batch)
        if sum(one.num_rows for one in waiting) >= BATCH:
            await put()

    async def put() -> None:
        await asyncio.to_thread(engine.insert, name, pa.Table.from_batches(waiting))
        waiting.clear()

    async with database.reading() as tx:
        await copy_as(tx, pa.schema(_SHAPES[shape or name]), sql, *args, into=take)
    if waiting:
        await put()


def _arrow(name: str, rows: Sequence[Sequence[object]]) -> pa.Table:
    columns = zip(*rows, strict=True)
    shape = _SHAPES[name]
    return pa.table(
        [pa.array(column, kind) for column, kind in zip(columns, shape.values(), strict=True)], names=list(shape)
    )
