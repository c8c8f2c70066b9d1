"""Clocks that jump: forward and back by hours, over the turn of a month, while people talk."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest

from damso.bootstrap import readers_of
from damso.channels.inboxes import InboxRecord
from damso.conversations.note import write_note
from damso.kernel import log
from damso.kernel.database import Database, open_database
from damso.kernel.errors import TooManyTries
from damso.kernel.lanes import enqueue
from damso.kernel.migrations import prepare
from damso.kernel.readers import advance
from damso.team.throttle import Limit, take_try
from tests.channels.api.system import call, said
from tests.clock import ManualClock
from tests.conversations.company import Company
from tests.conversations.postcards import Postcards, postcard
from tests.faults.peers import WebhookReceiver
from tests.logs import FACT

HOURS = timedelta(hours=2)


@pytest.mark.parametrize("jump", [timedelta(hours=-3), timedelta(days=3), timedelta(days=60)], ids=str)
async def test_a_clock_that_jumps_holds_up_nothing(company: Company, clock: ManualClock, jump: timedelta) -> None:
    received = await company.gets(postcard("시계가 뛰기 전에"))
    async with company.parts.database.transaction() as tx:
        await enqueue(tx, "outbound", [(None, {"message_id": str(received.message_id)})])

    clock.advance(jump)
    await company.gets(postcard("시계가 뛴 뒤에", external_id="card-2"))
    await company.works()
    for reader in readers_of():
        async with company.parts.database.reading() as tx:
            assert await advance(company.parts.database, reader, await log.horizon(tx)) is False

    assert await company.count("lane_item") == 0
    assert await company.count("message") == 2
    assert {line.text for line in await company.lines(received.conversation_id)} >= {"시계가 뛰기 전에"}


async def test_what_is_said_after_the_clock_was_set_back_stands_last(company: Company, clock: ManualClock) -> None:
    """In the conversation as in the lists, whoever says it."""
    received = await company.gets(postcard("하나"))
    clock.advance(-HOURS)
    told = clock.now() + HOURS + timedelta(minutes=1)
    await company.gets(postcard("둘", external_id="card-2", provider_at=told))
    await company.answers(received.conversation_id, "셋")
    async with company.parts.database.transaction() as tx:
        await write_note(
            tx,
            received.conversation_id,
            agent_id=UUID(company.agent.id),
            send_key="a-note",
            text="넷",
            mentions=(),
            attachment_ids=(),
        )
    await company.gets(postcard("다섯", external_id="card-3"))
    said = [line.text for line in await company.lines(received.conversation_id) if line.text]
    assert said == ["하나", "둘", "셋", "넷", "다섯"]
    assert (await company.row(received.conversation_id)).preview == "다섯"


async def test_an_answer_written_while_the_clock_was_ahead_leaves_when_it_is_set_right(
    company: Company, clock: ManualClock, postcards: Postcards
) -> None:
    received = await company.gets(postcard())
    clock.advance(HOURS)
    await company.answers(received.conversation_id, "지금 갈게요.")
    clock.advance(-HOURS)
    await company.works()
    assert await company.count("message", "status = 'sent'") == 1


async def test_a_clock_set_back_over_the_turn_of_a_month_can_still_write(dsn: str) -> None:
    """Months that nobody lived in have no partition: here it is the one before the installation was made."""
    clock = ManualClock()
    first = datetime(clock.now().year + 1, 5, 1, 0, 30, tzinfo=UTC)
    clock.advance(first - clock.now())
    database: Database = await open_database(dsn, clock=clock)
    try:
        await prepare(database)
        clock.advance(-HOURS)
        async with database.transaction() as tx:
            await log.append(tx, FACT)
    finally:
        await database.close()


async def test_nobody_waits_for_hours_to_sign_in_after_the_clock_was_set_back(
    database: Database, clock: ManualClock
) -> None:
    limits = {"sign_in/mina": Limit(free=2)}
    clock.advance(HOURS)
    for _ in range(2):
        async with database.transaction() as tx:
            await take_try(tx, limits)
    clock.advance(-HOURS)
    with pytest.raises(TooManyTries) as refused:
        async with database.transaction() as tx:
            await take_try(tx, limits)
    assert refused.value.extra["seconds"] <= 31


@pytest.mark.parametrize("seed", range(2))
async def test_clocks_that_jump_while_everybody_talks_lose_and_double_nothing(
    company: Company,
    system: InboxRecord,
    anyone: httpx.AsyncClient,
    receiver: WebhookReceiver,
    clock: ManualClock,
    seed: int,
) -> None:
    chance = random.Random(seed)
    visitor = company.visitor()
    words = [f"말 {number}" for number in range(24)]
    for number, word in enumerate(words):
        clock.advance(chance.choice((-HOURS, HOURS, timedelta(0), timedelta(seconds=1))))
        received = await company.hears_visitor(visitor, word)
        event = call(said(f"m{number}", word, sent_at=clock.now().isoformat()), identifier=f"c{number}", at=clock.now())
        for _ in range(2):
            answer = await anyone.post(f"/hooks/{system.key}", content=event.body, headers=dict(event.headers))
            assert answer.status_code == 200, answer.text
        if number % 3 == 0:
            await company.works()
            async with company.parts.database.reading() as tx:
                case = await tx.value("SELECT conversation_id FROM message WHERE external_id = $1", f"m{number}")
            await company.answers(case, f"답 {number}", inbox=system)
    clock.advance(timedelta(seconds=11))
    await company.works()
    clock.advance(2 * HOURS)
    await company.works()

    assert [line.text for line in await company.lines(received.conversation_id) if line.text] == words
    assert await company.count("message", "channel = 'api' AND direction = 'in'") == len(words)
    assert await company.count("message", "status = 'queued'") == 0
    assert sorted(receiver.taken.values()) == [1] * 8
    assert await company.count("lane_item") == 0
