"""What providers say and want besides plain text: contents, handles, echoes, threads that change hands."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from damso.channels.content import Button, Buttons, Card, Contact, Listing, ListRow
from damso.channels.failures import OutcomeUnknown, TryLater
from damso.channels.items import Address, Attachment, InboundClaims, InboundEcho, InboundWithdrawal, ThreadChange
from damso.channels.media import keep_file
from damso.conversations.attachments import keep_upload
from damso.conversations.echo import hear_echo
from damso.conversations.errors import NothingToSend, TextTooLong, WindowHasClosed
from damso.conversations.send import Sending, send
from damso.conversations.thread_changes import change_thread, keep_told, withdraw_told
from damso.customers.consent.record import record
from damso.customers.consent.types import Said
from tests.clock import ManualClock
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.conversations.telegrams import Telegrams

MINA = "mina@naver.example"
CHOICES = Buttons(buttons=(Button(label="네"), Button(label="아니요")))


@pytest.fixture
def postcards() -> Telegrams:
    return Telegrams()


def written(clock: ManualClock, text: str = "주문 어디쯤이에요?", external_id: str = "t-1", **fields: Any) -> Any:
    minute = clock.now() + timedelta(minutes=1)
    return postcard(text, external_id=external_id, handle={"url": external_id}, handle_until=minute, **fields)


async def says(company: Company, conversation_id: Any, text: str = "확인할게요.", **fields: Any) -> Any:
    sending = Sending(
        conversation_id=conversation_id,
        send_key=f"{text}{fields}",
        inbox=company.post,
        identity_id=await company.identity(MINA),
        text=text,
        author=company.agent,
        send_anyway=True,
        **fields,
    )
    async with company.parts.database.transaction() as tx:
        return await send(tx, sending)


async def test_what_a_message_holds_is_shown_and_its_numbers_are_masked(company: Company, clock: ManualClock) -> None:
    card = Contact(name="김미나", phones=("주민번호 900101-1234560",))
    received = await company.gets(written(clock, "연락처예요", content=card))
    entry = await company.line(received.conversation_id, received.message_id)
    assert isinstance(entry.content, Contact)
    assert entry.content.name == "김미나"
    assert "1234560" not in entry.content.phones[0]
    assert entry.masked


async def test_a_channel_shows_what_it_can_and_gets_the_rest_as_text(
    company: Company, clock: ManualClock, postcards: Telegrams
) -> None:
    received = await company.gets(written(clock))
    await says(company, received.conversation_id, "취소할까요?", content=CHOICES)
    await company.delivers()
    listing = Listing(title="고르세요", rows=(ListRow(title="머그컵", text="16,000원"),))
    await company.gets(written(clock, "또", "t-2"))
    shown = await says(company, received.conversation_id, "상품이에요.", content=listing)
    await company.delivers()

    native, spelled = postcards.sent
    assert (native.text, native.content) == ("취소할까요?", CHOICES)
    assert (spelled.text, spelled.content) == ("상품이에요.\n\n고르세요\n- 머그컵 · 16,000원", None)
    assert (await company.line(received.conversation_id, shown)).content == listing


@pytest.mark.parametrize(
    ("text", "content", "refusal"),
    [
        ("", None, NothingToSend),
        ("가" * 190, Card(title="제목이 아주 길어요", buttons=tuple(Button(label="x") for _ in range(3))), TextTooLong),
    ],
    ids=["nothing", "spelled it is too long"],
)
async def test_what_does_not_fit_is_refused(
    company: Company, clock: ManualClock, text: str, content: Any, refusal: type[Exception]
) -> None:
    received = await company.gets(written(clock))
    with pytest.raises(refusal):
        await says(company, received.conversation_id, text, content=content)


async def test_a_message_names_the_one_it_answers_both_ways(
    company: Company, clock: ManualClock, postcards: Telegrams
) -> None:
    first = await company.gets(written(clock))
    answer = await says(company, first.conversation_id, quotes_id=first.message_id)
    await company.delivers()
    sent = postcards.sent[0]
    second = await company.gets(written(clock, "고마워요", "t-2", quotes=f"out-{sent.send_key}"))

    assert sent.quotes == "t-1"
    quoting, quoted = [(await company.line(first.conversation_id, one)).quotes for one in (answer, second.message_id)]
    assert quoting
    assert (quoting.id, quoting.preview) == (first.message_id, "주문 어디쯤이에요?")
    assert quoted
    assert (quoted.id, quoted.author) == (answer, "이서연")


async def test_a_handle_is_good_once_and_for_its_time(company: Company, clock: ManualClock) -> None:
    received = await company.gets(written(clock))
    await says(company, received.conversation_id)
    await company.delivers()
    with pytest.raises(WindowHasClosed):
        await says(company, received.conversation_id, "하나 더요.")
    await company.gets(written(clock, "또요", "t-2"))
    clock.advance(timedelta(minutes=1))
    with pytest.raises(WindowHasClosed):
        await says(company, received.conversation_id, "늦었어요.")


@pytest.mark.parametrize(("fault", "again"), [(OutcomeUnknown("?"), False), (TryLater("busy"), True)])
async def test_a_handle_is_spent_by_what_may_have_used_it(
    company: Company, clock: ManualClock, postcards: Telegrams, fault: Any, again: bool
) -> None:
    received = await company.gets(written(clock))
    postcards.faults.append(fault)
    await says(company, received.conversation_id)
    await company.works()
    clock.advance(timedelta(seconds=10))
    await company.works()
    assert bool(postcards.sent) == again


async def test_what_waits_past_its_window_is_not_sent(
    company: Company, clock: ManualClock, postcards: Telegrams
) -> None:
    received = await company.gets(written(clock))
    message_id = await says(company, received.conversation_id)
    clock.advance(timedelta(minutes=2))
    await company.works()
    entry = await company.line(received.conversation_id, message_id)
    assert (entry.status, entry.reason, postcards.sent) == ("failed", "window_closed", [])


async def changes(company: Company, change: Any, at: datetime, **fields: Any) -> None:
    item = ThreadChange(sender=Address(kind="email", value=MINA), change=change, at=at, **fields)
    async with company.parts.database.transaction() as tx:
        await change_thread(tx, company.rules, company.post, item)


async def test_who_blocks_the_channel_gets_nothing_and_no_advertising(company: Company, clock: ManualClock) -> None:
    received = await company.gets(written(clock))
    mina = await company.identity(MINA)
    said = Said(identity_id=mina, purpose="marketing", channel="postcard", given=True, method="phone")
    async with company.parts.database.transaction() as tx:
        await record(tx, company.rules.ways, [said], actor=company.agent)
    clock.advance(timedelta(seconds=1))
    for _ in range(2):
        await changes(company, "blocked", clock.now())

    with pytest.raises(WindowHasClosed):
        await says(company, received.conversation_id)
    assert await company.count("consent", "NOT given") == 1
    told = [line.activity["code"] for line in await company.lines(received.conversation_id) if line.activity]
    assert told == ["thread_blocked", "thread_blocked"]
    clock.advance(timedelta(seconds=1))
    await company.gets(written(clock, "풀었어요", "t-2"))
    assert await says(company, received.conversation_id)


async def test_who_is_no_friend_any_more_gets_answers_and_no_advertising(company: Company, clock: ManualClock) -> None:
    received = await company.gets(written(clock))
    mina = await company.identity(MINA)
    said = Said(identity_id=mina, purpose="marketing", channel="postcard", given=True, method="phone")
    async with company.parts.database.transaction() as tx:
        await record(tx, company.rules.ways, [said], actor=company.agent)
    clock.advance(timedelta(seconds=1))
    await changes(company, "befriended", clock.now())
    assert await company.count("consent", "NOT given") == 0
    await changes(company, "unfriended", clock.now())

    assert await company.count("consent", "NOT given") == 1
    assert await says(company, received.conversation_id)


async def test_who_only_looks_in_is_nobodys_customer_unless_a_child(company: Company, clock: ManualClock) -> None:
    await changes(company, "opened", clock.now())
    assert await company.count("identity") == 0
    await changes(company, "opened", clock.now(), under_14=True)
    assert await company.count("consent_age", "under_14") == 1


async def test_a_thread_that_was_ended_waits_for_the_customer(company: Company, clock: ManualClock) -> None:
    received = await company.gets(written(clock))
    clock.advance(timedelta(seconds=1))
    await changes(company, "ended", clock.now())
    with pytest.raises(WindowHasClosed):
        await says(company, received.conversation_id)


async def hears(company: Company, text: str, **fields: Any) -> Any:
    echo = InboundEcho(to=Address(kind="email", value=MINA), dedupe_scope="echo", text=text, **fields)
    async with company.parts.database.transaction() as tx:
        return await hear_echo(tx, company.post, echo)


async def test_our_own_words_come_back_once_and_the_consoles_are_kept(company: Company, clock: ManualClock) -> None:
    received = await company.gets(written(clock))
    await says(company, received.conversation_id, "확인할게요.")
    await company.delivers()
    assert await hears(company, " 확인할게요.\n") is None
    written_there = await hears(company, "확인할게요.")
    assert written_there
    entry = await company.line(received.conversation_id, written_there)
    assert (entry.direction, entry.status, entry.author.kind) == ("out", "sent", "agent")
    assert (await company.row(received.conversation_id)).waiting_since is None


async def test_a_message_in_several_bubbles_comes_back_in_as_many(company: Company, clock: ManualClock) -> None:
    received = await company.gets(written(clock))
    card = Card(title="교환 안내", text="7일 안에", buttons=(Button(label="교환"),))
    picture = await keep_file(company.parts.blobs, b"a picture", "image/png")
    async with company.parts.database.transaction() as tx:
        file = await keep_upload(tx, ("agent", company.agent.id), "cup.png", picture)
    await says(company, received.conversation_id, "이렇게 해 주세요.", content=card, attachment_ids=(file.id,))
    await company.delivers()
    shown = Attachment(name="1.png", content_type="image/png", ref="https://pictures.example/1.png")

    assert await hears(company, "", attachments=(shown,)) is None
    assert await hears(company, "이렇게 해 주세요.") is None
    assert await hears(company, "교환 안내\n7일 안에\n▸ 교환", content=card) is None
    assert await hears(company, "", attachments=(shown,))
    assert await hears(company, "이렇게 해 주세요.")


async def test_an_echo_with_an_id_is_known_by_it(company: Company, clock: ManualClock) -> None:
    received = await company.gets(written(clock))
    assert await hears(company, "콘솔에서 씁니다", external_id="c-1")
    assert await hears(company, "콘솔에서 씁니다", external_id="c-1") is None
    assert len(await company.lines(received.conversation_id)) == 2


async def test_what_the_provider_told_is_forgotten_when_it_is_taken_back(company: Company, clock: ManualClock) -> None:
    await company.gets(written(clock, claims={"phone": "010-1234-5678"}))
    item = InboundWithdrawal(sender=Address(kind="email", value=MINA), kinds=("phone",), at=clock.now())
    assert await company.count("claim") == 1
    for _ in range(2):
        async with company.parts.database.transaction() as tx:
            await withdraw_told(tx, company.post, item)
    assert await company.count("claim") == 0


async def test_what_the_provider_tells_by_itself_is_claimed_until_it_is_taken_back(
    company: Company, clock: ManualClock
) -> None:
    mina = Address(kind="email", value=MINA)
    claims = {"phone": "010-1234-5678", "name": "김미나", "address": "서울", "email": "none"}
    async with company.parts.database.transaction() as tx:
        await keep_told(tx, company.post, InboundClaims(sender=mina, claims=claims, at=clock.now()))
    assert await company.count("claim") == 2
    async with company.parts.database.transaction() as tx:
        await withdraw_told(tx, company.post, InboundWithdrawal(sender=mina, kinds=tuple(claims), at=clock.now()))
    assert await company.count("claim") == 0


async def test_a_child_is_noted_once_and_a_guardians_word_stays(company: Company, clock: ManualClock) -> None:
    for number in range(2):
        await company.gets(written(clock, external_id=f"t-{number}", under_14=True))
    assert await company.count("consent_age", "under_14 AND NOT guardian_consented") == 1


async def test_what_became_of_a_message_is_asked_for_until_it_is_known(
    company: Company, clock: ManualClock, postcards: Telegrams
) -> None:
    received = await company.gets(written(clock))
    message_id = await says(company, received.conversation_id)
    await company.delivers()
    await company.due()
    assert await company.count("awaited_report") == 1
    postcards.reports[f"out-{postcards.sent[0].send_key}"] = "delivered"
    clock.advance(timedelta(minutes=1))
    await company.due()
    assert (await company.line(received.conversation_id, message_id)).status == "delivered"
    assert await company.count("awaited_report") == 0
