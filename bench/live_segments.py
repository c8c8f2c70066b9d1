"""A hundred segments kept live while 2,000 events a second come in over HTTP: how soon somebody is in, and out again.

Web, worker and database run as shipped, with every reader. Some visitors enter a segment whose window is seconds long:
when their row of membership opens and closes is looked up from outside, so that what is measured is what anybody sees.
"""

import asyncio
import time
from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID, uuid4

import msgspec
from msgspec import Struct, field

from bench.results import Goal, Result, in_ms
from bench.segments import NAMES, clear_segments, make_segments, rules_over_thirty_leaves
from bench.wire import Connection
from bench.world import World, memory_of, running
from damso.customers.tracking.sources import NewSource, create_source
from damso.kernel.database import Database
from damso.kernel.log import SYSTEM
from damso.kernel.readers import lag
from damso.segments import rule as r
from damso.segments.build import build

LOADS = ((250, 30), (2_000, 60))
"""Events a second, and for how long: an easy hour, and the goal."""
BATCH = 100
VISITORS = 10_000
WINDOW = 5
"""Seconds that somebody stays in the segment that is watched."""
WATCHED = r.Performed(event=r.Step(name="Bench Watched"), window=r.Window(last=WINDOW))
LOOK = 0.02
"""Seconds between looks at its members."""
CONNECTIONS = 4
PATIENCE = 30.0
"""Seconds that what came is waited for."""
IN_TIME = Goal("p99 ms", 2_000)


class Seen(Struct):
    """When a membership was first seen to begin and to end, by customer."""

    came: dict[UUID, float] = field(default_factory=dict)
    left: dict[UUID, float] = field(default_factory=dict)
    wanted: int = 0
    all_left: asyncio.Event = field(default_factory=asyncio.Event)
    behind: int = 0
    megabytes: float = 0


async def measure_live_segments(world: World) -> list[Result]:
    """The segments are made first, as a company has them when its traffic comes."""
    database = world.parts.database
    await clear_segments(database)
    *_, segment_id = made = await make_segments(database, [*rules_over_thirty_leaves(99), WATCHED])
    for one in made:
        await build(database, one)
    results: list[Result] = []
    async with running(world, "web") as web, running(world, "worker"):
        key = await _source(database)
        everybody = [_body(f"visitor-{number}", "Hello") for number in range(VISITORS)]
        await _pour(web.port, key, everybody, rate=None)
        for rate, seconds in LOADS:
            results += await _under_load(world, web.port, key, segment_id, rate, seconds)
    await clear_segments(database)
    return results


