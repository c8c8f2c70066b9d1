"""What a shop's event says, as a person would say it: a sentence with its amount, and what it is about."""

from collections.abc import Mapping
from typing import Any

from damso.commerce.fold import total_of
from damso.commerce.money import DEFAULT_CURRENCY, AmountInvalid, Money, money_of
from damso.commerce.status import word_of
from damso.commerce.vocabulary import MEANINGS, products_in, said_in, text_in
from damso.kernel.i18n import Text

_ORDER_CANCELLED = Text("주문이 취소됐어요", "Order cancelled")
_CART_SEEN = Text("장바구니를 봤어요", "Looked at the cart")
_CHECKOUT = Text("결제를 시작했어요", "Went to check out")
_ADDED = Text("장바구니에 담았어요", "Added to the cart")
_REMOVED = Text("장바구니에서 뺐어요", "Removed from the cart")
_COMPLETED = Text("주문했어요", "Placed an order")
_UPDATED = Text("주문 상태가 바뀌었어요", "Order changed")
_REFUNDED = Text("주문을 환불받았어요", "Order refunded")
_VIEWED = Text("상품을 봤어요", "Viewed a product")
_LISTED = Text("상품 목록을 봤어요", "Looked through products")
_COUPON = Text("쿠폰을 적용했어요", "Applied a coupon")

SENTENCES: Mapping[str, Text] = {
    "Order Completed": _COMPLETED,
    "Completed Order": _COMPLETED,
    "Order Updated": _UPDATED,
    "Updated Order": _UPDATED,
    "Order Delivered": Text("주문한 상품이 도착했어요", "Order delivered"),
    "Order Cancelled": _ORDER_CANCELLED,
    "Order Canceled": _ORDER_CANCELLED,
    "Cancelled Order": _ORDER_CANCELLED,
    "Order Refunded": _REFUNDED,
    "Refunded Order": _REFUNDED,
    "Cart Viewed": _CART_SEEN,
    "Viewed Cart": _CART_SEEN,
    "Cart Updated": Text("장바구니를 바꿨어요", "Changed the cart"),
    "Cart Shared": Text("장바구니를 공유했어요", "Shared the cart"),
    "Checkout Started": _CHECKOUT,
    "Started Checkout": _CHECKOUT,
    "Checkout Step Viewed": Text("결제 단계를 봤어요", "Looked at a step of checking out"),
    "Checkout Step Completed": Text("결제 단계를 마쳤어요", "Finished a step of checking out"),
    "Payment Info Entered": Text("결제 정보를 입력했어요", "Entered how to pay"),
    "Product Added": _ADDED,
    "Added Product": _ADDED,
    "Wishlist Product Added to Cart": Text("찜한 상품을 장바구니에 담았어요", "Added from the wish list to the cart"),
    "Product Removed": _REMOVED,
    "Removed Product": _REMOVED,
    "Product Viewed": _VIEWED,
    "Viewed Product": _VIEWED,
    "Product Clicked": Text("상품을 눌렀어요", "Clicked a product"),
    "Product Shared": Text("상품을 공유했어요", "Shared a product"),
    "Product Reviewed": Text("상품 후기를 남겼어요", "Reviewed a product"),
    "Product Added to Wishlist": Text("상품을 찜했어요", "Put on the wish list"),
    "Product Removed from Wishlist": Text("찜한 상품을 지웠어요", "Taken off the wish list"),
    "Product List Viewed": _LISTED,
    "Viewed Product Category": _LISTED,
    "Product List Filtered": Text("상품 목록을 걸러 봤어요", "Filtered products"),
    "Products Searched": Text("상품을 검색했어요", "Searched for products"),
    "Promotion Viewed": Text("기획전을 봤어요", "Saw a promotion"),
    "Promotion Clicked": Text("기획전을 눌렀어요", "Clicked a promotion"),
    "Coupon Entered": Text("쿠폰을 입력했어요", "Entered a coupon"),
    "Coupon Applied": _COUPON,
    "Coupon Denied": Text("쿠폰을 쓰지 못했어요", "A coupon was not taken"),
    "Coupon Removed": Text("쿠폰을 뺐어요", "Removed a coupon"),
    "Store Visited": Text("매장 방문", "Came to a shop"),
    "Order Returned": Text("매장 반품", "Returned in a shop"),
}
"""One for every name of the vocabulary."""
_IN_A_SHOP = Text("매장 구매", "Bought in a shop")
_NAMES = ("query", "promotion_name", "coupon_name", "category")
"""Properties that are words of people, where an event is about neither an order nor a product."""
SHOWN = 3
"""Products that are named."""


def sentence(name: str, properties: Mapping[str, Any]) -> tuple[Text, str] | None:
    """What happened and what with; None for an event of another vocabulary. Codes are left out, but for the number that
    people know an order by."""
    said = SENTENCES.get(name)
    if said is None:
        return None
    meaning = MEANINGS.get(name)
    shop = text_in(properties, "place_name")
    if meaning and meaning.change == "completed" and shop:
        said = _IN_A_SHOP
    amount = _amount(name, properties)
    if amount and amount.minor:
        said = Text(f"{said.ko} · {amount.text.ko}", f"{said.en} · {amount.text.en}")
    number = text_in(properties, "order_id", "orderId")
    status = word_of(text_in(properties, "status"))
    return said, " · ".join(filter(None, (shop, number, status, _about(name, properties))))


def _amount(name: str, properties: Mapping[str, Any]) -> Money | None:
    """What was paid, or given back."""
    meaning = MEANINGS.get(name)
    if meaning is None or meaning.change not in ("completed", "refunded"):
        return None
    said = said_in(meaning, properties)
    if meaning.change == "completed":
        return total_of(said)
    try:
        return None if said.total is None else money_of(said.total, said.currency or DEFAULT_CURRENCY)
    except AmountInvalid:
        return None


def _about(name: str, properties: Mapping[str, Any]) -> str:
    """`달빛 머그컵 × 2, 우롱차`, or what was looked for."""
    items = [item for item in products_in(name, properties) if item.name]
    if not items:
        return text_in(properties, *_NAMES) if name not in MEANINGS else ""
    named = [f"{item.name} × {item.quantity}" if (item.quantity or 1) > 1 else item.name for item in items[:SHOWN]]
    return ", ".join(named) + (" …" if len(items) > SHOWN else "")
