"""Tables of segments: their rules, the leaves they share, what is known of each customer, and who is in since when."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, SmallInteger, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from damso.kernel.schema import Table


class Segment(Table):
    """A rule with a name. `formula` is what the live path goes by, over numbers of leaves; none until it was built
    first. `version` grows with each change of the rule, `counted_at` is when all customers had been gone through."""

    __tablename__ = "segment"
    __table_args__ = (
        Index("uq_segment_name", text("lower(name)"), unique=True),
        CheckConstraint("state IN ('building', 'counting', 'live', 'failed')", name="state"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    rule: Mapped[dict[str, Any]]
    formula: Mapped[list[Any] | None] = mapped_column(JSONB(), nullable=True)
    version: Mapped[int]
    state: Mapped[str]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    counted_at: Mapped[datetime | None]


class SegmentLeaf(Table):
    """A leaf, once however many segments ask it. While it is being built, the live path writes down also what is
    false, so that the older knowledge of the bulk does not overwrite it."""

    __tablename__ = "segment_leaf"
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    rule: Mapped[dict[str, Any]]
    building: Mapped[bool]


class ComputedTrait(Table):
    """A computation with a name. Its values are kept nowhere: they are read from the log when somebody asks."""

    __tablename__ = "computed_trait"
    __table_args__ = (Index("uq_computed_trait_name", text("lower(name)"), unique=True),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    rule: Mapped[dict[str, Any]]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class RfmScore(Table):
    """Where the last reckoning of buyers put a customer, see `damso.segments.rfm`. `spent` is in minor units of the
    reckoning's currency."""

    __tablename__ = "rfm_score"
    __table_args__ = (
        CheckConstraint(
            "recency BETWEEN 1 AND 5 AND frequency BETWEEN 1 AND 5 AND monetary BETWEEN 1 AND 5"
            " AND value BETWEEN 1 AND 5",
            name="scores",
        ),
        Index("ix_rfm_score_cell", "recency", "value"),
    )
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    last_at: Mapped[datetime]
    orders: Mapped[int]
    spent: Mapped[int]
    recency: Mapped[int] = mapped_column(SmallInteger())
    frequency: Mapped[int] = mapped_column(SmallInteger())
    monetary: Mapped[int] = mapped_column(SmallInteger())
    value: Mapped[int] = mapped_column(SmallInteger())
    grouped: Mapped[str]


class RfmRun(Table):
    """The reckoning of buyers, a single row: when it was last done and over what, and when it is due again."""

    __tablename__ = "rfm_run"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)
    id: Mapped[int] = mapped_column(SmallInteger(), primary_key=True)
    due_at: Mapped[datetime]
    computed_at: Mapped[datetime | None]
    customers: Mapped[int] = mapped_column(server_default="0")
    currency: Mapped[str] = mapped_column(server_default="")


class SegmentUse(Table):
    """That a segment asks a leaf."""

    __tablename__ = "segment_use"
    segment_id: Mapped[UUID] = mapped_column(ForeignKey("segment.id", ondelete="CASCADE"), primary_key=True)
    leaf_id: Mapped[int] = mapped_column(
        ForeignKey("segment_leaf.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class LeafState(Table):
    """What a leaf is of a customer, where it is true or time will change it. `next_change_at` is never later than the
    instant at which it changes by itself."""

    __tablename__ = "leaf_state"
    __table_args__ = (
        Index("ix_leaf_state_due", "next_change_at", postgresql_where=text("next_change_at IS NOT NULL")),
    )
    leaf_id: Mapped[int] = mapped_column(ForeignKey("segment_leaf.id", ondelete="CASCADE"), primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    holds: Mapped[bool]
    next_change_at: Mapped[datetime | None]


class SegmentMember(Table):
    """A customer's time in a segment; `to_at` none: still in."""

    __tablename__ = "segment_member"
    __table_args__ = (
        Index(
            "uq_segment_member_now", "segment_id", "customer_id", unique=True, postgresql_where=text("to_at IS NULL")
        ),
        Index("ix_segment_member_from", "segment_id", "from_at"),
    )
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    segment_id: Mapped[UUID] = mapped_column(ForeignKey("segment.id", ondelete="CASCADE"))
    customer_id: Mapped[UUID] = mapped_column(index=True)
    from_at: Mapped[datetime]
    to_at: Mapped[datetime | None]
