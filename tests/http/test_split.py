"""Cases are split and joined by hand, and both can be undone."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.http.acting import undo


async def said(company: Company, *texts: str) -> tuple[UUID, list[UUID]]:
    """A case in which the customer said this, a minute after each other; and the messages."""
    found = []
    for number, text in enumerate(texts):
        company.parts.database.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]
        received = await company.gets(postcard(text, external_id=f"said-{number}-{uuid4()}"))
        found.append(received.message_id)
    return received.conversation_id, found


async def split(desk: httpx.AsyncClient, case: UUID, messages: list[UUID], **more: Any) -> dict[str, Any]:
    body = {"act_id": str(uuid4()), "message_ids": [str(one) for one in messages]} | more
    answer = await desk.post(f"/api/conversations/{case}/split", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def texts(company: Company, case: UUID) -> list[str]:
    return [line.text for line in await company.lines(case) if line.kind != "activity"]


async def test_chosen_messages_go_into_a_case_of_their_own(company: Company, desk: httpx.AsyncClient) -> None:
    case, messages = await said(company, "배송은요?", "환불도 해 주세요", "주소는 그대로예요")

    act = await split(desk, case, messages[1:2], subject="환불")
    other = UUID(act["conversation_id"])

    assert (await texts(company, case), await texts(company, other)) == (
        ["배송은요?", "주소는 그대로예요"],
        ["환불도 해 주세요"],
    )
    home, new = await company.row(case), await company.row(other)
    assert (home.preview, new.preview, new.subject) == ("주소는 그대로예요", "환불도 해 주세요", "환불")
    assert new.waiting_since == new.last_message_at
    assert new.customer == home.customer
    found = (await desk.get("/api/search?q=환불도")).json()["items"]
    assert [hit["conversation_id"] for hit in found if hit["kind"] == "message"] == [str(other)]
    codes = [line.activity["code"] for one in (case, other) for line in await company.lines(one) if line.activity]
    assert codes == ["taken_out", "taken_in"]


async def test_undoing_a_split_brings_everything_back(company: Company, desk: httpx.AsyncClient) -> None:
    case, messages = await said(company, "배송은요?", "환불도 해 주세요")
    before = await company.row(case)
    act = await split(desk, case, messages[1:])

    await undo(desk, act["id"])

    assert await texts(company, case) == ["배송은요?", "환불도 해 주세요"]
    assert await company.row(case) == before
    opened = (await desk.get(f"/api/conversations/{act['conversation_id']}")).json()
    assert opened["id"] == str(case)


async def test_a_split_after_which_more_was_said_stays(company: Company, desk: httpx.AsyncClient) -> None:
    case, messages = await said(company, "배송은요?", "환불도 해 주세요")
    act = await split(desk, case, messages[1:])
    await company.answers(UUID(act["conversation_id"]))

    answer = await desk.post(f"/api/acts/{act['id']}/undo")

    assert answer.json()["code"] == "CHANGED_MEANWHILE"


@pytest.mark.parametrize("chosen", [slice(0, 2), slice(0, 0)], ids=["all", "none"])
async def test_a_split_leaves_something_and_moves_something(
    chosen: slice, company: Company, desk: httpx.AsyncClient
) -> None:
    case, messages = await said(company, "배송은요?", "환불도 해 주세요")
    body = {"act_id": str(uuid4()), "message_ids": [str(one) for one in messages[chosen]] or [str(uuid4())]}

    answer = await desk.post(f"/api/conversations/{case}/split", json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "CANNOT_SPLIT")


async def test_a_join_is_chosen_by_hand_and_undone(company: Company, desk: httpx.AsyncClient) -> None:
    case, messages = await said(company, "배송은요?", "환불도 해 주세요")
    other = UUID((await split(desk, case, messages[1:], subject="환불"))["conversation_id"])
    await desk.patch(f"/api/conversations/{other}", json={"priority": "urgent", "status": "pending"})
    before = [await company.row(one) for one in (case, other)]
    offered = (await desk.get(f"/api/conversations/{other}/join-candidates")).json()
    act_id = str(uuid4())
    await desk.post(f"/api/conversations/{other}/join", json={"into": offered[0]["id"], "act_id": act_id})
    joined = await texts(company, case)

    await undo(desk, act_id)

    assert joined == ["배송은요?", "환불도 해 주세요"]
    assert [await texts(company, one) for one in (case, other)] == [["배송은요?"], ["환불도 해 주세요"]]
    assert [await company.row(one) for one in (case, other)] == before


async def test_what_was_said_after_a_join_stays_where_it_was_said(company: Company, desk: httpx.AsyncClient) -> None:
    case, messages = await said(company, "배송은요?", "환불도 해 주세요")
    other = UUID((await split(desk, case, messages[1:]))["conversation_id"])
    act_id = str(uuid4())
    await desk.post(f"/api/conversations/{other}/join", json={"into": str(case), "act_id": act_id})
    company.parts.database.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]
    await company.answers(case, "네, 둘 다 처리했어요.")

    undone = await undo(desk, act_id)

    assert (undone["undone"], undone["kept"]) == (1, 1)
    assert await texts(company, case) == ["배송은요?", "네, 둘 다 처리했어요."]
    assert (await company.row(case)).waiting_since is None
