"""The table of offers to go on by another channel."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from damso.kernel.schema import Table


class Continuation(Table):
    """That a customer was offered to go on by `inbox_id` with what they began on `from_inbox_id`.

    `secret_mac` is of the link or the code that they were given, `code_mac` of the code that was sent to where they
    began when `visitor` opened the link.
    """

    __tablename__ = "continuation"
    __table_args__ = (
        UniqueConstraint("secret_mac"),
        CheckConstraint("confirmed_by IN ('code', 'agent')", name="confirmed_by"),
        Index("ix_continuation_conversation", "conversation_id", text("created_at DESC")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    from_identity_id: Mapped[int] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"), index=True)
    from_inbox_id: Mapped[UUID] = mapped_column(ForeignKey("inbox.id", ondelete="CASCADE"))
    inbox_id: Mapped[UUID] = mapped_column(ForeignKey("inbox.id", ondelete="CASCADE"))
    secret_mac: Mapped[bytes]
    code_mac: Mapped[bytes | None]
    tries_left: Mapped[int] = mapped_column(SmallInteger())
    visitor: Mapped[str | None]
    offered_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[str | None]
