"""After customers were taken apart, each has what they said in a case of their own."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from damso.channels.items import Address
from damso.conversations.change import Change, change
from damso.conversations.join import join
from damso.conversations.note import write_note
from damso.conversations.split import CHUNK, strays_of
from damso.customers.merge import merge
from damso.customers.unmerge import undo, unmerge
from tests.conversations.company import Company
from tests.conversations.postcards import Postcards, postcard

MINA, JUNHO = "mina@naver.example", "junho@naver.example"


async def merged(company: Company, *addresses: str) -> tuple[UUID, int]:
    async with company.parts.database.transaction() as tx:
        ids = await tx.values("SELECT customer_id FROM identity WHERE value = ANY ($1) ORDER BY id", list(addresses))
        done = await merge(tx, ids, actor=company.agent, evidence={})
    await company.works()
    return done.customer_id, done.link_id


async def parted(company: Company, link_id: int, customer_id: UUID) -> int:
    async with company.parts.database.transaction() as tx:
        done = await unmerge(tx, customer_id, link_id=link_id, actor=company.agent, evidence={})
    await company.works()
    return done.link_id


async def texts(company: Company, conversation_id: UUID) -> list[str]:
    return [entry.text for entry in await company.lines(conversation_id) if entry.kind == "message"]


async def case_of(company: Company, value: str) -> UUID:
    """The case that began with this address last."""
    async with company.parts.database.reading() as tx:
        found: UUID = await tx.value(
            """SELECT c.id FROM conversation c JOIN identity i ON i.id = c.anchor_identity_id
            WHERE i.value = $1 AND c.joined_into IS NULL ORDER BY c.created_at DESC LIMIT 1""",
            value,
        )
        return found


async def mixed(company: Company) -> tuple[UUID, UUID, int]:
    """A case of Mina's that Junho wrote into while both were one; the case, the customer, the merge."""
    await company.gets(postcard("준호의 옛 질문", sender=JUNHO, external_id="card-0", subject="환불"))
    company.parts.database.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]
    first = await company.gets(postcard("미나의 질문", sender=MINA, subject="배송"))
    customer_id, link_id = await merged(company, MINA, JUNHO)
    for number in range(2):
        await company.gets(postcard(f"준호의 말 {number}", sender=JUNHO, external_id=f"card-j{number}", subject="배송"))
    await company.answers(first.conversation_id, "준호에게 답변", to=await company.identity(JUNHO))
    return first.conversation_id, customer_id, link_id


async def test_messages_move_into_a_case_of_their_own_and_both_say_so(company: Company, postcards: Postcards) -> None:
    home, customer_id, link_id = await mixed(company)
    await company.delivers()
    assert len(await texts(company, home)) == 4
    await parted(company, link_id, customer_id)

    assert await texts(company, home) == ["미나의 질문"]
    own = await case_of(company, JUNHO)
    assert own != home
    assert await texts(company, own) == ["준호의 말 0", "준호의 말 1", "준호에게 답변"]
    row, own_row = await company.row(home), await company.row(own)
    assert (row.preview, own_row.preview) == ("미나의 질문", "준호에게 답변")
    assert row.waiting_since is not None
    assert own_row.waiting_since is None
    assert row.customer.id != own_row.customer.id
    codes = [[entry.activity["code"] for entry in await company.lines(case) if entry.activity] for case in (home, own)]
    assert "split_off" in codes[0]
    assert codes[1] == ["split_from"]
    async with company.parts.database.reading() as tx:
        assert await strays_of(tx, [await company.identity(JUNHO), await company.identity(MINA)]) == []
        assert not await tx.value(
            "SELECT count(*) FROM search_entry s JOIN message m ON m.id = s.message_id"
            " WHERE s.conversation_id <> m.conversation_id"
        )


