"""What people do with a case: assign, snooze, resolve, tag, set its priority. Each leaves a line in it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from damso.conversations.cases import Case, lock_case
from damso.conversations.retention_rules import RecordClass
from damso.conversations.types import ConversationStatus, Priority
from damso.kernel.database import Transaction
from damso.kernel.errors import Invalid, NotFound
from damso.kernel.ids import new_id
from damso.kernel.log import SYSTEM, Actor, Event, append


class Change(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be different; what is not given stays."""

    status: ConversationStatus | UnsetType = UNSET
    snoozed_until: Annotated[datetime, Meta(tz=True)] | UnsetType | None = UNSET
    snoozed_until_reply: bool | UnsetType = UNSET
    assignee_id: UUID | UnsetType | None = UNSET
    team_id: UUID | UnsetType | None = UNSET
    priority: Priority | UnsetType = UNSET
    tag_ids: list[UUID] | UnsetType = UNSET
    subject: str | UnsetType = UNSET
    record_class: RecordClass | UnsetType = UNSET


async def change(tx: Transaction, conversation_id: UUID, wanted: Change, actor: Actor) -> None:
    """Make it so; what is so already leaves no trace. Raises `NotFound`, `Invalid`."""
    case = await lock_case(tx, conversation_id)
    if wanted.status is not UNSET:
        await _set_status(tx, case, wanted, wanted.status, actor)
    if wanted.assignee_id is not UNSET and wanted.assignee_id != case.assignee_id:
        await _assign(tx, case, wanted.assignee_id, actor)
    if wanted.team_id is not UNSET and wanted.team_id != case.team_id:
        await _check_team(tx, wanted.team_id)
        await _set(tx, case, "team_id", wanted.team_id, actor, "conversation.team_changed")
    if wanted.priority is not UNSET and wanted.priority != case.priority:
        await _set(tx, case, "priority", wanted.priority, actor, "conversation.priority_changed")
    if wanted.subject is not UNSET and wanted.subject != case.subject:
        await tx.execute("UPDATE conversation SET subject = $2 WHERE id = $1", case.id, wanted.subject[:500])
        await log_case(tx, case, "conversation.renamed", actor)
    if wanted.record_class is not UNSET:
        await tx.execute("UPDATE conversation SET record_class = $2 WHERE id = $1", case.id, wanted.record_class)
        await log_case(tx, case, "conversation.classed", actor, {"to": wanted.record_class})
    if wanted.tag_ids is not UNSET:
        await _tag(tx, case, wanted.tag_ids, actor)


async def _set_status(tx: Transaction, case: Case, wanted: Change, status: ConversationStatus, actor: Actor) -> None:
    until = wanted.snoozed_until if isinstance(wanted.snoozed_until, datetime) else None
    until_reply = wanted.snoozed_until_reply is True
    if status == "snoozed" and not until and not until_reply:
        raise Invalid(field="snoozed_until")
    if until and until <= tx.now:
        raise Invalid(field="snoozed_until")
    if status == case.status and (until, until_reply) == (case.snoozed_until, case.snoozed_until_reply):
        return
    snoozed = status == "snoozed"
    await tx.execute(
        """UPDATE conversation SET status = $2, snoozed_until = $3, snoozed_until_reply = $4,
            resolved_at = CASE WHEN $2 = 'resolved' THEN $5::timestamptz END,
            waiting_since = CASE WHEN $2 = 'resolved' THEN NULL ELSE waiting_since END
        WHERE id = $1""",
        case.id,
        status,
        until if snoozed else None,
        until_reply and snoozed,
        tx.now,
    )
    facts = {"from": case.status, "to": status} | ({"until": until.isoformat()} if until and snoozed else {})
    await write_activity(tx, case.id, f"status_{status}", facts, actor)
    await log_case(tx, case, _STATUS_EVENTS[status], actor, facts)


_STATUS_EVENTS: dict[ConversationStatus, str] = {
    "open": "conversation.reopened",
    "pending": "conversation.set_pending",
    "snoozed": "conversation.snoozed",
    "resolved": "conversation.resolved",
}


