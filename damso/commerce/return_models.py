"""The tables of returns and of the policy for them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from damso.kernel.schema import Table


class ReturnPolicy(Table):
    """What the company gives beyond the law; a single row. The law's floor stands in the constraints."""

    __tablename__ = "return_policy"
    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        CheckConstraint("days BETWEEN 7 AND 3650", name="days"),
        CheckConstraint("fault_days BETWEEN 92 AND 3650", name="fault_days"),
        CheckConstraint("shop_days BETWEEN 0 AND 3650", name="shop_days"),
        CheckConstraint("counted_from IN ('delivered', 'placed')", name="counted_from"),
        CheckConstraint("used IN ('person', 'refused')", name="used"),
        CheckConstraint("payer IN ('customer', 'company')", name="payer"),
    )
    id: Mapped[int] = mapped_column(SmallInteger(), primary_key=True, autoincrement=False)
    days: Mapped[int]
    counted_from: Mapped[str]
    shop_days: Mapped[int]
    fault_days: Mapped[int]
    check_faults: Mapped[bool]
    used: Mapped[str]
    payer: Mapped[str]
    online_to_shop: Mapped[bool]
    shop_by_post: Mapped[bool]
    exchanges: Mapped[bool]
    changed_at: Mapped[datetime]


class ReturnCase(Table):
    """A wish to return something of an order, and what became of it. `asked_by` and `key` know it when it is sent
    again, `digest` whether it is the same then. `amount` is in minor units of the order's currency."""

    __tablename__ = "return_case"
    __table_args__ = (
        UniqueConstraint("asked_by", "key"),
        CheckConstraint("wanted IN ('refund', 'exchange')", name="wanted"),
        CheckConstraint("bought_at IN ('online', 'shop')", name="bought_at"),
        CheckConstraint("return_to IN ('post', 'shop')", name="return_to"),
        CheckConstraint("verdict IN ('allowed', 'person', 'refused')", name="verdict"),
        CheckConstraint(
            "state IN ('asked', 'approved', 'refused', 'received', 'refunded', 'exchanged', 'withdrawn')", name="state"
        ),
        CheckConstraint("amount >= 0", name="amount"),
        Index("ix_return_case_order", "order_id"),
        Index("ix_return_case_identity", "identity_id"),
        Index("ix_return_case_conversation", "conversation_id", postgresql_where=text("conversation_id IS NOT NULL")),
        Index("ix_return_case_asked", text("asked_at DESC"), text("id DESC")),
        Index(
            "ix_return_case_open",
            text("asked_at DESC"),
            text("id DESC"),
            postgresql_where=text("state IN ('asked', 'approved', 'received')"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("customer_order.id", ondelete="CASCADE"))
    identity_id: Mapped[int] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"))
    conversation_id: Mapped[UUID | None] = mapped_column(ForeignKey("conversation.id", ondelete="SET NULL"))
    asked_by: Mapped[str]
    key: Mapped[str]
    digest: Mapped[str]
    wanted: Mapped[str]
    reason: Mapped[str]
    condition: Mapped[str]
    bought_at: Mapped[str]
    return_to: Mapped[str]
    place_id: Mapped[UUID | None] = mapped_column(ForeignKey("place.id", ondelete="SET NULL"))
    delivered_on: Mapped[date | None] = mapped_column(Date(), nullable=True)
    note: Mapped[str]
    verdict: Mapped[str]
    why: Mapped[str]
    payer: Mapped[str]
    until: Mapped[date | None] = mapped_column(Date(), nullable=True)
    state: Mapped[str]
    amount: Mapped[int | None]
    reference: Mapped[str]
    asked_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class ReturnLine(Table):
    """A product that comes back, as the order had it then; `item` is what tells it from the order's others."""

    __tablename__ = "return_line"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)
    return_id: Mapped[UUID] = mapped_column(ForeignKey("return_case.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger(), primary_key=True)
    item: Mapped[str]
    product_key: Mapped[str]
    sku: Mapped[str]
    variant: Mapped[str]
    name: Mapped[str]
    price: Mapped[int]
    quantity: Mapped[int]
    exchange_sku: Mapped[str]


class ReturnStep(Table):
    """A state that a return came to: when, by whom, and what they noted."""

    __tablename__ = "return_step"
    return_id: Mapped[UUID] = mapped_column(ForeignKey("return_case.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger(), primary_key=True)
    state: Mapped[str]
    at: Mapped[datetime]
    actor_kind: Mapped[str]
    actor_id: Mapped[str | None]
    note: Mapped[str]
