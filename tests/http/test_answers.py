"""An agent answers: once however often they click, never past a colleague's answer, and back while there is time."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from damso.channels.failures import ContentRejected, OutcomeUnknown
from damso.channels.items import Address
from tests.clock import ManualClock
from tests.conversations.company import Company
from tests.conversations.postcards import Postcards, postcard
from tests.http.browsers import Chat
from tests.http.test_files import PNG


class Case:
    """A customer's card, and an agent at the desk who answers it."""

    def __init__(self, company: Company, conversation_id: UUID, message_id: UUID, identity_id: int) -> None:
        self.company = company
        self.id = conversation_id
        self.message_id = message_id
        self.identity_id = identity_id
        self.address = f"/api/conversations/{conversation_id}"

    def message(self, text: str = "확인해 볼게요.", **more: Any) -> dict[str, Any]:
        return {
            "send_key": str(uuid4()),
            "inbox_id": str(self.company.post.id),
            "identity_id": self.identity_id,
            "text": text,
            "seen_message_id": str(self.message_id),
        } | more

    async def answer(self, desk: httpx.AsyncClient, **more: Any) -> httpx.Response:
        return await desk.post(f"{self.address}/messages", json=self.message(**more))


@pytest.fixture
async def case(company: Company) -> Case:
    received = await company.gets(postcard())
    identity_id = await company.identity("mina@naver.example")
    return Case(company, received.conversation_id, received.message_id, identity_id)


async def test_an_answer_is_queued_then_sent(
    case: Case, company: Company, desk: httpx.AsyncClient, postcards: Postcards
) -> None:
    answer = await case.answer(desk)
    entry = answer.json()

    await company.delivers()

    assert (answer.status_code, entry["status"], entry["author"]["name"]) == (201, "queued", "이서연")
    assert entry["undo_until"]
    assert [sent.text for sent in postcards.sent] == ["확인해 볼게요."]
    (_, last) = (await desk.get(f"{case.address}/messages")).json()["items"]
    assert (last["id"], last["status"]) == (entry["id"], "sent")


async def test_a_click_twice_is_one_message(case: Case, company: Company, desk: httpx.AsyncClient) -> None:
    message = case.message()

    first = await desk.post(f"{case.address}/messages", json=message)
    again = await desk.post(f"{case.address}/messages", json=message)

    assert first.json()["id"] == again.json()["id"]
    assert await company.count("message", "direction = 'out'") == 1


async def test_a_colleagues_answer_is_shown_before_mine_goes_out(
    case: Case, company: Company, desk: httpx.AsyncClient, colleague: httpx.AsyncClient
) -> None:
    theirs = (await case.answer(colleague, text="제가 먼저 답했어요")).json()

    refused = await case.answer(desk)
    problem = refused.json()
    anyway = await case.answer(desk, send_anyway=True)
    after_looking = await case.answer(desk, seen_message_id=theirs["id"])

    assert (refused.status_code, problem["code"]) == (409, "ANSWERED_MEANWHILE")
    assert problem["message"] == theirs | {"undo_until": problem["message"]["undo_until"]}
    assert (anyway.status_code, after_looking.status_code) == (201, 201)
    assert await company.count("message", "direction = 'out'") == 3


async def test_an_answer_is_taken_back_while_there_is_time(
    case: Case, company: Company, desk: httpx.AsyncClient, postcards: Postcards
) -> None:
    entry = (await case.answer(desk)).json()

    undone = await desk.post(f"/api/messages/{entry['id']}/undo")
    await company.delivers()

    assert undone.status_code == 200
    assert undone.json()["deleted_at"]
    assert postcards.sent == []


async def test_what_has_left_is_not_taken_back(case: Case, company: Company, desk: httpx.AsyncClient) -> None:
    entry = (await case.answer(desk)).json()
    await company.delivers()

    refused = await desk.post(f"/api/messages/{entry['id']}/undo")

    assert (refused.status_code, refused.json()["code"]) == (409, "TOO_LATE")


