"""How many tracked events a second are acknowledged durable, beside a bare endpoint that stores the same rows.

One web process, the embedded database as shipped. The bare endpoint decodes the same bodies and runs the same kind of
INSERT into tables of the same shape, and does nothing else: no people, no checks, no verdicts.
"""

import asyncio
import os
import random
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
import msgspec

from bench.results import Goal, Result, in_ms
from bench.wire import Connection
from bench.world import World, free_port, memory_of, running, until_ready
from damso.customers.tracking.sources import NewSource, create_source
from damso.kernel.log import SYSTEM

BATCH = 100
BATCHES = 600
CONNECTIONS = 8
SINGLES = 6_000
SINGLE_CONNECTIONS = 64
VISITORS = 20_000
NEW_IN_A_BATCH = 3
BATCHED = Goal("events/s", 15_000, at_least=True)
HALF_OF_BARE = Goal("of bare", 0.5, at_least=True)
SINGLE = Goal("requests/s", 1_500, at_least=True)
HALF_LOAD = Goal("p99 ms", 50)
MEMORY = Goal("MB", 1_000)


async def measure_collect(world: World) -> list[Result]:
    """Batches against a bare endpoint, single events, and how long one waits at half the load."""
    key = await _source(world)
    async with running(world, "web") as web:
        headers = {"authorization": "Basic " + b64encode(f"{key}:".encode()).decode()}
        send = _poster(headers)
        await _rate(web.port, _known_visitors(), CONNECTIONS, send)
        bodies = _bodies(BATCHES, seed=2)
        ours = await _rate(web.port, bodies, CONNECTIONS, send) * BATCH
        async with _bare(world) as port:
            await _rate(port, _bodies(40, seed=3), CONNECTIONS, _poster({}))
            bare = await _rate(port, bodies, CONNECTIONS, _poster({})) * BATCH
        singles = await _rate(web.port, _singles(SINGLES), SINGLE_CONNECTIONS, send)
        waits = await _half_load(web.port, ours / BATCH / 2, send)
        memory = (memory_of(web.pid) + memory_of(world.postgres_pid)) / 2**20
    note = f"{BATCHES * BATCH:,} events in batches of {BATCH} over {CONNECTIONS} connections"
    return [
        Result("bare endpoint", {"events/s": bare}, None, note),
        Result("in batches", {"events/s": ours}, BATCHED, f"{note}; {NEW_IN_A_BATCH} in 100 by new visitors"),
        Result("beside the bare endpoint", {"of bare": ours / bare}, HALF_OF_BARE),
        Result("one event a request", {"requests/s": singles}, SINGLE, f"{SINGLE_CONNECTIONS} connections"),
        Result("a batch at half that load", in_ms(waits), HALF_LOAD),
        Result("memory of web and database", {"MB": memory}, MEMORY),
    ]


async def _source(world: World) -> str:
    async with world.parts.database.transaction() as tx:
        wanted = NewSource(name=f"bench {uuid4().hex[:6]}", kind="browser", events_per_second=100_000)
        return (await create_source(tx, wanted, SYSTEM))[1]


def _event(dice: random.Random, visitor: str) -> dict[str, object]:
    """About 600 bytes, as a shop's page sends them."""
    return {
        "type": "track",
        "event": dice.choice(("Product Viewed", "Product Added", "Cart Viewed", "Order Completed")),
        "messageId": f"ajs-next-{uuid4()}",
        "anonymousId": visitor,
        "timestamp": "2026-11-22T00:00:00.000Z",
        "sentAt": "2026-11-22T00:00:01.000Z",
        "properties": {
            "product_id": f"P{dice.randrange(9999)}",
            "name": "유기농 감귤 5kg",
            "price": dice.randrange(100, 900) * 100,
            "currency": "KRW",
            "quantity": dice.randrange(1, 4),
            "category": "과일/감귤",
        },
        "context": {
            "page": {"path": "/p/mandarin", "url": "https://shop.example/p/mandarin", "title": "감귤"},
            "userAgent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36",
            "locale": "ko-KR",
            "library": {"name": "analytics.js", "version": "npm:next-1.84.3"},
        },
    }


