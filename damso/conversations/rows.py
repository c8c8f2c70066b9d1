"""Conversations as lists show them: the rows, and the filters that choose them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from damso.conversations.reach import reach
from damso.conversations.types import ConversationStatus, CustomerName, Named, Priority, ReminderMark, Row, Tag
from damso.customers.faces import colour_of, initials_of
from damso.kernel.database import Transaction
from damso.kernel.errors import Invalid
from damso.kernel.pagination import Page, decode_cursor, encode_cursor
from damso.team.access import Caller

PAGE = 50


class Filter(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Which conversations a view shows; what is None does not narrow. `assignee` is `me`, `none` or an agent's id."""

    status: list[ConversationStatus] | None = None
    assignee: str | None = None
    team_id: UUID | None = None
    inbox_ids: list[UUID] | None = None
    channels: list[str] | None = None
    tag_ids: list[UUID] | None = None
    priority: list[Priority] | None = None
    mentioned: bool = False
    reminded: bool = False
    brand_id: UUID | None = None


def conditions_of(chosen: Filter, caller: Caller, args: list[object]) -> list[str]:
    """The filter, within what the caller may see, as conditions on `conversation c`, one of which holds for each that
    is wanted; appends their arguments to `args`.

    Only what narrows is named, and each status is a condition of its own: so each is a stretch of an index in the
    order of lists, and a page costs no more than its rows.
    """
    conditions = ["c.joined_into IS NULL", *reach(caller, args)]

    def narrow(condition: str, value: object) -> None:
        args.append(value)
        conditions.append(condition.format(f"${len(args)}"))

    match chosen.assignee:
        case None:
            pass
        case "none":
            conditions.append("c.assignee_id IS NULL")
        case "me":
            narrow("c.assignee_id = {}", caller.agent_id)
        case someone:
            narrow("c.assignee_id = {}", _agent(someone))
    if chosen.team_id:
        narrow("c.team_id = {}", chosen.team_id)
    if chosen.inbox_ids:
        narrow("c.inbox_id = ANY ({})", chosen.inbox_ids)
    if chosen.channels:
        narrow("c.last_channel = ANY ({})", chosen.channels)
    if chosen.priority:
        narrow("c.priority = ANY ({})", chosen.priority)
    if chosen.brand_id:
        narrow("c.brand_id = {}", chosen.brand_id)
    if chosen.tag_ids:
        narrow("c.id IN (SELECT conversation_id FROM conversation_tag WHERE tag_id = ANY ({}))", chosen.tag_ids)
    if chosen.mentioned:
        narrow("c.id IN (SELECT conversation_id FROM mention WHERE agent_id = {} AND done_at IS NULL)", caller.agent_id)
    if chosen.reminded:
        narrow("c.id IN (SELECT conversation_id FROM reminder WHERE agent_id = {} AND state = 'due')", caller.agent_id)
    common = " AND ".join(conditions)
    if not chosen.status:
        return [common]
    first = len(args) + 1
    args += chosen.status
    return [f"{common} AND c.status = ${number}" for number in range(first, len(args) + 1)]


def _agent(named: str) -> UUID:
    """Raises `Invalid` for what is no id."""
    try:
        return UUID(named)
    except ValueError as error:
        raise Invalid(field="assignee") from error


