"""Answers that are sent at a time: kept until then, held back if the customer writes first.

When its time has come an answer goes through `send` as if its agent pressed the button then, in one transaction with
its row: it is sent once, whatever dies in between, and what the channel refuses by then comes back to the agent.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from damso.channels.inboxes import Inboxes
from damso.conversations.cases import lock_case
from damso.conversations.errors import AlreadyDecided, TimeIsPast
from damso.conversations.masking import mask_answer
from damso.conversations.reach import check_conversation
from damso.conversations.send import Sending, send
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.ids import new_id
from damso.kernel.log import Actor, Event, append
from damso.kernel.masking import mask_kept
from damso.team.access import Caller

ScheduledState = Literal["waiting", "held", "refused", "sent", "cancelled"]


class NewScheduledAnswer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer and when it is to be sent. `send_key` as of a message. `send_anyway`: also if the customer writes
    before."""

    send_key: UUID
    inbox_id: UUID
    identity_id: int
    text: Annotated[str, Meta(max_length=100_000)]
    due_at: Annotated[datetime, Meta(tz=True)]
    subject: str = ""
    cc: Annotated[list[str], Meta(max_length=50)] = []
    attachment_ids: Annotated[list[UUID], Meta(max_length=50)] = []
    accept_warnings: bool = False
    send_anyway: bool = False


class ScheduledChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is None stays. `send_anyway` lets one that is held go its way."""

    text: Annotated[str, Meta(max_length=100_000)] | None = None
    due_at: Annotated[datetime, Meta(tz=True)] | None = None
    send_anyway: bool | None = None


class ScheduledAnswer(Struct, frozen=True, kw_only=True):
    """`held`: the customer wrote first. `refused`: it could not be sent, `reason` says why (an error code)."""

    id: UUID
    conversation_id: UUID
    agent_id: UUID
    agent_name: str
    inbox_id: UUID
    identity_id: int
    text: str
    subject: str
    cc: list[str]
    attachment_count: int
    due_at: datetime
    state: ScheduledState
    reason: str
    send_anyway: bool


_SELECT = """
SELECT s.id, s.conversation_id, s.agent_id, a.name AS agent_name, s.inbox_id, s.identity_id, s.text, s.subject, s.cc,
    cardinality(s.attachment_ids) AS attachment_count, s.due_at, s.state, s.reason, s.send_anyway
