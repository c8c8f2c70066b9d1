"""A conversation opened: all the desk shows around its lines."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct, structs

from damso.channels.inboxes import Inboxes
from damso.conversations.drafts import KeptDraft, draft_of
from damso.conversations.join import JoinSuggestion, suggestion_for
from damso.conversations.remind import Reminder, reminders_of
from damso.conversations.retention.rules import RecordClass
from damso.conversations.routes import routes_of
from damso.conversations.rows import rows_by_id
from damso.conversations.schedule import ScheduledAnswer, scheduled_in
from damso.conversations.types import Route, Row
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.i18n import Locale
from damso.team.access import Caller


class ParticipantView(Struct, frozen=True, kw_only=True):
    identity_id: int
    kind: str
    value: str
    name: str
    proof: str
    role: str


class BrandName(Struct, frozen=True):
    id: UUID
    name: str
    colour: str


class ConversationView(Row, frozen=True, kw_only=True):
    """A conversation with what stands beside it; its lines are fetched by page. `reminders` are the agent's own;
    `timezone` is the customer's, where it is known."""

    brand: BrandName
    participants: list[ParticipantView]
    routes: list[Route]
    join: JoinSuggestion | None
    draft_text: KeptDraft | None
    scheduled: list[ScheduledAnswer]
    reminders: list[Reminder]
    timezone: str | None
    last_message_id: UUID | None
    created_at: datetime
    record_class: RecordClass
    on_hold: bool
    """Whether no rule of retention may destroy it."""


async def open_view(
    tx: Transaction, inboxes: Inboxes, conversation_id: UUID, caller: Caller, locale: Locale
) -> ConversationView:
    """The conversation, or the one it was joined into; `check_conversation` first. Raises `NotFound`."""
    head: Any = await tx.row(
        """SELECT c.id, c.last_message_id, c.created_at, b.id AS brand_id, b.name AS brand, b.colour, c.record_class,
            coalesce(u.timezone, u.lent_timezone) AS timezone,
            EXISTS (SELECT FROM conversation_hold h WHERE h.conversation_id = c.id) AS on_hold
        FROM conversation o JOIN conversation c ON c.id = coalesce(o.joined_into, o.id)
            JOIN brand b ON b.id = c.brand_id JOIN identity i ON i.id = c.anchor_identity_id
            JOIN customer u ON u.id = i.customer_id WHERE o.id = $1""",
        conversation_id,
    )
    if head is None:
        raise NotFound
    rows = await rows_by_id(tx, [head["id"]], caller.agent_id)
    return ConversationView(
        **structs.asdict(rows[0]),
        brand=BrandName(head["brand_id"], head["brand"], head["colour"]),
        participants=await tx.all(
            ParticipantView,
            """SELECT p.identity_id, i.kind, i.value, i.name, i.proof, p.role FROM participant p
            JOIN identity i ON i.id = p.identity_id WHERE p.conversation_id = $1 ORDER BY p.role DESC, i.id""",
            head["id"],
        ),
        routes=await routes_of(tx, inboxes, head["id"], caller, locale),
        join=await suggestion_for(tx, head["id"], caller, locale),
        draft_text=await draft_of(tx, head["id"], caller.agent_id) if caller.agent_id else None,
        scheduled=list(await scheduled_in(tx, head["id"])),
        reminders=list(await reminders_of(tx, head["id"], caller.agent_id)) if caller.agent_id else [],
        timezone=head["timezone"],
        last_message_id=head["last_message_id"],
        created_at=head["created_at"],
        record_class=head["record_class"],
        on_hold=head["on_hold"],
    )
