"""What is to happen later: answers that are sent at a time, and reminders."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.conversations.company import Company
from tests.conversations.postcards import Postcards, postcard
from tests.http.acting import wait


async def planned(
    company: Company, desk: httpx.AsyncClient, case: UUID, hours: float = 24, **more: Any
) -> httpx.Response:
    body = {
        "send_key": str(uuid4()),
        "inbox_id": str(company.post.id),
        "identity_id": await company.identity("mina@naver.example"),
        "text": "내일 도착해요.",
        "due_at": (company.parts.database.clock.now() + timedelta(hours=hours)).isoformat(),
    }
    return await desk.post(f"/api/conversations/{case}/scheduled", json=body | more)


async def shown(desk: httpx.AsyncClient, case: UUID) -> list[tuple[str, str]]:
    """What is still to be sent in a case, and how it stands."""
    answers = (await desk.get(f"/api/conversations/{case}")).json()["scheduled"]
    return [(answer["state"], answer["reason"]) for answer in answers]


async def marks(desk: httpx.AsyncClient) -> list[str]:
    """What the agent is reminded of."""
    listed = (await desk.get("/api/conversations?view=reminders")).json()["items"]
    return [row["reminder"]["about"] or row["reminder"]["text"] for row in listed]


async def test_an_answer_is_sent_once_when_its_time_has_come(
    company: Company, desk: httpx.AsyncClient, postcards: Postcards
) -> None:
    case = (await company.gets(postcard())).conversation_id
    assert (await planned(company, desk, case)).status_code == 201

    await wait(company, hours=23)
    early = (list(postcards.sent), await shown(desk, case))
    await wait(company, hours=1)
    await wait(company, minutes=5)

    assert early == ([], [("waiting", "")])
    assert [message.text for message in postcards.sent] == ["내일 도착해요."]
    assert await shown(desk, case) == []
    assert await company.count("message", "direction = 'out'") == 1


async def test_who_writes_first_holds_the_answer_and_its_agent_is_told(
    company: Company, desk: httpx.AsyncClient, postcards: Postcards
) -> None:
    case = (await company.gets(postcard())).conversation_id
    answer = (await planned(company, desk, case)).json()
    await wait(company, hours=1)
    await company.gets(postcard("취소할게요", external_id="card-2"))
    await wait(company, hours=24)

    assert (await shown(desk, case), await marks(desk), postcards.sent) == ([("held", "")], ["answer_held"], [])

    await desk.patch(f"/api/scheduled/{answer['id']}", json={"send_anyway": True})
    await wait(company, minutes=1)
    await company.delivers()
    assert (len(postcards.sent), await marks(desk)) == (1, [])


async def test_an_answer_is_held_even_if_nobody_noticed_before_its_time(
    company: Company, desk: httpx.AsyncClient, postcards: Postcards
) -> None:
    case = (await company.gets(postcard())).conversation_id
    await planned(company, desk, case)
    company.parts.database.clock.advance(timedelta(hours=25))  # type: ignore[attr-defined]
    await company.gets(postcard("취소할게요", external_id="card-2"))

    await wait(company, seconds=0)

    assert (postcards.sent, await shown(desk, case)) == ([], [("held", "")])


async def test_what_the_channel_refuses_by_then_comes_back(
    company: Company, desk: httpx.AsyncClient, postcards: Postcards
) -> None:
    case = (await company.gets(postcard())).conversation_id
    await planned(company, desk, case)
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE identity SET bounced_at = now() WHERE value = 'mina@naver.example'")

    await wait(company, hours=25)

    assert (await shown(desk, case), await marks(desk)) == ([("refused", "NOT_REACHABLE")], ["answer_refused"])


async def test_what_is_refused_today_is_refused_at_once(company: Company, desk: httpx.AsyncClient) -> None:
    case = (await company.gets(postcard())).conversation_id

    too_long = await planned(company, desk, case, text="가" * 201)
    past = await planned(company, desk, case, hours=-1)

    assert (too_long.json()["code"], past.json()["code"]) == ("TEXT_TOO_LONG", "TIME_IS_PAST")
    assert await company.count("scheduled_answer") == 0


async def test_an_answer_of_who_has_left_is_not_sent(
    company: Company, desk: httpx.AsyncClient, colleague: httpx.AsyncClient, postcards: Postcards
) -> None:
    case = (await company.gets(postcard())).conversation_id
    await planned(company, desk, case)
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE agent SET disabled_at = now() WHERE id = $1", UUID(company.agent.id))

    await wait(company, hours=25)

    assert (postcards.sent, await shown(colleague, case)) == ([], [("refused", "FORBIDDEN")])


async def test_a_planned_answer_is_changed_cancelled_and_given_back(
    company: Company, desk: httpx.AsyncClient, postcards: Postcards
) -> None:
    case = (await company.gets(postcard())).conversation_id
    address = f"/api/scheduled/{(await planned(company, desk, case)).json()['id']}"

    await desk.patch(address, json={"text": "모레 도착해요."})
    cancelled = (await desk.post(f"{address}/cancel")).json()["state"]
    restored = (await desk.post(f"{address}/restore")).json()["state"]
    sent = (await desk.post(f"{address}/send")).json()["text"]
    again = await desk.post(f"{address}/send")
    await company.delivers()

    assert (cancelled, restored, sent) == ("cancelled", "waiting", "모레 도착해요.")
    assert again.json()["code"] == "ALREADY_DECIDED"
    assert len(postcards.sent) == 1


async def reminded(company: Company, desk: httpx.AsyncClient, case: UUID, **more: Any) -> str:
    due = company.parts.database.clock.now() + timedelta(days=3)
    answer = await desk.post(
        f"/api/conversations/{case}/reminders", json={"due_at": due.isoformat(), "text": "입고 확인"} | more
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_a_reminder_comes_back_to_who_set_it(
    company: Company, desk: httpx.AsyncClient, colleague: httpx.AsyncClient
) -> None:
    case = (await company.gets(postcard())).conversation_id
    reminder = await reminded(company, desk, case)
    before = await marks(desk)

    await wait(company, days=3)
    after = (await marks(desk), await marks(colleague))
    await desk.patch(f"/api/reminders/{reminder}", json={"done": True})

    assert (before, after, await marks(desk)) == ([], (["입고 확인"], []), [])


async def test_a_conditional_reminder_is_done_when_the_customer_answers(
    company: Company, desk: httpx.AsyncClient
) -> None:
    case = (await company.gets(postcard())).conversation_id
    await reminded(company, desk, case, unless_answered=True)
    await wait(company, days=1)
    await company.gets(postcard("잘 받았어요", external_id="card-2"))
    await wait(company, days=3)

    assert await marks(desk) == []


async def test_a_conditional_reminder_comes_when_nobody_answers(company: Company, desk: httpx.AsyncClient) -> None:
    case = (await company.gets(postcard())).conversation_id
    await reminded(company, desk, case, unless_answered=True)
    await wait(company, days=3)

    assert await marks(desk) == ["입고 확인"]


async def test_nobody_changes_the_reminder_of_another(
    company: Company, desk: httpx.AsyncClient, colleague: httpx.AsyncClient
) -> None:
    case = (await company.gets(postcard())).conversation_id
    reminder = await reminded(company, desk, case)

    assert (await colleague.patch(f"/api/reminders/{reminder}", json={"done": True})).status_code == 404
