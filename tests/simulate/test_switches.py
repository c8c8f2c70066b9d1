"""Whatever goes wrong on the line: in the end all that was said stands where it belongs, once."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.simulate.playing import Town

CHAT = "pager"


@pytest.fixture
async def calm(town: Town) -> AsyncIterator[Town]:
    yield town
    await town.switch(CHAT)


async def in_conversation(town: Town, text: str) -> None:
    await town.says("mina", CHAT, text)
    await town.until(lambda: town.heard(text), f"{text!r} at the desk")


async def on_phone(town: Town, text: str) -> None:
    async def shown() -> bool:
        return text in await town.reads("mina", CHAT)

    await town.until(shown, f"{text!r} on the phone")
    assert (await town.reads("mina", CHAT)).count(text) == 1


async def ends_as(town: Town, text: str, status: str) -> None:
    async def has_ended() -> bool:
        # A try is noted before it is known when the next one comes, so it is hurried on until it has come.
        await town.hurry()
        return await town.status(text) == status

    await town.until(has_ended, f"{text!r} {status}")


async def test_a_conversation_goes_both_ways_and_its_report_comes_back(calm: Town) -> None:
    await in_conversation(calm, "언제 열어요?")
    await calm.answers("언제 열어요?", "열 시에 열어요.")
    await on_phone(calm, "열 시에 열어요.")
    await ends_as(calm, "열 시에 열어요.", "delivered")


async def test_what_is_posted_twice_stands_once(calm: Town) -> None:
    await calm.switch(CHAT, "twice")
    for text in ("두 번 하나", "두 번 둘"):
        await in_conversation(calm, text)
    assert [await calm.heard(text) for text in ("두 번 하나", "두 번 둘")] == [1, 1]


async def test_what_is_posted_out_of_order_is_all_there(calm: Town) -> None:
    await calm.switch(CHAT, "shuffled")
    said = [f"뒤섞인 {number}" for number in range(4)]
    for text in said:
        await calm.says("jiho", CHAT, text)

    async def all_there() -> bool:
        return [await calm.heard(text) for text in said] == [1, 1, 1, 1]

    await calm.until(all_there, "all four")
    arrived = [text for text in await calm.inbound() if text in said]
    assert arrived == said[::-1], "the switch did nothing"


async def test_slow_lines_only_take_longer(calm: Town) -> None:
    await calm.switch(CHAT, "slow")
    begun = asyncio.get_running_loop().time()
    await in_conversation(calm, "느린 말")
    assert asyncio.get_running_loop().time() - begun > 0.3
    await calm.answers("느린 말", "느린 답")
    await on_phone(calm, "느린 답")


@pytest.mark.parametrize(("switch", "taken"), [("busy", 0), ("broken", 0), ("cut", 1), ("silent", 0)])
async def test_what_a_fault_stopped_arrives_once_when_it_is_over(calm: Town, switch: str, taken: int) -> None:
    said, answered = f"{switch} 말", f"{switch} 답"
    await in_conversation(calm, said)
    before = await attempts(calm)
    await calm.switch(CHAT, switch)
    await calm.answers(said, answered)
    if switch == "silent":  # the line hangs until the switch is off
        await calm.until(lambda: is_handed_over(calm, answered), "the call")
        await calm.switch(CHAT)
    await calm.until(lambda: more_than(calm, before), "a try that failed")
    assert (await calm.reads("mina", CHAT)).count(answered) == taken
    await calm.switch(CHAT)
    await ends_as(calm, answered, "delivered")
    await on_phone(calm, answered)


async def attempts(town: Town) -> int:
    async with town.parts.database.reading() as tx:
        count: int = await tx.value("SELECT count(*) FROM attempt WHERE outcome <> 'sent'")
    return count


async def more_than(town: Town, count: int) -> bool:
    return await attempts(town) > count


async def is_handed_over(town: Town, text: str) -> bool:
    async with town.parts.database.reading() as tx:
        return bool(await tx.value("SELECT handed_over_at IS NOT NULL FROM message WHERE text = $1", text))
