"""The vocabulary of shops: Segment's ecommerce events and what their properties say.

The protocol is tolerant and so are we: amounts and quantities come as numbers or texts, properties in snake or camel
case, and the names of the first version of the vocabulary still arrive. What cannot be read is a typed problem, and
the rest is taken (segment.com/docs/connections/spec/ecommerce/v2).
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct

from damso.commerce.money import as_currency, as_decimal
from damso.commerce.types import ChangeName, Item, OrderKind, Problem, Said

MAX_ITEMS = 500
MAX_TEXT = 300
MAX_URL = 2_000
MAX_QUANTITY = 1_000_000


class Meaning(Struct, frozen=True):
    """What an event's name means for orders and carts."""

    kind: OrderKind
    change: ChangeName
    one_item: bool = False
    """Its properties are those of one product."""


_OF_ORDERS: Mapping[str, ChangeName] = {
    "Order Completed": "completed",
    "Completed Order": "completed",
    "Order Updated": "updated",
    "Updated Order": "updated",
    "Order Delivered": "delivered",
    "Order Cancelled": "cancelled",
    "Order Canceled": "cancelled",
    "Cancelled Order": "cancelled",
    "Order Refunded": "refunded",
    "Refunded Order": "refunded",
}
_OF_CARTS: Mapping[str, ChangeName] = {
    "Cart Viewed": "filled",
    "Viewed Cart": "filled",
    "Cart Updated": "filled",
    "Checkout Started": "filled",
    "Started Checkout": "filled",
    "Product Added": "added",
    "Added Product": "added",
    "Wishlist Product Added to Cart": "added",
    "Product Removed": "removed",
    "Removed Product": "removed",
}
MEANINGS: Mapping[str, Meaning] = {name: Meaning("order", change) for name, change in _OF_ORDERS.items()} | {
    name: Meaning("cart", change, one_item=change != "filled") for name, change in _OF_CARTS.items()
}
"""What changes orders and carts."""

ABOUT_A_PRODUCT = frozenset(
    {
        "Product Viewed",
        "Viewed Product",
        "Product Clicked",
        "Product Shared",
        "Product Reviewed",
        "Product Added to Wishlist",
        "Product Removed from Wishlist",
    }
)
ABOUT_PRODUCTS = frozenset({"Product List Viewed", "Product List Filtered", "Cart Shared"})
OTHERS = frozenset(
    {
        "Products Searched",
        "Promotion Viewed",
        "Promotion Clicked",
        "Checkout Step Viewed",
        "Checkout Step Completed",
        "Payment Info Entered",
        "Coupon Entered",
        "Coupon Applied",
        "Coupon Denied",
        "Coupon Removed",
        "Viewed Product Category",
        "Store Visited",
        "Order Returned",
    }
)
VOCABULARY = frozenset(MEANINGS) | ABOUT_A_PRODUCT | ABOUT_PRODUCTS | OTHERS
"""Every name of the vocabulary."""


class Read(Struct, frozen=True):
    """An event about an order or a cart, read. `number` is the shop's number of it; a cart may have none."""

    meaning: Meaning
    number: str
    said: Said
    cart: str = ""
    """Of an order: the number of the cart that became it."""


def read_event(name: str, properties: Mapping[str, Any]) -> Read | None:
    """What an event says of an order or a cart; None where it says nothing of one, or an order without a number."""
    meaning = MEANINGS.get(name)
    if meaning is None:
        return None
    said = said_in(meaning, properties)
    cart = text_in(properties, "cart_id", "cartId")
    if meaning.kind == "cart":
        return Read(meaning, cart, said)
    number = text_in(properties, "order_id", "orderId")
    return Read(meaning, number, said, cart) if number else None


def products_in(name: str, properties: Mapping[str, Any]) -> tuple[Item, ...]:
    """The products that an event of the vocabulary is about, for whoever looks at interest and not at orders."""
    meaning = MEANINGS.get(name)
    if name in ABOUT_A_PRODUCT or (meaning and meaning.one_item):
        item = _item(properties, [])
        return (item,) if item else ()
    if name in ABOUT_PRODUCTS or meaning:
        return _items(properties, []) or ()
    return ()


