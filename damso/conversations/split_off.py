"""Some of what was said belongs to another case: an agent splits it off, and can undo that."""

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

import msgspec

from damso.conversations.activities import Activity, write_activities
from damso.conversations.acts import Begun, Result, begin_act, note_results, set_state
from damso.conversations.cases import add_participant, lock_case, open_case
from damso.conversations.errors import CannotSplit, ChangedMeanwhile
from damso.conversations.move import let_take_part, move_messages
from damso.conversations.state import State, lock_states
from damso.kernel.database import Transaction
from damso.kernel.log import Actor, Event, append
from damso.team.access import Caller


async def split_off(
    tx: Transaction, conversation_id: UUID, message_ids: Sequence[UUID], caller: Caller, *, act_id: UUID, subject: str
) -> None:
    """Move these messages and notes into a new case of whoever wrote the first of them. Raises `CannotSplit` where
    none is left behind, or none moved."""
    if not await begin_act(tx, caller.actor, act_id, "split", {}):
        return
    home = await lock_case(tx, conversation_id)
    before = (await lock_states(tx, [home.id]))[home.id].state
    first = await _first(tx, home.id, message_ids)
    other = await open_case(
        tx,
        anchor_identity_id=first["identity_id"],
        brand_id=home.brand_id,
        inbox_id=first["inbox_id"],
        channel=first["channel"],
        subject=subject or home.subject,
        actor=caller.actor,
        at=first["position_at"],
    )
    await tx.execute(
        """UPDATE conversation SET visibility = $2, team_id = $3, assignee_id = $4, priority = $5 WHERE id = $1""",
        other.id,
        home.visibility,
        home.team_id,
        home.assignee_id,
        home.priority,
    )
    moved = await move_messages(tx, message_ids, out_of=home.id, into=other.id)
    await let_take_part(tx, other.id, also_of=home.id)
    await tx.execute(
        """INSERT INTO seen (conversation_id, agent_id, seen_at)
        SELECT $2, agent_id, seen_at FROM seen WHERE conversation_id = $1 ON CONFLICT DO NOTHING""",
        home.id,
        other.id,
    )
    await _tell(tx, home.id, other.id, caller.actor, "split")
    await tx.execute("UPDATE bulk_act SET wanted = $2 WHERE id = $1", act_id, {"into": str(other.id)})
    result = Result(
        conversation_id=home.id,
        outcome="done",
        before=msgspec.to_builtins(before),
        message_ids=moved,
    )
    await note_results(tx, act_id, [result])
    await set_state(tx, act_id, "done")


async def _first(tx: Transaction, home: UUID, message_ids: Sequence[UUID]) -> Any:
    """The message that the new case begins with: the customer's first, or ours. Raises `CannotSplit`."""
    first = await tx.row(
        """SELECT identity_id, inbox_id, channel, position_at FROM message
        WHERE conversation_id = $1 AND id = ANY ($2) AND kind = 'message' ORDER BY direction = 'out', position_at, id
        LIMIT 1""",
        home,
        list(message_ids),
    )
    left = await tx.value(
        "SELECT true FROM message WHERE conversation_id = $1 AND kind = 'message' AND id <> ALL ($2) LIMIT 1",
        home,
        list(message_ids),
    )
    if first is None or not left:
        raise CannotSplit(field="message_ids")
    return first


async def _tell(tx: Transaction, home: UUID, other: UUID, actor: Actor, what: Literal["split", "unsplit"]) -> None:
    """Both cases lead to each other."""
    codes = {"split": ("taken_out", "taken_in"), "unsplit": ("unsplit", "unsplit")}[what]
    lines = [
        Activity(home, codes[0], {"conversation_id": other}),
        Activity(other, codes[1], {"conversation_id": home}),
    ]
    await write_activities(tx, lines, actor)
    facts = [
        Event(
            name=f"conversation.{what}",
            subject_kind="conversation",
            subject_id=str(case),
            conversation_id=case,
            actor=actor,
            properties={"from": str(home), "into": str(other)},
        )
        for case in (home, other)
    ]
    await append(tx, *facts)


async def undo_split(tx: Transaction, act: Begun, actor: Actor) -> None:
    """Bring back what was split off. Raises `ChangedMeanwhile` where more was said in the new case since."""
    [row] = await tx.rows("SELECT conversation_id, before, message_ids FROM bulk_act_case WHERE act_id = $1", act.id)
    home_id, other_id = row["conversation_id"], UUID(act.wanted["into"])
    for case in sorted((home_id, other_id)):
        await tx.execute("SELECT 1 FROM conversation WHERE id = $1 FOR UPDATE", case)
    if await _moved_on(tx, home_id, other_id, row["message_ids"]):
        raise ChangedMeanwhile
    home = await lock_case(tx, home_id)
    await move_messages(tx, row["message_ids"], out_of=other_id, into=home.id)
    await let_take_part(tx, home.id, also_of=other_id)
    await tx.execute(
        """UPDATE conversation SET joined_into = $2, status = 'resolved', resolved_at = $3, waiting_since = NULL,
            snoozed_until = NULL, snoozed_until_reply = false WHERE id = $1""",
        other_id,
        home.id,
        tx.now,
    )
    before = msgspec.convert(row["before"], State)
    if home.status == before.status:
        await tx.execute("UPDATE conversation SET waiting_since = $2 WHERE id = $1", home.id, before.waiting_since)
    await add_participant(tx, home.id, home.anchor_identity_id, "customer")
    await _tell(tx, home.id, other_id, actor, "unsplit")
    await note_results(tx, act.id, [Result(conversation_id=home_id, outcome="undone")])
    await set_state(tx, act.id, "undone")


async def _moved_on(tx: Transaction, home: UUID, other: UUID, moved: Sequence[UUID]) -> bool:
    """Something was said in the new case since, or one of the two was joined into another."""
    return bool(
        await tx.value(
            """SELECT true WHERE EXISTS (SELECT 1 FROM message
                WHERE conversation_id = $2 AND kind <> 'activity' AND id <> ALL ($3))
            OR EXISTS (SELECT 1 FROM conversation WHERE id IN ($1, $2) AND joined_into IS NOT NULL)""",
            home,
            other,
            list(moved),
        )
    )
