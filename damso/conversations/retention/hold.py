"""A hold on a case: nobody's rule destroys it, such as while a dispute goes on, until a person lifts it."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from damso.conversations.cases import case_shown
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.log import Actor
from damso.team import audit

LONGEST_REASON = 500


class HoldReasonNeeded(AppError):
    code = "HOLD_REASON_NEEDED"
    status = 422
    text = Text(
        "왜 파기하지 않아야 하는지 {most}자 안으로 적어 주세요.",
        "Say in {most} characters why it is not to be destroyed.",
    )


class CaseHold(Struct, frozen=True, kw_only=True):
    """Why a case is not to be destroyed, and who said so."""

    conversation_id: UUID
    reason: str
    placed_by: str
    placed_at: datetime


async def place_hold(tx: Transaction, conversation_id: UUID, reason: str, actor: Actor) -> None:
    """Raises `NotFound`, `HoldReasonNeeded`."""
    shown = await case_shown(tx, conversation_id)
    if not 0 < len(reason.strip()) <= LONGEST_REASON or "\0" in reason:
        raise HoldReasonNeeded(field="reason", most=LONGEST_REASON)
    await tx.execute(
        """INSERT INTO conversation_hold (conversation_id, reason, actor_kind, actor_id, placed_at)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (conversation_id) DO UPDATE SET reason = excluded.reason,
            actor_kind = excluded.actor_kind, actor_id = excluded.actor_id, placed_at = excluded.placed_at""",
        shown,
        reason.strip(),
        actor.kind,
        actor.id,
        tx.now,
    )
    await audit.record(tx, actor, "retention.hold_placed", shown, reason=reason.strip())


async def lift_hold(tx: Transaction, conversation_id: UUID, actor: Actor) -> None:
    """Does nothing where there is none. Raises `NotFound`."""
    shown = await case_shown(tx, conversation_id)
    if await tx.execute("DELETE FROM conversation_hold WHERE conversation_id = $1", shown):
        await audit.record(tx, actor, "retention.hold_lifted", shown)


async def holds(tx: Transaction) -> list[CaseHold]:
    """All, the newest first."""
    return await tx.all(
        CaseHold,
        """SELECT h.conversation_id, h.reason, coalesce(a.name, h.actor_kind) AS placed_by, h.placed_at
        FROM conversation_hold h LEFT JOIN agent a ON h.actor_kind = 'agent' AND a.id::text = h.actor_id
        ORDER BY h.placed_at DESC, h.conversation_id LIMIT 500""",
    )