async def _under_load(world: World, port: int, key: str, segment_id: UUID, rate: int, seconds: int) -> list[Result]:
    database = world.parts.database
    watched = [f"watched-{uuid4().hex[:8]}" for _ in range(rate * seconds // BATCH // 2)]
    await _pour(port, key, [_body(one, "Hello") for one in watched], rate=None)
    await _until_quiet(database)
    seen = Seen(wanted=len(watched))
    looking = asyncio.create_task(_look(database, segment_id, seen))
    sampling = asyncio.create_task(_sample(world, seen))
    began, used = time.perf_counter(), world.cpu_seconds()
    await _pour(port, key, _events(watched, rate * seconds), rate=rate)
    took = time.perf_counter() - began
    with suppress(TimeoutError):
        await asyncio.wait_for(seen.all_left.wait(), PATIENCE)
    spent = {name: (after - used[name]) / (rate * seconds) * 1e6 for name, after in world.cpu_seconds().items()}
    looking.cancel()
    sampling.cancel()
    entries, exits = await _delays(database, watched, seen)
    costs = ", ".join(f"{name} {one:.0f} µs" for name, one in spent.items())
    return [
        Result(
            f"at {rate:,} events a second",
            {"events/s": round(rate * seconds / took), "behind at most": seen.behind},
            None,
            f"for {seconds} s, {VISITORS:,} customers; CPU for each: {costs}",
        ),
        Result("in, from when the event was accepted", in_ms(entries), IN_TIME, f"{len(seen.came)} of {len(watched)}"),
        Result("out, from when the window ended", in_ms(exits), IN_TIME, f"{len(seen.left)} of {len(watched)}"),
        Result("memory of web, worker and database (PSS)", {"MB": round(seen.megabytes)}, Goal("MB", 1000)),
    ]


async def _source(database: Database) -> str:
    async with database.transaction() as tx:
        wanted = NewSource(name=f"bench {uuid4().hex[:6]}", kind="server", events_per_second=100_000)
        return (await create_source(tx, wanted, SYSTEM))[1]


def _body(visitor: str, name: str) -> dict[str, Any]:
    return {"type": "track", "event": name, "messageId": uuid4().hex, "userId": visitor, "properties": {"n": 1}}


def _events(watched: Sequence[str], total: int) -> list[dict[str, Any]]:
    """One of those who are watched in every second batch."""
    dice = Random(5)
    events = [_body(f"visitor-{dice.randrange(VISITORS)}", dice.choice(NAMES)) for _ in range(total)]
    for number, visitor in enumerate(watched):
        events[number * 2 * BATCH] = _body(visitor, "Bench Watched")
    return events


async def _pour(port: int, key: str, events: Sequence[dict[str, Any]], *, rate: int | None) -> None:
    """In batches, at that pace or as fast as they are taken."""
    headers = {"authorization": "Basic " + b64encode(f"{key}:".encode()).decode()}
    waiting = iter([events[start : start + BATCH] for start in range(0, len(events), BATCH)])
    began, numbers = time.perf_counter(), iter(range(len(events)))

    async def work() -> None:
        async with Connection(port) as connection:
            for batch in waiting:
                if rate:
                    due = began + next(numbers) * BATCH / rate
                    await asyncio.sleep(max(0.0, due - time.perf_counter()))
                answer = await connection.post("/v1/batch", msgspec.json.encode({"batch": batch}), headers)
                if answer.status != 200 or b'"rejected":[]' not in answer.body:
                    raise RuntimeError(f"{answer.status} {answer.body[:300]!r}")

    await asyncio.gather(*(work() for _ in range(CONNECTIONS)))


async def _look(database: Database, segment_id: UUID, seen: Seen) -> None:
    async with database.reading() as tx:
        while True:
            rows = await tx.rows("SELECT customer_id, to_at FROM segment_member WHERE segment_id = $1", segment_id)
            now = time.time()
            for row in rows:
                seen.came.setdefault(row["customer_id"], now)
                if row["to_at"]:
                    seen.left.setdefault(row["customer_id"], now)
            if len(seen.left) >= seen.wanted:
                seen.all_left.set()
            await asyncio.sleep(LOOK)


async def _sample(world: World, seen: Seen) -> None:
    pids = [world.postgres_pid, *world.processes.values()]
    while True:
        async with world.parts.database.reading() as tx:
            seen.behind = max(seen.behind, await lag(tx, "tracked", "segments.tracked"))
        megabytes = await asyncio.to_thread(lambda: sum(map(memory_of, pids)) / 2**20)
        seen.megabytes = max(seen.megabytes, megabytes)
        await asyncio.sleep(3)


async def _until_quiet(database: Database) -> None:
    """Until every segment is live and nothing waits to be read."""
    deadline = time.monotonic() + 2 * PATIENCE
    while time.monotonic() < deadline:
        async with database.reading() as tx:
            building = await tx.value("SELECT count(*) FROM segment WHERE name LIKE 'bench %' AND state <> 'live'")
            waiting = await lag(tx, "tracked", "segments.tracked")
        if not building and not waiting:
            return
        await asyncio.sleep(0.5)
    print("  what came before is not read yet", flush=True)


async def _delays(database: Database, watched: Sequence[str], seen: Seen) -> tuple[list[float], list[float]]:
    """Seconds from acceptance until in, and from the window's end until out; until now for who was not seen to."""
    now = time.time()
    async with database.reading() as tx:
        rows = await tx.rows(
            """SELECT i.customer_id, e.recorded_at, least(e.occurred_at, e.recorded_at) AS at FROM identity i
            JOIN tracked_event e ON e.identity_id = i.id AND e.name = 'Bench Watched'
            WHERE i.kind = 'user' AND i.value = ANY ($1) AND e.recorded_at > $2""",
            list(watched),
            datetime.fromtimestamp(time.time() - 3600, UTC),
        )
    entries = [seen.came.get(row["customer_id"], now) - row["recorded_at"].timestamp() for row in rows]
    exits = [seen.left.get(row["customer_id"], now) - row["at"].timestamp() - WINDOW for row in rows]
    return entries, exits
