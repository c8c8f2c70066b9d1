"""What the dealer posts: who gets in, and what it tells."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from damso.channels.adapters.kakao_consult.adapter import ConsultAdapter
from damso.channels.failures import SignatureInvalid, Unparsable
from damso.channels.items import Address, Attachment, InboundMessage, Item, ThreadChange, Unsupported
from damso.channels.types import Request
from tests.channels.kakao_consult.calls import AT, CONFIG, call, message, recorded

ADAPTER = ConsultAdapter()
SENDER = Address(kind="kakao_consult_user", scope="@달빛상점", value="MZjEVK4x18_V")


def parse(request: Request) -> list[Item]:
    return list(ADAPTER.parse(request, CONFIG))


def said(request: Request) -> InboundMessage:
    [item] = parse(request)
    assert isinstance(item, InboundMessage)
    return item


@pytest.mark.parametrize("name", sorted(recorded()))
def test_what_the_dealer_posts_gets_in(name: str) -> None:
    ADAPTER.verify(recorded()[name], CONFIG)


@pytest.mark.parametrize(
    "forged",
    [
        call(sender_key="4c9591f37822ae1ed5b781582af08b1e2d922cea"),
        call(sender_key="é" * 40),
        call(sender_key=None),
        Request(body=b"{}", received_at=AT),
        Request(body=b"[1]", received_at=AT),
        Request(body=b"{", received_at=AT),
    ],
)
def test_whatever_else_stays_outside(forged: Request) -> None:
    with pytest.raises(SignatureInvalid):
        ADAPTER.verify(forged, CONFIG)


def test_an_unset_key_lets_nobody_in() -> None:
    for request in (message(), message(sender_key=""), message(sender_key=None)):
        with pytest.raises(SignatureInvalid):
            ADAPTER.verify(request, msgspec.structs.replace(CONFIG, sender_key=""))


def test_only_the_dealers_addresses_are_let_in_where_they_are_known() -> None:
    config = msgspec.structs.replace(CONFIG, sources=("203.0.113.0/24", "2001:db8::7"))

    for peer in ("203.0.113.9", "2001:db8::7"):
        ADAPTER.verify(msgspec.structs.replace(message(), peer=peer), config)
    for peer in ("203.0.114.9", "2001:db8::8", "", "nonsense"):
        with pytest.raises(SignatureInvalid):
            ADAPTER.verify(msgspec.structs.replace(message(), peer=peer), config)
    assert set(msgspec.structs.replace(CONFIG, sources=("happytalk.io",)).wrong_fields()) == {"sources"}


def test_words_say_who_and_when() -> None:
    item = said(recorded()["message__text"])

    assert (item.sender, item.text, item.dedupe_scope) == (SENDER, "상담문의 드립니다.", "kakao_consult:@달빛상점")
    assert item.external_id.startswith("1689884130894833200.")
    assert item.provider_at == datetime(2026, 3, 2, 1, 30, 0, 535000, UTC)


def test_two_messages_of_one_number_are_two() -> None:
    first, second = (said(recorded()[f"message__{name}"]) for name in ("text", "long"))

    assert first.external_id != second.external_id
    assert said(message(time=1)).external_id == said(message(time=2)).external_id


def test_a_long_text_comes_whole_as_a_file() -> None:
    item = said(recorded()["message__long"])

    [whole] = item.attachments
    assert item.text == "길이가 300자인 문자"
    assert (whole.name, whole.content_type) == ("message.txt", "text/plain")


def test_files_come_by_their_address_in_both_forms() -> None:
    photo, file = (said(recorded()[f"message__{name}"]) for name in ("photo", "contents_file"))

    assert photo.text == ""
    assert photo.attachments == (
        Attachment(
            name="i_cefivr.jpg",
            content_type="image/jpeg",
            ref="http://dn-m.talk.kakao.com/talkm/demo/i_cefivr.jpg",
        ),
    )
    assert file.text == "영수증이에요"
    assert [one.content_type for one in file.attachments] == ["application/pdf"]
    assert said(recorded()["message__contents"]).text == "두 번째 버전이에요\n줄이 둘이에요"


def test_the_end_of_a_session_ends_the_thread() -> None:
    assert parse(recorded()["expired_session"]) == [
        ThreadChange(
            sender=SENDER,
            change="ended",
            at=datetime(2026, 3, 2, 1, 36, 17, 38000, UTC),
            facts={"session": "162821231"},
        )
    ]


def test_with_what_words_a_consultation_was_asked_for_are_facts() -> None:
    [asked] = parse(recorded()["reference"])

    assert isinstance(asked, ThreadChange)
    assert asked.change == "opened"
    assert asked.facts["extra"] == "주문 1024"
    assert asked.facts["bot"] == "true"
    assert "text" not in asked.facts


@pytest.mark.parametrize(
    ("request_", "kind", "why"),
    [
        (message(type="location"), "location", "no such type"),
        (message(content=""), "text", "nothing was said"),
        (message(user_key=""), "message", "nobody is named"),
        (message(time="now"), "message", "Expected `int`"),
        (message(serial_number=None), "message", "Expected"),
        (call(session_id="1", time=True), "ended", "Expected"),
        (call(), "unknown", "in no documented form"),
    ],
)
def test_what_cannot_be_told_is_counted_with_the_reason(request_: Request, kind: str, why: str) -> None:
    [item] = parse(request_)

    assert isinstance(item, Unsupported)
    assert item.kind == kind
    assert why in item.why


@pytest.mark.parametrize("url", ["http://169.254.169.254/x", "http://evilkakao.com/x", "file:///etc/passwd"])
def test_a_file_elsewhere_is_counted_and_never_fetched(url: str) -> None:
    contents: list[Any] = [{"url": url, "comment": "이거요"}]

    elsewhere, item = parse(message(type="file", contents=contents))

    assert elsewhere == Unsupported(kind="file", why="not at Kakao")
    assert isinstance(item, InboundMessage)
    assert (item.text, item.attachments) == ("이거요", ())


def test_what_is_no_json_cannot_be_parsed() -> None:
    with pytest.raises(Unparsable):
        parse(Request(body=b"{", received_at=AT))
