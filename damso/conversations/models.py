"""Tables of cases and of what is said in them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from damso.kernel.schema import Table


class Conversation(Table):
    """One case. Its customer is the one its anchor identity belongs to; `preview` and `last_*` tell its newest
    message, kept here because every list shows them. `split_from` is the case that it was part of before its customer
    was taken apart from another."""

    __tablename__ = "conversation"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'pending', 'snoozed', 'resolved')", name="status"),
        CheckConstraint("visibility IN ('private', 'public')", name="visibility"),
        CheckConstraint("priority IN ('low', 'normal', 'high', 'urgent')", name="priority"),
        CheckConstraint("last_author IN ('customer', 'agent', 'bot', 'system')", name="last_author"),
        Index("ix_conversation_anchor", "anchor_identity_id", text("last_message_at DESC")),
        Index("ix_conversation_status", "status", text("last_message_at DESC"), text("id DESC")),
        Index("ix_conversation_recent", text("last_message_at DESC"), text("id DESC")),
        Index(
            "ix_conversation_assignee",
            "assignee_id",
            "status",
            text("last_message_at DESC"),
            text("id DESC"),
            postgresql_where=text("assignee_id IS NOT NULL"),
        ),
        Index(
            "ix_conversation_unassigned",
            "status",
            text("last_message_at DESC"),
            text("id DESC"),
            postgresql_where=text("assignee_id IS NULL"),
        ),
        Index(
            "ix_conversation_team",
            "team_id",
            "status",
            text("last_message_at DESC"),
            text("id DESC"),
            postgresql_where=text("team_id IS NOT NULL"),
        ),
        Index("ix_conversation_joined", "joined_into", postgresql_where=text("joined_into IS NOT NULL")),
        Index("ix_conversation_split", "split_from", postgresql_where=text("split_from IS NOT NULL")),
        Index("ix_conversation_snoozed", "snoozed_until", postgresql_where=text("snoozed_until IS NOT NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    anchor_identity_id: Mapped[int] = mapped_column(ForeignKey("identity.id"))
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id"))
    inbox_id: Mapped[UUID] = mapped_column(ForeignKey("inbox.id"))
    status: Mapped[str]
    visibility: Mapped[str]
    subject: Mapped[str]
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("team.id", ondelete="SET NULL"))
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id", ondelete="SET NULL"))
    priority: Mapped[str]
    waiting_since: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    snoozed_until_reply: Mapped[bool]
    continuation_offered_at: Mapped[datetime | None]
    record_class: Mapped[str]
    last_message_at: Mapped[datetime]
    last_message_id: Mapped[UUID | None]
    last_channel: Mapped[str]
    last_author: Mapped[str]
    preview: Mapped[str]
    resolved_at: Mapped[datetime | None]
    joined_into: Mapped[UUID | None] = mapped_column(ForeignKey("conversation.id"))
    split_from: Mapped[UUID | None]
    created_at: Mapped[datetime]


class Participant(Table):
    __tablename__ = "participant"
    __table_args__ = (CheckConstraint("role IN ('customer', 'cc')", name="role"),)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("identity.id"), primary_key=True, index=True)
    role: Mapped[str]


class Message(Table):
    """Something said (`message`), said among ourselves (`note`) or written by the system (`activity`).

    `fresh` counts the characters of `text` that are new, the rest is quote. `source_ref` and `html_ref` are blobs.
    `author_name` names a colleague of another help desk who has no account here.

    `content` is what it holds besides text and files (`damso.channels.content`), `quotes_id` the message it answers.
    `echoed_at` is when the provider told us of it as of something the company said.
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("kind IN ('message', 'note', 'activity')", name="kind"),
        CheckConstraint("direction IN ('in', 'out')", name="direction"),
        CheckConstraint("author_kind IN ('customer', 'agent', 'bot', 'system')", name="author"),
        CheckConstraint("purpose IN ('service', 'transactional', 'marketing')", name="purpose"),
        CheckConstraint(
            "status IN ('queued', 'sent', 'delivered', 'read', 'failed', 'unknown')",
            name="status",
        ),
        CheckConstraint(
            "kind <> 'message' OR (direction IS NOT NULL AND identity_id IS NOT NULL AND inbox_id IS NOT NULL)",
            name="message_complete",
        ),
        Index(
            "uq_message_external",
            "dedupe_scope",
            "external_id",
            unique=True,
            postgresql_where=text("external_id IS NOT NULL"),
        ),
        Index("uq_message_send_key", "send_key", unique=True, postgresql_where=text("send_key IS NOT NULL")),
        Index("ix_message_conversation", "conversation_id", text("position_at DESC"), text("id DESC")),
        Index("ix_message_external_id", "external_id", postgresql_where=text("external_id IS NOT NULL")),
        Index(
            "ix_message_identity", "identity_id", text("position_at DESC"), postgresql_where=text("kind = 'message'")
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    kind: Mapped[str]
    direction: Mapped[str | None]
    author_kind: Mapped[str]
    author_id: Mapped[UUID | None]
    author_name: Mapped[str | None]
    inbox_id: Mapped[UUID | None] = mapped_column(ForeignKey("inbox.id"))
    channel: Mapped[str | None]
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identity.id"))
    purpose: Mapped[str] = mapped_column(server_default="service")
    subject: Mapped[str] = mapped_column(server_default="")
    text: Mapped[str]
    fresh: Mapped[int | None]
    html_ref: Mapped[str | None]
    source_ref: Mapped[str | None]
    delivery_id: Mapped[UUID | None]
    dedupe_scope: Mapped[str | None]
    external_id: Mapped[str | None]
    send_key: Mapped[str | None]
    status: Mapped[str | None]
    reason: Mapped[str | None]
    automation: Mapped[str] = mapped_column(server_default="none")
    authenticated: Mapped[bool | None]
    evidence: Mapped[str] = mapped_column(server_default="")
    reply_to: Mapped[str | None]
    recipients: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    mentions: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), server_default="{}")
    reactions: Mapped[list[Any]] = mapped_column(server_default="[]")
    activity: Mapped[dict[str, Any] | None]
    content: Mapped[dict[str, Any] | None] = mapped_column(JSONB(), nullable=True)
    quotes_id: Mapped[UUID | None]
    provider_at: Mapped[datetime | None]
    position_at: Mapped[datetime]
    undo_until: Mapped[datetime | None]
    handed_over_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    echoed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class AwaitedReport(Table):
    """A message of which the provider has to be asked what became of it: when next, and how often it was."""

    __tablename__ = "awaited_report"
    __table_args__ = (Index("ix_awaited_report_due", "inbox_id", "due_at"),)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    inbox_id: Mapped[UUID] = mapped_column(ForeignKey("inbox.id", ondelete="CASCADE"))
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(SmallInteger(), server_default="0")


