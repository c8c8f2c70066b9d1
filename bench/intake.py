"""How many messages a second come all the way: from the sender's call to the agent's screen.

One web and one worker process. A sender says the next thing when the last has arrived at a desk's live socket, so
nothing piles up in a queue: what is measured can go on for ever.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import msgspec
from standardwebhooks import Webhook

from bench.desk import Desk
from bench.korean import Writer
from bench.results import Goal, Result, in_ms
from bench.shop import SECRET
from bench.wire import Connection
from bench.world import World
from damso.conversations.widget.visitor import Visitor, sign_visitor
from damso.kernel.ids import new_id

MESSAGES = 4_000
SENDERS = 64
SUSTAINED = Goal("messages/s", 200, at_least=True)


async def measure_intake(world: World, port: int, *, messages: int = MESSAGES) -> list[Result]:
    """Through the API inbox's webhook, and through the site chat."""
    return [await _measure_hooks(world, port, messages), await _measure_chat(world, port, messages)]


async def _measure_hooks(world: World, port: int, messages: int) -> Result:
    """Signed calls. One sender in eight is new, as in the loaded data: six customers for ten cases, five messages of
    theirs in each."""
    webhook, write = Webhook(SECRET), Writer(11)

    async def say(connection: Connection, number: int) -> str:
        identifier = uuid4().hex
        sender = f"member-{number * 10 + 4}" if number % 8 else f"new-{identifier}"
        event = {"type": "message.received", "data": {"id": identifier, "sender": {"id": sender}}}
        event["data"] |= {"text": f"{write.customer()} {identifier}"}  # type: ignore[operator]
        body = msgspec.json.encode(event)
        now = datetime.now(UTC)
        headers = {
            "webhook-id": identifier,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": webhook.sign(identifier, now, body.decode()),
        }
        answer = await connection.post(f"/hooks/{world.shop.api.key}", body, headers)
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} {answer.body[:300]!r}")
        return identifier

    return await _race("through a signed webhook", world, port, messages, say)


async def _measure_chat(world: World, port: int, messages: int) -> Result:
    """Visitors who have written before and go on writing, ten messages each."""
    write, tokens = Writer(12), await visitor_tokens(world, messages // 10)

    async def say(connection: Connection, number: int) -> str:
        identifier = uuid4().hex
        await write_in_chat(connection, tokens[number % len(tokens)], f"{write.customer()} {identifier}")
        return identifier

    return await _race("through the site chat", world, port, messages, say)


async def visitor_tokens(world: World, count: int) -> list[str]:
    """Tokens of new visitors, as their browsers would keep them."""
    async with world.parts.database.reading() as tx:
        visitors = [Visitor(world.shop.chat_key, new_id()) for _ in range(count)]
        return [sign_visitor(world.parts.keyring, visitor, tx) for visitor in visitors]


async def write_in_chat(connection: Connection, token: str, text: str) -> None:
    body = msgspec.json.encode({"client_id": UUID(int=uuid4().int), "text": text})
    answer = await connection.post("/widget/v1/messages", body, {"authorization": f"Bearer {token}"})
    if answer.status != 201:
        raise RuntimeError(f"{answer.status} {answer.body[:300]!r}")


Say = Callable[[Connection, int], Awaitable[str]]
"""Sends message number n; the mark at the end of its text."""


async def _race(what: str, world: World, port: int, messages: int, say: Say) -> Result:
    async with Desk(port, await world.cookie()) as desk:
        numbers, waits = iter(range(messages)), list[float]()
        used, started = world.cpu_seconds(), time.perf_counter()
        await asyncio.gather(*(_talk(port, desk, numbers, say, waits) for _ in range(SENDERS)))
        took = time.perf_counter() - started
        used = {name: (after - used[name]) / messages * 1000 for name, after in world.cpu_seconds().items()}
    cost = ", ".join(f"{name} {each:.1f}" for name, each in used.items())
    note = f"{messages:,} messages, {SENDERS} senders; ms of CPU for each: {cost}"
    return Result(what, {"messages/s": messages / took} | in_ms(waits), SUSTAINED, note)


async def _talk(port: int, desk: Desk, numbers: Iterator[int], say: Say, waits: list[float]) -> None:
    """Say something, wait until the agent sees it, say the next."""
    async with Connection(port) as connection:
        for number in numbers:
            at = time.perf_counter()
            waits.append(await desk.until_seen(await say(connection, number)) - at)
