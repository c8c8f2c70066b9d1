"""What agents do with cases: views, drafts, notes, mentions, joining, tags, canned answers, search."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from damso.bootstrap import timers_of
from damso.kernel.timers import run_due
from tests.clock import ManualClock
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.http.browsers import Chat

NOBODY = str(UUID(int=7))
MINA, JUN = "mina@naver.example", "jun@naver.example"


async def received(company: Company, text: str = "배송 언제 되나요?", **more: Any) -> str:
    """The address of a new case."""
    got = await company.gets(postcard(text, **({"external_id": str(uuid4())} | more)))
    return f"/api/conversations/{got.conversation_id}"


async def counts(desk: httpx.AsyncClient) -> dict[str, int]:
    return {view["kind"]: view["count"] for view in (await desk.get("/api/views")).json()}


async def test_counts_of_views_follow_what_happens(company: Company, desk: httpx.AsyncClient) -> None:
    case = await received(company)
    new = await counts(desk)
    await desk.patch(case, json={"assignee_id": company.agent.id})
    mine = await counts(desk)
    await desk.patch(case, json={"status": "snoozed", "snoozed_until_reply": True})
    snoozed = await counts(desk)
    await desk.patch(case, json={"status": "resolved"})
    resolved = await counts(desk)

    assert (new["unassigned"], new["open"], new["mine"]) == (1, 1, 0)
    assert (mine["unassigned"], mine["open"], mine["mine"]) == (0, 1, 1)
    assert (snoozed["open"], snoozed["snoozed"]) == (0, 1)
    assert (resolved["open"], resolved["snoozed"], resolved["mine"]) == (0, 0, 0)


@pytest.mark.parametrize("view", ["mine", "unassigned", "mentions", "open", "snoozed", "resolved"])
async def test_every_built_in_view_lists_as_many_as_it_counts(
    company: Company, desk: httpx.AsyncClient, view: str
) -> None:
    await received(company, sender=MINA)
    other = await received(company, sender=JUN)
    await desk.patch(other, json={"assignee_id": company.agent.id})

    rows = (await desk.get("/api/conversations", params={"view": view})).json()["items"]

    assert len(rows) == (await counts(desk))[view]


async def test_a_saved_view_is_kept_changed_and_removed(
    company: Company, desk: httpx.AsyncClient, colleague: httpx.AsyncClient
) -> None:
    await received(company)
    made = await desk.post("/api/views", json={"name": "급한 것", "filter": {"priority": ["urgent"]}})
    address = f"/api/views/{made.json()['id']}"

    changed = await desk.patch(address, json={"filter": {"priority": ["normal"]}, "shared": True})
    foreign = await colleague.patch(address, json={"name": "내 것"})
    seen = [view["name"] for view in (await colleague.get("/api/views")).json()]
    removed = await desk.delete(address)

    assert (made.status_code, made.json()["count"]) == (201, 0)
    assert changed.json()["count"] == 1
    assert foreign.status_code == 403
    assert "급한 것" in seen
    assert removed.status_code == 204
    assert (await desk.get("/api/conversations", params={"view": made.json()["id"]})).status_code == 404


async def test_a_draft_is_on_every_machine_and_nobody_elses(
    company: Company, desk: httpx.AsyncClient, colleague: httpx.AsyncClient
) -> None:
    case = await received(company)

    await desk.put(f"{case}/draft", json={"kind": "message", "text": "쓰다 만 답"})
    mine, theirs = (await desk.get(case)).json(), (await colleague.get(case)).json()
    await desk.delete(f"{case}/draft")

    assert (mine["draft"], mine["draft_text"]["text"]) == (True, "쓰다 만 답")
    assert (theirs["draft"], theirs["draft_text"]) == (False, None)
    assert (await desk.get(case)).json()["draft_text"] is None


async def test_a_note_names_a_colleague(
    company: Company, desk: httpx.AsyncClient, colleague: httpx.AsyncClient
) -> None:
    case = await received(company)
    note = {"send_key": str(uuid4()), "text": "@한도윤 봐 주세요", "mentions": [company.colleague.id]}

    written = await desk.post(f"{case}/notes", json=note)
    again = await desk.post(f"{case}/notes", json=note)
    named = (await counts(colleague))["mentions"]
    await colleague.post(f"{case}/seen", json={"message_id": written.json()["id"]})

    assert (written.status_code, written.json()["kind"], written.json()["mentions"]) == (
        201,
        "note",
        [company.colleague.id],
    )
    assert again.json()["id"] == written.json()["id"]
    assert (named, (await counts(desk))["mentions"]) == (1, 0)
    assert (await counts(colleague))["mentions"] == 0


@pytest.mark.parametrize(
    ("note", "code", "field"),
    [({"text": "  "}, "NOTHING_TO_SEND", "text"), ({"text": "봐", "mentions": [str(uuid4())]}, "INVALID", "mentions")],
)
async def test_a_note_that_says_nothing_or_names_nobody_is_refused(
    company: Company, desk: httpx.AsyncClient, note: dict[str, Any], code: str, field: str
) -> None:
    case = await received(company)

    refused = await desk.post(f"{case}/notes", json={"send_key": str(uuid4())} | note)

    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, code, field)


async def test_reading_makes_a_case_read(company: Company, desk: httpx.AsyncClient) -> None:
    case = await received(company)
    unread = (await desk.get(case)).json()

    await desk.post(f"{case}/seen", json={"message_id": unread["last_message_id"]})

    assert unread["unread"] is True
    assert (await desk.get(case)).json()["unread"] is False


async def two_cases(company: Company, desk: httpx.AsyncClient, clock: ManualClock) -> tuple[str, str]:
    """Two cases of one customer: the first was quiet for two days when they wrote about something else."""
    first = await received(company, subject="배송 문의")
    clock.advance(timedelta(days=2))
    second = await received(company, "교환하고 싶어요", subject="교환 문의")
    assert first != second
    return first, second


async def test_a_case_is_joined_into_another_of_the_customer(
    company: Company, desk: httpx.AsyncClient, clock: ManualClock
) -> None:
    first, second = await two_cases(company, desk, clock)
    suggested = (await desk.get(second)).json()["join"]

    joined = await desk.post(f"{second}/join", json={"into": suggested["conversation_id"]})
    lines = (await desk.get(f"{first}/messages")).json()["items"]

    assert first.endswith(suggested["conversation_id"])
    assert suggested["reason_text"]
    assert first.endswith(joined.json()["id"])
    assert [line["text"] for line in lines if line["kind"] == "message"] == ["배송 언제 되나요?", "교환하고 싶어요"]
    assert (await desk.get(second)).json()["id"] == joined.json()["id"]
    assert (await counts(desk))["open"] == 1


async def test_joining_again_leads_to_the_last_one(
    company: Company, desk: httpx.AsyncClient, clock: ManualClock
) -> None:
    """A reference to the first of three leads to where all of it is now."""
    first, second = await two_cases(company, desk, clock)
    clock.advance(timedelta(days=2))
    third = await received(company, "환불하고 싶어요", subject="환불 문의")
    await desk.post(f"{first}/join", json={"into": second.rpartition("/")[2]})
    await desk.post(f"{second}/join", json={"into": third.rpartition("/")[2]})

    view = (await desk.get(first)).json()

    assert third.endswith(view["id"])
    assert view["status"] == "open"


async def test_cases_of_different_customers_are_not_joined(company: Company, desk: httpx.AsyncClient) -> None:
    one, other = await received(company, sender=MINA), await received(company, sender=JUN)

    refused = await desk.post(f"{one}/join", json={"into": other.rpartition("/")[2]})

    assert (refused.status_code, refused.json()["code"]) == (409, "CANNOT_JOIN")


async def test_tags_are_made_put_on_and_taken_off(company: Company, desk: httpx.AsyncClient) -> None:
    case = await received(company)
    tag = (await desk.post("/api/tags", json={"name": "환불", "colour": "red"})).json()

    tagged = (await desk.patch(case, json={"tag_ids": [tag["id"]]})).json()
    listed = (await desk.get("/api/conversations", params={"tag_id": tag["id"]})).json()["items"]
    untagged = (await desk.patch(case, json={"tag_ids": []})).json()
    removed = await desk.delete(f"/api/tags/{tag['id']}")

    assert tagged["tags"] == [tag]
    assert [f"/api/conversations/{row['id']}" for row in listed] == [case]
    assert untagged["tags"] == []
    assert removed.status_code == 204
    assert (await desk.get("/api/tags")).json() == []


async def test_a_canned_answer_is_filled_in(company: Company, desk: httpx.AsyncClient) -> None:
    case = await received(company)
    draft = {
        "title": "인사",
        "shortcut": "hi",
        "text": "{{ customer.name }}님, {{ brand.name }} {{ agent.name }}입니다.",
    }
    answer = (await desk.post("/api/canned-answers", json=draft)).json()

    rendered = await desk.get(
        f"/api/canned-answers/{answer['id']}/render", params={"conversation_id": case.rpartition("/")[2]}
    )

    assert rendered.json() == {"text": "김미나님, 달빛상점 이서연입니다."}


@pytest.mark.parametrize(
    "text",
    [
        "{{ 1 | divided_by: 0 }}",
        "{% for i in (1..9000000) %}가{% endfor %}",
        "{% assign x = 'a' %}{% for i in (1..9999) %}{% assign x = x | append: x %}{% endfor %}",
    ],
)
async def test_a_canned_answer_that_cannot_be_filled_in_says_so(
    company: Company, desk: httpx.AsyncClient, text: str
) -> None:
    case = await received(company)
    answer = (await desk.post("/api/canned-answers", json={"title": "x", "shortcut": "x", "text": text})).json()

    refused = await desk.get(
        f"/api/canned-answers/{answer['id']}/render", params={"conversation_id": case.rpartition("/")[2]}
    )

    assert (refused.status_code, refused.json()["code"]) == (422, "TEMPLATE_INVALID")


async def test_a_shortcut_is_given_once(desk: httpx.AsyncClient) -> None:
    draft = {"title": "인사", "shortcut": "hi", "text": "안녕하세요"}
    await desk.post("/api/canned-answers", json=draft)

    taken = await desk.post("/api/canned-answers", json=draft)
    broken = await desk.post("/api/canned-answers", json=draft | {"shortcut": "b", "text": "{{ customer.name"})

    assert (taken.status_code, taken.json()["code"], taken.json()["field"]) == (409, "SHORTCUT_TAKEN", "shortcut")
    assert (broken.status_code, broken.json()["code"], broken.json()["field"]) == (422, "TEMPLATE_INVALID", "text")


async def test_search_finds_customers_and_what_they_said(company: Company, desk: httpx.AsyncClient) -> None:
    await received(company, "구두 교환하고 싶어요", sender=MINA)
    await received(company, "김미나 씨 소개로 왔어요", sender=JUN)

    found = (await desk.get("/api/search", params={"q": "김미나"})).json()
    words = (await desk.get("/api/search", params={"q": "교환", "kind": "message"})).json()
    narrowed = (await desk.get("/api/search", params={"q": "교환", "status": "resolved"})).json()

    assert {hit["kind"] for hit in found["items"]} == {"customer", "message"}
    (hit,) = words["items"]
    assert [piece["text"] for piece in hit["snippet"] if piece["hit"]] == ["교환"]
    assert narrowed["items"] == []


async def test_a_case_is_opened_with_its_routes_and_people(
    company: Company, visitor: Chat, desk: httpx.AsyncClient
) -> None:
    await visitor.says("안녕하세요")
    async with company.parts.database.reading() as tx:
        conversation_id = await tx.value("SELECT id FROM conversation")

    view = (await desk.get(f"/api/conversations/{conversation_id}")).json()

    (route,) = view["routes"]
    assert (route["channel"], route["open"], route["suggested"]) == ("chat", True, True)
    assert [person["role"] for person in view["participants"]] == ["customer"]
    assert view["brand"]["name"] == "달빛상점"


@pytest.mark.parametrize(
    "change",
    [
        {"status": "snoozed"},
        {"status": "snoozed", "snoozed_until": "2001-01-01T00:00:00Z"},
        {"status": "snoozed", "snoozed_until": "2030-01-01T00:00:00"},
        {"status": "gone"},
        {"assignee_id": NOBODY},
        {"team_id": NOBODY},
        {"priority": "somewhat"},
        {"colour": "red"},
    ],
    ids=str,
)
async def test_a_change_that_makes_no_sense_is_refused(
    company: Company, desk: httpx.AsyncClient, change: dict[str, Any]
) -> None:
    case = await received(company)

    refused = await desk.patch(case, json=change)

    assert (refused.status_code, refused.json()["code"]) == (422, "INVALID")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {"status": "resolved"}),
        ("PUT", "/draft", {"kind": "note", "text": "x"}),
        ("POST", "/notes", {"send_key": str(uuid4()), "text": "x"}),
        ("POST", "/join", {"into": str(uuid4())}),
        ("GET", "/messages", None),
    ],
)
async def test_a_case_that_is_not_there_is_not_found(
    desk: httpx.AsyncClient, method: str, path: str, body: dict[str, Any] | None
) -> None:
    answer = await desk.request(method, f"/api/conversations/{uuid4()}{path}", json=body)

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_snoozing_until_a_time_wakes_the_case(
    company: Company, desk: httpx.AsyncClient, clock: ManualClock
) -> None:
    case = await received(company)
    until = (clock.now() + timedelta(hours=2)).isoformat()
    await desk.patch(case, json={"status": "snoozed", "snoozed_until": until})
    clock.advance(timedelta(hours=3))

    await run_due(company.parts.database, timers_of(company.parts))

    assert (await company.row(UUID(case.rpartition("/")[2]))).status == "open"
