"""Proving an address by a code that is sent there."""

from collections.abc import Callable
from datetime import timedelta

from tests.clock import ManualClock
from tests.conversations.company import Company
from tests.conversations.postcards import Postcards, postcard
from tests.http.browsers import Chat
from tests.http.codes import code_sent, prove

MINA = "mina@naver.example"


def wrong(code: str) -> str:
    return "000000" if code != "000000" else "111111"


async def test_the_code_is_mailed_to_the_address_in_the_visitors_language(
    company: Company, visitor: Chat, postcards: Postcards
) -> None:
    answer = await visitor.post("proof", {"email": " Mina@Naver.Example "})
    code = await code_sent(company)

    assert (answer.status_code, answer.json()) == (202, {"expires_in": 600, "resend_after": 30})
    assert postcards.sent[-1].to.value == MINA
    assert "인증번호" in postcards.sent[-1].text
    assert postcards.sent[-1].subject == f"[달빛상점] 인증번호 {code}"


async def test_asking_for_a_code_makes_no_identity(company: Company, visitor: Chat) -> None:
    await visitor.post("proof", {"email": MINA})

    assert await company.count("identity") == 0


async def test_mail_and_chat_become_one_conversation(company: Company, visitor: Chat) -> None:
    said = await visitor.says("배송 언제 되나요?")
    await prove(company, visitor, MINA)

    mail = await company.gets(postcard("어제 채팅으로 여쭤봤는데요", sender=MINA, subject="배송 문의"))

    assert await visitor.reads() == ["배송 언제 되나요?", "어제 채팅으로 여쭤봤는데요"]
    assert await company.count("conversation") == 1
    session = await visitor.open()
    assert session["customer"] == {"name": "김미나", "email": MINA, "proven": True}
    assert session["conversation"]["id"] == str(mail.conversation_id)
    assert said["id"] in [entry["id"] for entry in await visitor.shows()]


async def test_a_wrong_code_counts_down_and_the_last_one_locks(company: Company, visitor: Chat) -> None:
    await visitor.post("proof", {"email": MINA})
    code = await code_sent(company)

    tries = [await visitor.post("proof/check", {"email": MINA, "code": wrong(code)}) for _ in range(5)]
    right = await visitor.post("proof/check", {"email": MINA, "code": code})

    assert [answer.json().get("left") for answer in tries] == [4, 3, 2, 1, None]
    assert [answer.status_code for answer in tries] == [422, 422, 422, 422, 429]
    assert (right.status_code, right.json()["code"]) == (429, "TOO_MANY_TRIES")
    assert (await visitor.open())["customer"]["proven"] is False


async def test_a_code_works_once(company: Company, visitor: Chat) -> None:
    await visitor.post("proof", {"email": MINA})
    code = await code_sent(company)
    await visitor.post("proof/check", {"email": MINA, "code": code})

    again = await visitor.post("proof/check", {"email": MINA, "code": code})

    assert (again.status_code, again.json()["code"]) == (410, "CODE_EXPIRED")


async def test_a_code_expires(company: Company, visitor: Chat, clock: ManualClock) -> None:
    await visitor.post("proof", {"email": MINA})
    code = await code_sent(company)
    clock.advance(timedelta(minutes=10, seconds=1))

    late = await visitor.post("proof/check", {"email": MINA, "code": code})

    assert (late.status_code, late.json()["code"]) == (410, "CODE_EXPIRED")


async def test_another_visitors_code_is_of_no_use(
    company: Company, visitor: Chat, new_chat: Callable[[], Chat]
) -> None:
    await company.gets(postcard("비밀 이야기", sender=MINA))
    thief = new_chat()
    await thief.open()
    await visitor.post("proof", {"email": MINA})
    code = await code_sent(company)

    stolen = await thief.post("proof/check", {"email": MINA, "code": code})

    assert stolen.status_code == 410
    assert await thief.shows() == []


async def test_codes_are_not_sent_without_end(company: Company, visitor: Chat) -> None:
    await visitor.post("proof", {"email": MINA})

    again = await visitor.post("proof", {"email": MINA})

    assert (again.status_code, again.json()["code"]) == (429, "TOO_MANY_TRIES")
    assert again.headers["retry-after"] == "30"
    assert again.json()["retry_after"] == 30


async def test_what_is_no_address_gets_no_code(visitor: Chat) -> None:
    answer = await visitor.post("proof", {"email": "mina at naver"})

    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "EMAIL_INVALID", "email")


async def test_without_a_mailbox_nothing_can_be_proven(company: Company, visitor: Chat) -> None:
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE inbox SET enabled = false WHERE id = $1", company.post.id)

    answer = await visitor.post("proof", {"email": MINA})

    assert (answer.status_code, answer.json()["code"]) == (409, "NO_MAILBOX")
    assert (await visitor.open())["can_prove"] is False
