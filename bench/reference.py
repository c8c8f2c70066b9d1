"""What the machine gives without us, in the same run: the ground that the other figures stand on."""

import asyncio
import subprocess
import sys
import time
from typing import Any

import asyncpg

from bench.results import Result, timed
from bench.wire import Connection
from bench.world import World, free_port, until_ready

ROWS = 5_000
WRITERS = 10


async def measure_reference(world: World) -> list[Result]:
    """A round trip to the database, a durable row, a request that does nothing."""
    return [await _round_trip(world), await _inserts(world), await _hello()]


async def _round_trip(world: World) -> Result:
    connection = await asyncpg.connect(world.dsn)
    try:
        return await timed("bare SELECT 1", lambda _: connection.fetchval("SELECT 1"), calls=1000, goal=None)
    finally:
        await connection.close()


async def _inserts(world: World) -> Result:
    """Durable: each row is a transaction of its own, as each message is."""
    connections = [await asyncpg.connect(world.dsn) for _ in range(WRITERS)]
    try:
        await connections[0].execute("CREATE TABLE bench_row (id bigint PRIMARY KEY, text text)")
        numbers, started = iter(range(ROWS)), time.perf_counter()

        async def write(connection: Any) -> None:
            for number in numbers:
                await connection.execute("INSERT INTO bench_row VALUES ($1, $2)", number, "배송 언제 오나요?")

        await asyncio.gather(*map(write, connections))
        return Result("bare INSERT, one row a commit", {"rows/s": ROWS / (time.perf_counter() - started)})
    finally:
        await connections[0].execute("DROP TABLE IF EXISTS bench_row")
        for connection in connections:
            await connection.close()


async def hello(scope: Any, receive: Any, send: Any) -> None:
    """The smallest ASGI application, for uvicorn to serve."""
    if scope["type"] == "http":
        headers = [(b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{}"})


async def _hello() -> Result:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--port", str(port), "--log-level", "critical", "bench.reference:hello"]
    popen = subprocess.Popen(command)  # noqa: ASYNC220 - it only starts it
    try:
        await until_ready(port, popen)
        async with Connection(port) as connection:
            return await timed("bare request to uvicorn", lambda _: connection.get("/"), calls=1000, goal=None)
    finally:
        popen.terminate()
        await asyncio.to_thread(popen.wait)
