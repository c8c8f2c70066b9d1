"""What may be said, by which way, and what saying it changes."""

from datetime import timedelta
from uuid import uuid4

import pytest

from damso.bootstrap import contact_rules_of
from damso.channels.items import Address
from damso.conversations.errors import (
    AdGateClosed,
    AnsweredMeanwhile,
    ConsentMissing,
    NothingToSend,
    NotReachable,
    ReplyToDiffers,
    TextTooLong,
    TooLate,
)
from damso.conversations.settle import undo
from damso.customers.consent.record import record
from damso.customers.consent.types import Said
from damso.kernel.log import Actor
from tests.clock import ManualClock
from tests.conversations.company import Company
from tests.conversations.postcards import Postcards, postcard


async def test_an_answer_leaves_when_the_time_to_undo_is_over(company: Company, postcards: Postcards):
    received = await company.gets(postcard(subject="배송"))
    answer = await company.answers(received.conversation_id, "내일 도착해요.")
    await company.works()
    assert postcards.sent == []
    assert (await company.line(received.conversation_id, answer)).status == "queued"
    await company.delivers()
    assert [message.text for message in postcards.sent] == ["내일 도착해요."]
    assert (await company.line(received.conversation_id, answer)).status == "sent"


async def test_an_answer_carries_what_threads_it(company: Company, postcards: Postcards):
    received = await company.gets(postcard(subject="배송"))
    await company.answers(received.conversation_id)
    await company.delivers()
    sent = postcards.sent[0]
    assert (sent.to.value, sent.subject, sent.in_reply_to) == ("mina@naver.example", "배송", "card-1")
    reply = postcard("고마워요", external_id="card-2", tokens=(sent.token,), authenticated=False)
    assert (await company.gets(reply)).conversation_id == received.conversation_id


async def test_a_retried_click_is_one_message(company: Company, postcards: Postcards):
    received = await company.gets(postcard())
    key = str(uuid4())
    assert await company.answers(received.conversation_id, send_key=key) == await company.answers(
        received.conversation_id, send_key=key
    )
    await company.delivers()
    assert len(postcards.sent) == 1


async def test_two_agents_do_not_answer_past_each_other(company: Company):
    received = await company.gets(postcard())
    first = await company.answers(received.conversation_id, author=company.colleague)
    with pytest.raises(AnsweredMeanwhile) as refusal:
        await company.answers(received.conversation_id, seen=received.message_id, send_anyway=False)
    assert refusal.value.extra["message_id"] == str(first)
    await company.answers(received.conversation_id, seen=first, send_anyway=False)


async def test_ones_own_answer_is_no_surprise(company: Company):
    received = await company.gets(postcard())
    await company.answers(received.conversation_id)
    await company.answers(received.conversation_id, seen=received.message_id, send_anyway=False)


async def test_an_answer_taken_back_in_time_never_leaves(company: Company, postcards: Postcards):
    received = await company.gets(postcard())
    answer = await company.answers(received.conversation_id)
    async with company.parts.database.transaction() as tx:
        await undo(tx, company.parts.inboxes, answer, company.agent)
    await company.delivers()
    assert postcards.sent == []


async def test_who_waited_for_an_answer_that_was_taken_back_waits_again(company: Company):
    received = await company.gets(postcard("언제 오나요?"))
    before = await company.row(received.conversation_id)
    answer = await company.answers(received.conversation_id)
    async with company.parts.database.transaction() as tx:
        await undo(tx, company.parts.inboxes, answer, company.agent)
    after = await company.row(received.conversation_id)
    assert (after.preview, after.last_author, after.waiting_since) == ("언제 오나요?", "customer", before.waiting_since)


async def test_a_program_answers_as_a_bot(company: Company):
    received = await company.gets(postcard())
    answer = await company.answers(received.conversation_id, author=Actor("key", str(uuid4())))
    assert (await company.line(received.conversation_id, answer)).author.kind == "bot"


async def test_an_answer_that_left_cannot_be_taken_back(company: Company):
    received = await company.gets(postcard())
    answer = await company.answers(received.conversation_id)
    await company.delivers()
    with pytest.raises(TooLate):
        async with company.parts.database.transaction() as tx:
            await undo(tx, company.parts.inboxes, answer, company.agent)


async def test_a_chat_message_can_be_recalled_after_it_was_shown(company: Company):
    visitor = company.visitor()
    received = await company.hears_visitor(visitor, "안녕하세요")
    answer = await company.answers(received.conversation_id, "잘못 보낸 글", inbox=company.chat)
    async with company.parts.database.transaction() as tx:
        await undo(tx, company.parts.inboxes, answer, company.agent)
    shown = await company.shows(visitor)
    assert [(entry.text, entry.deleted) for entry in shown] == [("안녕하세요", False), ("", True)]


async def test_a_text_past_the_limit_is_refused(company: Company):
    received = await company.gets(postcard())
    with pytest.raises(TextTooLong):
        await company.answers(received.conversation_id, "가" * 201)


async def test_nothing_is_refused(company: Company):
    received = await company.gets(postcard())
    with pytest.raises(NothingToSend):
        await company.answers(received.conversation_id, "  \n")


async def test_advertising_is_refused_with_the_reason_and_without_its_label_always(
    company: Company, clock: ManualClock
):
    clock.advance_to_noon()
    received = await company.gets(postcard())
    rules = contact_rules_of(company.parts)
    for given, refusal, reason in ((None, ConsentMissing, "no_consent"), (True, AdGateClosed, None)):
        if given is not None:
            said = Said(
                identity_id=await company.identity("mina@naver.example"),
                purpose="marketing",
                channel="all",
                given=given,
                method="phone",
            )
            async with company.parts.database.transaction() as tx:
                await record(tx, rules.ways, [said], actor=company.agent)
        with pytest.raises(refusal) as refused:
            await company.answers(received.conversation_id, purpose="marketing", rules=rules)
        assert refused.value.extra.get("reason") == reason
    with pytest.raises(ConsentMissing):
        await company.answers(received.conversation_id, purpose="marketing")


async def test_an_answer_to_another_customers_address_is_refused(company: Company):
    received = await company.gets(postcard())
    await company.gets(postcard(sender="jiho@daum.example", external_id="card-2"))
    with pytest.raises(NotReachable):
        await company.answers(received.conversation_id, to=await company.identity("jiho@daum.example"))


async def test_a_differing_reply_address_has_to_be_accepted(company: Company):
    item = postcard(reply_to=Address(kind="email", value="elsewhere@shop.example"))
    received = await company.gets(item)
    elsewhere = await company.identity("elsewhere@shop.example")
    with pytest.raises(ReplyToDiffers):
        await company.answers(received.conversation_id, to=elsewhere)
    await company.answers(received.conversation_id, to=elsewhere, accept_warnings=True)


async def test_who_answers_an_unassigned_case_gets_it(company: Company):
    received = await company.gets(postcard())
    await company.answers(received.conversation_id)
    assignee = (await company.row(received.conversation_id)).assignee
    assert assignee is not None
    assert assignee.name == "이서연"


async def test_answers_to_one_person_leave_in_their_order(company: Company, postcards: Postcards):
    received = await company.gets(postcard())
    for number in range(5):
        await company.answers(received.conversation_id, f"{number}번째")
        company.parts.database.clock.advance(timedelta(seconds=1))
    await company.delivers()
    assert [message.text for message in postcards.sent] == [f"{number}번째" for number in range(5)]
