"""What keeps answers waiting: other inboxes must not, a provider that is away and a message nobody knows the outcome of
must, and the desk says which."""

import asyncio
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest
from httpx import AsyncClient
from msgspec.structs import replace

from damso.bootstrap import lanes_of
from damso.channels.connect import InboxChange, change, connect
from damso.channels.failures import (
    ContentRejected,
    CredentialsRejected,
    OutcomeUnknown,
    RecipientBusy,
    TryLater,
)
from damso.channels.inboxes import InboxRecord
from damso.channels.items import InboundReceipt
from damso.channels.types import ChannelPolicy, OutboundMessage, Receipt, Thread
from damso.conversations.outbound import LEAST_TRIES, OutboundLane
from damso.conversations.routes import routes_of
from damso.conversations.settle import retry, settle
from damso.kernel.lanes import Worker
from damso.team.access import ROLES, Caller
from tests.clock import ManualClock
from tests.conversations.company import Company
from tests.conversations.postcards import PostcardConfig, Postcards, postcard

PEOPLE = ("mina", "jiho", "sua", "doyun", "haneul", "garam")
DROPPED = OutcomeUnknown("dropped")


class PostOffice(Postcards):
    """Postcards whose post office can be away, or keep a clerk for ever in one street."""

    policy: ClassVar[ChannelPolicy] = replace(Postcards.policy, undo=timedelta(0))

    def __init__(self) -> None:
        super().__init__()
        self.away: Exception | None = None
        self.poison: dict[str, Exception] = {}
        self.tried: list[str] = []
        self.slow_street = ""
        self.hangs = 0
        self.news = asyncio.Event()

    async def send(
        self, message: OutboundMessage, thread: Thread, config: PostcardConfig, http: AsyncClient
    ) -> Receipt:
        self.tried.append(message.text)
        if config.street == self.slow_street:
            self.hangs += 1
            await asyncio.Event().wait()
        if fault := self.poison.get(message.text) or self.away:
            raise fault
        receipt = await super().send(message, thread, config, http)
        self.news.set()
        return receipt


@pytest.fixture
def postcards() -> PostOffice:
    return PostOffice()


async def case_of(company: Company, name: str) -> UUID:
    card = postcard(sender=f"{name}@naver.example", external_id=f"card of {name}")
    return (await company.gets(card)).conversation_id


async def queue(company: Company, *names: str, inbox: InboxRecord | None = None) -> list[UUID]:
    """An answer to each of them, which says their name."""
    return [await company.answers(await case_of(company, name), name, inbox=inbox) for name in names]


async def passes(company: Company, clock: ManualClock, seconds: float) -> None:
    clock.advance(timedelta(seconds=seconds))
    await company.works()


async def states(company: Company, ids: list[UUID]) -> list[tuple[str, str | None]]:
    """The status of each, and what holds it."""
    async with company.parts.database.reading() as tx:
        cases = await tx.values("SELECT conversation_id FROM message WHERE id = ANY ($1) ORDER BY created_at, id", ids)
    lines = {line.id: line for case in set(cases) for line in await company.lines(case)}
    return [(lines[one].status or "", lines[one].held) for one in ids]


async def settles(company: Company, message_id: UUID, outcome: Any) -> None:
    async with company.parts.database.transaction() as tx:
        await settle(tx, message_id, outcome, company.agent)


async def test_an_inbox_whose_provider_hangs_keeps_no_other_waiting(company: Company, postcards: PostOffice) -> None:
    parts = company.parts
    async with parts.database.transaction() as tx:
        config = {"street": "Slow Street"}
        slow_id = await connect(
            tx, parts.adapters, parts.keyring, channel="postcard", name="느림", brand_id=company.brand_id, config=config
        )
        slow = await parts.inboxes.by_id(tx, slow_id)
    postcards.slow_street = "Slow Street"
    cases = [await case_of(company, name) for name in PEOPLE]
    for case in cases:
        await company.answers(case, "hangs", inbox=slow)
    [quick] = await queue(company, "mina")
    work = asyncio.create_task(Worker(parts.database, lanes_of(parts)).run())
    async with asyncio.timeout(20):
        await postcards.news.wait()
        while (await states(company, [quick]))[0][0] != "sent":  # noqa: ASYNC110 - it is committed a moment later
            await asyncio.sleep(0.02)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    assert postcards.hangs == OutboundLane.each


