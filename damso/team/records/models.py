"""Tables of who saw whose data, of the seals that show whether somebody changed the records, and of the reviews."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Date, Identity, Index, PrimaryKeyConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, INET
from sqlalchemy.orm import Mapped, mapped_column

from damso.kernel.schema import Table


class AccessRecord(Table):
    """Personal data that was shown to somebody: one row for each request, with all whose data it was."""

    __tablename__ = "access_record"
    __table_args__ = (
        PrimaryKeyConstraint("epoch", "xid", "id", "at"),
        CheckConstraint(
            "act IN ('viewed', 'listed', 'searched', 'changed', 'downloaded', 'exported', 'revealed')", name="act"
        ),
        Index("ix_access_record_at", "at", "id"),
        Index("ix_access_record_actor", "actor_id", "at"),
        Index("ix_access_record_customers", "customer_ids", postgresql_using="gin"),
        {"postgresql_partition_by": "RANGE (at)"},
    )
    id: Mapped[UUID]
    epoch: Mapped[int] = mapped_column()
    xid: Mapped[int] = mapped_column()
    at: Mapped[datetime]
    actor_kind: Mapped[str]
    actor_id: Mapped[str | None]
    address: Mapped[str | None] = mapped_column(INET())
    act: Mapped[str]
    route: Mapped[str]
    customer_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid(as_uuid=True)))
    identity_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger()))
    reason: Mapped[str | None]
    note: Mapped[str]


class SealKey(Table):
    """A key of the chains, encrypted under the master key, which lies outside the database."""

    __tablename__ = "seal_key"
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    secret: Mapped[str]
    created_at: Mapped[datetime]


class Seal(Table):
    """A link of a log's chain, for one row of it. See `damso.team.records.chain`."""

    __tablename__ = "seal"
    log: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    epoch: Mapped[int]
    xid: Mapped[int]
    row_id: Mapped[UUID]
    at: Mapped[datetime]
    digest: Mapped[bytes]
    key_id: Mapped[int]
    mac: Mapped[bytes]


class SealStart(Table):
    """Where a log's chain begins since its oldest rows were dropped; `signature` says that it was us who did it."""

    __tablename__ = "seal_start"
    log: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
    epoch: Mapped[int]
    xid: Mapped[int]
    row_id: Mapped[UUID]
    mac: Mapped[bytes]
    until: Mapped[datetime]
    key_id: Mapped[int]
    signature: Mapped[bytes]


class AccessReview(Table):
    """A month's access log as a person has reviewed it. Written once."""

    __tablename__ = "access_review"
    month: Mapped[date] = mapped_column(Date(), primary_key=True)
    summary: Mapped[dict[str, Any]]
    remarks: Mapped[str]
    reviewed_by: Mapped[UUID]
    reviewed_at: Mapped[datetime]
    seal: Mapped[str | None]
