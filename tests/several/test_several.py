"""Two web and two worker processes: people meet across them, work is shared, and nothing is done twice.

One fleet serves all tests of this file, which go from the peaceful to the violent.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from damso.channels.poll import LEASES
from damso.kernel.postgres import EmbeddedPostgres
from tests.channels.api.system import SECRET
from tests.faults.company import furnish
from tests.faults.peers import MailServer, WebhookReceiver, receiving
from tests.http.sockets import Frame, chat_socket, desk_socket
from tests.several.fleet import fleet_on
from tests.several.house import House

pytestmark = pytest.mark.slow
USERS, EACH, MAILS = 4, 10, 4


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    folder = tmp_path_factory.mktemp("fleet")
    webhooks, mails = WebhookReceiver(SECRET), MailServer()
    async with (
        receiving(webhooks, mails),
        EmbeddedPostgres(folder, durable=False) as server,
        fleet_on(server, folder, webhooks.origin) as fleet,
    ):
        company = await furnish(fleet, system_url=webhooks.origin, smtp_port=mails.port)
        await fleet.start()
        house = House(fleet, company, webhooks, mails)
        for number in range(MAILS):  # each may be called back for ten seconds
            await house.writes_mail(fleet.web[number % 2], f"mina{number}@naver.example")
        yield house
        await house.http.aclose()


async def test_people_meet_who_are_connected_to_different_processes(house: House) -> None:
    one, other = house.fleet.web
    visitor = await house.visitor(one)
    async with (
        chat_socket(one.address, visitor) as chat,
        desk_socket(other.address, house.company.session) as desk,
    ):
        await house.visitor_says(one, visitor, "안녕하세요, 배송 언제 와요?")
        arrived = await desk.hears(lambda frame: frame["type"] == "entry" and "배송" in frame["entry"]["text"])
        conversation = arrived["conversation_id"]
        await chat.kind("entry")

        await chat.says(type="typing", on=True)
        typing = await desk.hears(lambda frame: frame["type"] == "signal")
        assert (typing["kind"], typing["conversation_id"]) == ("customer_typing", conversation)
        identity = (await house.route(other, conversation, "chat"))["identity_id"]
        await desk.says(type="viewing", conversation_id=conversation)
        await desk.says(type="typing", conversation_id=conversation, identity_id=identity, on=True)
        assert (await chat.kind("typing"))["on"]

        sent = await house.answer(other, conversation, "내일 도착해요.", "chat")
        told = await chat.hears(lambda frame: frame["type"] == "entry" and frame["entry"]["text"] == "내일 도착해요.")
        assert told["entry"]["id"] == sent
        await house.chat(one, visitor, "/widget/v1/read", {"message_id": sent})
        await desk.hears(
            lambda frame: (
                frame["type"] == "entry" and (frame["entry"]["id"], frame["entry"]["status"]) == (sent, "read")
            )
        )


async def test_what_one_person_says_stays_in_order_and_is_done_once(house: House) -> None:
    """Each user's messages arrive by turns at both web processes, and both workers take from the same lanes."""

    async def talk(user: str) -> None:
        for number in range(EACH):
            await asyncio.gather(*(house.system_says(web, user, number) for web in house.fleet.web))

    users = [f"user-{number}" for number in range(USERS)]
    await asyncio.gather(*map(talk, users))
    await house.fleet.comes_true(
        "SELECT count(*) = $1 FROM message WHERE channel = 'api' AND direction = 'in'", USERS * EACH
    )
    rows = await house.fleet.rows(
        """SELECT i.value, array_agg(m.external_id ORDER BY m.position_at, m.id) AS said
        FROM message m JOIN identity i ON i.id = m.identity_id
        WHERE m.channel = 'api' AND m.direction = 'in' GROUP BY i.value ORDER BY i.value"""
    )
    assert {row["value"]: row["said"] for row in rows} == {
        user: [f"{user}-{number}" for number in range(EACH)] for user in users
    }


async def test_answers_leave_once_and_in_order(house: House) -> None:
    await house.system_says(house.fleet.web[0], "asks", 0)
    conversation = await house.conversation_of("asks")
    for number in range(EACH):
        await house.answer(house.fleet.web[number % 2], conversation, f"{number}번째 답", "api")
    await house.fleet.comes_true(
        "SELECT count(*) = $1 FROM message WHERE conversation_id = $2 AND direction = 'out' AND status = 'sent'",
        *(EACH, conversation),
    )
    arrived = [next(iter(house.webhooks.said[identifier])) for identifier in house.webhooks.taken]
    assert [text for text in arrived if text.endswith("번째 답")] == [f"{number}번째 답" for number in range(EACH)]
    assert set(house.webhooks.taken.values()) == {1}