async def test_an_inbox_keeps_its_pace(company: Company, clock: ManualClock, postcards: PostOffice) -> None:
    postcards.policy = replace(PostOffice.policy, rate=2)  # type: ignore[misc]
    ids = await queue(company, *PEOPLE[:4])
    sent = []
    for _ in range(4):
        await asyncio.gather(*(Worker(company.parts.database, lanes_of(company.parts)).drain() for _ in range(2)))
        sent.append(len(postcards.sent))
        clock.advance(timedelta(seconds=0.5))
    assert sent == [1, 2, 3, 4]
    assert await company.count("attempt") == len(ids)
    assert await company.count("attempt", "number > 1") == 0


async def test_while_the_provider_is_away_one_is_tried_and_then_all_leave_in_order(
    company: Company, clock: ManualClock, postcards: PostOffice
) -> None:
    postcards.away = TryLater("HTTP 503")
    await queue(company, *PEOPLE)
    second = await company.answers(await case_of(company, "mina"), "mina again")
    await company.works()
    begun = len(postcards.tried)
    for seconds in (5, 10, 20):
        await passes(company, clock, seconds)
    assert len(postcards.tried) == begun + 3
    ids = [second]
    assert await states(company, ids) == [("queued", "fault")]
    postcards.away = None
    await passes(company, clock, 40)
    texts = [message.text for message in postcards.sent]
    assert sorted(texts) == sorted((*PEOPLE, "mina again"))
    assert texts.index("mina") < texts.index("mina again")
    assert await states(company, ids) == [("sent", None)]


async def test_a_provider_that_asks_for_time_gets_it(
    company: Company, clock: ManualClock, postcards: PostOffice
) -> None:
    postcards.faults = [TryLater("HTTP 429", after=120)]
    await queue(company, "mina")
    await company.works()
    [later] = await queue(company, "jiho")
    await passes(company, clock, 119)
    assert await states(company, [later]) == [("queued", "fault")]
    await passes(company, clock, 1)
    assert [message.text for message in postcards.sent] == ["jiho"]
    await passes(company, clock, 2)
    assert [message.text for message in postcards.sent] == ["jiho", "mina"]


@pytest.mark.parametrize("fault", [TryLater("HTTP 500"), DROPPED], ids=["later", "unknown"])
async def test_a_message_that_alone_fails_holds_the_others_for_seconds(
    company: Company, clock: ManualClock, postcards: PostOffice, fault: Exception
) -> None:
    postcards.poison["mina"] = fault
    await queue(company, "mina")
    await company.works()
    await queue(company, *PEOPLE[1:])
    await company.works()
    assert postcards.sent == []
    await passes(company, clock, 5)
    assert len(postcards.sent) == len(PEOPLE) - 1


async def test_a_recipient_who_is_busy_holds_nobody_else(
    company: Company, clock: ManualClock, postcards: PostOffice
) -> None:
    postcards.poison["mina"] = RecipientBusy("450 greylisted", after=60)
    ids = await queue(company, "mina", "jiho")
    await company.works()
    assert await states(company, ids) == [("queued", None), ("sent", None)]
    postcards.poison.clear()
    await passes(company, clock, 60)
    assert (await states(company, ids))[0] == ("sent", None)


async def test_what_fails_for_a_day_while_others_leave_has_failed(
    company: Company, clock: ManualClock, postcards: PostOffice
) -> None:
    postcards.poison["mina"] = TryLater("HTTP 500")
    [poison] = await queue(company, "mina")
    await company.works()
    await passes(company, clock, timedelta(days=2).total_seconds())
    assert await states(company, [poison]) == [("queued", "fault")], "nothing else leaves: it waits on"
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE lane_item SET attempts = $1", LEAST_TRIES)
    await queue(company, "jiho")
    await passes(company, clock, 10)
    assert [message.text for message in postcards.sent] == ["jiho"]
    assert await states(company, [poison]) == [("failed", None)]


async def test_what_went_ahead_and_was_refused_for_its_words_lets_the_next_go_ahead(
    company: Company, clock: ManualClock, postcards: PostOffice
) -> None:
    postcards.faults = [TryLater("HTTP 503")]
    postcards.poison["jiho"] = ContentRejected("too rude")
    await queue(company, "mina")
    await company.works()
    await queue(company, "jiho", "sua")
    await passes(company, clock, 5)
    assert [message.text for message in postcards.sent] == ["sua"]


async def test_new_credentials_let_everything_go_at_once(company: Company, postcards: PostOffice) -> None:
    parts = company.parts
    postcards.away = CredentialsRejected("HTTP 401")
    await queue(company, *PEOPLE)
    await company.works()
    postcards.away = None
    async with parts.database.transaction() as tx:
        wanted = InboxChange(config={"street": "Sunlight Lane"})
        await change(tx, parts.adapters, parts.keyring, company.post.id, wanted)
    await company.works()
    assert sorted(message.text for message in postcards.sent) == sorted(PEOPLE)


