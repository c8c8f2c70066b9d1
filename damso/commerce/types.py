"""The words of commerce that pass between rooms."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from msgspec import Struct

from damso.commerce.money import Money

ChangeName = Literal[
    "completed", "updated", "delivered", "cancelled", "refunded", "filled", "added", "removed", "ordered"
]
"""What happened to an order (the first five) or to a cart (the others; `filled` tells all that lies in it)."""
OrderKind = Literal["order", "cart"]
OrderState = Literal["cart", "ordered", "placed", "cancelled", "partly_refunded", "refunded"]
"""The first two are of carts."""
Trust = Literal["asserted", "claimed"]
"""Whether the company's own systems said it, or somebody's browser."""

Problem = Literal[
    "AMOUNT_UNREADABLE",
    "CURRENCY_UNKNOWN",
    "CURRENCY_MISSING",
    "QUANTITY_UNREADABLE",
    "PRODUCTS_UNREADABLE",
    "PRODUCT_UNNAMED",
    "PRODUCTS_TOO_MANY",
    "URL_UNREADABLE",
    "REFUND_CURRENCY_DIFFERS",
    "REFUND_TOO_LARGE",
]
"""What could not be read of an event that was read otherwise."""

Within = Callable[[list[object]], str]
"""A condition on the order `o` that says whether the caller may see it; empty where they may see all. Appends its
arguments to the list."""


class Item(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A product as a shop's event names it. `quantity` None: it did not say."""

    product_key: str = ""
    sku: str = ""
    variant: str = ""
    name: str = ""
    category: str = ""
    brand: str = ""
    price: Decimal | None = None
    quantity: int | None = None
    url: str = ""
    image_url: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from the others of an order: its SKU, else its product and variant, else its name."""
        return (self.sku, "") if self.sku else (self.product_key or self.name, self.variant)


class Said(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one event says of an order or a cart. None: nothing."""

    currency: str | None = None
    total: Decimal | None = None
    revenue: Decimal | None = None
    shipping: Decimal | None = None
    tax: Decimal | None = None
    discount: Decimal | None = None
    coupon: str = ""
    shop: str = ""
    place: str = ""
    """The key of the shop where it was sold over the counter."""
    status: str = ""
    """The shop's own word for where the order is."""
    refund_key: str = ""
    items: Sequence[Item] | None = None
    problems: Sequence[Problem] = ()


class Change(Struct, frozen=True, kw_only=True):
    """Something that happened to an order at a time. Equal ones have one digest."""

    name: ChangeName
    occurred_at: datetime
    digest: str
    identity_id: int
    said: Said


class Line(Struct, frozen=True, kw_only=True):
    """A product of an order, and how many; `refunded` of them were."""

    item: Item
    price: Money
    quantity: int
    refunded: int = 0


class Told(Struct, frozen=True, kw_only=True):
    """An order as all that happened to it leaves it."""

    state: OrderState
    identity_id: int
    total: Money
    refunded: Money
    shipping: Money | None
    tax: Money | None
    discount: Money | None
    coupon: str
    shop: str
    place: str
    status: str
    lines: Sequence[Line]
    placed_at: datetime
    delivered_at: datetime | None
    changed_at: datetime
    problems: Sequence[Problem]


class OrderKey(Struct, frozen=True, order=True):
    """What an order is known by. The company's own systems have one order under a number; what browsers say is kept
    apart for each identity (`claimed_by`, 0 for the company's own word), so that nobody changes another's order."""

    kind: OrderKind
    number: str
    claimed_by: int


class StoredOrder(Struct, frozen=True, kw_only=True):
    """An order as it stands in the database, without its lines. `place` is the name of the shop that sold it over the
    counter; of what was bought online it is empty."""

    id: UUID
    kind: OrderKind
    number: str
    state: OrderState
    trust: Trust
    identity_id: int
    brand_id: UUID | None
    currency: str
    total: int
    refunded: int
    shipping: int | None
    tax: int | None
    discount: int | None
    coupon: str
    shop: str
    place: str
    status: str
    problems: list[str]
    placed_at: datetime
    delivered_at: datetime | None
    changed_at: datetime


class StoredLine(Struct, frozen=True, kw_only=True):
    """A line with what the catalogue knows of its product: `product_id`, and its picture where it has one."""

    order_id: UUID
    number: int
    product_id: UUID | None
    pictured: bool
    product_key: str
    sku: str
    variant: str
    name: str
    price: int
    quantity: int
    refunded: int
    url: str
