"""Parsing apart: whatever a delivery does there costs one child and comes back as a fact."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from damso.channels.adapters.api.config import ApiConfig
from damso.channels.items import InboundMessage, Item
from damso.channels.parser import ParseFailed, Parsers
from damso.channels.types import Request
from tests.channels.api.system import SECRET
from tests.channels.hostile import HostileAdapter
from tests.processes import is_alive

Parse = Callable[..., Awaitable[tuple[Item, ...]]]
CONFIG = ApiConfig(system="shop", url="https://shop.example", secret=SECRET)


async def parse(parsers: Parsers, body: str) -> tuple[Item, ...]:
    return await parsers.parse(HostileAdapter(), Request(body=body.encode(), received_at=datetime.now(UTC)), CONFIG)


async def said(parsers: Parsers, body: str) -> str:
    [item] = await parse(parsers, body)
    assert isinstance(item, InboundMessage)
    return item.text


async def failure(parsers: Parsers, body: str) -> tuple[str, str]:
    with pytest.raises(ParseFailed) as caught:
        await parse(parsers, body)
    return caught.value.code, caught.value.detail


async def until_gone(pid: int) -> None:
    async with asyncio.timeout(10):
        while is_alive(pid):  # noqa: ASYNC110 - another process ends, and tells nobody
            await asyncio.sleep(0.02)


async def test_a_child_serves_many_deliveries() -> None:
    async with Parsers() as parsers:
        pids = {await said(parsers, "pid") for _ in range(5)}

    assert len(pids) == 1
    assert pids != {str(os.getpid())}


async def test_a_crash_is_told_and_the_next_delivery_goes_through() -> None:
    async with Parsers() as parsers:
        assert await failure(parsers, "crash") == ("CRASH", "SIGSEGV")
        assert await failure(parsers, "exit") == ("CRASH", "exit 3")
        assert await said(parsers, "say 괜찮아요") == "괜찮아요"


async def test_a_delivery_that_takes_too_long_is_ended() -> None:
    async with Parsers(seconds=1) as parsers:
        pid = await said(parsers, "pid")

        assert await failure(parsers, "spin") == ("TIMEOUT", "1 s")
        await until_gone(int(pid))


async def test_a_delivery_that_needs_too_much_memory_is_ended() -> None:
    async with Parsers() as parsers:
        assert await failure(parsers, "memory") == ("MEMORY", "")
        assert await said(parsers, "say 다시") == "다시"


async def test_an_answer_that_is_too_large_is_not_read() -> None:
    async with Parsers(largest=1024 * 1024, seconds=60) as parsers:
        code, detail = await failure(parsers, "flood")

    assert code == "TOO_MUCH"
    assert int(detail.removesuffix(" bytes")) > 2 * 1024 * 1024


async def test_too_many_items_are_not_taken() -> None:
    async with Parsers() as parsers:
        assert len(await parse(parsers, "items 1000")) == 1000
        assert await failure(parsers, "items 1001") == ("TOO_MUCH", "1001 items")


async def test_what_cannot_be_understood_says_why() -> None:
    async with Parsers() as parsers:
        assert await failure(parsers, "refuse") == ("UNPARSABLE", "no sense in it")


async def test_a_bug_tells_its_kind_and_nothing_of_the_customer() -> None:
    async with Parsers() as parsers:
        assert await failure(parsers, "bug") == ("FAULT", "KeyError")


async def test_what_a_library_prints_does_not_get_between_the_frames() -> None:
    async with Parsers() as parsers:
        assert await said(parsers, "print") == "nothing on standard input"


async def test_a_child_knows_nothing_of_the_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAMSO_DATABASE_URL", "postgresql://secret")

    async with Parsers() as parsers:
        assert "DAMSO_DATABASE_URL" not in await said(parsers, "environment")


async def test_strings_come_back_storable_and_as_long_as_they_were() -> None:
    async with Parsers() as parsers:
        message, unsupported = await parse(parsers, "unstorable")

    assert isinstance(message, InboundMessage)
    assert message.text == "nul \ufffd, half \ufffd"
    assert (message.subject, message.evidence) == ("\ufffd", "\ufffd")
    assert len(message.external_id) == 300
    assert unsupported.kind == "odd\ufffd"


async def test_a_child_that_grew_makes_room_for_a_fresh_one() -> None:
    async with Parsers() as parsers:
        grown = await said(parsers, "remember")

        assert await said(parsers, "pid") != grown
        await until_gone(int(grown))


async def test_a_child_with_nothing_to_do_goes_to_bed() -> None:
    async with Parsers(idle=0.05) as parsers:
        pid = int(await said(parsers, "pid"))

        await until_gone(pid)
        assert await said(parsers, "say 안녕") == "안녕"


async def test_a_bomb_does_not_hold_up_the_next_delivery() -> None:
    async with Parsers(seconds=3) as parsers:
        bomb = asyncio.create_task(failure(parsers, "sleep"))
        await asyncio.sleep(0)

        assert await said(parsers, "say 먼저") == "먼저"
        assert not bomb.done()
        assert (await bomb)[0] == "TIMEOUT"


async def test_cancelling_leaves_no_child_behind() -> None:
    async with Parsers() as parsers:
        pid = int(await said(parsers, "pid"))
        task = asyncio.create_task(parse(parsers, "sleep"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)

        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await until_gone(pid)
