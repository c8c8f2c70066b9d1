"""Tables of connections and of what comes through them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from damso.kernel.schema import Table


class Inbox(Table):
    """One connection of a channel. `config` is the adapter's, its secrets encrypted; `key` names it in addresses.

    `cursor` is how far a polled channel was read. `checked` is what the last self-test found (`Health`). `refresh_at`
    is when its token is to be renewed, where it has one that ends.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        Index("ix_inbox_check_due", "check_due_at", postgresql_where=text("enabled AND check_due_at IS NOT NULL")),
        Index("ix_inbox_refresh_at", "refresh_at", postgresql_where=text("enabled AND refresh_at IS NOT NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    channel: Mapped[str]
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id"))
    enabled: Mapped[bool]
    config: Mapped[dict[str, Any]]
    revision: Mapped[int] = mapped_column(server_default="1")
    cursor: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    last_in_at: Mapped[datetime | None]
    last_out_at: Mapped[datetime | None]
    check_due_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    checked: Mapped[dict[str, Any] | None] = mapped_column(JSONB(), nullable=True)
    refresh_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class InboxFault(Table):
    """What does not work at present: receiving (`in`), sending (`out`), the self-test (`check`) or renewing the token
    (`token`), since when."""

    __tablename__ = "inbox_fault"
    __table_args__ = (CheckConstraint("side IN ('in', 'out', 'check', 'token')", name="side"),)
    inbox_id: Mapped[UUID] = mapped_column(ForeignKey("inbox.id", ondelete="CASCADE"), primary_key=True)
    side: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str]
    detail: Mapped[str]
    since: Mapped[datetime]


class Delivery(Table):
    """One thing received, raw: a webhook call (`hook`), something a poll found, or an imported mail.

    The raw bytes are in `body` where they are few, else in the blob `body_ref`; `state` alone says what became of
    them. `items` counts what was found, `unsupported` what we do not handle.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("inbox_id", "key"),
        CheckConstraint("state IN ('received', 'parsed', 'parked')", name="state"),
        CheckConstraint("origin IN ('hook', 'poll', 'import')", name="origin"),
        CheckConstraint("num_nonnulls(body, body_ref) = 1", name="body"),
        Index(
            "ix_delivery_parked",
            "inbox_id",
            text("received_at DESC"),
            text("id DESC"),
            postgresql_where=text("state = 'parked'"),
        ),
        Index("ix_delivery_received", "inbox_id", text("received_at DESC"), text("id DESC")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    inbox_id: Mapped[UUID] = mapped_column(ForeignKey("inbox.id", ondelete="CASCADE"))
    key: Mapped[str]
    origin: Mapped[str]
    headers: Mapped[dict[str, Any]]
    query: Mapped[dict[str, Any]]
    body: Mapped[bytes | None]
    body_ref: Mapped[str | None]
    size: Mapped[int]
    received_at: Mapped[datetime]
    state: Mapped[str]
    items: Mapped[int] = mapped_column(SmallInteger(), server_default="0")
    unsupported: Mapped[int] = mapped_column(SmallInteger(), server_default="0")
    attempts: Mapped[int] = mapped_column(SmallInteger(), server_default="0")
    reason: Mapped[str | None]
    detail: Mapped[str] = mapped_column(server_default="")


class Media(Table):
    """A file a provider keeps for us, until it is fetched: `ref` is the provider's, `blob_ref` ours."""

    __tablename__ = "media"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'stored', 'failed')", name="state"),
        CheckConstraint("(state = 'stored') = (blob_ref IS NOT NULL)", name="stored"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    inbox_id: Mapped[UUID] = mapped_column(ForeignKey("inbox.id", ondelete="CASCADE"), index=True)
    ref: Mapped[str]
    state: Mapped[str]
    blob_ref: Mapped[str | None]
    content_type: Mapped[str]
    size: Mapped[int] = mapped_column(server_default="0")
    width: Mapped[int | None]
    height: Mapped[int | None]
    reason: Mapped[str | None]
    created_at: Mapped[datetime]


class Thread(Table):
    """What a channel keeps between an inbox and an identity, see `damso.channels.types.Thread`. `blocked_at` is since
    when the customer lets nothing of the company through."""

    __tablename__ = "thread"
    __table_args__ = (CheckConstraint("owner IN ('us', 'them')", name="owner"),)
    inbox_id: Mapped[UUID] = mapped_column(ForeignKey("inbox.id", ondelete="CASCADE"), primary_key=True)
    identity_id: Mapped[int] = mapped_column(
        ForeignKey("identity.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    external_id: Mapped[str | None]
    handle: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    handle_until: Mapped[datetime | None]
    owner: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    blocked_at: Mapped[datetime | None]
    last_inbound_at: Mapped[datetime | None]
    last_outbound_at: Mapped[datetime | None]


class Attempt(Table):
    """One try to hand a message to a provider, for the delivery log."""

    __tablename__ = "attempt"
    __table_args__ = (
        CheckConstraint("outcome IN ('sent', 'failed', 'unknown', 'later')", name="outcome"),
        Index("ix_attempt_inbox", "inbox_id", text("at DESC"), text("id DESC")),
    )
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    inbox_id: Mapped[UUID] = mapped_column(ForeignKey("inbox.id", ondelete="CASCADE"))
    message_id: Mapped[UUID] = mapped_column(index=True)
    at: Mapped[datetime]
    outcome: Mapped[str]
    detail: Mapped[str]
    status_code: Mapped[int | None] = mapped_column(SmallInteger())
    duration_ms: Mapped[int]
    number: Mapped[int] = mapped_column(SmallInteger())
