"""What a shop's event says to a person: a sentence in both languages, and no code of anybody's."""

from typing import Any

import pytest

from damso.commerce.money import Money
from damso.commerce.sentences import SENTENCES, sentence
from damso.commerce.status import word_of
from damso.commerce.vocabulary import VOCABULARY

MUG = {"sku": "MUG-01", "name": "달빛 머그컵", "price": 16000, "quantity": 2}
TEA = {"sku": "TEA-02", "name": "우롱차", "price": "8,000", "quantity": 1}


def test_every_name_of_the_vocabulary_has_a_sentence() -> None:
    assert set(SENTENCES) == VOCABULARY
    assert sentence("Button Clicked", {"total": 1}) is None


@pytest.mark.parametrize(
    ("name", "properties", "ko", "en", "about"),
    [
        (
            "Order Completed",
            {"order_id": "MS-1", "total": 31000, "currency": "KRW", "products": [MUG, TEA], "status": "PAID"},
            "주문했어요 · 31,000원",
            "Placed an order · ₩31,000",
            "MS-1 · 달빛 머그컵 × 2, 우롱차",
        ),
        (
            "Order Completed",
            {"orderId": 7, "products": [{"name": "Mug", "price": "18.99", "quantity": 2}], "currency": "usd"},
            "주문했어요 · US$37.98",
            "Placed an order · $37.98",
            "7 · Mug × 2",
        ),
        (
            "Completed Order",
            {"revenue": 5000, "shipping": 3000},
            "주문했어요 · 8,000원",
            "Placed an order · ₩8,000",
            "",
        ),
        (
            "Order Completed",
            {"place_name": "서촌점", "order_id": "s1/0412", "total": "4500", "products": [{"sku": "CARD"}]},
            "매장 구매 · 4,500원",
            "Bought in a shop · ₩4,500",
            "서촌점 · s1/0412",
        ),
        ("Order Completed", {"total": "a lot"}, "주문했어요", "Placed an order", ""),
        (
            "Order Updated",
            {"order_id": "MS-1", "status": "배송 완료", "total": 31000},
            "주문 상태가 바뀌었어요",
            "Order changed",
            "MS-1 · 배송 완료",
        ),
        (
            "Order Refunded",
            {"order_id": "MS-1", "total": 16000, "currency": "JPY"},
            "주문을 환불받았어요 · JP¥16,000",
            "Order refunded · ¥16,000",
            "MS-1",
        ),
        ("Order Refunded", {"order_id": "MS-1"}, "주문을 환불받았어요", "Order refunded", "MS-1"),
        ("Product Viewed", {**MUG, "quantity": 1}, "상품을 봤어요", "Viewed a product", "달빛 머그컵"),
        ("Products Searched", {"query": "머그컵"}, "상품을 검색했어요", "Searched for products", "머그컵"),
        (
            "Coupon Applied",
            {"coupon_id": "c_81", "coupon_name": "가을 할인"},
            "쿠폰을 적용했어요",
            "Applied a coupon",
            "가을 할인",
        ),
        (
            "Cart Viewed",
            {"cart_id": "demo-4", "products": [MUG, TEA, TEA, MUG]},
            "장바구니를 봤어요",
            "Looked at the cart",
            "달빛 머그컵 × 2, 우롱차, 우롱차 …",
        ),
        ("Store Visited", {"place": "s1", "place_name": "서촌점"}, "매장 방문", "Came to a shop", "서촌점"),
    ],
)
def test_what_is_said(name: str, properties: dict[str, Any], ko: str, en: str, about: str) -> None:
    told = sentence(name, properties)
    assert told is not None
    assert (told[0].say("ko"), told[0].say("en"), told[1]) == (ko, en, about)


@pytest.mark.parametrize("code", ["N40", "SHIPPED", "ready_to_ship", "PAY WAITING", "01"])
def test_a_code_of_a_shops_system_is_no_word(code: str) -> None:
    assert word_of(code) == ""


@pytest.mark.parametrize("word", ["배송 완료", "shipped", "Ready to ship", "3일 뒤 도착", "Arrives in 3 days"])
def test_a_word_is_shown_as_it_is(word: str) -> None:
    assert word_of(word) == word


@pytest.mark.parametrize(
    ("money", "ko", "en"),
    [
        (Money(1_250, "BHD"), "BHD\xa01.250", "BHD\xa01.250"),
        (Money(-5, "USD"), "-US$0.05", "-$0.05"),
        (Money(0, "KRW"), "0원", "₩0"),
    ],
)
def test_an_amount_is_written_as_the_desk_writes_it(money: Money, ko: str, en: str) -> None:
    assert (money.text.ko, money.text.en) == (ko, en)
