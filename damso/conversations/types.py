"""The words of this room that others and the desk see."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from damso.channels.content import Content, ContentKind
from damso.channels.items import Owner
from damso.channels.types import LengthStep
from damso.conversations.outbox import Held
from damso.conversations.statuses import Status

ConversationStatus = Literal["open", "pending", "snoozed", "resolved"]
Priority = Literal["low", "normal", "high", "urgent"]
AuthorKind = Literal["customer", "agent", "bot", "system"]
EntryKind = Literal["message", "note", "activity"]


class Named(Struct, frozen=True):
    """An id and how to call it."""

    id: UUID
    name: str


class CustomerName(Struct, frozen=True):
    """A customer as lists show them; `colour` is an index from 0 to 11."""

    id: UUID
    name: str
    initials: str
    colour: int


class Tag(Struct, frozen=True):
    id: UUID
    name: str
    colour: str


class ReminderMark(Struct, frozen=True):
    """That the agent wanted to come back to a case, and its time has come. `about` tells what became of an answer of
    theirs that was to be sent later."""

    id: UUID
    text: str
    about: Literal["", "answer_held", "answer_refused"]


class Row(Struct, frozen=True, kw_only=True):
    """A conversation as a list shows it. `waiting_since` is since when the customer waits for us."""

    id: UUID
    inbox_id: UUID
    customer: CustomerName
    subject: str
    status: ConversationStatus
    priority: Priority
    channel: str
    preview: str
    last_message_at: datetime
    last_author: AuthorKind
    waiting_since: datetime | None
    snoozed_until: datetime | None
    snoozed_until_reply: bool
    assignee: Named | None
    team: Named | None
    tags: list[Tag]
    unread: bool
    draft: bool
    reminder: ReminderMark | None


class Author(Struct, frozen=True):
    kind: AuthorKind
    id: UUID | None
    name: str


class File(Struct, frozen=True, kw_only=True):
    """An attachment; `preview_url` only where it is a picture that may be shown."""

    id: UUID
    name: str
    content_type: str
    size: int
    url: str
    inline: bool
    preview_url: str | None
    width: int | None
    height: int | None


class Correspondent(Struct, frozen=True):
    """The identity a message came from or goes to."""

    id: int
    kind: str
    value: str


class Caution(Struct, frozen=True):
    """Something the agent should know before trusting or answering a message."""

    code: Literal["UNAUTHENTICATED", "REPLY_TO_DIFFERS"]
    text: str


class Quoted(Struct, frozen=True):
    """The message that another one answers, as it is shown above it."""

    id: UUID
    author: str
    preview: str


class Entry(Struct, frozen=True, kw_only=True):
    """One line of a conversation. `fresh` counts the characters of `text` that are new; the rest is quote. `masked`
    are the kinds of numbers that were masked in it and can be shown on demand. `held` is what keeps a queued message
    waiting: its inbox has a fault, or nobody knows yet whether an earlier message to the same recipient arrived."""

    id: UUID
    conversation_id: UUID
    kind: EntryKind
    at: datetime
    author: Author
    direction: Literal["in", "out"] | None
    channel: str | None
    inbox_id: UUID | None
    text: str
    fresh: int | None
    has_html: bool
    html_url: str | None
    has_source: bool
    subject: str
    attachments: list[File]
    masked: list[str]
    status: Status | None
    reason: str | None
    held: Held | None
    undo_until: datetime | None
    identity: Correspondent | None
    to: list[str]
    cc: list[str]
    automation: str
    warnings: list[Caution]
    edited_at: datetime | None
    deleted_at: datetime | None
    reactions: list[Any]
    mentions: list[UUID]
    activity: Mapping[str, Any] | None
    content: Content | None
    quotes: Quoted | None
    send_key: str | None


class PolicyView(Struct, frozen=True, kw_only=True):
    """What the composer has to know of a channel."""

    text_limit: int
    media_types: list[str]
    media_max_bytes: int
    media_max_files: int
    subject: bool
    rich_text: bool
    copies: bool
    typing: bool
    recall: bool
    undo_seconds: float
    receipts: list[str]
    kinds: list[ContentKind]
    buttons: int
    button_length: int
    measure: Literal["characters", "euc-kr"]
    steps: list[LengthStep]
    quotes: bool


class Route(Struct, frozen=True, kw_only=True):
    """A way an answer can take. Where it is not `open`, `reason` says why, in the reader's language. `cost` is what the
    provider asks for a message; `owner` is `them` while people in the provider's own console have the thread; `held` is
    what a message sent now would wait for."""

    inbox_id: UUID
    inbox_name: str
    channel: str
    identity_id: int
    address: str
    open: bool
    closes_at: datetime | None
    cost: str | None
    owner: Owner | None
    reason: str | None
    held: Held | None
    suggested: bool
    trusted: bool
    policy: PolicyView
