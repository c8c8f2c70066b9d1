"""Tables of the ground floor: the log and its readers, lanes, settings of the installation, the erasure list."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Identity, Index, PrimaryKeyConstraint, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from damso.kernel.schema import Table


class _Event:
    """The shape both streams share, see `damso.kernel.log`."""

    id: Mapped[int] = mapped_column(Identity())
    epoch: Mapped[int] = mapped_column()
    xid: Mapped[int] = mapped_column()
    name: Mapped[str]
    version: Mapped[int] = mapped_column(SmallInteger())
    recorded_at: Mapped[datetime]
    occurred_at: Mapped[datetime]
    identity_id: Mapped[int | None]
    conversation_id: Mapped[UUID | None]
    subject_kind: Mapped[str]
    subject_id: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[str | None]
    inbox_id: Mapped[UUID | None]
    brand_id: Mapped[UUID | None]
    cause_id: Mapped[int | None]
    properties: Mapped[dict[str, Any]]


class CareEvent(_Event, Table):
    __tablename__ = "care_event"
    __table_args__ = (
        PrimaryKeyConstraint("epoch", "xid", "id", "recorded_at"),
        Index("ix_care_event_identity", "identity_id", "occurred_at", "id"),
        Index("ix_care_event_conversation", "conversation_id", "id"),
        {"postgresql_partition_by": "RANGE (recorded_at)"},
    )


class TrackedEvent(_Event, Table):
    __tablename__ = "tracked_event"
    __table_args__ = (
        PrimaryKeyConstraint("epoch", "xid", "id", "recorded_at"),
        Index("ix_tracked_event_identity", "identity_id", "occurred_at", "id"),
        {"postgresql_partition_by": "RANGE (recorded_at)"},
    )


class LogEpoch(Table):
    __tablename__ = "log_epoch"
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cluster: Mapped[str]
    began_at: Mapped[datetime]


class LogFloor(Table):
    """Facts of a stream that were recorded before this moment went by rule."""

    __tablename__ = "log_floor"
    stream: Mapped[str] = mapped_column(primary_key=True)
    before: Mapped[datetime]


class ReaderPosition(Table):
    __tablename__ = "reader_position"
    reader: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int]
    xid: Mapped[int]
    id: Mapped[int]
    moved_at: Mapped[datetime | None]


class ReaderParked(Table):
    """An event a reader could not take, kept for a person."""

    __tablename__ = "reader_parked"
    reader: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    xid: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stream: Mapped[str]
    reason: Mapped[str]
    parked_at: Mapped[datetime]


class LaneItem(Table):
    """Work that waits, see `damso.kernel.lanes`."""

    __tablename__ = "lane_item"
    __table_args__ = (
        Index(
            "ix_lane_item_ready",
            "lane",
            "id",
            postgresql_where=text("share = '' AND parked_at IS NULL AND claimed_by IS NULL"),
        ),
        Index(
            "ix_lane_item_share",
            "lane",
            "share",
            "id",
            postgresql_where=text("share <> '' AND parked_at IS NULL AND claimed_by IS NULL"),
        ),
        Index("ix_lane_item_key", "lane", "key", "id", postgresql_where=text("parked_at IS NULL")),
        Index("ix_lane_item_claimed", "claimed_by", postgresql_where=text("claimed_by IS NOT NULL")),
        Index("ix_lane_item_parked", "lane", "id", postgresql_where=text("parked_at IS NOT NULL")),
    )
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    lane: Mapped[str]
    key: Mapped[str | None]
    share: Mapped[str] = mapped_column(server_default="")
    payload: Mapped[dict[str, Any]]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(SmallInteger(), server_default="0")
    claimed_by: Mapped[int | None]
    parked_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    created_at: Mapped[datetime]


class LaneShare(Table):
    """A share that is told to wait, see `damso.kernel.shares`. `tries` counts how often in a row it did not go (0: it
    only keeps its pace)."""

    __tablename__ = "lane_share"
    share: Mapped[str] = mapped_column(primary_key=True)
    waits_until: Mapped[datetime]
    tries: Mapped[int] = mapped_column(SmallInteger(), server_default="0")


class Installation(Table):
    """What this one installation is; a single row."""

    __tablename__ = "installation"
    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        CheckConstraint("records_kept_months BETWEEN 12 AND 120", name="records_kept_months"),
    )
    id: Mapped[int] = mapped_column(SmallInteger(), primary_key=True, autoincrement=False)
    company: Mapped[str]
    locale: Mapped[str]
    timezone: Mapped[str]
    demo: Mapped[bool]
    records_kept_months: Mapped[int] = mapped_column(SmallInteger(), server_default="24")
    created_at: Mapped[datetime]


class ErasureDone(Table):
    """Which entries of the erasure list this database has carried out, see `damso.kernel.erasure_list`."""

    __tablename__ = "erasure_done"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    done_at: Mapped[datetime]


class SchemaFloor(Table):
    """The oldest version whose code may work on this schema; a single row, see `damso.kernel.migrations`."""

    __tablename__ = "schema_floor"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)
    id: Mapped[int] = mapped_column(SmallInteger(), primary_key=True, autoincrement=False)
    version: Mapped[str]


class SealedFile(Table):
    """The key of a file that is kept encrypted, itself sealed, see `damso.kernel.sealed_files`."""

    __tablename__ = "sealed_file"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    key: Mapped[str]
    created_at: Mapped[datetime]


class MaskingPolicy(Table):
    """Which kinds of numbers the company does not want masked; a single row."""

    __tablename__ = "masking_policy"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)
    id: Mapped[int] = mapped_column(SmallInteger(), primary_key=True, autoincrement=False)
    unmasked: Mapped[list[str]] = mapped_column(ARRAY(Text()))