def said_in(meaning: Meaning, properties: Mapping[str, Any]) -> Said:
    """What an event with that meaning says; what cannot be read is among its problems."""
    problems: list[Problem] = []
    items = _one(properties, problems) if meaning.one_item else _items(properties, problems)
    currency = as_currency(properties.get("currency"))
    if properties.get("currency") and currency is None:
        problems.append("CURRENCY_UNKNOWN")
    amount = _reading(properties, problems)
    return Said(
        currency=currency,
        total=amount("total"),
        revenue=amount("revenue") if "revenue" in properties else amount("subtotal"),
        shipping=amount("shipping"),
        tax=amount("tax"),
        discount=amount("discount"),
        coupon=text_in(properties, "coupon"),
        shop=text_in(properties, "affiliation"),
        place=text_in(properties, "place"),
        status=text_in(properties, "status"),
        refund_key=text_in(properties, "refund_id", "refundId"),
        items=items,
        problems=tuple(sorted(set(problems))),
    )


def _reading(properties: Mapping[str, Any], problems: list[Problem]) -> Callable[[str], Decimal | None]:
    def amount(name: str) -> Decimal | None:
        return _amount(properties.get(name), problems)

    return amount


def _amount(value: object, problems: list[Problem]) -> Decimal | None:
    """An amount is never less than nothing: signs are ours to give."""
    if value in (None, ""):
        return None
    number = as_decimal(value)
    if number is None or number < 0:
        problems.append("AMOUNT_UNREADABLE")
        return None
    return number


def _one(properties: Mapping[str, Any], problems: list[Problem]) -> tuple[Item, ...]:
    item = _item(properties, problems)
    return (item,) if item else ()


def _items(properties: Mapping[str, Any], problems: list[Problem]) -> tuple[Item, ...] | None:
    listed = properties.get("products")
    if listed is None:
        return None
    if not isinstance(listed, list):
        problems.append("PRODUCTS_UNREADABLE")
        return None
    if len(listed) > MAX_ITEMS:
        problems.append("PRODUCTS_TOO_MANY")
    read = [_item(one, problems) if isinstance(one, dict) else None for one in listed[:MAX_ITEMS]]
    if len(listed) and not any(isinstance(one, dict) for one in listed):
        problems.append("PRODUCTS_UNREADABLE")
    return tuple(item for item in read if item)


def _item(properties: Mapping[str, Any], problems: list[Problem]) -> Item | None:
    item = Item(
        product_key=text_in(properties, "product_id", "productId", "id"),
        sku=text_in(properties, "sku"),
        variant=text_in(properties, "variant"),
        name=text_in(properties, "name"),
        category=text_in(properties, "category"),
        brand=text_in(properties, "brand"),
        price=_amount(properties.get("price"), problems),
        quantity=_quantity(properties.get("quantity"), problems),
        url=_url(properties, ("url",), problems),
        image_url=_url(properties, ("image_url", "imageUrl"), problems),
    )
    if not (item.product_key or item.sku or item.name):
        problems.append("PRODUCT_UNNAMED")
        return None
    return item


def _quantity(value: object, problems: list[Problem]) -> int | None:
    if value in (None, ""):
        return None
    number = as_decimal(value)
    if number is None or number != number.to_integral_value() or not 0 <= number <= MAX_QUANTITY:
        problems.append("QUANTITY_UNREADABLE")
        return None
    return int(number)


def text_in(properties: Mapping[str, Any], *names: str) -> str:
    """The first of the properties that holds a text or a whole number (shops number orders both ways)."""
    for name in names:
        value = properties.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and (text := value.replace("\x00", "").strip()):
            return text[:MAX_TEXT]
    return ""


def _url(properties: Mapping[str, Any], names: tuple[str, ...], problems: list[Problem]) -> str:
    """An address of the web; anything else, such as `javascript:`, is none."""
    value = next((properties[name] for name in names if properties.get(name)), "")
    if value == "":
        return ""
    if isinstance(value, str) and value.lower().startswith(("https://", "http://")) and len(value) <= MAX_URL:
        return value
    problems.append("URL_UNREADABLE")
    return ""
