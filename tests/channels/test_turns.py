"""One at a time for each key, the lowest number first."""

import asyncio

from damso.channels.turns import Turns


async def test_the_lowest_number_goes_first_and_nobody_overlaps() -> None:
    turns, order = Turns(), []

    async def work(number: int) -> None:
        async with turns.turn("a", number):
            order.append(number)
            await asyncio.sleep(0)
            order.append(-number)

    await asyncio.gather(*(work(number) for number in (3, 1, 2)))

    assert order == [1, -1, 2, -2, 3, -3]


async def test_keys_do_not_wait_for_each_other() -> None:
    turns, gate = Turns(), asyncio.Event()

    async def wait() -> None:
        async with turns.turn("slow", 1):
            await gate.wait()

    slow = asyncio.create_task(wait())
    async with asyncio.timeout(5), turns.turn("quick", 2):
        assert not slow.done()
    gate.set()
    await slow


async def test_who_gives_up_waiting_is_passed_over() -> None:
    turns, gate = Turns(), asyncio.Event()

    async def wait(number: int) -> None:
        async with turns.turn("a", number):
            await gate.wait()

    first = asyncio.create_task(wait(1))
    second = asyncio.create_task(wait(2))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    second.cancel()
    gate.set()
    await first

    async with asyncio.timeout(5), turns.turn("a", 3):
        assert second.cancelled()