def _bodies(count: int, *, seed: int) -> list[bytes]:
    dice = random.Random(seed)
    return [
        msgspec.json.encode(
            {
                "batch": [
                    _event(dice, uuid4().hex if place < NEW_IN_A_BATCH else f"visitor-{dice.randrange(VISITORS)}")
                    for place in range(BATCH)
                ]
            }
        )
        for _ in range(count)
    ]


def _known_visitors() -> list[bytes]:
    """Everybody once, before anything is measured: most who come to a shop have been there before."""
    dice = random.Random(1)
    return [
        msgspec.json.encode({"batch": [_event(dice, f"visitor-{start + place}") for place in range(BATCH)]})
        for start in range(0, VISITORS, BATCH)
    ]


def _singles(count: int) -> list[bytes]:
    dice = random.Random(7)
    return [msgspec.json.encode({"batch": [_event(dice, f"visitor-{dice.randrange(VISITORS)}")]}) for _ in range(count)]


Send = Callable[[Connection, bytes], Awaitable[None]]


def _poster(headers: Mapping[str, str]) -> Send:
    async def send(connection: Connection, body: bytes) -> None:
        answer = await connection.post("/v1/batch", body, headers)
        if answer.status != 200 or b'"rejected":[]' not in answer.body:
            raise RuntimeError(f"{answer.status} {answer.body[:300]!r}")

    return send


async def _rate(port: int, bodies: Sequence[bytes], connections: int, send: Send) -> float:
    """Requests a second, each connection sending one after the other."""
    waiting, started = iter(bodies), time.perf_counter()

    async def work(waiting: Iterator[bytes]) -> None:
        async with Connection(port) as connection:
            for body in waiting:
                await send(connection, body)

    await asyncio.gather(*(work(waiting) for _ in range(connections)))
    return len(bodies) / (time.perf_counter() - started)


async def _half_load(port: int, rate: float, send: Send) -> list[float]:
    """Batches at a steady pace; what each waits, from when it should have been sent."""
    bodies = _bodies(max(200, int(rate * 5)), seed=5)
    waits: list[float] = []
    free: asyncio.Queue[Connection] = asyncio.Queue()
    async with asyncio.TaskGroup() as group:
        connections = [Connection(port) for _ in range(32)]
        for connection in connections:
            await connection.__aenter__()
            free.put_nowait(connection)
        started = time.perf_counter()

        async def one(due: float, body: bytes) -> None:
            connection = await free.get()
            await send(connection, body)
            waits.append(time.perf_counter() - due)
            free.put_nowait(connection)

        for number, body in enumerate(bodies):
            due = started + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(one(due, body))
    for connection in connections:
        await connection.__aexit__(None, None, None)
    return waits


@asynccontextmanager
async def _bare(world: World) -> AsyncIterator[int]:
    """The bare endpoint in a process of its own, with its tables."""
    await _bare_tables(world.dsn)
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "--port",
        str(port),
        "--log-level",
        "critical",
        "bench.bare_collect:app",
    ]
    popen = subprocess.Popen(command, env=os.environ | {"BARE_DSN": world.dsn})  # noqa: ASYNC220 - it only starts it
    try:
        await until_ready(port, popen)
        yield port
    finally:
        popen.terminate()
        await asyncio.to_thread(popen.wait)


async def _bare_tables(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("DROP TABLE IF EXISTS bare_event, bare_key")
        await connection.execute("CREATE TABLE bare_key (LIKE event_key INCLUDING ALL) PARTITION BY HASH (key)")
        for number in range(8):
            await connection.execute(
                f"CREATE TABLE bare_key_{number} PARTITION OF bare_key FOR VALUES WITH (MODULUS 8, REMAINDER {number})"
            )
        await connection.execute(
            "CREATE TABLE bare_event (LIKE tracked_event INCLUDING ALL) PARTITION BY RANGE (recorded_at)"
        )
        await connection.execute("CREATE TABLE bare_event_all PARTITION OF bare_event DEFAULT")
    finally:
        await connection.close()