_SELECT = """
SELECT c.id, c.inbox_id, c.subject, c.status, c.priority, c.last_channel AS channel, c.preview, c.last_message_at,
    c.last_author, c.waiting_since, c.snoozed_until, c.snoozed_until_reply, u.id AS customer_id,
    coalesce(nullif(u.name, ''), i.name) AS customer_name, c.assignee_id, a.name AS assignee_name, c.team_id,
    t.name AS team_name,
    coalesce((SELECT jsonb_agg(jsonb_build_object('id', g.id, 'name', g.name, 'colour', g.colour) ORDER BY g.name)
        FROM conversation_tag x JOIN tag g ON g.id = x.tag_id WHERE x.conversation_id = c.id), '[]') AS tags,
    c.last_author = 'customer' AND NOT EXISTS (SELECT 1 FROM seen s WHERE s.conversation_id = c.id
        AND s.agent_id = {agent} AND s.seen_at >= c.last_message_at) AS unread,
    EXISTS (SELECT 1 FROM draft d WHERE d.conversation_id = c.id AND d.agent_id = {agent}) AS draft,
    (SELECT jsonb_build_object('id', r.id, 'text', r.text, 'about', r.about) FROM reminder r
        WHERE r.conversation_id = c.id AND r.agent_id = {agent} AND r.state = 'due' ORDER BY r.due_at LIMIT 1)
        AS reminder
FROM ({chosen}) chosen JOIN conversation c ON c.id = chosen.id JOIN identity i ON i.id = c.anchor_identity_id
    JOIN customer u ON u.id = i.customer_id LEFT JOIN agent a ON a.id = c.assignee_id
    LEFT JOIN team t ON t.id = c.team_id
ORDER BY c.last_message_at DESC, c.id DESC
"""


async def list_rows(tx: Transaction, chosen: Filter, caller: Caller, *, cursor: str | None = None) -> Page[Row]:
    """A page of conversations, the one that moved last first. The page is chosen first and dressed afterwards."""
    args: list[object] = []
    conditions = conditions_of(chosen, caller, args)
    after = "true"
    if cursor:
        args += decode_cursor(cursor, datetime, UUID)
        after = f"(c.last_message_at, c.id) < (${len(args) - 1}::timestamptz, ${len(args)}::uuid)"
    args += [PAGE + 1, caller.agent_id]
    order = f"ORDER BY last_message_at DESC, id DESC LIMIT ${len(args) - 1}"
    stretches = (
        f"(SELECT c.id, c.last_message_at FROM conversation c WHERE {condition} AND {after} {order})"
        for condition in conditions
    )
    page = f"SELECT id FROM ({' UNION ALL '.join(stretches)}) {order}"
    rows = await tx.rows(_SELECT.format(chosen=page, agent=f"${len(args)}::uuid"), *args)
    shown = [_row(row) for row in rows[:PAGE]]
    return Page(shown, encode_cursor(shown[-1].last_message_at, shown[-1].id) if len(rows) > PAGE else None)


async def rows_by_id(tx: Transaction, ids: Sequence[UUID], agent_id: UUID | None = None) -> list[Row]:
    """These conversations; without an agent, whatever the customer said last is unread.

    Live screens ask this for every message. The ids go through a query of their own, so that their number does not
    show: PostgreSQL would plan anew for each, which takes 1.5 ms, where a plan that is kept takes 0.3 ms in all.
    """
    rows = await tx.rows(
        _SELECT.format(chosen="SELECT unnest(ARRAY(SELECT unnest($1::uuid[]))) AS id", agent="$2::uuid"),
        list(set(ids)),
        agent_id,
    )
    return [_row(row) for row in rows]


def _row(row: Any) -> Row:
    return Row(
        id=row["id"],
        inbox_id=row["inbox_id"],
        customer=customer_name(row["customer_id"], row["customer_name"]),
        subject=row["subject"],
        status=row["status"],
        priority=row["priority"],
        channel=row["channel"],
        preview=row["preview"],
        last_message_at=row["last_message_at"],
        last_author=row["last_author"],
        waiting_since=row["waiting_since"],
        snoozed_until=row["snoozed_until"],
        snoozed_until_reply=row["snoozed_until_reply"],
        assignee=Named(row["assignee_id"], row["assignee_name"]) if row["assignee_id"] else None,
        team=Named(row["team_id"], row["team_name"]) if row["team_id"] else None,
        tags=[Tag(UUID(tag["id"]), tag["name"], tag["colour"]) for tag in row["tags"]],
        unread=row["unread"],
        draft=row["draft"],
        reminder=_mark(row["reminder"]) if row["reminder"] else None,
    )


def _mark(reminder: Any) -> ReminderMark:
    return ReminderMark(UUID(reminder["id"]), reminder["text"], reminder["about"])


def customer_name(customer_id: UUID, name: str) -> CustomerName:
    return CustomerName(customer_id, name, initials_of(name), colour_of(customer_id))
