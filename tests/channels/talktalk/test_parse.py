"""What Naver posts, as items."""

from datetime import timedelta

import msgspec
import pytest

from damso.channels.adapters.talktalk.parse import identifier, parse_event
from damso.channels.content import Button, Card, Carousel, Contact, Listing, ListRow, Product, Sticker, spelled
from damso.channels.failures import Unparsable
from damso.channels.items import (
    Address,
    InboundClaims,
    InboundEcho,
    InboundMessage,
    InboundWithdrawal,
    ThreadChange,
    Unsupported,
)
from damso.channels.types import Request
from tests.channels.talktalk.naver import AT, CONFIG, USER, event, posted, recorded

MINA = Address(kind="talktalk", scope="wmoon01", value=USER)
RECORDED = recorded()


def found(request: Request):
    [item] = parse_event(request, CONFIG)
    return item


def message(name: str) -> InboundMessage:
    item = found(RECORDED[name])
    assert isinstance(item, InboundMessage)
    return item


def echo(name: str) -> InboundEcho:
    item = found(RECORDED[name])
    assert isinstance(item, InboundEcho)
    return item


def test_a_message_is_of_its_customer_with_this_account() -> None:
    said = message("send__typing")

    assert (said.sender, said.text, said.dedupe_scope) == (MINA, "주문한 머그컵이 아직 안 왔어요", "talktalk:wmoon01")
    assert (said.authenticated, said.owner, said.under_14, said.content) == (True, "us", False, None)
    assert said.external_id == identifier(RECORDED["send__typing"])


def test_a_message_with_a_number_is_known_by_its_bytes_whenever_it_comes() -> None:
    request = RECORDED["send__typing"]
    later = msgspec.structs.replace(request, received_at=AT + timedelta(days=3), headers={}, peer="")

    assert identifier(later) == identifier(request)
    assert found(later) == found(request)


def test_one_without_a_number_may_be_said_again_in_the_next_second() -> None:
    request = RECORDED["send__unnumbered"]

    assert identifier(posted(request.body, at=AT + timedelta(milliseconds=900))) == identifier(request)
    assert identifier(posted(request.body, at=AT + timedelta(seconds=1))) != identifier(request)


def test_the_number_alone_does_not_make_a_message_the_same() -> None:
    """Whether numbers begin anew once a customer has left is not documented: no word may be lost by it."""
    one = event("send", messageId=1, textContent={"text": "안녕하세요"})
    other = event("send", messageId=1, textContent={"text": "환불해 주세요"})

    assert identifier(one) != identifier(other)


@pytest.mark.parametrize(
    ("name", "owner"),
    [("send__standby", "them"), ("send__typing", "us"), ("send__button", None), ("send__menu", None)],
)
def test_whose_turn_it_is(name: str, owner: str | None) -> None:
    assert message(name).owner == owner


def test_a_button_of_ours_says_its_value_and_a_menu_its_label() -> None:
    assert message("send__button").text == "5"
    assert message("send__menu").text == "배송 조회"


def test_what_is_more_than_text() -> None:
    assert message("send__sticker").content == Sticker()
    assert message("send__sticker").text == "스티커를 전송했습니다."
    assert message("send__vphone").content == Contact(name="", phones=("050700000000",))
    assert message("send__vphone").text == "050700000000,2026-03-09"
    assert message("send__product_unknown").content is None
    assert message("send__product").text.startswith("이 상품을 문의합니다.\n\n새벽 머그컵 19,900원")
    assert message("send__product").content == Product(
        name="새벽 머그컵",
        price="19,900원",
        regular_price="25,000원",
        picture="https://shop-phinf.pstatic.net/20260301_1/dawn-cup.jpg",
        url="https://smartstore.naver.com/moonlight/products/309672359",
    )


def test_a_price_that_is_not_lowered_stands_once() -> None:
    goods = {"name": "문구", "currencyPrice": "10원", "currencyOriginalPrice": "10원"}
    content = found(event("send", textContent={"text": "이 상품을 문의합니다."}, options={"product": goods})).content

    assert content == Product(name="문구", price="10원")


def test_a_picture_stays_with_naver_until_it_is_fetched() -> None:
    said = message("send__picture")

    [file] = said.attachments
    assert (said.text, file.name, file.content_type) == ("", "broken cup.png", "image/png")
    assert file.ref == "http://shop1.phinf.naver.net/20260302_124/broken%20cup.png"


def test_an_echo_written_by_hand_has_an_id_and_ours_has_none() -> None:
    by_hand, own = echo("echo__by_hand"), echo("echo__own_text")

    assert (by_hand.to, by_hand.text) == (MINA, "확인해 볼게요")
    assert by_hand.external_id == identifier(RECORDED["echo__by_hand"])
    assert (own.external_id, own.text) == (None, "오늘 발송했어요.")


def test_an_echo_of_more_than_text() -> None:
    composite, file = echo("echo__composite"), echo("echo__file")

    assert composite.content == Card(
        title="교환 안내",
        text="7일 안에 신청해 주세요",
        picture="https://shop-phinf.pstatic.net/20260301_1/exchange.png",
        buttons=(
            Button(label="교환할래요", value="교환"),
            Button(label="안내 보기", action="link", value="https://shop.example/exchange"),
        ),
    )
    assert composite.text == spelled(composite.content)
    assert [(one.name, one.content_type) for one in file.attachments] == [("보증서.pdf", "application/pdf")]
    assert echo("echo__campaign").text == "이번 주말, 달빛상점에서 만나요"


