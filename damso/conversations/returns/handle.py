"""Opening a return and moving it on, told of in the conversation that it belongs to."""

from uuid import UUID

from damso.commerce.orders import order
from damso.commerce.returns.ask import Asked, Asker, Asking, ask
from damso.commerce.returns.look_up import return_of
from damso.commerce.returns.step import StepWanted, take_step
from damso.commerce.returns.types import ReturnState, StoredReturn
from damso.commerce.types import Within
from damso.conversations.activities import write_activity
from damso.conversations.cases import case_shown
from damso.conversations.reach import check_conversation, reach
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.log import SYSTEM, Actor
from damso.team.access import Caller


class CaseOfAnother(AppError):
    code = "CASE_OF_ANOTHER"
    status = 422
    text = Text("주문한 고객의 상담이 아니에요.", "That conversation is not with whoever ordered.")


async def open_return(
    tx: Transaction,
    caller: Caller,
    order_id: UUID,
    asking: Asking,
    *,
    within: Within,
    conversation_id: UUID | None = None,
    proven: bool = True,
) -> Asked:
    """Ask for a return in a case, by itself the one that the customer has open. Raises what `ask` raises, and
    `CaseOfAnother`."""
    found = await order(tx, order_id, within)
    case_id = await _case(tx, caller, found.identity_id, conversation_id)
    asked = await ask(tx, order_id, asking, Asker(actor=caller.actor, conversation_id=case_id, proven=proven))
    if asked.fresh:
        case = await return_of(tx, asked.id)
        await _note(tx, case, "asked", caller.actor)
        if case.state != "asked":
            await _note(tx, case, case.state, SYSTEM)
    return asked


async def move_return(
    tx: Transaction, actor: Actor, return_id: UUID, step: StepWanted, *, within: Within
) -> StoredReturn:
    """Raises what `take_step` raises."""
    await return_of(tx, return_id, within)
    moved = await take_step(tx, return_id, step, actor)
    case = await return_of(tx, return_id)
    if moved:
        await _note(tx, case, step.to, actor)
    return case


async def _note(tx: Transaction, case: StoredReturn, state: ReturnState, actor: Actor) -> None:
    if case.conversation_id is None:
        return
    shown = await case_shown(tx, case.conversation_id)
    await write_activity(tx, shown, f"return_{state}", {"number": case.order_number, "wanted": case.wanted}, actor)


async def _case(tx: Transaction, caller: Caller, identity_id: int, wanted: UUID | None) -> UUID | None:
    if wanted is None:
        args: list[object] = [identity_id]
        conditions = " AND ".join(["c.joined_into IS NULL", "c.status <> 'resolved'", *reach(caller, args)])
        open_: UUID | None = await tx.value(
            f"""SELECT c.id FROM conversation c JOIN identity a ON a.id = c.anchor_identity_id
                JOIN identity i ON i.customer_id = a.customer_id
            WHERE i.id = $1 AND {conditions} ORDER BY c.last_message_at DESC LIMIT 1""",
            *args,
        )
        return open_
    await check_conversation(tx, caller, wanted)
    shown = await case_shown(tx, wanted)
    same = await tx.value(
        """SELECT true FROM conversation c JOIN identity a ON a.id = c.anchor_identity_id
            JOIN identity i ON i.customer_id = a.customer_id WHERE c.id = $1 AND i.id = $2""",
        shown,
        identity_id,
    )
    if not same:
        raise CaseOfAnother(field="conversation_id")
    return shown