async def test_an_answer_in_the_chat_is_recalled(company: Company, visitor: Chat, desk: httpx.AsyncClient) -> None:
    await visitor.says("안녕하세요")
    async with company.parts.database.reading() as tx:
        row = await tx.row("SELECT conversation_id, identity_id FROM message")
    assert row
    message = {
        "send_key": str(uuid4()),
        "inbox_id": str(company.chat.id),
        "identity_id": row["identity_id"],
        "text": "잘못 보냈어요",
        "send_anyway": True,
    }
    entry = (await desk.post(f"/api/conversations/{row['conversation_id']}/messages", json=message)).json()
    shown = await visitor.reads()

    await desk.post(f"/api/messages/{entry['id']}/undo")

    assert shown == ["안녕하세요", "잘못 보냈어요"]
    last = (await visitor.shows())[-1]
    assert (last["deleted"], last["text"], last["attachments"]) == (True, "", [])


async def test_an_unknown_outcome_is_settled_by_a_person(
    case: Case, company: Company, desk: httpx.AsyncClient, postcards: Postcards
) -> None:
    postcards.faults = [OutcomeUnknown("the line dropped")]
    entry = (await case.answer(desk)).json()
    await company.delivers()
    unknown = (await company.line(case.id, UUID(entry["id"]))).status

    settled = await desk.post(f"/api/messages/{entry['id']}/settle", json={"outcome": "arrived"})
    again = await desk.post(f"/api/messages/{entry['id']}/settle", json={"outcome": "send_again"})

    assert unknown == "unknown"
    assert settled.json()["status"] == "sent"
    assert (again.status_code, again.json()["code"]) == (409, "NOTHING_TO_SETTLE")
    assert postcards.sent == []


async def test_an_unknown_outcome_is_sent_again_when_a_person_says_so(
    case: Case, company: Company, desk: httpx.AsyncClient, postcards: Postcards
) -> None:
    postcards.faults = [OutcomeUnknown("the line dropped")]
    entry = (await case.answer(desk)).json()
    await company.delivers()

    settled = await desk.post(f"/api/messages/{entry['id']}/settle", json={"outcome": "send_again"})
    await company.works()

    assert settled.json()["status"] == "queued"
    assert (await company.line(case.id, UUID(entry["id"]))).status == "sent"
    assert len(postcards.sent) == 1


async def test_a_failed_message_is_tried_again(
    case: Case, company: Company, desk: httpx.AsyncClient, postcards: Postcards
) -> None:
    postcards.faults = [ContentRejected("no stamps")]
    entry = (await case.answer(desk)).json()
    await company.delivers()
    failed = await company.line(case.id, UUID(entry["id"]))

    retried = await desk.post(f"/api/messages/{entry['id']}/retry")
    await company.works()
    again = await desk.post(f"/api/messages/{entry['id']}/retry")

    assert (failed.status, failed.reason) == ("failed", "content_rejected")
    assert retried.json()["status"] == "queued"
    assert len(postcards.sent) == 1
    assert (again.status_code, again.json()["code"]) == (409, "NOTHING_TO_SETTLE")


async def test_answering_can_resolve_or_snooze(case: Case, company: Company, desk: httpx.AsyncClient) -> None:
    await case.answer(desk, then="resolve")
    resolved = (await company.row(case.id)).status
    await case.answer(desk, then="snooze")

    assert resolved == "resolved"
    assert (await company.row(case.id)).status == "snoozed"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"text": ""}, 422, "NOTHING_TO_SEND"),
        ({"text": "가" * 201}, 422, "TEXT_TOO_LONG"),
        ({"attachment_ids": [str(uuid4())]}, 422, "MEDIA_NOT_ALLOWED"),
        ({"identity_id": 999_999}, 409, "NOT_REACHABLE"),
        ({"identity_id": 2**80}, 422, "INVALID"),
        ({"inbox_id": str(uuid4())}, 404, "NOT_FOUND"),
        ({"send_key": "x"}, 422, "INVALID"),
        ({"cc": ["no address"]}, 422, "EMAIL_INVALID"),
        ({"text": "\u0000"}, 422, "INVALID"),
    ],
)
async def test_an_answer_that_cannot_go_out_is_refused(
    case: Case, company: Company, desk: httpx.AsyncClient, change: dict[str, Any], status: int, code: str
) -> None:
    answer = await case.answer(desk, **change)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await company.count("message", "direction = 'out'") == 0


