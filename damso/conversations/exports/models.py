"""The tables of exports."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from damso.kernel.schema import Table


class ExportJob(Table):
    """A file that somebody asked for, or a program by its key: made in the background, theirs alone, for a day.

    `chosen` is what it holds, as it was asked for; `next_place` is where the next part begins.
    """

    __tablename__ = "export_job"
    __table_args__ = (
        CheckConstraint(
            """kind IN ('conversations', 'customers', 'events', 'orders', 'products', 'members', 'consents',
            'returns')""",
            name="kind",
        ),
        CheckConstraint("format IN ('csv', 'jsonl')", name="format"),
        CheckConstraint("state IN ('waiting', 'done', 'failed')", name="state"),
        CheckConstraint("num_nonnulls(agent_id, key_id) = 1", name="owner"),
        Index("ix_export_job_agent", "agent_id", "created_at"),
        Index("ix_export_job_key", "key_id", "created_at", postgresql_where=text("key_id IS NOT NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"))
    key_id: Mapped[UUID | None] = mapped_column(ForeignKey("api_key.id", ondelete="CASCADE"))
    kind: Mapped[str]
    format: Mapped[str]
    chosen: Mapped[dict[str, Any]]
    reason: Mapped[str]
    note: Mapped[str]
    state: Mapped[str]
    done: Mapped[int]
    size: Mapped[int]
    next_place: Mapped[str | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ExportPart(Table):
    """A stretch of an export's file, compressed (zlib). It goes with its job.

    `customer_ids` are those whose data it holds, for the access log, and `identity_ids` all identities they had when it
    was made, for whoever is erased: customers may be parted meanwhile.
    """

    __tablename__ = "export_part"
    job_id: Mapped[UUID] = mapped_column(ForeignKey("export_job.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    customer_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    identity_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger()))
    data: Mapped[bytes]
