"""A message as bubbles, judged by the double's own reading of the guide."""

from typing import Any

import msgspec
import pytest

from damso.channels.adapters.kakao.bubbles import template_body
from damso.channels.adapters.kakao.screen import faults
from damso.channels.content import (
    Button,
    Buttons,
    Card,
    Carousel,
    Content,
    Listing,
    ListRow,
    Product,
)
from damso.channels.failures import ContentRejected
from damso.channels.types import Blob
from tests.channels.test_health import MESSAGE

PICTURE = "https://shop.example/cup.jpg"
REPLY, LINK, CALL = (
    Button(label="네", value="네, 부탁해요"),
    Button(label="주문 보기", action="link", value="https://shop.example/orders/1"),
    Button(label="전화하기", action="call", value="02-000-1234"),
)


def shown(content: Content | None = None, text: str = "확인해 주세요.", **more: Any) -> dict[str, Any]:
    body = msgspec.json.decode(template_body(msgspec.structs.replace(MESSAGE, text=text, content=content, **more)))
    assert faults(body) == []
    return body["template"]


def kinds(template: dict[str, Any]) -> list[str]:
    return [next(iter(output)) for output in template["outputs"]]


def test_words_are_a_bubble() -> None:
    assert shown() == {"outputs": [{"simpleText": {"text": "확인해 주세요."}}]}


def test_pictures_follow_the_words() -> None:
    files = tuple(
        Blob(name=f"{n}.jpg", content_type="image/jpeg", data=b"", url=f"https://d.example/{n}") for n in (1, 2)
    )

    template = shown(attachments=files)

    assert kinds(template) == ["simpleText", "simpleImage", "simpleImage"]
    assert template["outputs"][1]["simpleImage"] == {"imageUrl": "https://d.example/1", "altText": "1.jpg"}


def test_replies_stand_below_as_choices() -> None:
    template = shown(Buttons(buttons=tuple(Button(label=f"{n}점") for n in range(1, 6))))

    assert kinds(template) == ["simpleText"]
    assert [one["messageText"] for one in template["quickReplies"]] == ["1점", "2점", "3점", "4점", "5점"]


def test_links_and_numbers_make_a_card_of_the_words() -> None:
    template = shown(Buttons(buttons=(REPLY, LINK, CALL)))

    assert template["outputs"] == [
        {
            "textCard": {
                "description": "확인해 주세요.",
                "buttons": [
                    {"label": "네", "action": "message", "messageText": "네, 부탁해요"},
                    {"label": "주문 보기", "action": "webLink", "webLinkUrl": "https://shop.example/orders/1"},
                    {"label": "전화하기", "action": "phone", "phoneNumber": "02-000-1234"},
                ],
            }
        }
    ]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (Card(title="머그컵", text="달빛 무늬", picture=PICTURE, buttons=(LINK,)), "basicCard"),
        (Card(title="머그컵", text="달빛 무늬", buttons=(LINK,)), "textCard"),
        (Card(title="고르세요", buttons=(LINK, *(Button(label=str(n)) for n in range(5)))), "textCard"),
        (Product(name="머그컵", price="12,900원", regular_price="15,000원", picture=PICTURE), "commerceCard"),
        (Product(name="머그컵", price="12,900원", url="https://shop.example/1"), "textCard"),
        (Product(name="머그컵", price="$12", picture=PICTURE), "basicCard"),
        (
            Product(name="긴 이름" * 8, price="1원", picture=PICTURE),
            "basicCard",
        ),
        (Listing(title="주문", rows=(ListRow(title="머그컵", text="배송 중", url="https://d.example"),)), "listCard"),
        (Carousel(cards=tuple(Card(title=str(n), picture=PICTURE) for n in range(10))), "carousel"),
        (Carousel(cards=(Product(name="컵", price="₩1,000", picture=PICTURE),) * 2), "carousel"),
    ],
)
def test_each_content_is_a_bubble_of_its_kind(content: Content, kind: str) -> None:
    assert kinds(shown(content)) == ["simpleText", kind]
    assert kinds(shown(content, text="")) == [kind]


def test_a_reduced_price_is_told_as_price_and_discount() -> None:
    content = Product(name="컵", price="12,900원", regular_price="15,000원", picture=PICTURE, url="https://d.example/1")

    [card] = shown(content, text="")["outputs"]

    assert card["commerceCard"] == {
        "title": "컵",
        "price": 15000,
        "discount": 2100,
        "currency": "won",
        "thumbnails": [{"imageUrl": PICTURE, "link": {"web": "https://d.example/1"}}],
    }


@pytest.mark.parametrize(
    "content",
    [
        Buttons(buttons=tuple(Button(label=str(n)) for n in range(11))),
        Buttons(buttons=(LINK,) * 4),
        Card(title="제" * 51, text="설명"),
        Card(title="제목", text="설" * 231, picture=PICTURE),
        Card(title="제목", buttons=(Button(label="열네 자보다 훨씬 더 긴 글자"),)),
        Listing(title="목록", rows=tuple(ListRow(title=str(n)) for n in range(6))),
        Carousel(cards=(Card(title="하나", picture=PICTURE), Card(title="둘"))),
        Carousel(cards=tuple(Card(title=str(n)) for n in range(11))),
    ],
)
def test_what_fits_no_bubble_is_spelled(content: Content) -> None:
    assert set(kinds(shown(content))) == {"simpleText"}


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"text": ""}, "nothing to say"),
        ({"text": "가" * 3001}, "4 bubbles"),
        ({"attachments": (Blob(name="a.jpg", content_type="image/jpeg", data=b""),)}, "address"),
        ({"text": "", "content": Card(title="카드", picture="https://d.example/" + "x" * 31_000)}, "bytes"),
    ],
)
def test_what_kakao_would_not_take_is_told_before(more: dict[str, Any], why: str) -> None:
    with pytest.raises(ContentRejected, match=why):
        shown(**more)
