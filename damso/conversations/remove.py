"""Deleting lines and whole cases for good, with all that hangs on them; the files they leave are named."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from damso.channels import deliveries
from damso.conversations.cases import show_without
from damso.conversations.search_index import forget_messages
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


class GoneCases(Struct, frozen=True, kw_only=True):
    """What a chunk of deleting cases did: `case_ids` are those of which nothing is left."""

    case_ids: frozenset[UUID]
    erased: Erased


async def delete_cases(tx: Transaction, conversation_ids: Sequence[UUID], lines: int) -> GoneCases:
    """Delete these cases, but no more than so many lines: what is left of the last goes with the next call."""
    ids = list(conversation_ids)
    gone = await _delete(
        tx,
        await tx.values(
            """SELECT m.id FROM unnest($1::uuid[]) WITH ORDINALITY AS c(id, place) JOIN message m
                ON m.conversation_id = c.id ORDER BY c.place, m.position_at, m.id LIMIT $2""",
            ids,
            lines,
        ),
    )
    empty = "NOT EXISTS (SELECT FROM message m WHERE m.conversation_id = c.id)"
    done = await tx.values(f"SELECT id FROM conversation c WHERE id = ANY ($1) AND {empty}", ids)
    # What was joined into them is empty, and led here.
    rows = await tx.execute("DELETE FROM conversation WHERE joined_into = ANY ($1)", done)
    rows += await tx.execute("DELETE FROM conversation WHERE id = ANY ($1)", done)
    return GoneCases(case_ids=frozenset(done), erased=Erased(rows=gone.rows + rows, files=gone.files))


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
    await forget_messages(tx, [(row["id"], row["position_at"]) for row in rows])
    files += [row["html_ref"] for row in rows] + [row["source_ref"] for row in rows]
    files += await deliveries.forget(tx, [row["delivery_id"] for row in rows if row["delivery_id"]])
    return Erased(rows=len(rows), files=frozenset(ref for ref in files if ref and not ref.startswith("media:")))
