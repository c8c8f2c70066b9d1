"""Why somebody takes data out: asked each time, and written down. The one place where every export passes."""

from uuid import UUID

from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.team import audit
from damso.team.access import Caller

LEAST, MOST = 2, 500


class ReasonMissing(AppError):
    code = "REASON_MISSING"
    status = 422
    text = Text(
        "왜 내보내는지 {least}~{most}자로 적어 주세요.", "Please say why you export, in {least} to {most} characters."
    )


async def note_reason(tx: Transaction, caller: Caller, reason: str, subject: UUID, **what: object) -> str:
    """Write down who takes what out and why; the reason as it is kept. Raises `ReasonMissing`."""
    kept = " ".join(reason.split())
    if not LEAST <= len(kept) <= MOST:
        raise ReasonMissing(field="reason", least=LEAST, most=MOST)
    await audit.record(tx, caller.actor, "data.exported", subject, reason=kept, **what)
    return kept
