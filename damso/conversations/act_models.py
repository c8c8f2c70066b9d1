"""Tables of what is done to many cases at once, and of what is to happen later."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from damso.kernel.schema import Table


class BulkAct(Table):
    """Something done to cases at once, that can be undone. `wanted` is what was asked for; the id is made by the
    client, so that a retried click is one act."""

    __tablename__ = "bulk_act"
    __table_args__ = (
        CheckConstraint("kind IN ('change', 'macro', 'split', 'join')", name="kind"),
        CheckConstraint("state IN ('running', 'done', 'undoing', 'undone')", name="state"),
        Index("ix_bulk_act_actor", "actor_id", "created_at"),
        Index("ix_bulk_act_created_at", "created_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    actor_kind: Mapped[str]
    actor_id: Mapped[str]
    kind: Mapped[str]
    wanted: Mapped[dict[str, Any]]
    state: Mapped[str]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


class BulkActCase(Table):
    """A case of an act: how it stood before and after, and what became of it."""

    __tablename__ = "bulk_act_case"
    __table_args__ = (
        CheckConstraint("outcome IN ('waiting', 'done', 'same', 'skipped', 'undone', 'kept')", name="outcome"),
        Index("ix_bulk_act_case_outcome", "act_id", "outcome", "conversation_id"),
        Index("ix_bulk_act_case_conversation_id", "conversation_id"),
    )
    act_id: Mapped[UUID] = mapped_column(ForeignKey("bulk_act.id", ondelete="CASCADE"), primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True)
    seen_at: Mapped[datetime | None]
    outcome: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    message_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), server_default="{}")


class Macro(Table):
    """A named list of steps, of one agent or (without one) of everybody."""

    __tablename__ = "macro"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), index=True)
    steps: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ScheduledAnswer(Table):
    """An answer that is to be sent at a time; `send_key` becomes that of its message."""

    __tablename__ = "scheduled_answer"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'held', 'refused', 'sent', 'cancelled')", name="state"),
        Index("uq_scheduled_answer_send_key", "send_key", unique=True),
        Index("ix_scheduled_answer_due", "due_at", postgresql_where=text("state = 'waiting'")),
        Index(
            "ix_scheduled_answer_conversation",
            "conversation_id",
            postgresql_where=text("state IN ('waiting', 'held', 'refused')"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), index=True)
    send_key: Mapped[str]
    inbox_id: Mapped[UUID] = mapped_column(ForeignKey("inbox.id", ondelete="CASCADE"))
    identity_id: Mapped[int] = mapped_column(ForeignKey("identity.id"))
    text: Mapped[str]
    subject: Mapped[str]
    cc: Mapped[list[Any]]
    attachment_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    accept_warnings: Mapped[bool]
    send_anyway: Mapped[bool]
    due_at: Mapped[datetime]
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    message_id: Mapped[UUID | None]
    decided_at: Mapped[datetime]
    created_at: Mapped[datetime]


class Reminder(Table):
    """An agent wants to come back to a case: at a time, or only if the customer has not answered by then
    (`unless_answered`). What befell a scheduled answer reminds its agent as well (`about`)."""

    __tablename__ = "reminder"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'due', 'done')", name="state"),
        CheckConstraint("about IN ('', 'answer_held', 'answer_refused')", name="about"),
        Index("ix_reminder_due", "due_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_reminder_agent", "agent_id", "conversation_id", postgresql_where=text("state = 'due'")),
        Index("ix_reminder_conversation", "conversation_id", postgresql_where=text("state <> 'done'")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"))
    text: Mapped[str]
    due_at: Mapped[datetime]
    unless_answered: Mapped[bool]
    about: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
