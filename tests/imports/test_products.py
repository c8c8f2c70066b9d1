"""What becomes of an export of each product."""

from typing import Any

import pytest

from damso.channels.imports.products import PRODUCTS
from damso.channels.imports.types import Vendor
from tests.imports.conftest import Mover

_CASES = """
SELECT c.subject, c.status, c.priority, a.name AS assignee, t.name AS team, c.last_channel AS channel, c.snoozed_until,
    ARRAY(SELECT g.name FROM conversation_tag x JOIN tag g ON g.id = x.tag_id WHERE x.conversation_id = c.id ORDER BY 1)
        AS tags
FROM conversation c LEFT JOIN agent a ON a.id = c.assignee_id LEFT JOIN team t ON t.id = c.team_id ORDER BY c.created_at
"""
_SAID = """
SELECT m.kind, m.direction, m.author_kind, coalesce(a.name, m.author_name) AS author, m.text, i.value AS address
FROM message m LEFT JOIN agent a ON a.id = m.author_id LEFT JOIN identity i ON i.id = m.identity_id
ORDER BY m.position_at
"""


async def cases(mover: Mover) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in await mover.rows(_CASES)]


async def said(mover: Mover) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in await mover.rows(_SAID)]


async def test_zendesk(mover: Mover) -> None:
    run = await mover.brings("zendesk")

    assert run.counts["message"] == {"new": 7}
    assert await cases(mover) == [
        ("Refund", "resolved", "normal", None, None, "chat", None, []),
        ("Who is it", "pending", "normal", None, None, "web", None, []),
        ("배송 문의", "open", "high", "정하은", "Returns", "email", None, ["delivery", "vip"]),
    ]
    narae = "narae@customer.example"
    assert (await said(mover))[-4:] == [
        ("message", "in", "customer", None, "언제 도착하나요?\n[receipt.png] https://files.example/receipt.png", narae),
        ("note", None, "agent", "정하은", "창고에 확인 중", None),
        ("message", "out", "agent", "정하은", "내일 도착해요.", narae),
        ("message", "in", "customer", None, "고마워요", narae),
    ]


async def test_a_colleague_without_an_account_is_kept_by_name(mover: Mover) -> None:
    await mover.brings("zendesk")

    assert ("message", "out", "agent", "Former Colleague", "Done", "tom@customer.example") in await said(mover)


async def test_intercom(mover: Mover) -> None:
    await mover.brings("intercom")

    assert await cases(mover) == [
        ("Invoice", "pending", "high", "정하은", "Returns", "email", None, ["billing"]),
        ("", "resolved", "normal", None, None, "chat", None, []),
    ]
    sora = "sora@customer.example"
    assert await said(mover) == [
        ("message", "in", "customer", None, "계산서를 보내 주세요", sora),
        ("note", None, "agent", "정하은", "재무팀 확인", None),
        ("message", "out", "agent", "정하은", "보내 드렸어요\n[invoice.pdf] https://files.example/invoice.pdf", sora),
        ("message", "in", "customer", None, "hi", "c2"),
        ("message", "out", "bot", "Operator", "I am a bot", "c2"),
    ]


async def test_chatwoot(mover: Mover) -> None:
    await mover.brings("chatwoot")

    assert await cases(mover) == [
        ("교환", "pending", "urgent", "정하은", "Returns", "email", None, ["shipping"]),
        ("", "resolved", "normal", None, None, "chat", None, []),
    ]
    haneul = "haneul@customer.example"
    assert await said(mover) == [
        ("message", "in", "customer", None, "색상을 바꾸고 싶어요\n[file] https://files.example/a.jpg", haneul),
        ("note", None, "agent", "정하은", "재고 있음", None),
        ("message", "out", "agent", "정하은", "네, 보냈어요", haneul),
        ("message", "in", "customer", None, "Hello", "32"),
    ]


async def test_freshdesk(mover: Mover) -> None:
    await mover.brings("freshdesk")

    assert await cases(mover) == [
        ("사이즈 교환", "open", "urgent", "정하은", None, "email", None, []),
        ("Where is it", "pending", "low", None, None, "web", None, ["parcel"]),
    ]
    assert [line[4] for line in await said(mover)] == [
        "작아요",
        "확인할게요",
        "재입고 예정",
        "네",
        "Lost parcel",
        "We look\n[map.png] https://files.example/map.png",
    ]


async def test_what_cannot_come_in_is_told_with_its_place_and_why(mover: Mover) -> None:
    await mover.brings("zendesk")

    problems = await mover.rows("SELECT place, kind, external_id, code FROM import_problem ORDER BY place, code")
    assert [tuple(row.values()) for row in problems] == [
        ("tickets.json:2", "conversation", "2", "COLLEAGUE_UNKNOWN"),
        ("tickets.json:2", "conversation", "2", "TEAM_UNKNOWN"),
        ("tickets.json:3", "customer", "999", "PERSON_NOT_IN_EXPORT"),
        ("tickets.json:4", "conversation", "4", "NO_PERSON"),
        ("tickets.json:5", "conversation", "5", "NO_DATE"),
        ("tickets.json:6", "conversation", "6", "DELETED"),
        ("users.json:4", "customer", "102", "PHONE_SHARED"),
        ("users.json:6", "customer", "104", "EMAIL_INVALID"),
        ("users.json:7", "record", "", "NOT_JSON"),
    ]


async def test_companies_articles_and_ratings_are_kept_for_later(mover: Mover) -> None:
    await mover.brings("zendesk")

    kept = await mover.rows(
        "SELECT kind, content->>'name' AS name, content->>'title' AS title, content->>'score' AS score,"
        " conversation_id IS NOT NULL AS of_case FROM imported_record"
        " WHERE kind IN ('company', 'article', 'rating') ORDER BY kind"
    )
    assert [tuple(row.values()) for row in kept] == [
        ("article", None, "How to return", None, False),
        ("company", "Paper & Sons", None, None, False),
        ("rating", None, None, "good", True),
    ]


@pytest.mark.parametrize("vendor", PRODUCTS)
async def test_a_dry_run_tells_what_the_real_one_does_and_changes_nothing(mover: Mover, vendor: Vendor) -> None:
    before = await _rows_of_all_tables(mover)
    foreseen = await mover.looks(vendor)
    assert await _rows_of_all_tables(mover) == before

    run = await mover.brings(vendor)

    assert foreseen.counts == run.counts
    assert (await mover.looks(vendor)).counts.get("conversation", {}).get("new", 0) == 0


async def _rows_of_all_tables(mover: Mover) -> dict[object, object]:
    names = await mover.rows("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
    return {row["name"]: (await mover.rows(f'SELECT count(*) AS n FROM "{row["name"]}"'))[0]["n"] for row in names}
