"""How cases stand, and bringing any number of them to stand otherwise: in statements, not one by one.

Whatever changes a case comes through `put`, so that each difference leaves the same line and the same fact, whether a
person changed one case or five hundred, or undid it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.conversations.activities import Activity, write_activities
from damso.conversations.retention.rules import RecordClass
from damso.conversations.types import ConversationStatus, Priority
from damso.kernel.database import Transaction
from damso.kernel.log import Actor, Event, append


class State(Struct, frozen=True, kw_only=True):
    """What of a case a person can change, with what follows from its status."""

    status: ConversationStatus
    snoozed_until: datetime | None
    snoozed_until_reply: bool
    resolved_at: datetime | None
    waiting_since: datetime | None
    assignee_id: UUID | None
    team_id: UUID | None
    priority: Priority
    subject: str
    record_class: RecordClass
    tag_ids: Sequence[UUID]

    @property
    def resting(self) -> tuple[Any, ...]:
        """Status, and until when."""
        return self.status, self.snoozed_until, self.snoozed_until_reply


class Stood(Struct, frozen=True, kw_only=True):
    """A case that is locked, and how it stands."""

    id: UUID
    anchor_identity_id: int
    brand_id: UUID
    last_message_id: UUID | None
    heard_at: datetime | None
    """When the customer wrote last, if that is the last that was said."""
    state: State


class Move(Struct, frozen=True):
    case: Stood
    after: State


_LOCK = """
SELECT c.id, c.anchor_identity_id, c.brand_id, c.last_message_id,
    CASE WHEN c.last_author = 'customer' THEN c.last_message_at END AS heard_at, c.status, c.snoozed_until,
    c.snoozed_until_reply, c.resolved_at, c.waiting_since, c.assignee_id, c.team_id, c.priority, c.subject,
    c.record_class, ARRAY(SELECT tag_id FROM conversation_tag WHERE conversation_id = c.id ORDER BY tag_id) AS tag_ids
FROM conversation c WHERE {} ORDER BY c.id FOR UPDATE OF c
"""


async def lock_states(
    tx: Transaction, conversation_ids: Iterable[UUID], *, conditions: Sequence[str] = (), args: Sequence[object] = ()
) -> Mapping[UUID, Stood]:
    """Those of these cases that are there, were not joined into another and fulfil the conditions; held until the end
    of the transaction. The conditions' arguments begin at $2."""
    sql = _LOCK.format(" AND ".join(["c.id = ANY ($1::uuid[])", "c.joined_into IS NULL", *conditions]))
    rows = await tx.rows(sql, list(conversation_ids), *args)
    return {row["id"]: _stood(dict(row)) for row in rows}


def _stood(row: dict[str, Any]) -> Stood:
    own = {name: row.pop(name) for name in ("id", "anchor_identity_id", "brand_id", "last_message_id", "heard_at")}
    return Stood(**own, state=State(**row))


async def put(tx: Transaction, moves: Sequence[Move], actor: Actor) -> None:
    """Make cases stand as they shall; what stands so already leaves no trace."""
    moves = [move for move in moves if move.after != move.case.state]
    if not moves:
        return
    await tx.execute(_WRITE, [msgspec.to_builtins(move.after) | {"id": str(move.case.id)} for move in moves])
    await _write_tags(tx, moves)
    names = await _names(tx, moves)
    told = [line for move in moves for line in _told(move, names)]
    await write_activities(
        tx, [Activity(move.case.id, code, params) for move, code, params, _ in told if code is not None], actor
    )
    await append(tx, *(fact_of_case(move.case, name, actor, params) for move, _, params, name in told))


_WRITE = """
UPDATE conversation c SET status = n.status, snoozed_until = n.snoozed_until,
    snoozed_until_reply = n.snoozed_until_reply, resolved_at = n.resolved_at, waiting_since = n.waiting_since,
    assignee_id = n.assignee_id, team_id = n.team_id, priority = n.priority, subject = n.subject,
    record_class = n.record_class
FROM jsonb_to_recordset($1) AS n(id uuid, status text, snoozed_until timestamptz, snoozed_until_reply boolean,
    resolved_at timestamptz, waiting_since timestamptz, assignee_id uuid, team_id uuid, priority text, subject text,
    record_class text)
WHERE c.id = n.id
"""