async def test_what_is_unknown_keeps_the_next_waiting_until_it_is_settled(
    company: Company, clock: ManualClock, postcards: PostOffice
) -> None:
    postcards.faults = [DROPPED]
    [first] = await queue(company, "mina")
    await company.works()
    second = await company.answers(await case_of(company, "mina"), "second")
    other = await company.answers(await case_of(company, "jiho"), "jiho")
    await passes(company, clock, timedelta(days=1).total_seconds())
    assert await states(company, [first, second, other]) == [("unknown", None), ("queued", "unsettled"), ("sent", None)]
    await settles(company, first, "arrived")
    await company.works()
    assert [message.text for message in postcards.sent] == ["jiho", "second"]
    assert await company.count("lane_item") == 0


async def test_what_is_sent_again_goes_before_what_waited_behind_it(
    company: Company, postcards: PostOffice, clock: ManualClock
) -> None:
    postcards.faults = [DROPPED]
    [first] = await queue(company, "mina")
    await company.works()
    await company.answers(await case_of(company, "mina"), "second")
    await settles(company, first, "send_again")
    await company.works()
    assert [message.text for message in postcards.sent] == ["mina", "second"]


async def test_a_receipt_settles_it_too(company: Company, postcards: PostOffice, clock: ManualClock) -> None:
    postcards.faults = [DROPPED]
    [first] = await queue(company, "mina")
    await company.works()
    await company.answers(await case_of(company, "mina"), "second")
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE message SET external_id = 'p-1', dedupe_scope = 'postcards' WHERE id = $1", first)
    await company.hears(InboundReceipt(external_id="p-1", status="delivered"))
    await passes(company, clock, 5)
    assert [message.text for message in postcards.sent] == ["second"]


async def test_a_worker_that_died_with_a_message_in_hand_keeps_the_next_waiting(
    company: Company, clock: ManualClock, postcards: PostOffice
) -> None:
    [first] = await queue(company, "mina")
    second = await company.answers(await case_of(company, "mina"), "second")
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE message SET handed_over_at = $2 WHERE id = $1", first, tx.now)
        await tx.execute("UPDATE lane_item SET claimed_by = 12345 WHERE payload->>'message_id' = $1", str(first))
    await company.works()
    assert await states(company, [first, second]) == [("unknown", None), ("queued", "unsettled")]
    await settles(company, first, "arrived")
    await company.works()
    assert [message.text for message in postcards.sent] == ["second"]


async def test_a_person_may_try_again_what_failed_also_while_the_inbox_is_held(
    company: Company, postcards: PostOffice
) -> None:
    postcards.poison["mina"] = ContentRejected("too rude")
    [first] = await queue(company, "mina")
    await company.works()
    postcards.faults = [TryLater("HTTP 503")]
    postcards.poison.clear()
    await queue(company, "jiho")
    await company.works()
    async with company.parts.database.transaction() as tx:
        await retry(tx, first, company.agent)
    await company.works()
    assert [message.text for message in postcards.sent] == ["mina"]


async def test_the_composer_says_what_an_answer_would_wait_for(
    company: Company, clock: ManualClock, postcards: PostOffice
) -> None:
    caller = Caller(permissions=ROLES["agent"], locale="ko", agent_id=UUID(company.agent.id), role="agent")

    async def held() -> set[str | None]:
        async with company.parts.database.reading() as tx:
            ways = await routes_of(tx, company.parts.inboxes, case, caller, "ko")
        return {way.held for way in ways}

    case = await case_of(company, "mina")
    assert await held() == {None}
    postcards.away = TryLater("HTTP 503")
    await queue(company, "jiho")
    await company.works()
    assert await held() == {"fault"}
    postcards.away = None
    await passes(company, clock, 10)
    assert await held() == {None}
    postcards.faults = [DROPPED]
    await company.answers(case)
    await company.works()
    assert await held() == {"unsettled"}


async def test_what_was_held_for_days_is_not_given_up_at_its_first_try(
    company: Company, clock: ManualClock, postcards: PostOffice
) -> None:
    postcards.faults = [TryLater("HTTP 503")]
    await queue(company, "mina")
    await company.works()
    [held] = await queue(company, "jiho")
    clock.advance(timedelta(days=3))
    postcards.poison["jiho"] = RecipientBusy("450 greylisted", after=60)
    await company.works()
    assert (await states(company, [held]))[0][0] == "queued"
