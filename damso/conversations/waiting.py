"""Receipts, edits and reactions: applied to their message, or kept under its external id until it is there.

Providers send them in any order, so each is written such that any order ends in the same state.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from damso.channels.inboxes import InboxRecord
from damso.channels.items import InboundEdit, InboundReaction, InboundReceipt
from damso.conversations.cases import preview_of, show_changed
from damso.conversations.facts import fact_of
from damso.conversations.outbox import settled
from damso.conversations.references import read_references
from damso.conversations.search_index import forget_message, index_message
from damso.conversations.statuses import RISES
from damso.customers.identify import mark_bounced
from damso.customers.types import IdentityKey
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.log import append

Follower = InboundReceipt | InboundEdit | InboundReaction


async def follow(tx: Transaction, keyring: Keyring, inbox: InboxRecord, item: Follower) -> None:
    """Apply what follows a message, or let it wait for the message."""
    if isinstance(item, InboundReceipt):
        if item.permanent and item.recipient:
            key = IdentityKey(item.recipient.kind, item.recipient.value, item.recipient.scope)
            await mark_bounced(tx, key)
        message_id = await _message_of_receipt(tx, keyring, inbox, item)
    else:
        message_id = await tx.value(
            "SELECT id FROM message WHERE dedupe_scope = $1 AND external_id = $2", item.dedupe_scope, item.external_id
        )
    if message_id:
        await _apply(tx, message_id, item)
    elif item.external_id:
        await tx.execute(
            "INSERT INTO waiting_item (inbox_id, external_id, item, created_at) VALUES ($1, $2, $3, $4)",
            inbox.id,
            item.external_id,
            msgspec.to_builtins(item),
            tx.now,
        )


async def apply_waiting(tx: Transaction, inbox: InboxRecord, external_id: str) -> None:
    """The message is here now: apply what came before it."""
    rows = await tx.rows(
        """WITH taken AS (DELETE FROM waiting_item WHERE inbox_id = $1 AND external_id = $2 RETURNING id, item)
        SELECT t.item, m.id FROM taken t JOIN message m ON m.external_id = $2 AND m.inbox_id = $1 ORDER BY t.id""",
        inbox.id,
        external_id,
    )
    for row in rows:
        await _apply(tx, row["id"], msgspec.convert(row["item"], Follower))


async def _message_of_receipt(
    tx: Transaction, keyring: Keyring, inbox: InboxRecord, receipt: InboundReceipt
) -> UUID | None:
    """By the provider's id among what this inbox sent; a signed reference alone names the last one to that address."""
    found: UUID | None = None
    if receipt.external_id:
        found = await tx.value(
            "SELECT id FROM message WHERE external_id = $1 AND direction = 'out' AND inbox_id = $2",
            receipt.external_id,
            inbox.id,
        )
    if found is None and receipt.token and (named := read_references(keyring, [receipt.token])):
        found = await tx.value(
            """SELECT id FROM message WHERE conversation_id = $1 AND inbox_id = $2 AND direction = 'out'
            AND sent_at IS NOT NULL ORDER BY position_at DESC LIMIT 1""",
            named[0],
            inbox.id,
        )
    return found


async def _apply(tx: Transaction, message_id: UUID, item: Follower) -> None:
    match item:
        case InboundReceipt():
            await raise_status(tx, message_id, item.status, item.reason)
        case InboundEdit(text=None):
            await _withdraw(tx, message_id, item.provider_at)
        case InboundEdit():
            await _edit(tx, message_id, item.text or "", item.provider_at)
        case InboundReaction():
            await _react(tx, message_id, item)


async def raise_status(tx: Transaction, message_id: UUID, status: str, reason: str = "") -> None:
    """Note how far a message came, unless it is known to have come further."""
    changed = await tx.row(
        f"""WITH before AS (SELECT status FROM message WHERE id = $1)
        UPDATE message SET status = $2, reason = nullif($3, '') WHERE id = $1 AND status IS NOT NULL
            AND {RISES.format(new="$2")}
        RETURNING id, conversation_id, identity_id, inbox_id, (SELECT status FROM before) AS was""",
        message_id,
        status,
        reason,
    )
    if changed:
        await append(tx, fact_of(changed, "message.status_changed", properties={"status": status}))
        if changed["was"] == "unknown":
            await settled(tx, changed["inbox_id"], changed["identity_id"])


async def _edit(tx: Transaction, message_id: UUID, text: str, at: datetime) -> None:
    changed = await tx.row(
        """UPDATE message SET text = $2, fresh = NULL, content = NULL, edited_at = $3
        WHERE id = $1 AND deleted_at IS NULL AND (edited_at IS NULL OR edited_at < $3)
        RETURNING id, conversation_id, identity_id, inbox_id, channel, position_at, subject""",
        message_id,
        text,
        at,
    )
    if changed:
        await index_message(
            tx,
            message_id,
            changed["conversation_id"],
            changed["position_at"],
            changed["subject"],
            text,
            inbox_id=changed["inbox_id"],
            channel=changed["channel"],
        )
        await show_changed(tx, changed["conversation_id"], message_id, preview_of(text, None, ()))
        await append(tx, fact_of(changed, "message.edited"))


async def _withdraw(tx: Transaction, message_id: UUID, at: datetime) -> None:
    changed = await tx.row(
        """UPDATE message SET text = '', fresh = NULL, content = NULL, deleted_at = $2
        WHERE id = $1 AND deleted_at IS NULL RETURNING id, conversation_id, identity_id, inbox_id, position_at""",
        message_id,
        at,
    )
    if changed:
        await forget_message(tx, message_id, changed["position_at"])
        await show_changed(tx, changed["conversation_id"], message_id, "")
        await append(tx, fact_of(changed, "message.withdrawn"))


async def _react(tx: Transaction, message_id: UUID, item: InboundReaction) -> None:
    """The newest reaction of each sender holds, whichever came first."""
    mine = {"by": item.sender.value, "emoji": item.emoji, "at": item.provider_at.timestamp()}
    changed = await tx.row(
        """UPDATE message SET reactions = $2::jsonb || coalesce(
            (SELECT jsonb_agg(r) FROM jsonb_array_elements(reactions) r WHERE r->>'by' <> $3), '[]')
        WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM jsonb_array_elements(reactions) r
            WHERE r->>'by' = $3 AND (r->>'at')::float8 >= $4)
        RETURNING id, conversation_id, identity_id, inbox_id""",
        message_id,
        [mine],
        item.sender.value,
        mine["at"],
    )
    if changed:
        await append(tx, fact_of(changed, "message.reacted"))
