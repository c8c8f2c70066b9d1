"""What a person decides about a message that is on its way, failed, or of which nobody knows whether it arrived."""

from typing import Any, Literal
from uuid import UUID

from damso.channels.inboxes import Inboxes
from damso.channels.outage import share_of
from damso.conversations.cases import show_without
from damso.conversations.errors import NothingToSettle, TooLate
from damso.conversations.facts import fact_of
from damso.conversations.outbox import put, put_back
from damso.conversations.search_index import forget_message
from damso.conversations.waiting import raise_status
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.log import Actor, append
from damso.kernel.shares import pass_on

_MESSAGE = """
SELECT id, conversation_id, identity_id, inbox_id, status, deleted_at, handed_over_at, position_at FROM message
WHERE id = $1 AND direction = 'out' FOR UPDATE
"""


async def undo(tx: Transaction, inboxes: Inboxes, message_id: UUID, actor: Actor) -> None:
    """Take a message back: before it leaves, or where the channel recalls. Raises `TooLate`."""
    message = await _load(tx, message_id)
    policy = (await inboxes.by_id(tx, message["inbox_id"])).adapter.policy
    waiting = message["status"] == "queued" and message["handed_over_at"] is None
    recalls = policy.recall and policy.hosted
    if message["deleted_at"] is None and not waiting and not recalls:
        raise TooLate
    if await tx.execute("UPDATE message SET deleted_at = $2 WHERE id = $1 AND deleted_at IS NULL", message_id, tx.now):
        await forget_message(tx, message_id, message["position_at"])
        await show_without(tx, message["conversation_id"])
        await append(tx, fact_of(message, "message.withdrawn", actor=actor))


async def settle(tx: Transaction, message_id: UUID, outcome: Literal["arrived", "send_again"], actor: Actor) -> None:
    """Decide about a message whose outcome is unknown. Raises `NothingToSettle`."""
    message = await _load(tx, message_id)
    if message["status"] != "unknown":
        raise NothingToSettle
    if outcome == "arrived":
        await raise_status(tx, message_id, "sent", "confirmed_by_agent")
    else:
        await _send_again(tx, message, actor)


async def retry(tx: Transaction, message_id: UUID, actor: Actor) -> None:
    """Try a failed message again. Raises `NothingToSettle`."""
    message = await _load(tx, message_id)
    if message["status"] != "failed":
        raise NothingToSettle
    await _send_again(tx, message, actor)


async def _send_again(tx: Transaction, message: Any, actor: Actor) -> None:
    """The only way down for a status: a person wants another try, and also where the inbox is held one may go."""
    await tx.execute(
        "UPDATE message SET status = 'queued', reason = NULL, handed_over_at = NULL WHERE id = $1", message["id"]
    )
    again = put_back if message["status"] == "unknown" else put
    await again(tx, message["id"], message["inbox_id"], message["identity_id"])
    await append(tx, fact_of(message, "message.status_changed", actor=actor, properties={"status": "queued"}))
    await pass_on(tx, share_of(message["inbox_id"]))


async def _load(tx: Transaction, message_id: UUID) -> Any:
    message = await tx.row(_MESSAGE, message_id)
    if message is None:
        raise NotFound
    return message
