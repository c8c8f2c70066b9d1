"""The tables of products and stock, and of orders and carts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from damso.kernel.schema import Table


class Place(Table):
    """Where goods are: a warehouse, or a shop that people walk into. `key` is the company's own name for it."""

    __tablename__ = "place"
    __table_args__ = (CheckConstraint("kind IN ('warehouse', 'shop')", name="kind"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    changed_at: Mapped[datetime]


class Product(Table):
    """Something the company sells, in one variant. `price` is in minor units of `currency`.

    `version` grows with each change at its source: what arrives late or twice changes nothing.
    """

    __tablename__ = "product"
    __table_args__ = (
        Index("ix_product_name", text("lower(name)"), "id"),
        Index("ix_product_product_key", "product_key", postgresql_where=text("product_key <> ''")),
        CheckConstraint("price >= 0", name="price"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(unique=True)
    product_key: Mapped[str] = mapped_column(server_default="")
    variant: Mapped[str] = mapped_column(server_default="")
    name: Mapped[str]
    maker: Mapped[str] = mapped_column(server_default="")
    category: Mapped[str] = mapped_column(server_default="")
    price: Mapped[int | None]
    currency: Mapped[str] = mapped_column(server_default="")
    url: Mapped[str] = mapped_column(server_default="")
    image_url: Mapped[str] = mapped_column(server_default="")
    sold: Mapped[bool] = mapped_column(server_default="true")
    version: Mapped[int]
    changed_at: Mapped[datetime]


class Stock(Table):
    """How many of a product are at a place."""

    __tablename__ = "stock"
    __table_args__ = (CheckConstraint("quantity >= 0", name="quantity"),)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), primary_key=True)
    place_id: Mapped[UUID] = mapped_column(ForeignKey("place.id", ondelete="CASCADE"), primary_key=True, index=True)
    quantity: Mapped[int]
    version: Mapped[int]
    changed_at: Mapped[datetime]


class CustomerOrder(Table):
    """An order or a cart as its changes leave it (`damso.commerce.fold`): a fact of its identity. Amounts are in minor
    units of `currency`. `claimed_by` is 0 where the company's own systems told of it, else the identity whose browser
    did. `place` is the key of the shop that sold it over the counter."""

    __tablename__ = "customer_order"
    __table_args__ = (
        UniqueConstraint("kind", "number", "claimed_by"),
        CheckConstraint("kind IN ('order', 'cart')", name="kind"),
        CheckConstraint(
            "state IN ('cart', 'ordered', 'placed', 'cancelled', 'partly_refunded', 'refunded')", name="state"
        ),
        Index("ix_customer_order_identity", "identity_id", "placed_at"),
        Index(
            "ix_customer_order_placed", text("placed_at DESC"), text("id DESC"), postgresql_where=text("kind = 'order'")
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    number: Mapped[str]
    claimed_by: Mapped[int]
    identity_id: Mapped[int] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"))
    brand_id: Mapped[UUID | None] = mapped_column(ForeignKey("brand.id", ondelete="SET NULL"))
    state: Mapped[str]
    currency: Mapped[str]
    total: Mapped[int]
    refunded: Mapped[int]
    shipping: Mapped[int | None]
    tax: Mapped[int | None]
    discount: Mapped[int | None]
    coupon: Mapped[str]
    shop: Mapped[str]
    place: Mapped[str] = mapped_column(server_default="")
    status: Mapped[str]
    problems: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    placed_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]


class OrderLine(Table):
    """A product of an order: how many, at which price each, and how many of them were refunded."""

    __tablename__ = "order_line"
    order_id: Mapped[UUID] = mapped_column(ForeignKey("customer_order.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger(), primary_key=True)
    product_key: Mapped[str]
    sku: Mapped[str]
    variant: Mapped[str]
    name: Mapped[str]
    price: Mapped[int]
    quantity: Mapped[int]
    refunded: Mapped[int]
    url: Mapped[str]


class OrderChange(Table):
    """Something that happened to an order, as a shop's event said it; one that comes again has the same digest."""

    __tablename__ = "order_change"
    __table_args__ = (Index("ix_order_change_identity", "identity_id"),)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("customer_order.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    occurred_at: Mapped[datetime]
    identity_id: Mapped[int] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"))
    said: Mapped[dict[str, Any]] = mapped_column(JSONB())
