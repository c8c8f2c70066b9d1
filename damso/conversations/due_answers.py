"""When the time of an answer has come: it is sent, held as the customer wrote first, or refused and given back."""

from collections.abc import Collection, Sequence
from typing import ClassVar
from uuid import UUID

from damso.channels.inboxes import Inboxes
from damso.conversations.reach import check_conversation
from damso.conversations.remind import remind_now
from damso.conversations.schedule import ScheduledRow, answer_fact, lock_scheduled, note_sent, send_row
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError, Forbidden
from damso.kernel.i18n import Text
from damso.kernel.log import Recorded, Stream, append
from damso.team.access import Caller
from damso.team.queries import caller_of

QUOTED = 140
"""Characters of an answer that its agent is reminded by."""


class ScheduleTimer:
    """Sends what is due. One at a time, so that each is one short transaction."""

    name: ClassVar[str] = "scheduled_answers"

    def __init__(self, inboxes: Inboxes) -> None:
        self._inboxes = inboxes

    async def run(self, tx: Transaction) -> bool:
        due: UUID | None = await tx.value(
            "SELECT id FROM scheduled_answer WHERE state = 'waiting' AND due_at <= $1 ORDER BY due_at, id LIMIT 1",
            tx.now,
        )
        if due is None:
            return False
        # The customer's messages wait for the case: none comes in between the look and the sending.
        row = await lock_scheduled(tx, due)
        if row.state != "waiting" or row.due_at > tx.now:
            return True
        if await _spoke_first(tx, row):
            await _hold(tx, row)
            return True
        try:
            async with tx.savepoint():
                message_id = await send_row(tx, self._inboxes, row, await _agent_of(tx, row))
        except AppError as refusal:
            await _refuse(tx, row, refusal.code)
        else:
            await note_sent(tx, row, message_id)
        return True


async def _agent_of(tx: Transaction, row: ScheduledRow) -> Caller:
    """Raises `Forbidden` where they have left or may not answer any more, `NotFound` where it is out of reach."""
    caller = await caller_of(tx, "agent", row.agent_id)
    if caller is None or not caller.may("conversations.write"):
        raise Forbidden
    await check_conversation(tx, caller, row.conversation_id)
    return caller


async def _spoke_first(tx: Transaction, row: ScheduledRow) -> bool:
    """Whether the customer has written since its agent decided about it last."""
    return not row.send_anyway and bool(
        await tx.value(
            """SELECT true WHERE EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = $1 AND m.kind = 'message'
                AND m.direction = 'in' AND m.automation = 'none' AND m.created_at > $2)""",
            row.conversation_id,
            row.decided_at,
        )
    )


async def _hold(tx: Transaction, row: ScheduledRow) -> None:
    await tx.execute("UPDATE scheduled_answer SET state = 'held', decided_at = $2 WHERE id = $1", row.id, tx.now)
    await remind_now(tx, row.conversation_id, row.agent_id, row.text[:QUOTED], "answer_held")
    await append(tx, answer_fact("answer.held", row))


async def _refuse(tx: Transaction, row: ScheduledRow, reason: str) -> None:
    await tx.execute(
        "UPDATE scheduled_answer SET state = 'refused', reason = $2, decided_at = $3 WHERE id = $1",
        row.id,
        reason,
        tx.now,
    )
    await remind_now(tx, row.conversation_id, row.agent_id, row.text[:QUOTED], "answer_refused")
    await append(tx, answer_fact("answer.refused", row))


class HoldReader:
    """The customer wrote first: what was to be sent to them is held at once, so that its agent sees it in time."""

    name: ClassVar[str] = "conversations.hold"
    title: ClassVar[Text] = Text("예약 답장 붙잡아 두기", "Holding back scheduled answers")
    stream: ClassVar[Stream] = "care"
    names: ClassVar[Collection[str] | None] = {"message.received"}

    async def read(self, tx: Transaction, events: Sequence[Recorded]) -> None:
        waiting = await tx.values(
            """SELECT id FROM scheduled_answer WHERE conversation_id = ANY ($1) AND state = 'waiting'
            ORDER BY conversation_id, id""",
            list({event.conversation_id for event in events if event.conversation_id}),
        )
        for scheduled_id in waiting:
            row = await lock_scheduled(tx, scheduled_id)
            if row.state == "waiting" and await _spoke_first(tx, row):
                await _hold(tx, row)
