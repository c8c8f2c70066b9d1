"""Many cases at once: changed, counted, undone exactly, and left alone where they are not what was meant any more."""

from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from damso.conversations.acts import UNDO
from tests.conversations.company import Company
from tests.conversations.postcards import Postcards, postcard
from tests.http.acting import act, cases, rows, undo, wait


async def test_cases_are_changed_together_and_each_tells_it(company: Company, desk: httpx.AsyncClient) -> None:
    ids = await cases(company, 3)
    tag = (await desk.post("/api/tags", json={"name": "배송"})).json()["id"]
    change = {"status": "resolved", "assignee_id": company.colleague.id, "priority": "high", "add_tag_ids": [tag]}

    done = await act(desk, ids, change=change)

    assert (done["state"], done["total"], done["done"]) == ("done", 3, 3)
    assert {(row.status, row.priority, len(row.tags)) for row in await rows(company, ids)} == {("resolved", "high", 1)}
    said = [line.activity["code"] for line in await company.lines(ids[0]) if line.activity]
    assert said == ["status_resolved", "assigned", "priority_changed"]
    assert await company.count("care_event", "name = 'conversation.resolved'") == 3


async def test_undoing_gives_each_what_it_had(company: Company, desk: httpx.AsyncClient) -> None:
    ids = await cases(company, 3)
    tag = (await desk.post("/api/tags", json={"name": "배송"})).json()["id"]
    until = (company.parts.database.clock.now() + timedelta(days=1)).isoformat()
    await act(desk, ids[:1], change={"status": "snoozed", "snoozed_until": until, "tag_ids": [tag]})
    await act(desk, ids[1:2], change={"assignee_id": company.colleague.id, "priority": "urgent"})
    before = await rows(company, ids)
    change = {"status": "resolved", "assignee_id": company.agent.id, "priority": "low", "remove_tag_ids": [tag]}
    done = await act(desk, ids, change=change)

    undone = await undo(desk, done["id"])

    assert (undone["state"], undone["undone"]) == ("undone", 3)
    assert await rows(company, ids) == before


async def test_what_changed_since_is_kept_when_undoing(company: Company, desk: httpx.AsyncClient) -> None:
    ids = await cases(company, 2)
    done = await act(desk, ids, change={"status": "resolved"})
    await company.gets(postcard("아직 안 왔어요", sender="guest0@naver.example", external_id="again"))

    undone = await undo(desk, done["id"])

    assert (undone["undone"], undone["kept"], undone["reasons"]) == (1, 1, {"CHANGED_MEANWHILE": 1})


async def test_a_case_whose_customer_wrote_since_is_skipped(company: Company, desk: httpx.AsyncClient) -> None:
    ids = await cases(company, 2)
    seen = [{"id": str(row.id), "seen_at": row.last_message_at.isoformat()} for row in await rows(company, ids)]
    company.parts.database.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]
    await company.gets(postcard("잠깐만요", sender="guest0@naver.example", external_id="again"))

    done = await act(desk, ids, cases=seen, change={"status": "resolved"})

    assert (done["done"], done["skipped"]) == (1, 1)
    assert [row.status for row in await rows(company, ids)] == ["open", "resolved"]


async def test_what_stands_so_already_is_counted_as_the_same(company: Company, desk: httpx.AsyncClient) -> None:
    ids = await cases(company, 2)
    await act(desk, ids[:1], change={"priority": "high"})

    assert (await act(desk, ids, change={"priority": "high"}))["same"] == 1


async def test_a_retried_click_is_one_act(company: Company, desk: httpx.AsyncClient) -> None:
    ids = await cases(company, 1)
    key = str(uuid4())

    answers = [await act(desk, ids, id=key, change={"priority": "high"}) for _ in range(2)]

    assert answers[0] == answers[1]
    assert await company.count("care_event", "name = 'conversation.priority_changed'") == 1


async def test_a_whole_view_goes_on_in_the_background(company: Company, desk: httpx.AsyncClient) -> None:
    await cases(company, 60)
    begun = await act(desk, [], view="open", change={"priority": "low"})

    await company.works()

    done = (await desk.get(f"/api/acts/{begun['id']}")).json()
    assert (begun["state"], begun["waiting"]) == ("running", 60)
    assert (done["state"], done["done"]) == ("done", 60)
    await undo(desk, begun["id"])
    await company.works()
    assert (await desk.get("/api/acts/last")).json()["act"]["undone"] == 60


async def test_undoing_ends_after_ten_minutes(company: Company, desk: httpx.AsyncClient) -> None:
    done = await act(desk, await cases(company, 1), change={"priority": "high"})
    company.parts.database.clock.advance(UNDO + timedelta(seconds=1))  # type: ignore[attr-defined]

    answer = await desk.post(f"/api/acts/{done['id']}/undo")

    assert (answer.status_code, answer.json()["code"]) == (409, "UNDO_TOO_LATE")


