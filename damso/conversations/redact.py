"""Taking somebody's name and addresses out of what others said."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from damso.channels import deliveries
from damso.conversations.cases import show_without
from damso.conversations.search_index import index_message
from damso.kernel.database import Transaction
from damso.kernel.erasure import Erased, Person

GONE = "●●●"

_LINES = """
SELECT id, kind, text, subject, recipients, reply_to, reactions, activity, content, author_name, html_ref,
    source_ref, delivery_id, evidence, position_at, inbox_id, channel, fresh FROM message WHERE conversation_id = $1
"""


def without(text: str, needles: Sequence[str]) -> str:
    """The text with every needle replaced, whatever its case."""
    for needle in needles:
        at = text.lower().find(needle.lower())
        while at >= 0:
            text = text[:at] + GONE + text[at + len(needle) :]
            at = text.lower().find(needle.lower(), at + len(GONE))
    return text


async def redact_case(tx: Transaction, conversation_id: UUID, person: Person, *, anchored: bool) -> Erased:
    """Clean a case that others go on with; where it began with the person, it now begins with the first other."""
    files: set[str] = set()
    changed = 0
    for row in await tx.rows(_LINES, conversation_id):
        files |= await _drop_raw(tx, row)
        changed += await _redact_line(tx, conversation_id, row, person)
    if anchored:
        await tx.execute(
            """UPDATE conversation SET subject = '', anchor_identity_id = (
                SELECT identity_id FROM message WHERE conversation_id = $1 AND kind = 'message' AND direction = 'in'
                ORDER BY position_at, id LIMIT 1) WHERE id = $1""",
            conversation_id,
        )
    else:
        subject = await tx.value("SELECT subject FROM conversation WHERE id = $1", conversation_id)
        clean = without(subject, person.needles)
        await tx.execute("UPDATE conversation SET subject = $2 WHERE id = $1", conversation_id, clean)
    await _redact_file_names(tx, conversation_id, person)
    await _redact_hold(tx, conversation_id, person)
    await tx.execute("UPDATE conversation SET preview = '' WHERE id = $1", conversation_id)
    await show_without(tx, conversation_id)
    gone = "DELETE FROM participant WHERE conversation_id = $1 AND identity_id = ANY ($2)"
    await tx.execute(gone, conversation_id, list(person.identity_ids))
    return Erased(rows=changed, files=frozenset(files))


async def _redact_file_names(tx: Transaction, conversation_id: UUID, person: Person) -> None:
    rows = await tx.rows(
        "SELECT a.id, a.name FROM attachment a JOIN message m ON m.id = a.message_id WHERE m.conversation_id = $1",
        conversation_id,
    )
    for row in rows:
        if (clean := without(row["name"], person.needles)) != row["name"]:
            await tx.execute("UPDATE attachment SET name = $2 WHERE id = $1", row["id"], clean)


async def _redact_hold(tx: Transaction, conversation_id: UUID, person: Person) -> None:
    why = await tx.value("SELECT reason FROM conversation_hold WHERE conversation_id = $1", conversation_id)
    if why and (clean := without(why, person.needles)) != why:
        await tx.execute("UPDATE conversation_hold SET reason = $2 WHERE conversation_id = $1", conversation_id, clean)


async def _drop_raw(tx: Transaction, row: Any) -> set[str]:
    refs = {ref for ref in (row["html_ref"], row["source_ref"]) if ref}
    if refs:
        await tx.execute("UPDATE message SET html_ref = NULL, source_ref = NULL WHERE id = $1", row["id"])
    if row["delivery_id"]:
        refs |= set(await deliveries.forget(tx, [row["delivery_id"]]))
        await tx.execute("UPDATE message SET delivery_id = NULL WHERE id = $1", row["id"])
    return refs


_CLEANED = ("recipients", "reactions", "text", "subject", "evidence", "reply_to", "activity", "content", "author_name")


def _cleaned(value: Any, needles: Sequence[str]) -> Any:
    """Every text within it without the needles."""
    match value:
        case str():
            return without(value, needles)
        case list():
            return [_cleaned(one, needles) for one in value]
        case dict():
            return {key: _cleaned(one, needles) for key, one in value.items()}
    return value


async def _redact_line(tx: Transaction, conversation_id: UUID, row: Any, person: Person) -> bool:
    """Whether the line said anything of the person."""
    values = {value.lower() for value in person.values}
    recipients = {
        name: [one for one in addresses if one.lower() not in values] for name, addresses in row["recipients"].items()
    }
    reactions = [one for one in row["reactions"] if str(one.get("by", "")).lower() not in values]
    text, subject = without(row["text"], person.needles), without(row["subject"], person.needles)
    evidence = without(row["evidence"], person.needles)
    reply_to = None if (row["reply_to"] or "").lower() in values else row["reply_to"]
    activity, content = _cleaned(row["activity"], person.needles), _cleaned(row["content"], person.needles)
    author = without(row["author_name"], person.needles) if row["author_name"] else row["author_name"]
    after = (recipients, reactions, text, subject, evidence, reply_to, activity, content, author)
    if after == tuple(row[name] for name in _CLEANED):
        return False
    fresh = len(without(row["text"][: row["fresh"]], person.needles)) if row["fresh"] is not None else None
    await tx.execute(
        """UPDATE message SET recipients = $2, reactions = $3, text = $4, subject = $5, evidence = $6, reply_to = $7,
            activity = $8, content = $9, author_name = $10, fresh = $11 WHERE id = $1""",
        row["id"],
        *after,
        fresh,
    )
    if row["kind"] != "activity":
        await index_message(
            tx,
            row["id"],
            conversation_id,
            row["position_at"],
            subject,
            text,
            inbox_id=row["inbox_id"],
            channel=row["channel"],
        )
    return True
