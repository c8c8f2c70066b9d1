"""A visitor in the chat: what is stored, what they see when they come back, and whom they can never be."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from damso.conversations.widget.visitor import PURPOSE
from damso.kernel.crypto import Keyring
from tests.clock import ManualClock
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.http.browsers import Chat

EVERYTHING = ("identity", "customer", "conversation", "message", "claim", "link", "care_event", "tracked_event")


async def test_looking_at_the_chat_stores_nothing(company: Company, new_chat: Callable[[], Chat]) -> None:
    before = [await company.count(table) for table in EVERYTHING]
    chat = new_chat()

    await chat.open(page={"url": "https://shop.example/shoes", "title": "구두", "referrer": ""})
    await chat.shows()
    await chat.open()

    assert [await company.count(table) for table in EVERYTHING] == before


async def test_a_session_tells_what_the_chat_shows(visitor: Chat) -> None:
    session = await visitor.open(locale="en")

    assert session["customer"] == {"name": None, "email": None, "proven": False}
    assert session["brand"]["name"] == "달빛상점"
    assert session["conversation"] is None
    assert session["unread"] == 0
    assert session["can_prove"] is True
    assert session["availability"]["text"]
    assert session["policy"]["text_limit"] > 0


async def test_history_is_there_on_return(company: Company, new_chat: Callable[[], Chat], visitor: Chat) -> None:
    await visitor.says("배송 언제 되나요?")
    (conversation_id,) = await conversations(company)
    await company.answers(conversation_id, "내일 도착해요.", inbox=company.chat)
    back = new_chat()
    back.token = visitor.token

    session = await back.open()

    assert session["conversation"] == {"id": str(conversation_id), "status": "open"}
    assert session["unread"] == 1
    assert [(entry["from"], entry["text"]) for entry in await back.shows()] == [
        ("me", "배송 언제 되나요?"),
        ("agent", "내일 도착해요."),
    ]


async def test_the_same_client_id_again_is_the_same_message(company: Company, visitor: Chat) -> None:
    message = {"client_id": str(uuid4()), "text": "안녕하세요"}

    first = await visitor.post("messages", message)
    again = await visitor.post("messages", message)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert await company.count("message") == 1


async def test_another_visitors_client_id_is_another_message(new_chat: Callable[[], Chat], visitor: Chat) -> None:
    shared = str(uuid4())
    other = new_chat()
    await other.open()
    await visitor.says("첫 번째 사람", client_id=shared)

    await other.says("두 번째 사람", client_id=shared)

    assert await visitor.reads() == ["첫 번째 사람"]
    assert await other.reads() == ["두 번째 사람"]


async def test_reading_and_getting_are_told_to_the_desk(company: Company, visitor: Chat) -> None:
    await visitor.says("안녕하세요")
    (conversation_id,) = await conversations(company)
    answer = await company.answers(conversation_id, "반가워요", inbox=company.chat)

    await visitor.post("delivered", {"message_id": str(answer)})
    delivered = (await company.line(conversation_id, answer)).status
    await visitor.post("read", {"message_id": str(answer)})
    read = (await company.line(conversation_id, answer)).status
    await visitor.post("delivered", {"message_id": str(answer)})

    assert (delivered, read) == ("delivered", "read")
    assert (await company.line(conversation_id, answer)).status == "read"
    assert (await visitor.open())["unread"] == 0


async def test_nobody_acknowledges_messages_of_others(
    company: Company, new_chat: Callable[[], Chat], visitor: Chat
) -> None:
    await visitor.says("안녕하세요")
    (conversation_id,) = await conversations(company)
    answer = await company.answers(conversation_id, "반가워요", inbox=company.chat)
    stranger = new_chat()
    await stranger.open()
    await stranger.says("저는 다른 사람이에요")

    assert (await stranger.post("read", {"message_id": str(answer)})).status_code == 204

    assert (await company.line(conversation_id, answer)).status == "sent"


async def test_a_forged_token_opens_a_new_chat_and_nothing_else(
    company: Company, visitor: Chat, new_chat: Callable[[], Chat]
) -> None:
    await visitor.says("제 주문이에요")
    assert visitor.token
    forger = new_chat()
    forger.token = visitor.token[:-2] + ("AA" if visitor.token[-2:] != "AA" else "BB")

    refused = await forger.get("messages")
    session = await forger.open()

    assert (refused.status_code, refused.json()["code"]) == (401, "VISITOR_UNKNOWN")
    assert session["conversation"] is None
    assert await forger.shows() == []


@pytest.mark.parametrize("token", ["", "nonsense", "a.b", "....", "é.é", "e30.e30", "Bearer"])
async def test_nonsense_is_no_token(new_chat: Callable[[], Chat], token: str) -> None:
    chat = new_chat()
    chat.token = token

    assert (await chat.get("messages")).status_code == 401
    assert (await chat.open())["conversation"] is None


async def test_a_token_of_another_purpose_is_none(company: Company, keyring: Keyring, visitor: Chat) -> None:
    visitor.token = keyring.sign("widget file", {"k": company.chat.key, "v": str(uuid4()), "u": None})

    assert (await visitor.get("messages")).status_code == 401


async def test_a_token_of_another_installation_is_none(company: Company, visitor: Chat) -> None:
    claims = {"k": company.chat.key, "v": str(uuid4()), "u": None}
    visitor.token = Keyring(b"another master key, with 32 byte").sign(PURPOSE, claims)

    assert (await visitor.get("messages")).status_code == 401


async def test_a_token_grows_old(clock: ManualClock, visitor: Chat) -> None:
    await visitor.says("오래전 이야기")
    clock.advance(timedelta(days=401))

    assert (await visitor.get("messages")).status_code == 401
    assert (await visitor.open())["conversation"] is None


async def test_a_session_keeps_a_token_young(clock: ManualClock, visitor: Chat) -> None:
    await visitor.says("오래전 이야기")
    clock.advance(timedelta(days=300))
    await visitor.open()
    clock.advance(timedelta(days=300))

    assert await visitor.reads() == ["오래전 이야기"]


async def test_what_somebody_claims_shows_them_nothing(
    company: Company, new_chat: Callable[[], Chat], visitor: Chat
) -> None:
    """Neither what was said before, nor what the real owner of the address says afterwards."""
    before = await company.gets(postcard("제 주문 번호는 1234예요", sender="mina@naver.example"))
    await visitor.says("저 김미나인데요, 제 주문 번호 알려 주세요")
    claimed = await visitor.post("claims", {"name": "김미나", "email": "mina@naver.example", "phone": "010-1234-5678"})
    await company.answers(before.conversation_id, "1234번 주문은 발송됐어요", accept_warnings=True)
    await company.delivers()
    await company.gets(postcard("고마워요", sender="mina@naver.example", external_id="card-2"))

    assert claimed.status_code == 204
    assert await visitor.reads() == ["저 김미나인데요, 제 주문 번호 알려 주세요"]
    assert (await visitor.open())["customer"] == {"name": None, "email": None, "proven": False}
    assert await company.count("claim", "value = 'mina@naver.example'") == 1
    assert await company.count("link", "kind = 'link'") == 0


async def test_what_a_visitor_does_is_a_fact_of_theirs(company: Company, visitor: Chat) -> None:
    fact = {"name": "Product Viewed", "properties": {"sku": "A-1"}, "page": {"url": "https://shop.example/a-1"}}

    assert (await visitor.post("track", fact)).status_code == 202

    assert await company.count("tracked_event", "name = 'Product Viewed' AND identity_id IS NOT NULL") == 1


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"text": "", "client_id": str(uuid4())}, "NOTHING_TO_SEND", "text"),
        ({"text": "가" * 100_000, "client_id": str(uuid4())}, "TEXT_TOO_LONG", "text"),
        ({"text": "가", "client_id": "no uuid"}, "INVALID", None),
        (
            {"text": "", "client_id": str(uuid4()), "attachment_ids": [str(uuid4())]},
            "MEDIA_NOT_ALLOWED",
            "attachment_ids",
        ),
    ],
)
async def test_a_message_that_cannot_be_taken_is_refused_with_its_reason(
    company: Company, visitor: Chat, body: dict[str, object], code: str, field: str | None
) -> None:
    answer = await visitor.post("messages", body)

    assert (answer.status_code, answer.json()["code"], answer.json().get("field")) == (422, code, field)
    assert await company.count("message") == 0


async def test_a_chat_that_is_turned_off_takes_nobody(company: Company, visitor: Chat) -> None:
    parts = company.parts
    async with parts.database.transaction() as tx:
        await tx.execute("UPDATE inbox SET enabled = false WHERE id = $1", company.chat.id)
    parts.inboxes.forget()

    assert (await visitor.get("messages")).status_code == 404
    assert (await visitor.try_open()).status_code == 404


async def conversations(company: Company) -> list:
    async with company.parts.database.reading() as tx:
        return await tx.values("SELECT id FROM conversation ORDER BY created_at")
