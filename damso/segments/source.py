"""What a bulk reads, out of PostgreSQL into DuckDB: only the events, traits and cases that the leaves ask about.

Each table comes by one query, in batches, outside any writing transaction. Where the lake holds the log, its views
take the place of these tables (`Tables`); nothing else changes.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import ibis
import pyarrow as pa

from damso.kernel.database import Database
from damso.segments import rule as r
from damso.segments.bulk import Tables
from damso.segments.plan import steps_of

BATCH = 50_000

_CUSTOMERS = """
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

_SHAPES: Mapping[str, Mapping[str, pa.DataType]] = {
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
}


async def load_tables(database: Database, engine: ibis.BaseBackend, leaves: Iterable[r.Leaf], now: datetime) -> Tables:
    """Copy what these leaves ask about into the engine's memory."""
    asked = list(leaves)
    reach = _reach(asked)
    since = now - reach if reach is not None else datetime.min.replace(tzinfo=now.tzinfo)
    names = _names(asked)
    keys = sorted({leaf.key for leaf in asked if isinstance(leaf, r.HasTrait | r.Anniversary)})
    cases = any(isinstance(leaf, r.HasConversation) for leaf in asked)
    await _copy(database, engine, "customer", _CUSTOMERS)
    await _copy(database, engine, "identity", _IDENTITIES)
    await _copy(database, engine, "trait", _TRAITS, keys)
    await _copy(database, engine, "conversation", _CONVERSATIONS if cases else None)
    await _copy(database, engine, "event", None)
    for stream, wanted in sorted(names.items()):
        await _fill(database, engine, "event", _EVENTS.format(stream=stream), sorted(wanted), since)
    customer = engine.table("customer")
    return Tables(
        customer=customer,
        identity=engine.table("identity"),
        trait=engine.table("trait"),
        event=engine.table("event"),
        conversation=engine.table("conversation"),
        zones=sorted(engine.to_pyarrow(customer.select("zone").distinct())["zone"].to_pylist()),
    )


def _names(leaves: Iterable[r.Leaf]) -> dict[str, set[str]]:
    names: dict[str, set[str]] = {}
    for leaf in leaves:
        for step in steps_of(leaf):
            names.setdefault(step.stream, set()).add(step.name)
    return names


def _reach(leaves: Iterable[r.Leaf]) -> timedelta | None:
    """How far back any of them looks; None: to the beginning."""
    furthest = 0
    for leaf in leaves:
        if isinstance(leaf, r.Occurrence):
            return None
        if isinstance(leaf, r.Performed | r.Total | r.Sequence | r.NotFollowed):
            if leaf.window.last is None:
                return None
            within = leaf.within if isinstance(leaf, r.Sequence) else 0
            furthest = max(furthest, leaf.window.last + within)
    return timedelta(seconds=furthest)


async def _copy(database: Database, engine: ibis.BaseBackend, name: str, sql: str | None, *args: object) -> None:
    engine.create_table(name, schema=ibis.schema(pa.schema(_SHAPES[name])))
    if sql:
        await _fill(database, engine, name, sql, *args)


async def _fill(database: Database, engine: ibis.BaseBackend, name: str, sql: str, *args: object) -> None:
    async with database.reading() as tx, tx.connection.transaction(readonly=True):
        cursor = await tx.connection.cursor(sql, *args)
        while rows := await cursor.fetch(BATCH):
            engine.insert(name, _arrow(name, rows))


def _arrow(name: str, rows: Sequence[Any]) -> pa.Table:
    columns = zip(*rows, strict=True)
    shape = _SHAPES[name]
    return pa.table(
        [pa.array(column, kind) for column, kind in zip(columns, shape.values(), strict=True)], names=list(shape)
    )
