"""Conversations of an export. What was changed here since it came stays; what was not follows the newer export."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from damso.channels.imports.types import Case
from damso.conversations.imports.chunk import (
    Desk,
    Outcome,
    Record,
    digest_of,
    known_records,
    note_records,
    state_of,
)
from damso.kernel.database import Transaction
from damso.kernel.ids import new_id
from damso.kernel.log import Event, append

KIND = "conversation"
_FOLLOWED = ("status", "priority", "assignee_id", "team_id", "subject")


async def bring_cases(
    tx: Transaction, desk: Desk, cases: Sequence[Case], identities: Mapping[str, int], outcome: Outcome
) -> None:
    """Write those that are new or changed; `identities` has the person of each."""
    known = await known_records(tx, desk.source, KIND, (case.external_id for case in cases))
    states = [(case, state_of(known.get(case.external_id), digest_of(case))) for case in cases]
    for case, state in states:
        outcome.count(KIND, state)
        if state != "same":
            warn_of_colleagues(desk, case, outcome)
    new = [case for case, state in states if state == "new"]
    changed = [(case, known[case.external_id]) for case, state in states if state == "changed"]
    records = await _open(tx, desk, new, identities)
    records += await _follow(tx, desk, changed, outcome)
    written = [*new, *(case for case, _ in changed)]
    await _tag(tx, {record.conversation_id: case.tags for case, record in zip(written, records, strict=True)})
    await note_records(tx, desk.source, KIND, records)


def warn_of_colleagues(desk: Desk, case: Case, outcome: Outcome) -> None:
    colleague = desk.colleagues.get(case.assignee)
    if case.assignee and (colleague is None or colleague.agent_id is None):
        outcome.warn(case, KIND, "COLLEAGUE_UNKNOWN")
    if (case.team or case.team_name) and desk.team_of(case.team, case.team_name) is None:
        outcome.warn(case, KIND, "TEAM_UNKNOWN")


def _standing(desk: Desk, case: Case) -> dict[str, Any]:
    """How it stands there, in our words; who has no account here is kept by name."""
    colleague = desk.colleagues.get(case.assignee)
    agent_id = colleague.agent_id if colleague else None
    team_id = desk.team_of(case.team, case.team_name)
    standing: dict[str, Any] = {
        "status": case.status,
        "priority": case.priority,
        "assignee_id": str(agent_id) if agent_id else None,
        "team_id": str(team_id) if team_id else None,
        "subject": case.subject,
        "channel": case.channel,
    }
    if not agent_id and (name := (colleague.name if colleague else "") or case.assignee_name):
        standing["assignee_name"] = name
    if not team_id and (team := desk.team_names.get(case.team) or case.team_name):
        standing["team_name"] = team
    return standing


async def _open(tx: Transaction, desk: Desk, cases: Sequence[Case], identities: Mapping[str, int]) -> list[Record]:
    """Nobody is told, nothing falls due, and what is resolved stays so."""
    if not cases:
        return []
    records, rows, events = [], [], []
    for case in cases:
        home, conversation_id, anchor = desk.home_of(case.channel), new_id(), identities[case.person]
        standing = _standing(desk, case)
        at = min(case.created_at, tx.now)
        records.append(Record(case.external_id, digest_of(case), None, conversation_id, standing))
        rows.append(
            {
                **{name: standing[name] for name in _FOLLOWED},
                "id": conversation_id,
                "anchor": anchor,
                "brand_id": home.brand_id,
                "inbox_id": home.inbox_id,
                "channel": case.channel,
                "at": at,
                "resolved_at": min(case.updated_at or at, tx.now) if case.status == "resolved" else None,
                "copies": [identities[one] for one in case.copies if one in identities and identities[one] != anchor],
            }
        )
        events.append(
            Event(
                name="conversation.imported",
                subject_kind="conversation",
                subject_id=str(conversation_id),
                conversation_id=conversation_id,
                identity_id=anchor,
                inbox_id=home.inbox_id,
                brand_id=home.brand_id,
                occurred_at=at,
                properties={"channel": case.channel, "source": desk.source.vendor},
            )
        )
    await tx.execute(_OPEN, rows)
    await tx.execute(
        """INSERT INTO participant (conversation_id, identity_id, role)
        SELECT id, anchor, 'customer' FROM jsonb_to_recordset($1) AS c(id uuid, anchor bigint)
        UNION SELECT id, copy::bigint, 'cc' FROM jsonb_to_recordset($1) AS c(id uuid, copies jsonb),
            jsonb_array_elements_text(c.copies) AS copy""",
        rows,
    )
    await append(tx, *events)
    return records


_OPEN = """
INSERT INTO conversation (id, anchor_identity_id, brand_id, inbox_id, status, visibility, subject, team_id, assignee_id,
    priority, snoozed_until_reply, record_class, last_message_at, last_channel, last_author, preview, resolved_at,
    created_at)
