"""Reminders: an agent wants to come back to a case, at a time, or only if the customer has not answered by then."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from msgspec import Meta, Struct

from damso.conversations.cases import case_shown
from damso.conversations.errors import TimeIsPast
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.i18n import Text
from damso.kernel.ids import new_id
from damso.kernel.log import Actor, Event, Recorded, Stream, append
from damso.kernel.masking import mask_kept

About = Literal["", "answer_held", "answer_refused"]
ReminderState = Literal["waiting", "due", "done"]


class ReminderDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    due_at: Annotated[datetime, Meta(tz=True)]
    text: Annotated[str, Meta(max_length=500)] = ""
    unless_answered: bool = False


class Reminder(Struct, frozen=True, kw_only=True):
    """`due`: its time has come. `about` says what else it tells of than the agent's own wish."""

    id: UUID
    conversation_id: UUID
    text: str
    due_at: datetime
    unless_answered: bool
    about: About
    state: ReminderState


_COLUMNS = ", ".join(Reminder.__struct_fields__)


async def remind(tx: Transaction, conversation_id: UUID, agent_id: UUID, draft: ReminderDraft) -> Reminder:
    """Raises `TimeIsPast`, `NotFound`."""
    if draft.due_at <= tx.now:
        raise TimeIsPast(field="due_at")
    case = await case_shown(tx, conversation_id)
    made = await tx.one(
        Reminder,
        f"""INSERT INTO reminder (id, conversation_id, agent_id, text, due_at, unless_answered, state, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7) RETURNING {_COLUMNS}""",
        new_id(),
        case,
        agent_id,
        await mask_kept(tx, draft.text.strip()),
        draft.due_at,
        draft.unless_answered,
        tx.now,
    )
    await append(tx, _fact("reminder.set", made.id, made.conversation_id, agent_id))
    return made


async def remind_now(tx: Transaction, conversation_id: UUID, agent_id: UUID, text: str, about: About) -> None:
    """Something befell a case that its agent has to know, also when they look at it only tomorrow."""
    reminder_id = new_id()
    await tx.execute(
        """INSERT INTO reminder (id, conversation_id, agent_id, text, due_at, unless_answered, about, state, created_at)
        VALUES ($1, $2, $3, $4, $5, false, $6, 'due', $5)""",
        reminder_id,
        conversation_id,
        agent_id,
        text,
        tx.now,
        about,
    )
    await append(tx, _fact("reminder.due", reminder_id, conversation_id, agent_id, about))


async def reminders_of(tx: Transaction, conversation_id: UUID, agent_id: UUID) -> Sequence[Reminder]:
    """An agent's own of a case that are not done, the next one first."""
    return await tx.all(
        Reminder,
        f"""SELECT {_COLUMNS} FROM reminder WHERE conversation_id = $1 AND agent_id = $2 AND state <> 'done'
        ORDER BY due_at, id""",
        conversation_id,
        agent_id,
    )


async def change_reminder(tx: Transaction, agent_id: UUID, reminder_id: UUID, draft: ReminderDraft) -> Reminder:
    """Another time or text; it waits again. Raises `TimeIsPast`, `NotFound`."""
    if draft.due_at <= tx.now:
        raise TimeIsPast(field="due_at")
    changed = await tx.one(
        Reminder,
        f"""UPDATE reminder SET due_at = $3, text = $4, unless_answered = $5, state = 'waiting', done_at = NULL,
            created_at = $6 WHERE id = $1 AND agent_id = $2 RETURNING {_COLUMNS}""",
        reminder_id,
        agent_id,
        draft.due_at,
        draft.text.strip(),
        draft.unless_answered,
        tx.now,
    )
    await append(tx, _fact("reminder.set", changed.id, changed.conversation_id, agent_id))
    return changed


async def finish_reminder(tx: Transaction, agent_id: UUID, reminder_id: UUID, *, done: bool) -> Reminder:
    """Tick it off, or undo that: then it waits, or is due, as before. Raises `NotFound`."""
    state = "'done'" if done else "CASE WHEN due_at <= $3::timestamptz THEN 'due' ELSE 'waiting' END"
    finished = await tx.maybe(
        Reminder,
        f"""UPDATE reminder SET state = {state}, done_at = CASE WHEN $4 THEN $3::timestamptz END
        WHERE id = $1 AND agent_id = $2 RETURNING {_COLUMNS}""",
        reminder_id,
        agent_id,
        tx.now,
        done,
    )
    if finished is None:
        raise NotFound
    name = "reminder.done" if done else "reminder.set"
    await append(tx, _fact(name, reminder_id, finished.conversation_id, agent_id))
    return finished


def _fact(name: str, reminder_id: UUID, conversation_id: UUID, agent_id: UUID, about: str = "") -> Event:
    return Event(
        name=name,
        subject_kind="reminder",
        subject_id=str(reminder_id),
        conversation_id=conversation_id,
        actor=Actor("agent", str(agent_id)),
        properties={"agent_id": str(agent_id), "about": about},
    )


_SPOKE = """EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = r.conversation_id AND m.kind = 'message'
    AND m.direction = 'in' AND m.automation = 'none' AND m.position_at > r.created_at)"""


class ReminderTimer:
    """Brings cases back whose time has come; a condition that was fulfilled meanwhile is simply done."""

    name: ClassVar[str] = "reminders"

    async def run(self, tx: Transaction) -> bool:
        due = await tx.rows(
            f"""UPDATE reminder r SET state = CASE WHEN r.unless_answered AND {_SPOKE} THEN 'done' ELSE 'due' END,
                done_at = CASE WHEN r.unless_answered AND {_SPOKE} THEN $1::timestamptz END
            WHERE id IN (SELECT id FROM reminder WHERE state = 'waiting' AND due_at <= $1 ORDER BY due_at LIMIT 50
                FOR UPDATE SKIP LOCKED) RETURNING id, conversation_id, agent_id, state""",
            tx.now,
        )
        await append(
            tx, *(_fact(f"reminder.{row['state']}", row["id"], row["conversation_id"], row["agent_id"]) for row in due)
        )
        return len(due) == 50


class AnswerReader:
    """The customer has written: what waited for that is done."""

    name: ClassVar[str] = "conversations.answered"
    title: ClassVar[Text] = Text("답을 기다리는 알림 정리", "Reminders that wait for an answer")
    stream: ClassVar[Stream] = "care"
    names: ClassVar[Collection[str] | None] = {"message.received"}

    async def read(self, tx: Transaction, events: Sequence[Recorded]) -> None:
        cases = {
            event.conversation_id
            for event in events
            if event.conversation_id and event.properties.get("automation", "none") == "none"
        }
        done = await tx.rows(
            f"""UPDATE reminder r SET state = 'done', done_at = $2 WHERE r.conversation_id = ANY ($1)
                AND r.state <> 'done' AND r.unless_answered AND {_SPOKE}
            RETURNING id, conversation_id, agent_id""",
            list(cases),
            tx.now,
        )
        await append(tx, *(_fact("reminder.done", row["id"], row["conversation_id"], row["agent_id"]) for row in done))
