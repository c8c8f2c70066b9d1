"""A shop's server says who is signed in. What is not signed by its secret, for this chat and for now, says nothing."""

from collections.abc import Callable
from typing import Any

import jwt
import pytest

from damso.customers.merge import merge
from damso.customers.unmerge import unmerge
from damso.kernel.log import Actor
from tests.clock import ManualClock
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.http.browsers import Chat
from tests.http.codes import prove

DAY = 24 * 3600


@pytest.fixture
def token(company: Company, shop: str, clock: ManualClock) -> Callable[..., str]:
    """Signs as the shop's server does; what is given replaces what it would say."""

    def sign(sub: str = "customer-7", *, secret: str = shop, algorithm: str = "HS256", **claims: Any) -> str:
        now = int(clock.now().timestamp())
        said = {"sub": sub, "aud": company.chat.key, "iat": now, "exp": now + 600} | claims
        said = {name: value for name, value in said.items() if value is not None}
        return jwt.encode(said, secret if algorithm != "none" else "", algorithm=algorithm)

    return sign


async def test_a_signed_in_customer_is_known(new_chat: Callable[[], Chat], token: Callable[..., str]) -> None:
    chat = new_chat()

    session = await chat.open(identity_token=token(name="김미나", email="mina@naver.example", email_verified=True))

    assert session["customer"] == {"name": "김미나", "email": "mina@naver.example", "proven": True}


async def test_they_have_their_history_on_another_device(
    new_chat: Callable[[], Chat], token: Callable[..., str]
) -> None:
    phone, laptop = new_chat(), new_chat()
    await phone.open(identity_token=token())
    await phone.says("휴대폰에서 썼어요")

    await laptop.open(identity_token=token())

    assert await laptop.reads() == ["휴대폰에서 썼어요"]


async def test_a_verified_address_joins_chat_and_mail(
    company: Company, new_chat: Callable[[], Chat], token: Callable[..., str]
) -> None:
    mail = await company.gets(postcard("메일로 먼저 썼어요", sender="mina@naver.example"))
    chat = new_chat()
    await chat.open(identity_token=token(email="Mina@Naver.example", email_verified=True))

    said = await chat.says("채팅으로 이어서 써요")

    assert await chat.reads() == ["메일로 먼저 썼어요", "채팅으로 이어서 써요"]
    assert await company.count("message", f"conversation_id = '{mail.conversation_id}'") == 2
    assert said["channel"] == "chat"


@pytest.mark.parametrize("verified", [None, False, "true", 1])
async def test_an_address_that_the_shop_did_not_verify_is_no_proof(
    company: Company, new_chat: Callable[[], Chat], token: Callable[..., str], verified: object
) -> None:
    await company.gets(postcard("메일은 제 것만", sender="mina@naver.example"))
    chat = new_chat()

    await chat.try_open(identity_token=token(email="mina@naver.example", email_verified=verified))
    session = await chat.open()

    assert session["customer"]["email"] is None
    assert await chat.shows() == []


def forged(**wrong: Any) -> Callable[[Callable[..., str]], str]:
    return lambda token: token(**wrong)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(forged(secret="another secret of at least 32 signs"), id="wrong secret"),
        pytest.param(forged(algorithm="none"), id="algorithm none"),
        pytest.param(forged(algorithm="HS512"), id="another algorithm"),
        pytest.param(forged(aud="another-chat"), id="another audience"),
        pytest.param(forged(aud=None), id="no audience"),
        pytest.param(forged(exp=None), id="no end"),
        pytest.param(forged(iat=None), id="no beginning"),
        pytest.param(forged(sub=""), id="nobody"),
        pytest.param(forged(sub="   "), id="blank"),
        pytest.param(forged(sub="x" * 201), id="an id too long to keep whole"),
        pytest.param(forged(sub="a\x00b"), id="an id that cannot be stored"),
        pytest.param(forged(exp="soon"), id="an end that is no time"),
        pytest.param(forged(exp=[]), id="an end that is a list"),
        pytest.param(forged(iat={}), id="a beginning that is an object"),
        pytest.param(lambda token: "", id="empty"),
        pytest.param(lambda token: "a.b.c", id="nonsense"),
        pytest.param(lambda token: token()[:-4] + "AAAA", id="cut"),
    ],
)
async def test_what_is_not_signed_for_us_is_refused(
    company: Company, new_chat: Callable[[], Chat], token: Callable[..., str], make: Callable[..., str]
) -> None:
    answer = await new_chat().try_open(identity_token=make(token))

    refused = (answer.status_code, answer.json().get("code")) == (401, "IDENTITY_TOKEN_INVALID")
    ignored = make(token) == "" and answer.json()["customer"]["proven"] is False
    assert refused or ignored
    assert await company.count("identity") == 0


@pytest.mark.parametrize(
    ("issued", "expires"),
    [(-700, -100), (-60, -1), (0, DAY + 61), (120, 700), (-DAY * 30, 600)],
    ids=["expired", "just expired", "lives too long", "from the future", "old and long"],
)
async def test_a_token_counts_for_a_short_time(
    clock: ManualClock, new_chat: Callable[[], Chat], token: Callable[..., str], issued: int, expires: int
) -> None:
    now = int(clock.now().timestamp())

    answer = await new_chat().try_open(identity_token=token(iat=now + issued, exp=now + expires))

    assert answer.status_code == 401