SELECT id, anchor, brand_id, inbox_id, status, 'private', subject, team_id, assignee_id, priority, false,
    'conversation', at, channel, 'system', '', resolved_at, at
FROM jsonb_to_recordset($1) AS c(id uuid, anchor bigint, brand_id uuid, inbox_id uuid, status text, subject text,
    team_id uuid, assignee_id uuid, priority text, channel text, at timestamptz, resolved_at timestamptz)
"""


async def _follow(
    tx: Transaction, desk: Desk, changed: Sequence[tuple[Case, Record]], outcome: Outcome
) -> list[Record]:
    """Take over what the newer export says of fields that nobody has touched here."""
    if not changed:
        return []
    ids = [record.conversation_id for _, record in changed]
    now = {
        row["id"]: row
        for row in await tx.rows(
            f"SELECT id, {', '.join(_FOLLOWED)} FROM conversation WHERE id = ANY ($1) ORDER BY id FOR UPDATE", ids
        )
    }
    records, rows = [], []
    for case, record in changed:
        assert record.conversation_id is not None
        row, standing = now[record.conversation_id], _standing(desk, case)
        kept = [name for name in _FOLLOWED if _text(row[name]) not in (record.content.get(name), standing[name])]
        if kept:
            outcome.warn(case, KIND, "CHANGED_HERE")
        # What is kept stays noted as it came, so that it is known as changed here for ever after.
        noted = standing | {name: record.content.get(name) for name in kept}
        records.append(replace(record, digest=digest_of(case), content=noted))
        wanted = {name: _text(row[name]) if name in kept else standing[name] for name in _FOLLOWED}
        rows.append({**wanted, "id": record.conversation_id, "at": min(case.updated_at or tx.now, tx.now)})
    await tx.execute(_FOLLOW, rows)
    await append(
        tx,
        *(
            Event(
                name="conversation.imported",
                subject_kind="conversation",
                subject_id=str(record.conversation_id),
                conversation_id=record.conversation_id,
                properties={"source": desk.source.vendor, "again": True},
            )
            for record in records
        ),
    )
    return records


_FOLLOW = """
UPDATE conversation c SET status = n.status, priority = n.priority, assignee_id = n.assignee_id, team_id = n.team_id,
    subject = n.subject,
    resolved_at = CASE WHEN n.status <> 'resolved' THEN NULL ELSE coalesce(c.resolved_at, n.at) END,
    waiting_since = CASE WHEN n.status <> 'resolved' THEN c.waiting_since END
FROM jsonb_to_recordset($1) AS n(id uuid, status text, priority text, assignee_id uuid, team_id uuid, subject text,
    at timestamptz)
WHERE c.id = n.id
"""


def _text(value: object) -> object:
    return str(value) if isinstance(value, UUID) else value


_COLOUR = "gray"


async def _tag(tx: Transaction, tags: Mapping[UUID | None, Sequence[str]]) -> None:
    """Give conversations their tags; a tag that is not there is made. None is taken away."""
    pairs = [{"id": conversation_id, "name": name[:100]} for conversation_id, names in tags.items() for name in names]
    if not pairs:
        return
    names = sorted({name[:100] for names in tags.values() for name in names})
    await tx.execute(
        """INSERT INTO tag (id, name, colour, created_at) SELECT id, name, $3, $4
        FROM unnest($1::uuid[], $2::text[]) AS t(id, name) ORDER BY name ON CONFLICT (name) DO NOTHING""",
        [new_id() for _ in names],
        names,
        _COLOUR,
        tx.now,
    )
    await tx.execute(
        """INSERT INTO conversation_tag (conversation_id, tag_id)
        SELECT DISTINCT p.id, t.id FROM jsonb_to_recordset($1) AS p(id uuid, name text) JOIN tag t ON t.name = p.name
        ON CONFLICT DO NOTHING""",
        pairs,
    )
