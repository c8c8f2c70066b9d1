"""Receipts, edits, reactions: in whichever order they come, before or after their message, the end is the same."""

from datetime import timedelta
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from damso.channels.items import Address, InboundEdit, InboundReaction, InboundReceipt
from damso.conversations.statuses import ORDER, later
from tests.conversations.company import Company
from tests.conversations.postcards import Postcards, postcard

statuses = st.sampled_from(ORDER)


@given(st.lists(statuses, min_size=1))
def test_the_status_is_the_furthest_heard_of_in_any_order(heard: list):
    end = heard[0]
    for status in heard[1:]:
        end = later(end, status)
    assert end == max(heard, key=ORDER.index)


@given(statuses, statuses)
def test_a_status_never_falls(one, other):
    assert ORDER.index(later(one, other)) >= ORDER.index(one)


async def answered(company: Company, postcards: Postcards) -> tuple[UUID, UUID, str]:
    received = await company.gets(postcard())
    answer = await company.answers(received.conversation_id)
    await company.delivers()
    return received.conversation_id, answer, f"out-{postcards.sent[-1].send_key}"


@pytest.mark.parametrize("order", list(permutations(["sent", "delivered", "read"])))
async def test_receipts_in_any_order_end_as_read(company: Company, postcards: Postcards, order: tuple[str, ...]):
    conversation, answer, external_id = await answered(company, postcards)
    for status in order:
        await company.hears(InboundReceipt(status=status, external_id=external_id))
    assert (await company.line(conversation, answer)).status == "read"


async def test_a_late_bounce_does_not_undo_a_delivery(company: Company, postcards: Postcards):
    conversation, answer, external_id = await answered(company, postcards)
    await company.hears(InboundReceipt(status="delivered", external_id=external_id))
    await company.hears(InboundReceipt(status="failed", external_id=external_id))
    assert (await company.line(conversation, answer)).status == "delivered"


async def test_a_bounce_marks_the_message_and_the_address(company: Company, postcards: Postcards):
    conversation, answer, external_id = await answered(company, postcards)
    bounce = InboundReceipt(
        status="failed",
        external_id=external_id,
        reason="user_unknown",
        permanent=True,
        recipient=Address(kind="email", value="mina@naver.example"),
    )
    await company.hears(bounce)
    line = await company.line(conversation, answer)
    assert (line.status, line.reason) == ("failed", "user_unknown")
    assert await company.count("identity", "bounced_at IS NOT NULL") == 1


async def test_a_bounce_that_carries_only_our_reference_finds_its_message(company: Company, postcards: Postcards):
    conversation, answer, _ = await answered(company, postcards)
    await company.hears(InboundReceipt(status="failed", token=postcards.sent[-1].token, reason="blocked"))
    assert (await company.line(conversation, answer)).status == "failed"


async def test_a_receipt_that_overtakes_its_message_waits_for_it(company: Company, postcards: Postcards):
    received = await company.gets(postcard())
    answer = await company.answers(received.conversation_id, send_key="11111111-1111-4111-8111-111111111111")
    await company.hears(InboundReceipt(status="read", external_id="out-11111111-1111-4111-8111-111111111111"))
    await company.delivers()
    assert (await company.line(received.conversation_id, answer)).status == "read"


async def test_an_edit_and_a_withdrawal_wait_for_their_message(company: Company):
    now = company.parts.database.clock.now()
    await company.hears(InboundEdit(external_id="card-1", dedupe_scope="postcards", text="고친 글", provider_at=now))
    received = await company.gets(postcard("첫 글"))
    assert (await company.lines(received.conversation_id))[0].text == "고친 글"


async def test_of_two_edits_the_newer_holds_whichever_came_first(company: Company):
    now = company.parts.database.clock.now()
    received = await company.gets(postcard("첫 글"))
    for text, minutes in (("둘째 수정", 2), ("첫 수정", 1)):
        edit = InboundEdit(
            external_id="card-1", dedupe_scope="postcards", text=text, provider_at=now + timedelta(minutes=minutes)
        )
        await company.hears(edit)
    assert (await company.lines(received.conversation_id))[0].text == "둘째 수정"


async def test_a_withdrawn_message_stays_withdrawn(company: Company):
    now = company.parts.database.clock.now()
    received = await company.gets(postcard("첫 글"))
    withdrawal = InboundEdit(external_id="card-1", dedupe_scope="postcards", text=None, provider_at=now)
    late_edit = InboundEdit(external_id="card-1", dedupe_scope="postcards", text="고침", provider_at=now)
    for item in (withdrawal, late_edit):
        await company.hears(item)
    line = (await company.lines(received.conversation_id))[0]
    assert (line.text, line.deleted_at is not None) == ("", True)


async def test_a_reaction_is_replaced_by_the_senders_newer_one(company: Company):
    now = company.parts.database.clock.now()
    received = await company.gets(postcard())
    for emoji, seconds in (("👍", 2), ("😀", 1)):
        reaction = InboundReaction(
            external_id="card-1",
            dedupe_scope="postcards",
            sender=Address(kind="email", value="mina@naver.example"),
            emoji=emoji,
            provider_at=now + timedelta(seconds=seconds),
        )
        await company.hears(reaction)
    reactions = (await company.lines(received.conversation_id))[0].reactions
    assert [reaction["emoji"] for reaction in reactions] == ["👍"]
