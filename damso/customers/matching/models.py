"""Tables of bulk matching."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Double, Index, Integer, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from damso.kernel.schema import Table


class MatchPolicy(Table):
    """What an administrator decided about possible duplicates. `join_at` None: no rule joins anybody."""

    __tablename__ = "match_policy"
    __table_args__ = (
        CheckConstraint("one", name="one"),
        CheckConstraint("propose_at BETWEEN 0.5 AND 1", name="propose_at"),
        CheckConstraint("join_at BETWEEN 0.95 AND 1", name="join_at"),
    )
    one: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    propose_at: Mapped[float] = mapped_column(Double())
    join_at: Mapped[float | None] = mapped_column(Double())
    changed_by: Mapped[str | None]
    changed_at: Mapped[datetime]


class MatchRun(Table):
    """One comparison of all customers: how far it is, and what came of it. Numbers alone, nothing of anybody."""

    __tablename__ = "match_run"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed', 'stopped')", name="state"),
        CheckConstraint("step IN ('reading', 'learning', 'comparing', 'keeping', 'joining', '')", name="step"),
        Index("ix_match_run_asked", text("asked_at DESC"), text("id DESC")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    asked_by_kind: Mapped[str]
    asked_by_id: Mapped[str | None]
    asked_at: Mapped[datetime]
    state: Mapped[str]
    step: Mapped[str] = mapped_column(server_default="")
    done: Mapped[int] = mapped_column(server_default="0")
    total: Mapped[int] = mapped_column(server_default="0")
    customers: Mapped[int] = mapped_column(server_default="0")
    pairs: Mapped[int] = mapped_column(server_default="0")
    joined: Mapped[int] = mapped_column(server_default="0")
    held: Mapped[int] = mapped_column(server_default="0")
    bands: Mapped[list[Any]] = mapped_column(JSONB(), server_default="[]")
    parameters: Mapped[dict[str, Any] | None] = mapped_column(JSONB(), nullable=True)
    seconds: Mapped[float | None] = mapped_column(Double())
    peak_mb: Mapped[int | None] = mapped_column(Integer())
    reason: Mapped[str | None]
    finished_at: Mapped[datetime | None]