FROM scheduled_answer s JOIN agent a ON a.id = s.agent_id
"""


class ScheduledRow(Struct, frozen=True, kw_only=True):
    """One as it is kept, locked."""

    id: UUID
    conversation_id: UUID
    agent_id: UUID
    send_key: str
    inbox_id: UUID
    identity_id: int
    text: str
    subject: str
    cc: list[str]
    attachment_ids: list[UUID]
    accept_warnings: bool
    send_anyway: bool
    due_at: datetime
    state: ScheduledState
    decided_at: datetime


ROW = ", ".join(ScheduledRow.__struct_fields__)


async def schedule(
    tx: Transaction, inboxes: Inboxes, conversation_id: UUID, caller: Caller, wanted: NewScheduledAnswer
) -> ScheduledAnswer:
    """Keep an answer until its time; the same key again is the same answer. What the channel would refuse already now
    is refused now. Raises `TimeIsPast` and what `send` refuses."""
    if wanted.due_at <= tx.now:
        raise TimeIsPast(field="due_at")
    case = await lock_case(tx, conversation_id)
    scheduled_id = new_id()
    made = await tx.execute(
        """INSERT INTO scheduled_answer (id, conversation_id, agent_id, send_key, inbox_id, identity_id, text, subject,
            cc, attachment_ids, accept_warnings, send_anyway, due_at, state, decided_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'waiting', $14, $14)
        ON CONFLICT (send_key) DO NOTHING""",
        scheduled_id,
        case.id,
        caller.agent,
        str(wanted.send_key),
        wanted.inbox_id,
        wanted.identity_id,
        await mask_answer(tx, wanted.text, accepted=wanted.accept_warnings),
        await mask_kept(tx, wanted.subject),
        wanted.cc,
        wanted.attachment_ids,
        wanted.accept_warnings,
        wanted.send_anyway,
        wanted.due_at,
        tx.now,
    )
    if made:
        # Tried and taken back: what is refused today is told today, by the same rules.
        row = await _lock(tx, scheduled_id)
        await _rehearse(tx, inboxes, row, caller)
        await append(tx, answer_fact("answer.scheduled", row))
    else:
        scheduled_id = await tx.value(
            "SELECT id FROM scheduled_answer WHERE send_key = $1 AND agent_id = $2", str(wanted.send_key), caller.agent
        )
    return await scheduled_answer(tx, scheduled_id)


class _Rehearsed(Exception):
    """Everything was fine; nothing of it shall stay."""


async def _rehearse(tx: Transaction, inboxes: Inboxes, row: ScheduledRow, caller: Caller) -> None:
    try:
        async with tx.savepoint():
            await send_row(tx, inboxes, row, caller)
            raise _Rehearsed
    except _Rehearsed:
        pass


async def scheduled_answer(tx: Transaction, scheduled_id: UUID) -> ScheduledAnswer:
    """Raises `NotFound`."""
    return await tx.one(ScheduledAnswer, f"{_SELECT} WHERE s.id = $1", scheduled_id)


async def scheduled_in(tx: Transaction, conversation_id: UUID) -> Sequence[ScheduledAnswer]:
    """What is still to be sent, or to be decided, in a case; the next one first."""
    return await tx.all(
        ScheduledAnswer,
        f"""{_SELECT} WHERE s.conversation_id = $1 AND s.state IN ('waiting', 'held', 'refused')
        ORDER BY s.due_at, s.id""",
        conversation_id,
    )


async def check_scheduled(tx: Transaction, caller: Caller, scheduled_id: UUID) -> None:
    """Whether its case is in reach. Raises `NotFound`."""
    case = await tx.value("SELECT conversation_id FROM scheduled_answer WHERE id = $1", scheduled_id)
    if case is None:
        raise NotFound
    await check_conversation(tx, caller, case)


async def reschedule(tx: Transaction, scheduled_id: UUID, wanted: ScheduledChange) -> ScheduledAnswer:
    """Another text or time; one that was held or refused waits again. Raises `AlreadyDecided`, `TimeIsPast`,
    `SensitiveNumber`."""
    row = await _undecided(tx, scheduled_id)
    due_at = wanted.due_at or row.due_at
    if due_at <= tx.now and wanted.due_at:
        raise TimeIsPast(field="due_at")
    text = None if wanted.text is None else await mask_answer(tx, wanted.text, accepted=row.accept_warnings)
    await tx.execute(
        """UPDATE scheduled_answer SET text = coalesce($2, text), due_at = $3, send_anyway = coalesce($4, send_anyway),
            state = 'waiting', reason = '', decided_at = $5 WHERE id = $1""",
        scheduled_id,
        text,
        due_at,
        wanted.send_anyway,
        tx.now,
    )
    await _settle_reminders(tx, row)
    await append(tx, answer_fact("answer.scheduled", row))
    return await scheduled_answer(tx, scheduled_id)


async def cancel_scheduled(tx: Transaction, scheduled_id: UUID) -> ScheduledAnswer:
    """Never send it. Raises `AlreadyDecided`."""
    row = await _undecided(tx, scheduled_id)
    await tx.execute(
        "UPDATE scheduled_answer SET state = 'cancelled', decided_at = $2 WHERE id = $1", scheduled_id, tx.now
    )
    await _settle_reminders(tx, row)
    await append(tx, answer_fact("answer.unscheduled", row))
    return await scheduled_answer(tx, scheduled_id)


async def restore_scheduled(tx: Transaction, scheduled_id: UUID) -> ScheduledAnswer:
    """Undo cancelling, as long as its time has not come. Raises `AlreadyDecided`."""
    row = await lock_scheduled(tx, scheduled_id)
    if row.state != "cancelled" or row.due_at <= tx.now:
        raise AlreadyDecided
    await tx.execute("UPDATE scheduled_answer SET state = 'waiting' WHERE id = $1", scheduled_id)
    await append(tx, answer_fact("answer.scheduled", row))
    return await scheduled_answer(tx, scheduled_id)


async def send_scheduled(tx: Transaction, inboxes: Inboxes, scheduled_id: UUID, caller: Caller) -> UUID:
    """Send it now; the message. Raises `AlreadyDecided` and what `send` refuses."""
    row = await _undecided(tx, scheduled_id)
    message_id = await send_row(tx, inboxes, row, caller)
    await note_sent(tx, row, message_id)
    return message_id


async def _lock(tx: Transaction, scheduled_id: UUID) -> ScheduledRow:
    return await tx.one(ScheduledRow, f"SELECT {ROW} FROM scheduled_answer WHERE id = $1 FOR UPDATE", scheduled_id)


async def lock_scheduled(tx: Transaction, scheduled_id: UUID) -> ScheduledRow:
    """Its case first, as everybody does who locks both. Raises `NotFound`."""
    case = await tx.value("SELECT conversation_id FROM scheduled_answer WHERE id = $1", scheduled_id)
    if case is None:
        raise NotFound
    await lock_case(tx, case)
    return await _lock(tx, scheduled_id)


async def _undecided(tx: Transaction, scheduled_id: UUID) -> ScheduledRow:
    row = await lock_scheduled(tx, scheduled_id)
    if row.state in ("sent", "cancelled"):
        raise AlreadyDecided
    return row


async def send_row(tx: Transaction, inboxes: Inboxes, row: ScheduledRow, caller: Caller) -> UUID:
    """As its agent would now, with the rights that they have now."""
    inbox = await inboxes.by_id(tx, row.inbox_id)
    caller.check_inbox(inbox.id, inbox.brand_id)
    sending = Sending(
        conversation_id=row.conversation_id,
        send_key=row.send_key,
        inbox=inbox,
        identity_id=row.identity_id,
        text=row.text,
        author=Actor("agent", str(row.agent_id)),
        subject=row.subject,
        cc=row.cc,
        attachment_ids=row.attachment_ids,
        send_anyway=True,
        accept_warnings=row.accept_warnings,
    )
    return await send(tx, sending)


async def note_sent(tx: Transaction, row: ScheduledRow, message_id: UUID) -> None:
    await tx.execute(
        "UPDATE scheduled_answer SET state = 'sent', reason = '', message_id = $2, decided_at = $3 WHERE id = $1",
        row.id,
        message_id,
        tx.now,
    )
    await _settle_reminders(tx, row)
    await append(tx, answer_fact("answer.unscheduled", row))


async def _settle_reminders(tx: Transaction, row: ScheduledRow) -> None:
    """It is decided: nobody need be reminded of it any more."""
    await tx.execute(
        """UPDATE reminder SET state = 'done', done_at = $3 WHERE conversation_id = $1 AND agent_id = $2
            AND about <> '' AND state <> 'done'""",
        row.conversation_id,
        row.agent_id,
        tx.now,
    )


def answer_fact(name: str, row: ScheduledRow) -> Event:
    return Event(
        name=name,
        subject_kind="answer",
        subject_id=str(row.id),
        conversation_id=row.conversation_id,
        actor=Actor("agent", str(row.agent_id)),
        properties={},
    )