class Attachment(Table):
    """A file of a message, or one uploaded and not yet sent (`message_id` empty)."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index("ix_attachment_awaited", "blob_ref", postgresql_where=text("blob_ref LIKE 'media:%'")),
        Index("ix_attachment_unsent", "created_at", postgresql_where=text("message_id IS NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), index=True)
    uploader_kind: Mapped[str]
    uploader_id: Mapped[str]
    name: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int]
    blob_ref: Mapped[str]
    content_id: Mapped[str | None]
    inline: Mapped[bool]
    width: Mapped[int | None]
    height: Mapped[int | None]
    position: Mapped[int] = mapped_column(SmallInteger(), server_default="0")
    created_at: Mapped[datetime]


class WaitingItem(Table):
    """A receipt, edit or reaction that overtook its message, waiting under the message's external id."""

    __tablename__ = "waiting_item"
    __table_args__ = (Index("ix_waiting_item_external", "external_id"),)
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    inbox_id: Mapped[UUID] = mapped_column(ForeignKey("inbox.id", ondelete="CASCADE"))
    external_id: Mapped[str]
    item: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class Draft(Table):
    __tablename__ = "draft"
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str]
    text: Mapped[str]
    inbox_id: Mapped[UUID | None]
    identity_id: Mapped[int | None]
    attachment_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), server_default="{}")
    updated_at: Mapped[datetime]


class Seen(Table):
    """How far an agent has read a conversation."""

    __tablename__ = "seen"
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True)
    seen_at: Mapped[datetime]


class Mention(Table):
    """Somebody was named in a note; `done_at` when they have seen it."""

    __tablename__ = "mention"
    __table_args__ = (
        Index("ix_mention_agent", "agent_id", "conversation_id", postgresql_where=text("done_at IS NULL")),
        Index("ix_mention_reach", "agent_id", "conversation_id"),
        Index("ix_mention_conversation", "conversation_id"),
    )
    message_id: Mapped[UUID] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class Tag(Table):
    __tablename__ = "tag"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    colour: Mapped[str]
    created_at: Mapped[datetime]


class ConversationTag(Table):
    __tablename__ = "conversation_tag"
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True)
    tag_id: Mapped[UUID] = mapped_column(ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True, index=True)


class CannedAnswer(Table):
    __tablename__ = "canned_answer"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]
    shortcut: Mapped[str] = mapped_column(unique=True)
    text: Mapped[str]
    locale: Mapped[str | None]
    created_at: Mapped[datetime]


class SavedView(Table):
    """A filter kept by its owner, for themselves, for a team (`team_id`) or for everybody (`shared`)."""

    __tablename__ = "saved_view"
    __table_args__ = (
        CheckConstraint("NOT (shared AND team_id IS NOT NULL)", name="audience"),
        Index("ix_saved_view_team_id", "team_id", postgresql_where=text("team_id IS NOT NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    filter: Mapped[dict[str, Any]]
    shared: Mapped[bool]
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("team.id", ondelete="SET NULL"))
    icon: Mapped[str] = mapped_column(server_default="")
    colour: Mapped[str] = mapped_column(server_default="grey")
    created_at: Mapped[datetime]


class ViewOrder(Table):
    """In which order an agent wants to see saved views; those not named come after, by name."""

    __tablename__ = "view_order"
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True)
    view_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))


class SearchEntry(Table):
    """A message as the search sees it, in partitions by time: a search walks them newest first and stops early.

    `grams` are the numbers of its n-grams and of its facets, see `damso.conversations.search_index`.
    """

    __tablename__ = "search_entry"
    __table_args__ = (
        PrimaryKeyConstraint("position_at", "message_id"),
        # Some fifty grams of a message are first put on a list, which is merged at 512 kB: a fourth of the work of
        # entering each by itself, and a search reads so short a list in a millisecond.
        Index(
            "ix_search_entry_grams",
            "grams",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "on", "gin_pending_list_limit": "512"},
        ),
        {"postgresql_partition_by": "RANGE (position_at)"},
    )
    message_id: Mapped[UUID]
    conversation_id: Mapped[UUID]
    position_at: Mapped[datetime]
    grams: Mapped[list[int]] = mapped_column(ARRAY(Integer()))


class MaskedNumber(Table):
    """A number that was masked on arrival (`kind`), kept encrypted; `place` is where it stood in its message."""

    __tablename__ = "masked_number"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    place: Mapped[str]
    sealed: Mapped[str]
    created_at: Mapped[datetime]