def test_composites_side_by_side() -> None:
    row = {
        "title": "머그컵",
        "description": "품절",
        "button": {"type": "LINK", "data": {"url": "https://shop.example/1"}},
    }
    rows = {"type": "LIST", "data": [row]}
    lists = [{"title": "추천", "elementList": rows}, {"title": "추천", "elementList": rows}]
    cards = [{"title": "가", "description": "하나"}, {"description": "둘", "buttonList": []}, lists[0]]

    listing = found(event("echo", echoedEvent="send", compositeContent={"compositeList": lists})).content
    carousel = found(event("echo", echoedEvent="send", compositeContent={"compositeList": cards})).content

    shown = ListRow(title="머그컵", text="품절", url="https://shop.example/1")
    assert listing == Listing(title="추천", rows=(shown, shown))
    assert isinstance(carousel, Carousel)
    assert [card.title for card in carousel.cards if isinstance(card, Card)] == ["가", "둘", "추천"]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("open__button", "opened"),
        ("leave__plain", "left"),
        ("friend__on", "befriended"),
        ("friend__off", "unfriended"),
        ("handover__finished", "returned"),
    ],
)
def test_what_happens_to_a_thread(name: str, change: str) -> None:
    item = found(RECORDED[name])

    assert isinstance(item, ThreadChange)
    assert (item.sender, item.change, item.at) == (MINA, change, AT)


def test_from_where_a_chat_was_opened_and_by_a_child() -> None:
    opened, child = found(RECORDED["open__button"]), found(RECORDED["open__child"])

    assert opened.facts == {
        "inflow": "button",
        "referer": "https://smartstore.naver.com/moonlight/products/309672359",
        "from": "309672359",
    }
    assert (opened.under_14, child.under_14, child.facts) == (False, True, {"inflow": "none"})


def test_what_a_customer_lets_naver_tell() -> None:
    assert found(RECORDED["profile__told"]) == InboundClaims(
        sender=MINA,
        claims={"name": "미나", "phone": "01000000000", "address": "서울특별시 달빛구 새벽로 6 101호 00000"},
        at=AT,
    )


def test_what_a_customer_takes_back() -> None:
    assert found(RECORDED["profile__withdrawn"]) == InboundWithdrawal(sender=MINA, kinds=("phone", "address"), at=AT)


@pytest.mark.parametrize(
    "withdrawals", [None, [], "cellphone", ["cellphone", "productOrder"], [{"field": "cellphone"}]]
)
def test_what_is_not_understood_takes_everything_back(withdrawals) -> None:
    item = found(event("profile", options={"result": "WITHDRAW", "withdrawals": withdrawals}))

    assert item.kinds == ("name", "phone", "address")


@pytest.mark.parametrize(
    ("request_", "kind", "why"),
    [
        (event("test"), "test", "not handled"),
        (event("echo", echoedEvent="leave"), "echo leave", "not handled"),
        (event("echo", echoedEvent="product"), "echo product", "not handled"),
        (event("handover", options={"control": "takeThread"}), "handover takeThread", "not handled"),
        (event("profile", options={"result": "CANCEL"}), "profile CANCEL", "not handled"),
        (event("profile", options={"result": "SUCCESS"}), "profile SUCCESS", "not handled"),
        (event("send"), "send", "nothing in it that is known"),
        (event("send", textContent={"text": ""}), "send textContent", "nothing in it that is known"),
        (event("send", voteContent={"id": 1}), "send voteContent", "nothing in it that is known"),
        (
            event("send", compositeContent={"compositeList": "x"}),
            "send compositeContent",
            "nothing in it that is known",
        ),
        (event("send", user=""), "send", "Expected `str` of length >= 1 - at `$.user`"),
        (posted(b'{"event":"leave"}'), "leave", "Object missing required field `user`"),
        (event("send", textContent="hi"), "send", "Expected `object | null`, got `str` - at `$.textContent`"),
        (event("send", imageContent={"imageUrl": "http://[broken"}), "send", "Invalid IPv6 URL"),
    ],
)
def test_what_is_not_known_is_told_with_its_reason(request_: Request, kind: str, why: str) -> None:
    assert parse_event(request_, CONFIG) == [Unsupported(kind=kind, why=why)]


def test_no_word_is_lost_by_something_odd_beside_it() -> None:
    said = found(event("send", partner=None, textContent={"text": "안녕"}, options={"product": "?", "under14": 3}))

    assert isinstance(said, InboundMessage)
    assert said.text == "안녕"


def test_half_an_emoji_is_taken_for_what_it_is() -> None:
    assert found(posted(b'{"event":"send","user":"u","textContent":{"text":"ok \\ud83d"}}')).text == "ok \ud83d"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"send"', b"\xff\xfe"])
def test_what_is_no_event_is_parked(body: bytes) -> None:
    with pytest.raises(Unparsable):
        parse_event(posted(body), CONFIG)
    assert identifier(posted(body)).endswith(f"@{int(AT.timestamp())}")
