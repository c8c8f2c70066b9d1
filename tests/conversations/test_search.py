"""What was said is found again: Korean, English, numbers; newest first, page by page, early to stop."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from damso.channels.items import InboundEdit
from damso.conversations.change import Change, change
from damso.conversations.join import join
from damso.conversations.note import write_note
from damso.conversations.rows import Filter, list_rows
from damso.conversations.search import ENOUGH, PAGE, Found, Wanted, search
from damso.conversations.search_index import index_keys
from damso.conversations.views import views_of
from damso.kernel.database import STATEMENTS
from damso.kernel.ids import new_id
from tests.callers import agent_caller
from tests.conversations.company import Company
from tests.conversations.postcards import postcard


async def found(company: Company, q: str, *, cursor: str | None = None, **narrow: Any) -> Found:
    async with company.parts.database.reading() as tx:
        return await search(tx, Wanted(q=q, **narrow), agent_caller(), cursor=cursor)


async def texts(company: Company, q: str, **narrow: Any) -> list[str]:
    """Where the hits are marked: what the pieces say together."""
    hits = (await found(company, q, **narrow)).items
    return ["".join(piece.text for piece in hit.snippet) for hit in hits]


async def says(
    company: Company, *lines: str, sender: str = "mina@naver.example", at: datetime | None = None
) -> list[Any]:
    return [await company.gets(postcard(line, sender=sender, external_id=f"{sender} {line}"), at=at) for line in lines]


@pytest.mark.parametrize(
    ("q", "text"),
    [
        ("배송", "새벽배송으로 바꿔 주세요"),
        ("배송 조회", "조회가 안 돼요. 배송 중인가요?"),
        ("꿀", "아카시아꿀 있나요?"),
        ("ㅂㅅ", "오늘 배송되나요?"),
        ("배ㅅ", "무료 배송인가요?"),
        ("5678", "제 번호는 010-1234-5678이에요"),
        ("1234-5678", "01012345678로 전화 주세요"),
        ("01012345678", "+82 10-1234-5678"),
        ("track", "Where is my Tracking number?"),
        ("MACBOOK 호환", "macbook 케이스 호환되나요?"),
    ],
)
async def test_a_word_is_found_however_it_is_asked_for(company: Company, q: str, text: str):
    await says(company, text, "전혀 다른 이야기예요")
    assert await texts(company, q) == [text]


async def test_the_hit_is_marked(company: Company):
    await says(company, "오늘 배송되나요?")
    assert [(piece.text, piece.hit) for piece in (await found(company, "ㅂㅅ")).items[0].snippet] == [
        ("오늘 ", False),
        ("배송", True),
        ("되나요?", False),
    ]


async def test_letters_of_the_words_alone_are_no_hit(company: Company):
    await says(company, "배송과 송조, 조회를 따로 말해요")
    assert await texts(company, "배송조회") == []


@pytest.mark.parametrize("q", ["", "  ", "?!", "ㅂ"])
async def test_a_query_that_says_nothing_finds_nothing(company: Company, q: str):
    await says(company, "배송 언제 와요?")
    assert await found(company, q) == Found(items=[], next=None, count=0, more_than=False)


async def test_a_subject_is_found(company: Company):
    await company.gets(postcard("안녕하세요", subject="세금계산서 발행"))
    assert [hit.subject for hit in (await found(company, "세금계산서")).items] == ["세금계산서 발행"]


async def test_answers_and_notes_are_found(company: Company):
    received = (await says(company, "언제 와요?"))[0]
    await company.answers(received.conversation_id, "내일 도착해요.")
    async with company.parts.database.transaction() as tx:
        await write_note(
            tx,
            received.conversation_id,
            UUID(company.agent.id),
            send_key="note",
            text="도착 지연 확인함",
            mentions=(),
            attachment_ids=(),
        )
    assert {hit.kind for hit in (await found(company, "도착")).items} == {"message", "note"}


async def test_the_newest_comes_first_over_all_months(company: Company):
    now = company.parts.database.clock.now()
    ages = [400, 3, 90, 0, 800]
    for age in ages:
        await says(company, f"{age}일 전의 배송", at=now - timedelta(days=age))
    assert await texts(company, "배송") == [f"{age}일 전의 배송" for age in sorted(ages)]


async def test_pages_lose_nothing_and_repeat_nothing(company: Company):
    """Many of them at the same moment, in two months, between others that do not fit."""
    now = company.parts.database.clock.now()
    wanted = await fill(company, [now - timedelta(days=40 * (n % 2)) for n in range(2 * PAGE + 7)], "배송 문의")
    await fill(company, [now] * 20, "환불 문의")
    seen, cursor = [], None
    for _ in range(3):
        page = await found(company, "배송", cursor=cursor)
        seen += [hit.message_id for hit in page.items]
        cursor = page.next
    assert cursor is None
    assert sorted(seen) == sorted(wanted)


async def test_counting_stops_at_a_thousand(company: Company):
    now = company.parts.database.clock.now()
    await fill(company, [now - timedelta(minutes=n) for n in range(ENOUGH + 1)], "배송 문의")
    page = await found(company, "배송")
    assert (len(page.items), page.count, page.more_than) == (PAGE, ENOUGH, True)


async def test_few_hits_are_counted(company: Company):
    await says(company, "배송 1", "배송 2")
    page = await found(company, "배송")
    assert (page.count, page.more_than, page.next) == (2, False, None)


async def test_an_edited_message_is_found_by_its_new_words_only(company: Company):
    await company.gets(postcard("배송 언제 와요?"))
    edit = InboundEdit(
        external_id="card-1",
        dedupe_scope="postcards",
        text="환불 언제 돼요?",
        provider_at=company.parts.database.clock.now() + timedelta(minutes=1),
    )
    await company.hears(edit)
    assert await texts(company, "배송") == []
    assert await texts(company, "환불", inbox_id=company.post.id) == ["환불 언제 돼요?"]


async def test_a_withdrawn_message_is_not_found(company: Company):
    await company.gets(postcard("배송 언제 와요?"))
    at = company.parts.database.clock.now() + timedelta(minutes=1)
    await company.hears(InboundEdit(external_id="card-1", dedupe_scope="postcards", text=None, provider_at=at))
    assert await texts(company, "배송") == []


async def test_a_message_that_is_gone_stops_nobody(company: Company):
    """Erasure deletes the message; what the index still has of it is passed over."""
    kept, gone = await says(company, "배송 하나", "배송 둘")
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE conversation SET last_message_id = NULL")
        await tx.execute("DELETE FROM message WHERE id = $1", gone.message_id)
    assert [hit.message_id for hit in (await found(company, "배송")).items] == [kept.message_id]


async def test_inbox_channel_and_time_narrow(company: Company):
    now = company.parts.database.clock.now()
    await says(company, "엽서로 배송 문의", at=now - timedelta(days=70))
    await company.hears_visitor(company.visitor(), "채팅으로 배송 문의")
    assert await texts(company, "배송", channel="chat") == ["채팅으로 배송 문의"]
    assert await texts(company, "배송", inbox_id=company.post.id) == ["엽서로 배송 문의"]
    assert await texts(company, "배송", since=now - timedelta(days=1)) == ["채팅으로 배송 문의"]
    assert await texts(company, "배송", until=now - timedelta(days=1)) == ["엽서로 배송 문의"]


async def test_status_and_agent_narrow(company: Company):
    await says(company, "배송 하나")
    resolved = await says(company, "배송 둘", sender="jiho@daum.example")
    async with company.parts.database.transaction() as tx:
        taken = Change(status="resolved", assignee_id=UUID(company.agent.id))
        await change(tx, resolved[0].conversation_id, taken, company.agent)
    assert await texts(company, "배송", status="open") == ["배송 하나"]
    assert await texts(company, "배송", status="resolved", assignee_id=UUID(company.agent.id)) == ["배송 둘"]
    assert await texts(company, "배송", status="open", assignee_id=UUID(company.agent.id)) == []


async def test_narrowing_by_many_conversations_finds_the_same(company: Company, monkeypatch: pytest.MonkeyPatch):
    """Few conversations are searched through themselves, some and many by the index: the same is found each way."""
    await says(company, "배송 하나", "배송 둘", "환불 셋")
    few = await texts(company, "배송", status="open")
    monkeypatch.setattr("damso.conversations.search.FEW", 0)
    some = await texts(company, "배송", status="open")
    monkeypatch.setattr("damso.conversations.search.MANY", 0)
    many = await texts(company, "배송", status="open")
    assert few == some == many == ["배송 둘", "배송 하나"]


async def test_what_was_joined_is_found_in_the_other_case(company: Company):
    one = await company.gets(postcard("배송 하나", authenticated=False))
    other = await company.gets(postcard("환불 둘", authenticated=False, external_id="card-2"))
    async with company.parts.database.transaction() as tx:
        await join(tx, one.conversation_id, other.conversation_id, company.agent)
    assert [hit.conversation_id for hit in (await found(company, "배송", status="open")).items] == [
        other.conversation_id
    ]


async def test_an_old_month_gets_its_partition(company: Company):
    written = company.parts.database.clock.now() - timedelta(days=5000)
    await says(company, "아주 오래된 배송", at=written)
    assert await company.count("pg_inherits", f"inhrelid::regclass::text = 'search_entry_p{written:%Y_%m}'") == 1
    assert await texts(company, "배송") == ["아주 오래된 배송"]


async def test_a_page_takes_few_statements_however_many_hits(company: Company):
    now = company.parts.database.clock.now()
    await fill(company, [now] * 300, "배송 문의")
    assert await statements(found(company, "배송")) <= 8


async def test_lists_and_counts_take_one_statement(company: Company):
    """However many rows and views there are."""
    for number in range(5):
        await says(company, "배송", sender=f"person{number}@naver.example")
    async with company.parts.database.reading() as tx:
        active = Filter(status=["open", "pending"])
        assert await statements(list_rows(tx, active, agent_caller(company.agent))) == 1
        assert await statements(views_of(tx, agent_caller(company.agent))) == 3


async def test_several_statuses_are_one_list_in_order(company: Company):
    now = company.parts.database.clock.now()
    cases = []
    for number in range(6):
        received = await says(
            company, "안녕하세요", sender=f"p{number}@naver.example", at=now - timedelta(hours=number)
        )
        cases.append(received[0].conversation_id)
    async with company.parts.database.transaction() as tx:
        for case in cases[::2]:
            await change(tx, case, Change(status="pending"), company.agent)
        await change(tx, cases[5], Change(status="resolved"), company.agent)
    async with company.parts.database.reading() as tx:
        page = await list_rows(tx, Filter(status=["open", "pending"]), agent_caller(company.agent))
    assert [row.id for row in page.items] == cases[:5]


async def fill(company: Company, moments: Sequence[datetime], text: str) -> list[Any]:
    """Messages of one case at these moments, straight into the tables; their ids."""
    received = await company.gets(postcard("안녕하세요"))
    ids = [new_id() for _ in moments]
    async with company.parts.database.transaction() as tx:
        for moment in {moment.date(): moment for moment in moments}.values():
            await tx.execute("SELECT damso_make_partition('search_entry', $1)", moment)
        await tx.execute(
            """INSERT INTO message (id, conversation_id, kind, author_kind, text, position_at, created_at)
            SELECT id, $1, 'note', 'system', $2, at, at FROM unnest($3::uuid[], $4::timestamptz[]) AS m(id, at)""",
            received.conversation_id,
            text,
            ids,
            list(moments),
        )
        await tx.execute(
            """INSERT INTO search_entry (message_id, conversation_id, position_at, grams)
            SELECT id, $1, at, $2 FROM unnest($3::uuid[], $4::timestamptz[]) AS m(id, at)""",
            received.conversation_id,
            index_keys("", text, None, None),
            ids,
            list(moments),
        )
    return ids


async def statements(work: Any) -> int:
    """How many SQL statements it sends."""
    before = STATEMENTS._value.get()
    await work
    return int(STATEMENTS._value.get() - before)