async def _assign(tx: Transaction, case: Case, assignee_id: UUID | None, actor: Actor) -> None:
    name = None
    if assignee_id:
        name = await tx.value("SELECT name FROM agent WHERE id = $1 AND disabled_at IS NULL", assignee_id)
        if name is None:
            raise Invalid(field="assignee_id")
    await tx.execute("UPDATE conversation SET assignee_id = $2 WHERE id = $1", case.id, assignee_id)
    await write_activity(
        tx, case.id, "assigned" if assignee_id else "unassigned", {"agent_id": assignee_id, "name": name}, actor
    )
    await log_case(tx, case, "conversation.assigned", actor, {"to": assignee_id, "from": case.assignee_id})


async def _check_team(tx: Transaction, team_id: UUID | None) -> None:
    """Locked, so that it is still there when this is committed."""
    if team_id and not await tx.value("SELECT true FROM team WHERE id = $1 FOR KEY SHARE", team_id):
        raise Invalid(field="team_id")


async def _set(tx: Transaction, case: Case, column: str, value: object, actor: Actor, event: str) -> None:
    await tx.execute(f"UPDATE conversation SET {column} = $2 WHERE id = $1", case.id, value)
    name = await tx.value("SELECT name FROM team WHERE id = $1", value) if column == "team_id" and value else None
    await write_activity(tx, case.id, event.partition(".")[2], {"to": value, "name": name}, actor)
    await log_case(tx, case, event, actor, {"to": value, "from": getattr(case, column)})


async def _tag(tx: Transaction, case: Case, tag_ids: Sequence[UUID], actor: Actor) -> None:
    wanted = set(tag_ids)
    had = set(await tx.values("SELECT tag_id FROM conversation_tag WHERE conversation_id = $1", case.id))
    if wanted == had:
        return
    if await tx.value("SELECT count(*) FROM tag WHERE id = ANY ($1)", list(wanted)) != len(wanted):
        raise NotFound(field="tag_ids")
    await tx.execute(
        "DELETE FROM conversation_tag WHERE conversation_id = $1 AND tag_id = ANY ($2)", case.id, list(had - wanted)
    )
    await tx.execute(
        """INSERT INTO conversation_tag (conversation_id, tag_id) SELECT $1, unnest($2::uuid[])
        ON CONFLICT DO NOTHING""",
        case.id,
        list(wanted - had),
    )
    await log_case(tx, case, "conversation.tagged", actor, {"added": list(wanted - had), "removed": list(had - wanted)})


async def write_activity(
    tx: Transaction, conversation_id: UUID, code: str, params: Mapping[str, Any], actor: Actor
) -> UUID:
    """A line the system writes: what happened, by whom; the desk puts it into words."""
    activity_id = new_id()
    by_agent = actor.kind == "agent" and actor.id is not None
    await tx.execute(
        """INSERT INTO message (id, conversation_id, kind, author_kind, author_id, text, activity, position_at,
            created_at) VALUES ($1, $2, 'activity', $3, $4, '', $5, $6, $6)""",
        activity_id,
        conversation_id,
        "agent" if by_agent else "system",
        UUID(actor.id) if by_agent else None,
        {"code": code, "params": msgspec.to_builtins(params)},
        tx.now,
    )
    await append(
        tx,
        Event(
            name="activity.written",
            subject_kind="message",
            subject_id=str(activity_id),
            conversation_id=conversation_id,
            actor=actor,
            properties={"code": code},
        ),
    )
    return activity_id


async def log_case(
    tx: Transaction, case: Case, name: str, actor: Actor, properties: Mapping[str, Any] | None = None
) -> None:
    await append(
        tx,
        Event(
            name=name,
            subject_kind="conversation",
            subject_id=str(case.id),
            conversation_id=case.id,
            identity_id=case.anchor_identity_id,
            brand_id=case.brand_id,
            actor=actor,
            properties=msgspec.to_builtins(properties or {}),
        ),
    )


class SnoozeTimer:
    """Wakes what was snoozed until a time."""

    name: ClassVar[str] = "snooze"

    async def run(self, tx: Transaction) -> bool:
        due = await tx.values(
            """SELECT id FROM conversation WHERE snoozed_until <= $1 AND status = 'snoozed'
            ORDER BY snoozed_until LIMIT 20 FOR UPDATE SKIP LOCKED""",
            tx.now,
        )
        for conversation_id in due:
            await change(tx, conversation_id, Change(status="open"), SYSTEM)
        return len(due) == 20
