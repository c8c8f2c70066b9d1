"""Deleting lines and whole cases for good, with all that hangs on them; the files they leave are named."""

from collections.abc import Sequence
from uuid import UUID

from damso.channels import deliveries
from damso.conversations.cases import show_without
from damso.conversations.search_index import forget_message
from damso.kernel.database import Transaction
from damso.kernel.erasure import Erased


async def delete_case(tx: Transaction, conversation_id: UUID, lines: int) -> Erased:
    """Delete up to so many lines, and the case with the last of them."""
    gone = await _delete(
        tx,
        await tx.values(
            "SELECT id FROM message WHERE conversation_id = $1 ORDER BY position_at, id LIMIT $2",
            conversation_id,
            lines,
        ),
    )
    if await tx.value("SELECT true FROM message WHERE conversation_id = $1 LIMIT 1", conversation_id):
        return Erased(rows=gone.rows, files=gone.files, more=True)
    # What was joined into it is empty, and led here.
    rows = await tx.execute("DELETE FROM conversation WHERE joined_into = $1", conversation_id)
    rows += await tx.execute("DELETE FROM conversation WHERE id = $1", conversation_id)
    return Erased(rows=gone.rows + rows, files=gone.files, more=True)


async def delete_lines(tx: Transaction, conversation_id: UUID, identity_ids: Sequence[int], *, notes: bool) -> Erased:
    """Delete what these said and what was said to them; with `notes` also what colleagues noted down."""
    gone = await _delete(
        tx,
        await tx.values(
            """SELECT id FROM message WHERE conversation_id = $1
            AND (kind = 'message' AND identity_id = ANY ($2) OR kind = 'note' AND $3::boolean)""",
            conversation_id,
            list(identity_ids),
            notes,
        ),
    )
    if gone.rows:
        await tx.execute("UPDATE conversation SET preview = '' WHERE id = $1", conversation_id)
        await show_without(tx, conversation_id)
    return gone


async def _delete(tx: Transaction, message_ids: Sequence[UUID]) -> Erased:
    if not message_ids:
        return Erased()
    ids = list(message_ids)
    files = await tx.values("SELECT blob_ref FROM attachment WHERE message_id = ANY ($1)", ids)
    await tx.execute("DELETE FROM media WHERE blob_ref = ANY ($1) OR 'media:' || id = ANY ($1)", files)
    await tx.execute("DELETE FROM attempt WHERE message_id = ANY ($1)", ids)
    await tx.execute(
        "DELETE FROM waiting_item w USING message m WHERE m.id = ANY ($1) AND w.external_id = m.external_id", ids
    )
    rows = await tx.rows(
        "DELETE FROM message WHERE id = ANY ($1) RETURNING id, position_at, html_ref, source_ref, delivery_id", ids
    )
    for row in rows:
        await forget_message(tx, row["id"], row["position_at"])
    files += [row["html_ref"] for row in rows] + [row["source_ref"] for row in rows]
    files += await deliveries.forget(tx, [row["delivery_id"] for row in rows if row["delivery_id"]])
    return Erased(rows=len(rows), files=frozenset(ref for ref in files if ref and not ref.startswith("media:")))