async def test_without_a_secret_nobody_is_known_by_a_token(
    company: Company, new_chat: Callable[[], Chat], clock: ManualClock
) -> None:
    now = int(clock.now().timestamp())
    claims = {"sub": "customer-7", "aud": company.chat.key, "iat": now, "exp": now + 600}

    answer = await new_chat().try_open(identity_token=jwt.encode(claims, "a guess of the empty secret it has"))

    assert answer.status_code == 401


async def test_what_was_written_before_signing_in_is_theirs(
    visitor: Chat, new_chat: Callable[[], Chat], token: Callable[..., str]
) -> None:
    await visitor.says("로그인하기 전에 썼어요")

    await visitor.open(identity_token=token())
    await visitor.says("로그인하고 썼어요")

    assert await visitor.reads() == ["로그인하기 전에 썼어요", "로그인하고 썼어요"]


async def test_two_people_on_one_browser_stay_two_people(visitor: Chat, token: Callable[..., str]) -> None:
    await visitor.says("첫 번째 손님")
    await visitor.open(identity_token=token("first"))

    await visitor.open(identity_token=token("second"))
    seen_by_second = await visitor.reads()
    await visitor.says("두 번째 손님")
    await visitor.open(identity_token=token("first"))

    assert seen_by_second == []
    assert await visitor.reads() == ["첫 번째 손님"]


async def test_who_signs_in_with_an_old_token_of_the_browser_does_not_get_the_first_ones_words(
    visitor: Chat, token: Callable[..., str]
) -> None:
    await visitor.says("첫 번째 손님")
    kept = visitor.token
    await visitor.open(identity_token=token("first"))
    visitor.token = kept

    await visitor.open(identity_token=token("second"))

    assert await visitor.reads() == []


async def test_signing_out_leaves_a_fresh_visitor(visitor: Chat, token: Callable[..., str]) -> None:
    await visitor.open(identity_token=token())
    await visitor.says("로그인하고 썼어요")

    session = await visitor.open()

    assert session["conversation"] is None
    assert await visitor.shows() == []


async def test_an_address_proven_here_by_somebody_else_stays_theirs(
    company: Company, visitor: Chat, token: Callable[..., str]
) -> None:
    """On a shared machine: one proved their mailbox in the chat, then another signed in to the shop."""
    await company.gets(postcard("제 메일이에요", sender="mina@naver.example"))
    await visitor.says("코드로 확인할게요")
    await prove(company, visitor, "mina@naver.example")
    assert await visitor.reads() == ["제 메일이에요", "코드로 확인할게요"]

    await visitor.open(identity_token=token("somebody-else"))

    assert await visitor.reads() == []


async def test_an_address_proven_here_by_oneself_is_kept(
    company: Company, visitor: Chat, token: Callable[..., str]
) -> None:
    await visitor.says("코드로 확인할게요")
    await prove(company, visitor, "mina@naver.example")

    await visitor.open(identity_token=token(email="mina@naver.example", email_verified=True))

    assert await visitor.reads() == ["코드로 확인할게요"]


async def test_a_browser_that_was_taken_from_a_member_is_nobody_elses(
    company: Company, visitor: Chat, new_chat: Callable[[], Chat], token: Callable[..., str]
) -> None:
    """An agent parted two sets in one entry, whose own pair is neither the browser nor the member."""
    member, older = new_chat(), new_chat()
    await older.open()
    await older.says("다른 컴퓨터에서 썼어요")
    await member.open(identity_token=token("member"))
    await member.says("회원으로 썼어요")
    await visitor.says("매장 컴퓨터에서 썼어요")
    kept = visitor.token
    browser, user = await parted(company, "매장 컴퓨터에서 썼어요")
    pair = f"{browser} IN (identity_id, other_id) AND {user} IN (identity_id, other_id)"
    assert await company.count("link", pair) == 0

    await visitor.open(identity_token=token("another"))
    seen_by_another = await visitor.reads()
    visitor.token = kept
    await visitor.open(identity_token=token("member"))

    assert seen_by_another == []
    assert await visitor.reads() == ["회원으로 썼어요"]


async def parted(company: Company, said: str) -> tuple[int, int]:
    """All who wrote here are merged, and the browsers taken away from the member again; whose browser wrote this, and
    the member."""
    agent = Actor("agent", company.agent.id)
    async with company.parts.database.transaction() as tx:
        browser = await tx.value("SELECT identity_id FROM message WHERE text = $1", said)
        user = await tx.value("SELECT id FROM identity WHERE kind = 'user'")
        customers = await tx.values("SELECT DISTINCT customer_id FROM identity WHERE kind IN ('user', 'visitor')")
        merged = await merge(tx, customers, actor=agent, evidence={"by": "agent"})
        browsers = await tx.values("SELECT id FROM identity WHERE kind = 'visitor'")
        await unmerge(tx, merged.customer_id, identity_ids=browsers, actor=agent, evidence={"by": "agent"})
    return browser, user