async def test_notes_and_assignment_stay_and_a_draft_goes_with_whom_it_is_for(company: Company) -> None:
    home, customer_id, link_id = await mixed(company)
    junho = await company.identity(JUNHO)
    async with company.parts.database.transaction() as tx:
        await write_note(
            tx, home, UUID(company.agent.id), send_key=str(uuid4()), text="메모", mentions=(), attachment_ids=()
        )
        await change(tx, home, Change(assignee_id=UUID(company.agent.id)), company.agent)
        await tx.execute(
            """INSERT INTO draft (conversation_id, agent_id, kind, text, inbox_id, identity_id, updated_at)
            VALUES ($1, $2, 'message', '쓰는 중', $3, $4, $5)""",
            home,
            UUID(company.agent.id),
            company.post.id,
            junho,
            tx.now,
        )
    await parted(company, link_id, customer_id)
    own = await case_of(company, JUNHO)
    assert [entry.text for entry in await company.lines(home) if entry.kind == "note"] == ["메모"]
    assert (await company.row(home)).assignee is not None
    assert (await company.row(own)).assignee is None
    assert await company.count("draft", f"conversation_id = '{own}' AND identity_id = {junho}") == 1


async def test_who_is_in_copy_stays(company: Company) -> None:
    first = await company.gets(postcard("미나의 질문", sender=MINA, cc=[Address(kind="email", value=JUNHO)]))
    await company.gets(postcard("준호도 거들어요", sender=JUNHO, external_id="card-2", references=("card-1",)))
    customer_id, link_id = await merged(company, MINA, JUNHO)
    await parted(company, link_id, customer_id)
    assert await texts(company, first.conversation_id) == ["미나의 질문", "준호도 거들어요"]


async def test_who_was_in_copy_of_one_is_no_longer_in_copy_of_the_other(company: Company) -> None:
    home, customer_id, link_id = await mixed(company)
    friend = Address(kind="email", value="friend@naver.example")
    await company.gets(postcard("친구도 봐", sender=JUNHO, external_id="card-f", subject="배송", cc=[friend]))
    await parted(company, link_id, customer_id)
    own, number = await case_of(company, JUNHO), await company.identity(friend.value)
    assert await company.count("participant", f"conversation_id = '{own}' AND identity_id = {number}") == 1
    assert await company.count("participant", f"conversation_id = '{home}' AND identity_id = {number}") == 0


async def test_a_case_that_was_joined_into_anothers_is_a_case_again(company: Company) -> None:
    first = await company.gets(postcard("미나의 질문", sender=MINA))
    second = await company.gets(postcard("준호의 질문", sender=JUNHO, external_id="card-2"))
    customer_id, link_id = await merged(company, MINA, JUNHO)
    async with company.parts.database.transaction() as tx:
        await join(tx, second.conversation_id, first.conversation_id, company.agent)
    await parted(company, link_id, customer_id)
    assert await texts(company, first.conversation_id) == ["미나의 질문"]
    assert await texts(company, second.conversation_id) == ["준호의 질문"]
    assert (await company.row(second.conversation_id)).status == "open"


async def test_taking_apart_twice_uses_the_same_case(company: Company) -> None:
    home, customer_id, link_id = await mixed(company)
    act = await parted(company, link_id, customer_id)
    own = await case_of(company, JUNHO)
    async with company.parts.database.transaction() as tx:
        await undo(tx, act, actor=company.agent, evidence={})
    async with company.parts.database.transaction() as tx:
        await join(tx, own, home, company.agent)
    await company.works()
    assert len(await texts(company, home)) == 4
    await parted(company, link_id, customer_id)
    assert await case_of(company, JUNHO) == own
    assert await texts(company, home) == ["미나의 질문"]


@pytest.mark.slow
async def test_many_messages_move_in_chunks(company: Company) -> None:
    home, customer_id, link_id = await mixed(company)
    junho = await company.identity(JUNHO)
    async with company.parts.database.transaction() as tx:
        await tx.execute(
            """INSERT INTO message (id, conversation_id, kind, direction, author_kind, inbox_id, channel, identity_id,
                text, position_at, created_at)
            SELECT gen_random_uuid(), $1, 'message', 'in', 'customer', $2, 'postcard', $3, 'n' || n,
                $4::timestamptz + n * interval '1 ms', $4 FROM generate_series(1, $5::int) n""",
            home,
            company.post.id,
            junho,
            tx.now,
            2 * CHUNK + 7,
        )
    await parted(company, link_id, customer_id)
    own = await case_of(company, JUNHO)
    for _ in range(4):
        await company.works()
    assert await company.count("message", f"conversation_id = '{own}' AND kind = 'message'") == 2 * CHUNK + 10
    assert await company.count("message", f"conversation_id = '{home}' AND kind = 'message'") == 1
    assert (await company.row(own)).preview == f"n{2 * CHUNK + 7}"
