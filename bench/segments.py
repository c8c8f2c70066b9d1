"""Segments: how many events a second the live path keeps up with, and how its cost grows with segments over shared
leaves. In bulk they are measured by `bench.bulk`, with everything else running by `bench.live_segments`."""

import time
from collections.abc import Sequence
from random import Random
from uuid import UUID, uuid4

from bench.results import Goal, Result
from bench.world import World
from damso.kernel import log
from damso.kernel.database import Database
from damso.kernel.log import SYSTEM, Event
from damso.kernel.readers import advance
from damso.segments import rule as r
from damso.segments.build import build
from damso.segments.define import Definition, create_segment, remove_segment
from damso.segments.readers import TrackedReader

EVENTS = 4_000
NAMES = tuple(f"Bench {number}" for number in range(10))
DAY = 86_400


async def measure_segments(world: World) -> list[Result]:
    """Live figures are those of one process that does nothing else."""
    database = world.parts.database
    rates = {count: await _rate(database, count, half) for half, count in enumerate((10, 100))}
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
    ]


def rules_over_thirty_leaves(count: int) -> list[r.Rule]:
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
    await clear_segments(database)
    for segment_id in await make_segments(database, rules_over_thirty_leaves(count)):
        await build(database, segment_id)
    await _catch_up(database)
    await _send(database, half)
    began = time.monotonic()
    await _catch_up(database)
    took = time.monotonic() - began
    await clear_segments(database)
    return round(EVENTS / took)


async def make_segments(database: Database, rules: Sequence[r.Rule]) -> list[UUID]:
    """To be built by whoever is asked to."""
    made: list[UUID] = []
    for rule in rules:
        async with database.transaction() as tx:
            made.append(await create_segment(tx, Definition(name=f"bench {uuid4()}", rule=rule), actor=SYSTEM))
    return made


async def clear_segments(database: Database) -> None:
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
