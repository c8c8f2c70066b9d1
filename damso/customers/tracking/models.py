"""Tables of sources, of what they sent before, of what was refused, and of what events should look like."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, PrimaryKeyConstraint, Text
from sqlalchemy import Identity as IdentityColumn
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from damso.kernel.schema import Table


class Source(Table):
    """A site, an app or a system that sends events. `number` stands for it where there are millions of rows."""

    __tablename__ = "source"
    __table_args__ = (
        CheckConstraint("kind IN ('browser', 'server')", name="kind"),
        CheckConstraint("unplanned IN ('allow', 'report', 'block')", name="unplanned"),
        CheckConstraint("events_per_second > 0", name="events_per_second"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(Integer(), IdentityColumn(), unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    namespace: Mapped[str] = mapped_column(server_default="")
    origins: Mapped[list[str]] = mapped_column(ARRAY(Text()), server_default="{}")
    events_per_second: Mapped[int] = mapped_column(Integer())
    unplanned: Mapped[str] = mapped_column(server_default="allow")
    token_secret: Mapped[str | None]
    enabled: Mapped[bool] = mapped_column(server_default="true")
    created_by: Mapped[str | None]
    created_at: Mapped[datetime]


class SourceKey(Table):
    """A write key. `shown` is all of a browser's key, which every visitor can read, and the beginning of a server's."""

    __tablename__ = "source_key"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    source_id: Mapped[UUID] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), index=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(), unique=True)
    shown: Mapped[str]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class EventKey(Table):
    """What a source has sent already: a digest of each message id, kept for more than 30 days."""

    __tablename__ = "event_key"
    __table_args__ = (
        PrimaryKeyConstraint("source", "key"),
        Index("ix_event_key_at", "at", postgresql_using="brin"),
        {"postgresql_partition_by": "HASH (key)"},
    )
    source: Mapped[int] = mapped_column(Integer())
    key: Mapped[UUID]
    at: Mapped[datetime]


class RefusedEvent(Table):
    """Quarantine: what was sent and not taken, as it came, and why. `subjects` are the identities it named."""

    __tablename__ = "refused_event"
    __table_args__ = (
        Index("uq_refused_event_key", "source_id", "key", unique=True),
        Index("ix_refused_event_received_at", "received_at"),
        Index("ix_refused_event_source", "source_id", "id"),
        Index("ix_refused_event_subjects", "subjects", postgresql_using="gin"),
    )
    id: Mapped[int] = mapped_column(IdentityColumn(), primary_key=True)
    source_id: Mapped[UUID] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"))
    key: Mapped[UUID]
    received_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    call: Mapped[str | None]
    name: Mapped[str] = mapped_column(server_default="")
    message_id: Mapped[str] = mapped_column(server_default="")
    code: Mapped[str]
    detail: Mapped[str] = mapped_column(server_default="")
    historical: Mapped[bool] = mapped_column(server_default="false")
    cut: Mapped[bool] = mapped_column(server_default="false")
    body: Mapped[bytes] = mapped_column(LargeBinary())
    subjects: Mapped[list[str]] = mapped_column(ARRAY(Text()), server_default="{}")


class SourceHour(Table):
    """A source's signs of life: how much it sent in an hour. Counted in memory and written each second."""

    __tablename__ = "source_hour"
    source_id: Mapped[UUID] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    taken: Mapped[int] = mapped_column(server_default="0")
    repeated: Mapped[int] = mapped_column(server_default="0")
    refused: Mapped[int] = mapped_column(server_default="0")
    last_at: Mapped[datetime]


class SeenEvent(Table):
    """An event that a source was seen to send, for whoever writes its plan."""

    __tablename__ = "seen_event"
    source_id: Mapped[UUID] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


class PlannedEvent(Table):
    """What an event of a source should look like: a JSON Schema of its properties, and what happens where it does
    not."""

    __tablename__ = "planned_event"
    __table_args__ = (CheckConstraint("mode IN ('report', 'block')", name="mode"),)
    source_id: Mapped[UUID] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    schema: Mapped[dict[str, Any]]
    mode: Mapped[str]
    updated_at: Mapped[datetime]