async def test_nobody_undoes_or_sees_the_act_of_another(
    company: Company, desk: httpx.AsyncClient, colleague: httpx.AsyncClient
) -> None:
    done = await act(desk, await cases(company, 1), change={"priority": "high"})

    answers = [
        await colleague.get(f"/api/acts/{done['id']}"),
        await colleague.post(f"/api/acts/{done['id']}/undo"),
        await colleague.post("/api/acts", json={"id": done["id"], "cases": [], "change": {"priority": "low"}}),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


async def macro(desk: httpx.AsyncClient, **steps: object) -> str:
    answer = await desk.post("/api/macros", json={"name": "배송 안내", "steps": steps})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_a_macro_is_one_act_that_is_undone_whole(
    company: Company, desk: httpx.AsyncClient, postcards: Postcards
) -> None:
    ids = await cases(company, 2)
    before = await rows(company, ids)
    steps = {"answer": "{{ customer.name }}님, 확인했어요.", "send": True, "note": "배송사 확인", "status": "resolved"}
    macro_id = await macro(desk, **steps, assignee="me")

    done = await act(desk, ids, macro_id=macro_id)
    written = [(line.kind, line.text) for line in await company.lines(ids[0]) if line.kind != "activity"]
    undone = await undo(desk, done["id"])
    await company.delivers()

    assert (done["done"], undone["undone"]) == (2, 2)
    assert [kind for kind, _ in written] == ["message", "message", "note"]
    assert written[1][1].endswith("님, 확인했어요.")
    assert await rows(company, ids) == before
    assert postcards.sent == []


async def test_a_macro_that_sent_its_answer_cannot_be_undone(
    company: Company, desk: httpx.AsyncClient, postcards: Postcards
) -> None:
    ids = await cases(company, 1)
    done = await act(desk, ids, macro_id=await macro(desk, answer="확인했어요.", send=True, status="resolved"))
    await company.delivers()

    undone = await undo(desk, done["id"])

    assert (len(postcards.sent), undone["kept"], undone["reasons"]) == (1, 1, {"TOO_LATE": 1})
    assert (await rows(company, ids))[0].status == "resolved"


async def test_an_answer_without_send_waits_in_the_composer(company: Company, desk: httpx.AsyncClient) -> None:
    ids = await cases(company, 1)
    done = await act(desk, ids, macro_id=await macro(desk, answer="확인했어요."))

    drafted = (await desk.get(f"/api/conversations/{ids[0]}")).json()["draft_text"]["text"]
    await undo(desk, done["id"])

    assert drafted == "확인했어요."
    assert (await desk.get(f"/api/conversations/{ids[0]}")).json()["draft_text"] is None


async def test_a_case_that_cannot_be_answered_is_skipped_whole(company: Company, desk: httpx.AsyncClient) -> None:
    ids = await cases(company, 1)
    await company.count("inbox")
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE identity SET bounced_at = now() WHERE value = 'guest0@naver.example'")

    done = await act(desk, ids, macro_id=await macro(desk, answer="확인했어요.", send=True, status="resolved"))

    assert (done["skipped"], done["reasons"]) == (1, {"NO_WAY_TO_SEND": 1})
    assert (await rows(company, ids))[0].status == "open"


async def test_a_macro_of_ones_own_is_nobody_elses(
    company: Company, desk: httpx.AsyncClient, colleague: httpx.AsyncClient
) -> None:
    macro_id = await macro(desk, status="resolved")

    assert (await colleague.get("/api/macros")).json() == []
    assert (await colleague.delete(f"/api/macros/{macro_id}")).status_code == 404


@pytest.mark.parametrize(
    "steps",
    [{}, {"send": True}, {"snooze_minutes": 60}, {"answer": "{{ oops"}, {"assignee": "somebody"}],
    ids=["nothing", "sends nothing", "a time without snoozing", "a broken variable", "nobody we know"],
)
async def test_a_macro_that_makes_no_sense_is_refused(
    steps: dict[str, object], company: Company, desk: httpx.AsyncClient
) -> None:
    answer = await desk.post("/api/macros", json={"name": "x", "steps": steps})

    assert answer.status_code in (400, 422), answer.text


async def test_what_a_macro_will_say_is_shown_before(company: Company, desk: httpx.AsyncClient) -> None:
    [case] = await cases(company, 1)
    macro_id = await macro(desk, answer="{{ agent.name }}입니다.", note="{{ brand.name }}")

    shown = (await desk.get(f"/api/macros/{macro_id}/preview?conversation_id={case}")).json()

    assert (shown["answer"], shown["note"]) == ("이서연입니다.", "달빛상점")
    assert UUID(shown["route"]["inbox_id"]) == company.post.id


async def test_acts_are_forgotten_after_a_day(company: Company, desk: httpx.AsyncClient) -> None:
    await act(desk, await cases(company, 1), change={"priority": "high"})

    await wait(company, hours=25)

    assert await company.count("bulk_act_case") == 0