async def _write_tags(tx: Transaction, moves: Sequence[Move]) -> None:
    gone = [(move.case.id, tag) for move in moves for tag in set(move.case.state.tag_ids) - set(move.after.tag_ids)]
    new = [(move.case.id, tag) for move in moves for tag in set(move.after.tag_ids) - set(move.case.state.tag_ids)]
    if gone:
        await tx.execute(
            """DELETE FROM conversation_tag x USING unnest($1::uuid[], $2::uuid[]) AS g(conversation_id, tag_id)
            WHERE x.conversation_id = g.conversation_id AND x.tag_id = g.tag_id""",
            *map(list, zip(*gone, strict=True)),
        )
    if new:
        # A tag that was deleted meanwhile cannot be given back.
        await tx.execute(
            """INSERT INTO conversation_tag (conversation_id, tag_id)
            SELECT n.conversation_id, t.id FROM unnest($1::uuid[], $2::uuid[]) AS n(conversation_id, tag_id)
                JOIN tag t ON t.id = n.tag_id ON CONFLICT DO NOTHING""",
            *map(list, zip(*new, strict=True)),
        )


async def _names(tx: Transaction, moves: Sequence[Move]) -> Mapping[UUID, str]:
    """Of the agents and teams that cases are given to."""
    wanted = {id_ for move in moves for id_ in (move.after.assignee_id, move.after.team_id) if id_}
    if not wanted:
        return {}
    rows = await tx.rows(
        "SELECT id, name FROM agent WHERE id = ANY ($1) UNION ALL SELECT id, name FROM team WHERE id = ANY ($1)",
        list(wanted),
    )
    return {row["id"]: row["name"] for row in rows}


_Told = tuple[Move, str | None, Mapping[str, Any], str]
"""Of a move: the code of its line in the case (None: it has none), what both say, and the name of the fact."""

_STATUS_EVENTS: dict[ConversationStatus, str] = {
    "open": "conversation.reopened",
    "pending": "conversation.set_pending",
    "snoozed": "conversation.snoozed",
    "resolved": "conversation.resolved",
}


def _told(move: Move, names: Mapping[UUID, str]) -> Iterable[_Told]:
    before, after = move.case.state, move.after
    params: dict[str, Any]
    if before.resting != after.resting:
        until = {"until": after.snoozed_until.isoformat()} if after.snoozed_until else {}
        params = {"from": before.status, "to": after.status} | until
        yield move, f"status_{after.status}", params, _STATUS_EVENTS[after.status]
    if before.assignee_id != after.assignee_id:
        to = after.assignee_id
        params = {"agent_id": to, "name": names.get(to) if to else None, "to": to, "from": before.assignee_id}
        yield move, "assigned" if to else "unassigned", params, "conversation.assigned"
    if before.team_id != after.team_id:
        name = names.get(after.team_id) if after.team_id else None
        params = {"to": after.team_id, "name": name, "from": before.team_id}
        yield move, "team_changed", params, "conversation.team_changed"
    if before.priority != after.priority:
        params = {"to": after.priority, "name": None, "from": before.priority}
        yield move, "priority_changed", params, "conversation.priority_changed"
    if before.subject != after.subject:
        yield move, None, {}, "conversation.renamed"
    if before.record_class != after.record_class:
        yield move, None, {"to": after.record_class}, "conversation.classed"
    if before.tag_ids != after.tag_ids:
        had, has = set(before.tag_ids), set(after.tag_ids)
        yield move, None, {"added": sorted(has - had), "removed": sorted(had - has)}, "conversation.tagged"


_NOT_LOGGED = {"name", "agent_id"}
"""The log holds ids and enums; how somebody is called stands only in the line that people read."""


def fact_of_case(case: Stood, name: str, actor: Actor, properties: Mapping[str, Any]) -> Event:
    return Event(
        name=name,
        subject_kind="conversation",
        subject_id=str(case.id),
        conversation_id=case.id,
        identity_id=case.anchor_identity_id,
        brand_id=case.brand_id,
        actor=actor,
        properties=msgspec.to_builtins({key: value for key, value in properties.items() if key not in _NOT_LOGGED}),
    )
