"""Tables of how long cases are kept: rules, what they would do and have done, holds, and cases kept by law."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from damso.kernel.schema import Table


class RetentionRule(Table):
    """How long records of a class are kept after their case is over, where the company changed what we propose."""

    __tablename__ = "retention_rule"
    __table_args__ = (CheckConstraint("action IN ('erase', 'delete')", name="action"),)
    record_class: Mapped[str] = mapped_column(primary_key=True)
    days: Mapped[int]
    action: Mapped[str]
    active: Mapped[bool]
    explanation: Mapped[str]
    changed_at: Mapped[datetime]


class RetentionDryRun(Table):
    """What somebody was shown that the rules would destroy; without it no rule is switched on."""

    __tablename__ = "retention_dry_run"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_kind: Mapped[str]
    actor_id: Mapped[str | None]
    found: Mapped[dict[str, Any]]


class RetentionRun(Table):
    """The record of what was destroyed: under which rules (`cutoffs`), how much by class and by brand, sealed once it
    is complete."""

    __tablename__ = "retention_run"
    __table_args__ = (
        CheckConstraint("trigger IN ('rules', 'replay')", name="trigger"),
        Index("ix_retention_run_unfinished", "id", postgresql_where=text("finished_at IS NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    trigger: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    cutoffs: Mapped[list[Any]]
    classes: Mapped[dict[str, Any]]
    brands: Mapped[dict[str, Any]]
    digest: Mapped[str | None]
    seal: Mapped[str | None]


class TechnicalRetention(Table):
    """After how many days something technical goes, where the company changed what we propose; 0: with its case."""

    __tablename__ = "technical_retention"
    kind: Mapped[str] = mapped_column(primary_key=True)
    days: Mapped[int]
    changed_at: Mapped[datetime]


class ConversationHold(Table):
    """A case that no rule may destroy, such as during a dispute."""

    __tablename__ = "conversation_hold"
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True)
    reason: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[str | None]
    placed_at: Mapped[datetime]


class HeldCase(Table):
    """A case of somebody who was erased, which the law wants kept until a day: encrypted, apart from all else.

    `addresses` are keyed hashes, so that it can be found by who knows the address; `files` are sealed files.
    """

    __tablename__ = "held_case"
    __table_args__ = (Index("ix_held_case_due", "until"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    erasure_id: Mapped[UUID] = mapped_column(index=True)
    conversation_id: Mapped[UUID]
    record_class: Mapped[str]
    until: Mapped[datetime]
    addresses: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    content: Mapped[str]
    held_at: Mapped[datetime]


class HeldFile(Table):
    """A sealed file of a held case."""

    __tablename__ = "held_file"
    held_case_id: Mapped[UUID] = mapped_column(ForeignKey("held_case.id", ondelete="CASCADE"), primary_key=True)
    ref: Mapped[str] = mapped_column(primary_key=True)
