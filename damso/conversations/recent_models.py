"""Table of what agents looked for and opened lately."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from damso.kernel.schema import Table


class Recent(Table):
    """What an agent searched for (`words`, encrypted) or opened lately."""

    __tablename__ = "recent"
    __table_args__ = (
        CheckConstraint("kind IN ('search', 'customer', 'conversation')", name="kind"),
        CheckConstraint("num_nonnulls(words, customer_id, conversation_id) = 1", name="one"),
        Index("ix_recent_agent", "agent_id", "kind", text("at DESC")),
        Index("uq_recent_customer", "agent_id", "customer_id", unique=True),
        Index("uq_recent_conversation", "agent_id", "conversation_id", unique=True),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"))
    kind: Mapped[str]
    words: Mapped[str | None]
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"), index=True)
    conversation_id: Mapped[UUID | None] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
