"""What arrives is stored once, in its place, and changes what it should."""

from datetime import timedelta
from uuid import uuid4

from damso.channels.items import Address, Automation
from damso.conversations.change import Change, change
from tests.conversations.company import Company
from tests.conversations.postcards import postcard


async def test_the_same_message_five_times_is_one(company: Company):
    received = [await company.gets(postcard()) for _ in range(5)]
    assert [one.new for one in received] == [True, False, False, False, False]
    assert await company.count("message", "kind = 'message'") == 1
    assert await company.count("care_event", "name = 'message.received'") == 1


async def test_a_known_id_under_another_scope_is_another_message(company: Company):
    await company.gets(postcard())
    await company.gets(postcard("다른 사람의 글", dedupe_scope="forged", sender="jiho@daum.example"))
    assert await company.count("message", "kind = 'message'") == 2


async def test_a_message_dated_in_the_future_sits_where_it_arrived(company: Company):
    now = company.parts.database.clock.now()
    received = await company.gets(postcard(provider_at=now + timedelta(days=4000)))
    assert (await company.lines(received.conversation_id))[0].at == now


async def test_an_old_message_sits_at_its_own_time(company: Company):
    written = company.parts.database.clock.now() - timedelta(days=700)
    received = await company.gets(postcard(provider_at=written))
    assert (await company.lines(received.conversation_id))[0].at == written


async def test_old_mail_that_is_brought_in_is_history_and_waits_for_nobody(company: Company):
    written = company.parts.database.clock.now() - timedelta(days=700)
    received = await company.gets(postcard(provider_at=written))
    row = await company.row(received.conversation_id)
    assert (row.status, row.waiting_since, row.last_message_at) == ("resolved", None, written)


async def test_the_customer_waits_from_their_first_unanswered_word(company: Company):
    now = company.parts.database.clock.now()
    received = await company.gets(postcard(provider_at=now - timedelta(minutes=5)))
    await company.gets(postcard("저기요?", external_id="card-2"))
    assert (await company.row(received.conversation_id)).waiting_since == now - timedelta(minutes=5)
    await company.answers(received.conversation_id)
    assert (await company.row(received.conversation_id)).waiting_since is None


async def test_an_auto_reply_opens_no_case_again_and_lets_nobody_wait(company: Company):
    received = await company.gets(postcard())
    await company.answers(received.conversation_id)
    async with company.parts.database.transaction() as tx:
        await change(tx, received.conversation_id, Change(status="resolved"), company.agent)
    away = postcard("부재중입니다", external_id="card-2", automation=Automation.AUTO_REPLY)
    again = await company.gets(away)
    row = await company.row(received.conversation_id)
    assert again.conversation_id == received.conversation_id
    assert (row.status, row.waiting_since) == ("resolved", None)


async def test_a_word_of_the_customer_opens_a_resolved_case_again(company: Company):
    received = await company.gets(postcard())
    async with company.parts.database.transaction() as tx:
        await change(tx, received.conversation_id, Change(status="resolved"), company.agent)
    await company.gets(postcard("하나 더요", external_id="card-2"))
    assert (await company.row(received.conversation_id)).status == "open"


async def test_a_case_snoozed_until_an_answer_wakes_by_it(company: Company):
    received = await company.gets(postcard())
    async with company.parts.database.transaction() as tx:
        snooze = Change(status="snoozed", snoozed_until_reply=True)
        await change(tx, received.conversation_id, snooze, company.agent)
    assert (await company.row(received.conversation_id)).status == "snoozed"
    await company.gets(postcard("답장이요", external_id="card-2"))
    assert (await company.row(received.conversation_id)).status == "open"


async def test_people_in_copy_take_part(company: Company):
    item = postcard(cc=(Address(kind="email", value="jiho@daum.example"),))
    received = await company.gets(item)
    assert await company.count("participant", f"conversation_id = '{received.conversation_id}'") == 2


async def test_what_a_sender_is_said_to_have_is_a_claim_and_no_identity(company: Company):
    await company.gets(postcard(claims={"email": "someone@else.example", "phone": "no number"}))
    assert await company.count("claim") == 1
    assert await company.count("identity", "value = 'someone@else.example'") == 0


async def test_a_visitor_writes_once_however_often_it_is_sent(company: Company):
    visitor, client_id = company.visitor(), uuid4()
    first = await company.hears_visitor(visitor, "안녕하세요", client_id=client_id)
    second = await company.hears_visitor(visitor, "안녕하세요", client_id=client_id)
    assert (first.new, second.new, first.message_id) == (True, False, second.message_id)


async def test_two_visitors_with_the_same_client_id_are_two_messages(company: Company):
    client_id = uuid4()
    one = await company.hears_visitor(company.visitor(), "하나", client_id=client_id)
    other = await company.hears_visitor(company.visitor(), "둘", client_id=client_id)
    assert one.message_id != other.message_id
