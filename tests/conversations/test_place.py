"""Which conversation a message joins, and by which proof. Each refusal opens a new one instead."""

from datetime import timedelta
from uuid import UUID

from damso.conversations.change import Change, change
from damso.conversations.references import make_reference
from damso.customers.identify import identify
from damso.customers.link import link
from damso.customers.types import IdentityKey
from damso.kernel.log import Actor
from tests.conversations.company import Company
from tests.conversations.postcards import postcard


def reference(company: Company, conversation_id: UUID) -> str:
    return make_reference(company.parts.keyring, conversation_id)


async def test_a_signed_reference_of_a_participant_leads_to_its_case(company: Company):
    first = await company.gets(postcard())
    await company.gets(postcard("새 건", external_id="card-2", subject="다른 문의", authenticated=False))
    item = postcard(
        "답장", external_id="card-3", tokens=(reference(company, first.conversation_id),), authenticated=False
    )
    assert (await company.gets(item)).conversation_id == first.conversation_id


async def test_a_signed_reference_in_other_hands_opens_nothing(company: Company):
    first = await company.gets(postcard())
    stolen = (reference(company, first.conversation_id),)
    item = postcard("훔쳐보기", sender="thief@evil.example", external_id="card-2", tokens=stolen)
    assert (await company.gets(item)).conversation_id != first.conversation_id


async def test_a_forged_reference_opens_nothing(company: Company):
    first = await company.gets(postcard())
    genuine = reference(company, first.conversation_id)
    forged = genuine[:-4] + ("AAAA" if not genuine.endswith("AAAA") else "BBBB")
    item = postcard("위조", sender="thief@evil.example", external_id="card-2", tokens=(forged,), authenticated=False)
    assert (await company.gets(item)).conversation_id != first.conversation_id


async def test_an_unsigned_reference_counts_only_with_a_proven_sender(company: Company):
    first = await company.gets(postcard())
    item = postcard("답장", external_id="card-2", references=("card-1",), authenticated=False)
    assert (await company.gets(item)).conversation_id != first.conversation_id
    proven = postcard("답장", external_id="card-3", references=("card-1",))
    assert (await company.gets(proven)).conversation_id == first.conversation_id


async def test_a_proven_sender_joins_their_open_case(company: Company):
    first = await company.gets(postcard())
    again = await company.gets(postcard("그리고요", external_id="card-2", subject="새 제목"))
    assert again.conversation_id == first.conversation_id


async def test_an_unproven_sender_never_joins_by_address(company: Company):
    first = await company.gets(postcard())
    forged = await company.gets(postcard("환불 계좌 바꿔 주세요", external_id="card-2", authenticated=False))
    assert forged.conversation_id != first.conversation_id


async def test_a_new_subject_joins_only_a_case_that_moved_lately(company: Company):
    first = await company.gets(postcard(subject="배송"))
    company.parts.database.clock.advance(timedelta(hours=25))
    same = await company.gets(postcard("같은 제목", external_id="card-2", subject="Re: 배송"))
    assert same.conversation_id == first.conversation_id
    company.parts.database.clock.advance(timedelta(hours=25))
    other = await company.gets(postcard("새 제목", external_id="card-3", subject="환불"))
    assert other.conversation_id != first.conversation_id


async def test_a_case_resolved_long_ago_is_not_opened_again(company: Company):
    first = await company.gets(postcard(subject="배송"))
    async with company.parts.database.transaction() as tx:
        await change(tx, first.conversation_id, Change(status="resolved"), company.agent)
    company.parts.database.clock.advance(timedelta(days=15))
    later = await company.gets(postcard("또 왔어요", external_id="card-2", subject="배송"))
    assert later.conversation_id != first.conversation_id


async def test_chat_and_mail_of_a_proven_customer_are_one_case(company: Company):
    visitor = company.visitor()
    chat = await company.hears_visitor(visitor, "채팅으로 먼저 물어봐요")
    async with company.parts.database.transaction() as tx:
        me = await identify(tx, visitor.key, proof="authenticated", source="chat")
        mail = await identify(tx, IdentityKey("email", "mina@naver.example"), proof="proven", source="chat")
        await link(tx, me.identity_id, mail.identity_id, strength="proven", evidence={}, actor=Actor("customer"))
    card = await company.gets(postcard("메일로 이어서", subject="문의드립니다"))
    assert card.conversation_id == chat.conversation_id
    assert (await company.row(chat.conversation_id)).subject == "문의드립니다"


async def test_a_claimed_address_joins_nothing(company: Company):
    first = await company.gets(postcard())
    visitor = company.visitor()
    chat = await company.hears_visitor(visitor, "제 메일은 mina@naver.example 이에요")
    assert chat.conversation_id != first.conversation_id
    assert [entry.text for entry in await company.shows(visitor)] == ["제 메일은 mina@naver.example 이에요"]
