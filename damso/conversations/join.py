"""Two cases that are one: the agent joins them, and sees why Damso thinks they belong together."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from damso.conversations.activities import write_activity
from damso.conversations.cases import lock_case
from damso.conversations.errors import CannotJoin
from damso.conversations.reach import reach
from damso.kernel.database import Transaction
from damso.kernel.i18n import Locale, Text
from damso.kernel.log import Actor, Event, append
from damso.team.access import Caller

_REASONS = {
    "same_customer": Text(
        "같은 고객의 진행 중인 상담이 있어요.", "The same customer has another case that is still open."
    ),
    "same_subject": Text("같은 고객이 같은 제목으로 쓴 상담이에요.", "The same customer, under the same subject."),
}


class JoinSuggestion(Struct, frozen=True):
    """Another case this one may belong to; one key joins them."""

    conversation_id: UUID
    subject: str
    last_message_at: datetime
    reason: str
    reason_text: str


async def suggestion_for(
    tx: Transaction, conversation_id: UUID, caller: Caller, locale: Locale
) -> JoinSuggestion | None:
    """The customer's other open case of the same brand that moved last, if there is one in reach."""
    args: list[object] = [conversation_id]
    conditions = " AND ".join(["o.joined_into IS NULL", *reach(caller, args, "o")])
    row = await tx.row(
        f"""SELECT o.id, o.subject, o.preview, o.last_message_at, lower(o.subject) = lower(c.subject) AS same_subject
        FROM conversation c JOIN identity i ON i.id = c.anchor_identity_id
            JOIN identity j ON j.customer_id = i.customer_id JOIN conversation o ON o.anchor_identity_id = j.id
        WHERE c.id = $1 AND o.id <> c.id AND o.brand_id = c.brand_id AND o.status <> 'resolved'
            AND c.status <> 'resolved' AND {conditions}
        ORDER BY o.last_message_at DESC LIMIT 1""",
        *args,
    )
    if row is None:
        return None
    reason = "same_subject" if row["same_subject"] else "same_customer"
    return JoinSuggestion(
        row["id"], row["subject"] or row["preview"], row["last_message_at"], reason, _REASONS[reason].say(locale)
    )


async def join(tx: Transaction, conversation_id: UUID, into: UUID, actor: Actor) -> UUID:
    """Move all that was said into the other case and close this one; the other's id.

    References to this case lead to the other from now on. Raises `CannotJoin` for cases of different customers.
    """
    for wanted in sorted((conversation_id, into)):
        await lock_case(tx, wanted)
    case, other = await lock_case(tx, conversation_id), await lock_case(tx, into)
    if case.id == other.id:
        return other.id
    customers = await tx.value(
        "SELECT count(DISTINCT customer_id) FROM identity WHERE id = ANY ($1)",
        [case.anchor_identity_id, other.anchor_identity_id],
    )
    if customers != 1 or case.brand_id != other.brand_id:
        raise CannotJoin
    for statement in _MOVES:
        await tx.execute(statement, case.id, other.id)
    await tx.execute(_CLOSE, case.id, other.id, tx.now)
    await tx.execute("UPDATE conversation SET joined_into = $2 WHERE joined_into = $1", case.id, other.id)
    await write_activity(tx, other.id, "joined", {"conversation_id": case.id}, actor)
    for touched, name in ((case, "conversation.joined"), (other, "conversation.grown")):
        await append(
            tx,
            Event(
                name=name,
                subject_kind="conversation",
                subject_id=str(touched.id),
                conversation_id=touched.id,
                actor=actor,
                properties={"into": str(other.id), "from": str(case.id)},
            ),
        )
    return other.id


_MOVES = (
    """UPDATE search_entry s SET conversation_id = $2 FROM message m
    WHERE m.conversation_id = $1 AND s.position_at = m.position_at AND s.message_id = m.id""",
    "UPDATE message SET conversation_id = $2 WHERE conversation_id = $1",
    "UPDATE mention SET conversation_id = $2 WHERE conversation_id = $1",
    """INSERT INTO participant (conversation_id, identity_id, role)
    SELECT $2, identity_id, role FROM participant WHERE conversation_id = $1 ON CONFLICT DO NOTHING""",
    """INSERT INTO conversation_tag (conversation_id, tag_id)
    SELECT $2, tag_id FROM conversation_tag WHERE conversation_id = $1 ON CONFLICT DO NOTHING""",
    """UPDATE conversation o SET last_message_at = c.last_message_at, last_message_id = c.last_message_id,
        last_channel = c.last_channel, last_author = c.last_author, preview = c.preview
    FROM conversation c WHERE c.id = $1 AND o.id = $2 AND c.last_message_at > o.last_message_at""",
    """UPDATE conversation o SET waiting_since = least(o.waiting_since, c.waiting_since), status = CASE
        WHEN c.status = 'open' THEN 'open' ELSE o.status END FROM conversation c WHERE c.id = $1 AND o.id = $2""",
)

_CLOSE = """
UPDATE conversation SET joined_into = $2, status = 'resolved', resolved_at = $3, waiting_since = NULL WHERE id = $1
"""