async def test_a_mailbox_does_not_write_to_a_visitor(company: Company, visitor: Chat, desk: httpx.AsyncClient) -> None:
    await visitor.says("안녕하세요")
    async with company.parts.database.reading() as tx:
        row = await tx.row("SELECT conversation_id, identity_id FROM message")
    assert row
    message = {
        "send_key": str(uuid4()),
        "inbox_id": str(company.post.id),
        "identity_id": row["identity_id"],
        "text": "엽서로 보낼게요",
        "send_anyway": True,
    }

    refused = await desk.post(f"/api/conversations/{row['conversation_id']}/messages", json=message)

    assert (refused.status_code, refused.json()["code"]) == (409, "NOT_REACHABLE")


async def test_a_colleagues_upload_cannot_be_sent(
    case: Case, desk: httpx.AsyncClient, colleague: httpx.AsyncClient
) -> None:
    upload = (await colleague.post("/api/uploads", files={"file": ("a.png", PNG, "image/png")})).json()

    refused = await case.answer(desk, attachment_ids=[upload["id"]])

    assert refused.json()["code"] == "MEDIA_NOT_ALLOWED"


async def test_an_answer_elsewhere_is_confirmed_first(company: Company, desk: httpx.AsyncClient) -> None:
    received = await company.gets(postcard(reply_to=Address(kind="email", value="other@naver.example")))
    case = Case(company, received.conversation_id, received.message_id, await company.identity("other@naver.example"))

    refused = await case.answer(desk)
    accepted = await case.answer(desk, accept_warnings=True)

    assert (refused.status_code, refused.json()["code"]) == (409, "REPLY_TO_DIFFERS")
    assert "other@naver.example" in refused.json()["detail"]
    assert accepted.status_code == 201


async def test_writing_first_is_one_case_however_often_one_clicks(company: Company, desk: httpx.AsyncClient) -> None:
    customer = (await desk.post("/api/customers", json={"name": "박준", "email": "jun@naver.example"})).json()
    message = {
        "customer_id": customer["id"],
        "inbox_id": str(company.post.id),
        "identity_id": await company.identity("jun@naver.example"),
        "subject": "안내",
        "text": "주문하신 상품이 도착했어요",
        "send_key": str(uuid4()),
    }

    first = await desk.post("/api/conversations", json=message)
    again = await desk.post("/api/conversations", json=message)

    assert (first.status_code, again.status_code) == (201, 201), first.text
    assert first.json()["id"] == again.json()["id"]
    assert await company.count("conversation") == 1
    assert await company.count("message") == 1


async def test_the_chat_does_not_let_us_write_first(company: Company, desk: httpx.AsyncClient) -> None:
    customer = (await desk.post("/api/customers", json={"name": "박준", "email": "jun@naver.example"})).json()
    message = {
        "customer_id": customer["id"],
        "inbox_id": str(company.chat.id),
        "identity_id": await company.identity("jun@naver.example"),
        "text": "안녕하세요",
        "send_key": str(uuid4()),
    }

    refused = await desk.post("/api/conversations", json=message)

    assert (refused.status_code, refused.json()["code"]) == (409, "NOT_REACHABLE")
    assert await company.count("conversation") == 0


async def test_a_message_that_cannot_even_be_prepared_has_failed(
    case: Case, company: Company, desk: httpx.AsyncClient, clock: ManualClock
) -> None:
    """Its file was erased meanwhile. It does not wait for ever where nobody sees it."""
    entry = (await case.answer(desk)).json()
    async with company.parts.database.transaction() as tx:
        await tx.execute(
            """INSERT INTO attachment (id, message_id, uploader_kind, uploader_id, name, content_type, size, blob_ref,
                inline, created_at) VALUES ($1, $2, 'agent', $3, 'a', 'image/png', 1, 'gone', false, $4)""",
            uuid4(),
            UUID(entry["id"]),
            company.agent.id,
            tx.now,
        )
    clock.advance(timedelta(seconds=11))

    await company.works()

    assert (await company.line(case.id, UUID(entry["id"]))).status == "failed"
    assert await company.count("lane_item", "lane = 'outbound'") == 0
