"""Going on by another channel: a link for ten minutes and one browser, and an empty view until it is proven whose."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx

from tests.clock import ManualClock
from tests.conversations.company import Company
from tests.conversations.postcards import Postcards, postcard
from tests.http.browsers import Chat

MINA = "mina@naver.example"


async def offered(company: Company, desk: httpx.AsyncClient, case: Any, inbox: Any = None) -> dict[str, Any]:
    body = {"inbox_id": str((inbox or company.chat).id)}
    made = await desk.post(f"/api/conversations/{case}/continuations", json=body)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def token_of(offer: dict[str, Any]) -> str:
    return str(offer["url"]).rpartition("/")[2]


async def code_sent(company: Company, postcards: Postcards) -> str:
    await company.delivers()
    found = re.search(r"\b\d{6}\b", postcards.sent[-1].text)
    assert found
    return found[0]


async def test_the_history_appears_by_the_code_that_was_sent_where_it_began(
    company: Company, desk: httpx.AsyncClient, visitor: Chat, postcards: Postcards
) -> None:
    received = await company.gets(postcard("배송 언제 되나요?"))
    offer = await offered(company, desk, received.conversation_id)
    assert offer["url"] in offer["text"]
    assert offer["qr"].startswith('<svg xmlns="http://www.w3.org/2000/svg"'), (
        "shown as a picture, it needs its namespace"
    )
    opened = await visitor.post("continue", {"token": token_of(offer)})
    code = await code_sent(company, postcards)

    assert opened.json() | {"expires_at": None} == {
        "confirmed": False,
        "sent": True,
        "channel": "postcard",
        "expires_at": None,
    }
    assert await visitor.reads() == []
    assert (await company.row(received.conversation_id)).waiting_since, "what the system says is no answer"
    checked = await visitor.post("continue/check", {"token": token_of(offer), "code": code})
    assert checked.status_code == 200, checked.text
    assert (await visitor.reads())[0] == "배송 언제 되나요?"
    await visitor.says("여기서 이어갈게요")
    assert await company.count("conversation") == 1


async def test_nobody_else_gets_in(
    company: Company,
    desk: httpx.AsyncClient,
    visitor: Chat,
    new_chat: Callable[[], Chat],
    postcards: Postcards,
    clock: ManualClock,
) -> None:
    other = new_chat()
    await other.open()
    received = await company.gets(postcard())
    offer = await offered(company, desk, received.conversation_id)
    token = token_of(offer)
    forged = await visitor.post("continue", {"token": token[:-2] + "AA"})
    await visitor.post("continue", {"token": token})
    second = await other.post("continue", {"token": token})
    code = await code_sent(company, postcards)
    theirs = await other.post("continue/check", {"token": token, "code": code})
    wrong = [
        await visitor.post("continue/check", {"token": token, "code": "000000" if code != "000000" else "1"})
        for _ in range(5)
    ]
    right = await visitor.post("continue/check", {"token": token, "code": code})

    assert [answer.status_code for answer in (forged, second, theirs)] == [410, 410, 410]
    assert [answer.status_code for answer in wrong] == [422, 422, 422, 422, 429]
    assert right.status_code == 429
    assert await visitor.reads() == await other.reads() == []
    again = await offered(company, desk, received.conversation_id)
    clock.advance(timedelta(minutes=10))
    assert (await visitor.post("continue", {"token": token_of(again)})).status_code == 410


async def test_an_agent_may_say_that_it_is_them(company: Company, desk: httpx.AsyncClient, visitor: Chat) -> None:
    received = await company.gets(postcard("배송 언제 되나요?"))
    offer = await offered(company, desk, received.conversation_id)
    early = await desk.post(f"/api/continuations/{offer['id']}/confirm")
    await visitor.post("continue", {"token": token_of(offer)})
    assert (early.status_code, early.json()["code"]) == (409, "CONTINUATION_NOT_OPENED")
    assert (await desk.post(f"/api/continuations/{offer['id']}/confirm")).status_code == 200
    assert (await visitor.reads())[0] == "배송 언제 되나요?"
    assert (await visitor.post("continue", {"token": token_of(offer)})).json()["confirmed"]
    state = (await desk.get(f"/api/conversations/{received.conversation_id}/continuations")).json()
    assert [one["confirmed_by"] for one in state["offers"]] == ["agent"]


async def test_a_code_sent_by_the_other_channel_proves_it_too(
    company: Company, desk: httpx.AsyncClient, visitor: Chat
) -> None:
    await visitor.says("채팅으로 시작했어요")
    [case] = (await desk.get("/api/conversations")).json()["items"]
    offer = await offered(company, desk, case["id"], company.post)
    assert offer["code"] in offer["text"]
    stranger = await company.gets(postcard("DM-22222222", sender="jiho@daum.example", external_id="c-0"))
    unproven = await company.gets(
        postcard(offer["code"], sender="jiho@daum.example", external_id="c-1", authenticated=False)
    )
    assert str(stranger.conversation_id) != case["id"] != str(unproven.conversation_id)
    taken = await company.gets(postcard(f"코드는 {offer['code'].lower()} 예요", external_id="c-2"))
    assert str(taken.conversation_id) == case["id"]
    once = await company.gets(postcard(offer["code"], sender="third@daum.example", external_id="c-3"))
    assert str(once.conversation_id) != case["id"]


async def test_looking_at_the_page_uses_nothing_up(
    company: Company, desk: httpx.AsyncClient, anyone: httpx.AsyncClient, visitor: Chat
) -> None:
    received = await company.gets(postcard())
    token = token_of(await offered(company, desk, received.conversation_id))
    pages = [await anyone.get(f"/continue/{token}") for _ in range(2)]
    assert [page.status_code for page in pages] == [200, 200]
    assert company.chat.key in pages[0].text
    assert (await visitor.post("continue", {"token": token})).status_code == 200
    assert (await anyone.get("/continue/nonsense")).status_code == 410


async def test_it_leads_only_to_another_inbox_of_the_brand(company: Company, desk: httpx.AsyncClient) -> None:
    received = await company.gets(postcard())
    refused = await desk.post(
        f"/api/conversations/{received.conversation_id}/continuations", json={"inbox_id": str(company.post.id)}
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "CANNOT_CONTINUE_THERE")
    state = (await desk.get(f"/api/conversations/{received.conversation_id}/continuations")).json()
    assert [one["channel"] for one in state["targets"]] == ["chat"]
