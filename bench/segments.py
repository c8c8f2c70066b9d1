"""Segments: how many events a second the live path keeps up with, how its cost grows with segments over shared leaves,
and how long a rebuild takes beside SQL written by hand for the same question."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

import duckdb
import ibis

from bench.results import Goal, Result
from bench.world import World
from damso.kernel import log
from damso.kernel.database import Database
from damso.kernel.log import SYSTEM, Event
from damso.kernel.readers import advance
from damso.segments import rule as r
from damso.segments.build import build
from damso.segments.bulk import kept_by, members
from damso.segments.bulk_events import Tables
from damso.segments.define import Definition, create_segment, remove_segment
from damso.segments.leaves import canonical
from damso.segments.readers import TrackedReader

EVENTS = 4_000
NAMES = tuple(f"Bench {number}" for number in range(10))
DAY = 86_400
BULK_EVENTS = 5_000_000
BULK_CUSTOMERS = 100_000


async def measure_segments(world: World) -> list[Result]:
    """Live figures are those of one process that does nothing else."""
    database = world.parts.database
    rates = {count: await _rate(database, count, half) for half, count in enumerate((10, 100))}
    bulk = _bulk()
    return [
        Result(
            "live: events a second, 100 segments",
            {"events/s": rates[100], "with 10 segments": rates[10]},
            Goal("events/s", 2000, at_least=True),
            f"{EVENTS:,} events of {len(NAMES)} names",
        ),
        Result(
            "live: 100 segments beside 10 over the same leaves",
            {"times": round(rates[10] / rates[100], 2)},
            Goal("times", 3),
        ),
        Result(
            "rebuild in bulk, beside SQL by hand",
            {"times": round(bulk[0] / bulk[1], 2), "s": round(bulk[0], 2), "by hand s": round(bulk[1], 2)},
            Goal("times", 1.5),
            f"{BULK_EVENTS:,} events, {BULK_CUSTOMERS:,} customers",
        ),
    ]


def _rules(count: int) -> list[r.Rule]:
    """So many rules over thirty leaves."""
    leaves = [
        r.Performed(event=r.Step(name=name), window=r.Window(last=days * DAY), times=times)
        for name in NAMES
        for days, times in ((1, 1), (7, 2), (30, 3))
    ]
    chance = Random(7)
    return [r.All(rules=(leaf, r.Not(rule=other))) for leaf, other in (chance.sample(leaves, 2) for _ in range(count))]


async def _rate(database: Database, count: int, half: int) -> float:
    """`half` of the people it is about, so that nobody comes with what they did in another round."""
    await _clear(database)
    made: list[UUID] = []
    for number, rule in enumerate(_rules(count)):
        async with database.transaction() as tx:
            made.append(await create_segment(tx, Definition(name=f"bench {number}", rule=rule), actor=SYSTEM))
    for segment_id in made:
        await build(database, segment_id)
    await _catch_up(database)
    await _send(database, half)
    began = time.monotonic()
    await _catch_up(database)
    took = time.monotonic() - began
    await _clear(database)
    return round(EVENTS / took)


async def _clear(database: Database) -> None:
    """Also of what a run that was broken off has left."""
    async with database.transaction() as tx:
        for segment_id in await tx.values("SELECT id FROM segment WHERE name LIKE 'bench %'"):
            await remove_segment(tx, segment_id, actor=SYSTEM)


async def _send(database: Database, half: int) -> None:
    chance = Random(8)
    async with database.reading() as tx:
        people = await tx.values(
            """SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM identity
                WHERE kind <> 'internal' ORDER BY id LIMIT 4000) AS people WHERE place % 2 = $1""",
            half,
        )
    for _ in range(EVENTS // 500):
        async with database.transaction() as tx:
            events = [_event(chance.choice(people), chance.choice(NAMES)) for _ in range(500)]
            await log.append(tx, *events)


def _event(identity_id: int, name: str) -> Event:
    return Event(
        stream="tracked", name=name, subject_kind="identity", subject_id=str(identity_id), identity_id=identity_id
    )


async def _catch_up(database: Database) -> None:
    reader = TrackedReader()
    async with database.reading() as tx:
        below = await log.horizon(tx)
    while await advance(database, reader, below):
        pass


_MADE = """
CREATE TABLE customer AS SELECT i::varchar AS customer_id, 'UTC' AS zone FROM range({customers}) t(i);
CREATE TABLE identity AS SELECT i AS identity_id, i::varchar AS customer_id, 'email' AS kind, 'none' AS proof
    FROM range({customers}) t(i);
CREATE TABLE event AS SELECT 'tracked' AS stream, 'Bench ' || (hash(i) % 10) AS name,
    1000000 * (hash(i + 1) % 7776000)::bigint AS "at", i AS id, (hash(i + 2) % {customers})::bigint AS identity_id,
    '{{"amount": 5}}' AS properties FROM range({events}) t(i);
CREATE TABLE trait (identity_id bigint, key varchar, value varchar, "at" bigint, id bigint);
CREATE TABLE conversation (identity_id bigint, open boolean, since bigint, waiting_since bigint);
CREATE TABLE consent (customer_id varchar, purpose varchar, channel varchar, state varchar);
CREATE TABLE score (customer_id varchar, grouped varchar, recency bigint, frequency bigint, monetary bigint,
    value bigint);
"""
_BY_HAND = """
SELECT customer_id FROM (
    SELECT i.customer_id, count(*) FILTER (WHERE e.name = 'Bench 1' AND e."at" > {now} - 2592000000000) AS ones,
        count(*) FILTER (WHERE e.name = 'Bench 2' AND e."at" > {now} - 604800000000) AS twos
    FROM event e JOIN identity i USING (identity_id) WHERE e.name IN ('Bench 1', 'Bench 2') GROUP BY i.customer_id
) WHERE ones >= 2 AND twos < 1
"""


def _bulk() -> tuple[float, float]:
    """Seconds of the bulk and of SQL by hand, each the best of three."""
    engine = ibis.duckdb.connect(":memory:")
    connection: duckdb.DuckDBPyConnection = engine.con
    connection.execute(_MADE.format(customers=BULK_CUSTOMERS, events=BULK_EVENTS))
    now = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=90)
    names = ("customer", "identity", "trait", "event", "conversation", "consent", "score")
    tables = Tables(**{name: engine.table(name) for name in names}, zones=("UTC",))
    rule = canonical(
        r.All(
            rules=(
                r.Performed(event=r.Step(name="Bench 1"), window=r.Window(last=30 * DAY), times=2),
                r.Not(rule=r.Performed(event=r.Step(name="Bench 2"), window=r.Window(last=7 * DAY))),
            )
        ),
        {},
    )
    by_hand = _BY_HAND.format(now=90 * DAY * 1_000_000)
    keep = kept_by(engine)

    def rebuild(number: int) -> object:
        return engine.to_pyarrow(members(rule, tables, now, lambda name, table: keep(f"{name}_{number}", table)))

    ours = min(_timed(partial(rebuild, number)) for number in range(3))
    theirs = min(_timed(lambda: connection.execute(by_hand).fetchall()) for _ in range(3))
    engine.disconnect()
    return ours, theirs


def _timed(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began
