"""What happens between us and a provider that is slow, refuses, or dies in the middle."""

from datetime import timedelta

import pytest

from damso.channels.failures import ContentRejected, OutcomeUnknown, RecipientUnreachable, TryLater
from damso.conversations.errors import NothingToSettle
from damso.conversations.settle import retry, settle
from tests.conversations.company import Company
from tests.conversations.postcards import Postcards, postcard


async def sent_into(company: Company, postcards: Postcards, *faults: Exception) -> tuple:
    postcards.faults = list(faults)  # type: ignore[arg-type]
    received = await company.gets(postcard())
    answer = await company.answers(received.conversation_id)
    await company.delivers()
    return received.conversation_id, answer


async def test_a_passing_fault_is_tried_again_until_it_leaves(company: Company, postcards: Postcards):
    conversation, answer = await sent_into(company, postcards, TryLater("busy"), TryLater("busy"))
    assert (await company.line(conversation, answer)).status == "queued"
    company.parts.database.clock.advance(timedelta(minutes=5))
    await company.works()
    company.parts.database.clock.advance(timedelta(minutes=5))
    await company.works()
    assert (await company.line(conversation, answer)).status == "sent"
    assert len(postcards.sent) == 1


async def test_later_answers_wait_behind_one_that_is_tried_again(company: Company, postcards: Postcards):
    conversation, _ = await sent_into(company, postcards, TryLater("busy", after=60))
    await company.answers(conversation, "둘째")
    await company.delivers()
    assert postcards.sent == []
    company.parts.database.clock.advance(timedelta(minutes=2))
    await company.works()
    assert [message.text for message in postcards.sent] == ["확인해 볼게요.", "둘째"]


async def test_a_dead_address_fails_with_its_reason_and_is_marked(company: Company, postcards: Postcards):
    conversation, answer = await sent_into(company, postcards, RecipientUnreachable("550"))
    line = await company.line(conversation, answer)
    assert (line.status, line.reason) == ("failed", "recipient_unreachable")
    assert await company.count("identity", "bounced_at IS NOT NULL") == 1


async def test_a_refused_text_fails_with_its_reason(company: Company, postcards: Postcards):
    conversation, answer = await sent_into(company, postcards, ContentRejected("spam"))
    assert (await company.line(conversation, answer)).reason == "content_rejected"


async def test_an_unknown_outcome_is_shown_and_never_repeated_by_itself(company: Company, postcards: Postcards):
    conversation, answer = await sent_into(company, postcards, OutcomeUnknown("dropped"))
    company.parts.database.clock.advance(timedelta(days=1))
    await company.works()
    assert (await company.line(conversation, answer)).status == "unknown"
    assert postcards.sent == []


async def test_a_person_has_an_unknown_message_sent_again(company: Company, postcards: Postcards):
    conversation, answer = await sent_into(company, postcards, OutcomeUnknown("dropped"))
    async with company.parts.database.transaction() as tx:
        await settle(tx, answer, "send_again", company.agent)
    await company.works()
    assert (await company.line(conversation, answer)).status == "sent"
    assert len(postcards.sent) == 1


async def test_a_person_says_that_an_unknown_message_arrived(company: Company, postcards: Postcards):
    conversation, answer = await sent_into(company, postcards, OutcomeUnknown("dropped"))
    async with company.parts.database.transaction() as tx:
        await settle(tx, answer, "arrived", company.agent)
    await company.works()
    assert (await company.line(conversation, answer)).status == "sent"
    assert postcards.sent == []


async def test_only_an_unknown_message_can_be_settled(company: Company, postcards: Postcards):
    _, answer = await sent_into(company, postcards)
    with pytest.raises(NothingToSettle):
        async with company.parts.database.transaction() as tx:
            await settle(tx, answer, "send_again", company.agent)


async def test_a_failed_message_is_tried_again_when_a_person_wants(company: Company, postcards: Postcards):
    conversation, answer = await sent_into(company, postcards, ContentRejected("spam"))
    async with company.parts.database.transaction() as tx:
        await retry(tx, answer, company.agent)
    await company.works()
    assert (await company.line(conversation, answer)).status == "sent"


async def test_a_try_that_died_after_the_reservation_is_unknown(company: Company, postcards: Postcards):
    """As a kill -9 between the reservation and the result leaves it."""
    received = await company.gets(postcard())
    answer = await company.answers(received.conversation_id)
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE message SET handed_over_at = $2 WHERE id = $1", answer, tx.now)
    await company.delivers()
    assert (await company.line(received.conversation_id, answer)).status == "unknown"
    assert postcards.sent == []


async def test_every_try_is_in_the_delivery_log(company: Company, postcards: Postcards):
    await sent_into(company, postcards, TryLater("busy"))
    company.parts.database.clock.advance(timedelta(minutes=5))
    await company.works()
    async with company.parts.database.reading() as tx:
        assert await tx.values("SELECT outcome FROM attempt ORDER BY id") == ["later", "sent"]
