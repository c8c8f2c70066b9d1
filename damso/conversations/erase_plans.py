"""Forgetting what was planned, remembered and kept for undoing in a case of somebody who is erased."""

from collections.abc import Sequence
from uuid import UUID

from damso.conversations.redact import without
from damso.kernel.database import Transaction
from damso.kernel.erasure import Person

_UNSENT = """
DELETE FROM attachment WHERE message_id IS NULL AND id IN (
    SELECT unnest(attachment_ids) FROM draft WHERE conversation_id = $1
    UNION SELECT unnest(attachment_ids) FROM scheduled_answer WHERE conversation_id = $1 AND ($2::uuid[] IS NULL
        OR id = ANY ($2)))
RETURNING blob_ref
"""

_UPLOADED = """
DELETE FROM attachment a USING identity i WHERE i.id = ANY ($1) AND a.message_id IS NULL
    AND a.uploader_kind <> 'agent' AND a.uploader_id IN (i.id::text, i.value)
RETURNING a.blob_ref
"""


async def forget_unsent(tx: Transaction, conversation_id: UUID, answers: Sequence[UUID] | None = None) -> set[str]:
    """Delete files that drafts and planned answers (all, or these) would have sent; what held them."""
    return set(await tx.values(_UNSENT, conversation_id, None if answers is None else list(answers)))


async def forget_uploads(tx: Transaction, person: Person) -> set[str]:
    """Delete what the person uploaded and never sent."""
    return set(await tx.values(_UPLOADED, list(person.identity_ids)))


async def forget_offers(tx: Transaction, person: Person) -> int:
    """Delete offers to go on elsewhere that were made to the person or opened in their browser; how many there were."""
    return await tx.execute(
        """DELETE FROM continuation WHERE from_identity_id = ANY ($1) OR visitor IN (
            SELECT i.kind || ':' || i.scope || ':' || i.value FROM identity i WHERE i.id = ANY ($1))""",
        list(person.identity_ids),
    )


async def redact_plans(tx: Transaction, conversation_id: UUID, person: Person) -> set[str]:
    """In a case that goes on for others: planned answers to or about the person go, as drafts do; a reminder stays
    without their name. Acts on the case can no longer be undone: they remember its subject."""
    about = await _answers_about(tx, conversation_id, person)
    files = await forget_unsent(tx, conversation_id, about)
    await tx.execute("DELETE FROM scheduled_answer WHERE id = ANY ($1)", about)
    await tx.execute("DELETE FROM draft WHERE conversation_id = $1", conversation_id)
    await tx.execute("DELETE FROM bulk_act_case WHERE conversation_id = $1", conversation_id)
    for row in await tx.rows("SELECT id, text FROM reminder WHERE conversation_id = $1", conversation_id):
        if (clean := without(row["text"], person.needles)) != row["text"]:
            await tx.execute("UPDATE reminder SET text = $2 WHERE id = $1", row["id"], clean)
    return files


async def _answers_about(tx: Transaction, conversation_id: UUID, person: Person) -> list[UUID]:
    rows = await tx.rows(
        "SELECT id, identity_id, text, subject, cc FROM scheduled_answer WHERE conversation_id = $1", conversation_id
    )
    values = {value.lower() for value in person.values}
    return [
        row["id"]
        for row in rows
        if row["identity_id"] in person.identity_ids
        or values & {address.lower() for address in row["cc"]}
        or any(without(row[part], person.needles) != row[part] for part in ("text", "subject"))
    ]