async def test_what_is_due_happens_once(house: House) -> None:
    """Snoozes of many conversations end in the same moment, which both workers see."""
    for number in range(EACH):
        await house.system_says(house.fleet.web[number % 2], f"waits-{number}", 0)
    cases = [await house.conversation_of(f"waits-{number}") for number in range(EACH)]
    until = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    for number, case in enumerate(cases):
        snooze = {"status": "snoozed", "snoozed_until": until}
        await house.desk(house.fleet.web[number % 2], "PATCH", f"/api/conversations/{case}", snooze)
    await house.fleet.comes_true(
        "SELECT bool_and(status = 'open') FROM conversation WHERE id = ANY ($1::uuid[])", cases, seconds=10
    )
    woken = await house.fleet.rows(
        """SELECT conversation_id, count(*) AS times FROM care_event
        WHERE conversation_id = ANY ($1::uuid[]) AND name = 'conversation.reopened'
        GROUP BY conversation_id""",
        cases,
    )
    assert {row["times"] for row in woken} == {1}
    assert len(woken) == EACH


async def test_mails_leave_once_when_they_can_no_longer_be_called_back(house: House) -> None:
    await house.fleet.comes_true(
        "SELECT count(*) = $1 FROM message WHERE channel = 'email' AND status = 'sent'", MAILS, seconds=20
    )
    assert sorted(house.mails.taken.values()) == [1] * MAILS


@pytest.mark.parametrize("seconds", [2.0, pytest.param(30.0, marks=pytest.mark.soak)])
async def test_a_web_process_that_stalls_holds_up_nobody_and_loses_nothing(house: House, seconds: float) -> None:
    """What its own sockets missed they are told when it goes on; what it was asked meanwhile it does once."""
    one, other = house.fleet.web
    visitor = await house.visitor(one)
    async with (
        chat_socket(one.address, visitor) as chat,
        desk_socket(one.address, house.company.session) as desk,
        desk_socket(other.address, house.company.session) as awake,
    ):
        await house.visitor_says(one, visitor, "멈추기 전에")
        conversation = (await awake.hears(lambda frame: _says(frame, "멈추기 전에")))["conversation_id"]
        with one.stalled():
            asked = asyncio.create_task(house.system_says(one, "patient", 0, patience=seconds + 10))
            began = asyncio.get_running_loop().time()
            number = 0
            while asyncio.get_running_loop().time() - began < seconds:
                await house.visitor_says(other, visitor, f"멈춘 동안 {number}")
                await awake.hears(lambda frame, said=number: _says(frame, f"멈춘 동안 {said}"), seconds=15)  # type: ignore[misc]
                number += 1
            sent = await house.answer(other, conversation, "여기 있어요.", "chat")
        await chat.hears(lambda frame: frame["type"] == "entry" and frame["entry"]["id"] == sent)
        await desk.hears(lambda frame: frame["type"] == "entry" and frame["entry"]["id"] == sent)
        await asked
    await house.fleet.comes_true("SELECT count(*) = 1 FROM message WHERE external_id = 'patient-0'")
    wanted = ["멈추기 전에", *(f"멈춘 동안 {number}" for number in range(number)), "여기 있어요."]
    assert [text for text in chat.texts() if text in wanted] == wanted
    assert (
        await house.fleet.values(
            "SELECT text FROM message WHERE conversation_id = $1::uuid AND kind = 'message' ORDER BY position_at, id",
            conversation,
        )
        == wanted
    )


def _says(frame: Frame, text: str) -> bool:
    return frame["type"] == "entry" and frame["entry"]["text"] == text


async def test_one_worker_polls_a_mailbox_and_the_other_takes_over(house: House) -> None:
    held = "SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = $1 AND granted"
    lease = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = $1"
    holders = set()
    for worker in house.fleet.workers:
        await house.fleet.comes_true(held, LEASES)
        holders |= set(await house.fleet.values(lease, LEASES))
        worker.kill()
        await house.fleet.comes_true(held, LEASES)
        holders |= set(await house.fleet.values(lease, LEASES))
        worker.start()
        await worker.is_ready()
    assert len(holders) >= 2


async def test_work_of_a_killed_worker_is_done_by_the_other(house: House) -> None:
    await house.system_says(house.fleet.web[0], "mourns", 0)
    conversation = await house.conversation_of("mourns")
    house.fleet.workers[0].kill()
    sent = await house.answer(house.fleet.web[0], conversation, "계속할게요.", "api")
    await house.fleet.comes_true("SELECT status = 'sent' FROM message WHERE id = $1::uuid", sent)
    assert [said for said in house.webhooks.said.values() if said == {"계속할게요."}]


async def test_chat_of_a_killed_web_process_goes_on_at_the_other(house: House) -> None:
    one, other = house.fleet.web
    visitor = await house.visitor(one)
    async with chat_socket(one.address, visitor) as chat:
        await house.visitor_says(one, visitor, "거기 계세요?")
        cursor = (await chat.kind("entry"))["cursor"]
        one.kill()
        await chat.closes()
    async with chat_socket(other.address, visitor, cursor=cursor) as chat:
        await house.visitor_says(other, visitor, "다시 왔어요.")
        await chat.hears(lambda frame: frame["type"] == "entry" and frame["entry"]["text"] == "다시 왔어요.")
