"""Live sockets: how many are held, what each costs, and how soon a visitor's words are on the agent's screen."""

import asyncio
import resource
import time
from contextlib import AsyncExitStack
from uuid import uuid4

import msgspec
from websockets.asyncio.client import ClientConnection, connect

from bench.desk import Desk
from bench.intake import visitor_tokens, write_in_chat
from bench.korean import Writer
from bench.results import Goal, Result, in_ms
from bench.wire import Connection
from bench.world import World, memory_of

SOCKETS = 5_000
OPENED_AT_ONCE = 50
LIVE = 200
"""Conversations that are going on."""
EVERY = 10.0
"""Seconds between two messages of one visitor."""
ROUNDS = 5


async def measure_live(world: World, port: int, web_pid: int) -> list[Result]:
    return [await _measure_latency(world, port), await _measure_sockets(world, port, web_pid)]


async def _measure_latency(world: World, port: int) -> Result:
    """200 visitors with open chats, each of whom writes every ten seconds, at no common beat."""
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(Desk(port, await world.cookie()))
        tokens = await visitor_tokens(world, LIVE)
        for token in tokens:
            await stack.enter_async_context(await _visitor(port, token))
        write, sent = Writer(13), dict[str, float]()

        async def talk(number: int, token: str) -> None:
            async with Connection(port) as connection:
                await asyncio.sleep(EVERY * number / LIVE)
                for _ in range(ROUNDS):
                    mark, at = uuid4().hex, time.perf_counter()
                    await write_in_chat(connection, token, f"{write.customer()} {mark}")
                    sent[mark] = at
                    await asyncio.sleep(at + EVERY - time.perf_counter())

        await asyncio.gather(*(talk(number, token) for number, token in enumerate(tokens)))
        waits = [await desk.until_seen(mark) - at for mark, at in sent.items()]
    note = f"{len(waits):,} messages, {LIVE / EVERY:.0f} a second, each visitor with an open socket"
    return Result(f"visitor → agent, {LIVE} live conversations", in_ms(waits), Goal("p99 ms", 200), note)


async def _measure_sockets(world: World, port: int, web_pid: int) -> Result:
    """As many visitors as the goal asks for hold their socket; then some of them write."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    before = memory_of(web_pid)
    tokens = await visitor_tokens(world, SOCKETS)
    sockets: list[ClientConnection] = []
    started = time.perf_counter()
    try:
        for first in range(0, SOCKETS, OPENED_AT_ONCE):
            some = tokens[first : first + OPENED_AT_ONCE]
            sockets += await asyncio.gather(*(_visitor(port, token) for token in some))
        opened = time.perf_counter() - started
        after = memory_of(web_pid)
        waits = await _write_meanwhile(world, port, tokens[:100])
        held = sum(socket.close_code is None for socket in sockets)
    finally:
        for socket in sockets:
            socket.transport.abort()
    figures = {"held": held, "KiB each": (after - before) / 1024 / SOCKETS, "opened/s": SOCKETS / opened}
    return Result(
        "visitor sockets on one web process",
        figures | in_ms(waits),
        Goal("held", SOCKETS, at_least=True),
        "milliseconds are of a visitor's message to the agent meanwhile",
    )


async def _write_meanwhile(world: World, port: int, tokens: list[str]) -> list[float]:
    async with Desk(port, await world.cookie()) as desk, Connection(port) as connection:
        sent = {}
        for token in tokens:
            mark, at = uuid4().hex, time.perf_counter()
            await write_in_chat(connection, token, f"배송 언제 와요? {mark}")
            sent[mark] = at
        return [await desk.until_seen(mark) - at for mark, at in sent.items()]


async def _visitor(port: int, token: str) -> ClientConnection:
    """A visitor's open socket, once the server has said that it is ready."""
    socket = await connect(f"ws://127.0.0.1:{port}/widget/v1/live", compression=None, ping_interval=None)
    await socket.send(msgspec.json.encode({"type": "hello", "token": token, "cursor": None}).decode())
    while msgspec.json.decode(await socket.recv())["type"] != "ready":
        pass
    return socket
