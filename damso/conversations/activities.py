"""Lines the system writes in a case: what happened, by whom; the desk puts them into words."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.kernel.database import Transaction
from damso.kernel.ids import new_id
from damso.kernel.log import Actor, Event, append


class Activity(Struct, frozen=True):
    conversation_id: UUID
    code: str
    params: Mapping[str, Any]


async def write_activity(
    tx: Transaction, conversation_id: UUID, code: str, params: Mapping[str, Any], actor: Actor
) -> UUID:
    """One line; its id."""
    return (await write_activities(tx, [Activity(conversation_id, code, params)], actor))[0]


async def write_activities(tx: Transaction, lines: Sequence[Activity], actor: Actor) -> Sequence[UUID]:
    """Lines of any number of cases, in their order; their ids."""
    if not lines:
        return ()
    by_agent = actor.kind == "agent" and actor.id is not None
    ids = [new_id() for _ in lines]
    await tx.execute(
        """INSERT INTO message (id, conversation_id, kind, author_kind, author_id, text, activity, position_at,
            created_at)
        SELECT id, conversation_id, 'activity', $2, $3, '', activity, $4, $4
        FROM jsonb_to_recordset($1) AS a(id uuid, conversation_id uuid, activity jsonb)""",
        [
            {
                "id": activity_id,
                "conversation_id": line.conversation_id,
                "activity": {"code": line.code, "params": msgspec.to_builtins(line.params)},
            }
            for activity_id, line in zip(ids, lines, strict=True)
        ],
        "agent" if by_agent else "system",
        UUID(actor.id) if by_agent else None,
        tx.now,
    )
    await append(
        tx,
        *(
            Event(
                name="activity.written",
                subject_kind="message",
                subject_id=str(activity_id),
                conversation_id=line.conversation_id,
                actor=actor,
                properties={"code": line.code},
            )
            for activity_id, line in zip(ids, lines, strict=True)
        ),
    )
    return ids
