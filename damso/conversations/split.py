"""When customers are taken apart, what each of them said goes with them.

A case belongs to the customer of its anchor. Whoever takes part in it as the customer (role `customer`) and is a
different person now came into it by a merge: what they said, and what was said to them, moves into a case of their
own. People in copy (role `cc`) came of themselves and stay. Notes, assignment and tags stay with the anchor.

The rule looks at how things are and not at what happened, so doing it again changes nothing, and a part of it that was
done before a crash is gone on with.
"""

from collections.abc import Collection, Sequence
from typing import ClassVar
from uuid import UUID

from msgspec import Struct

from damso.conversations.activities import write_activity
from damso.conversations.cases import Case, add_participant, lock_case, open_case, show_without
from damso.conversations.move import move_messages
from damso.kernel.database import Transaction
from damso.kernel.i18n import Text
from damso.kernel.log import SYSTEM, Event, Recorded, Stream, append

CHUNK = 500
"""Messages that are moved in one transaction."""


class Stray(Struct, frozen=True):
    """Somebody who takes part in a case (`home`) as its customer and is another customer now."""

    home: UUID
    customer_id: UUID
    identity_ids: Sequence[int]


class SplitReader:
    """Gives each its own after customers were taken apart. What is too much for one step goes on with the next, by a
    fact that this reader itself writes."""

    name: ClassVar[str] = "conversations.split"
    title: ClassVar[Text] = Text(
        "나뉜 고객에게 각자의 상담 나눠 주기", "Giving each their own after customers were taken apart"
    )
    stream: ClassVar[Stream] = "care"
    names: ClassVar[Collection[str] | None] = {"identity.unlinked", "identity.split"}

    async def read(self, tx: Transaction, events: Sequence[Recorded]) -> None:
        left = CHUNK
        strays = await strays_of(tx, {event.identity_id for event in events if event.identity_id})
        for stray in strays:
            if left <= 0:
                await append(tx, _go_on(stray))
            else:
                moved = await split(tx, stray, left)
                left -= max(moved, CHUNK // 20)
                if left <= 0:
                    await append(tx, _go_on(stray))


def _go_on(stray: Stray) -> Event:
    return Event(
        name="identity.split",
        subject_kind="identity",
        subject_id=str(stray.identity_ids[0]),
        identity_id=stray.identity_ids[0],
    )


_STRAYS = """
WITH cases AS (
    SELECT conversation_id AS id FROM participant WHERE identity_id = ANY ($1) AND role = 'customer'
    UNION SELECT id FROM conversation WHERE anchor_identity_id = ANY ($1)
)
SELECT c.id AS home, i.customer_id, array_agg(i.id ORDER BY i.id) AS identity_ids FROM cases
JOIN conversation c ON c.id = cases.id AND c.joined_into IS NULL JOIN identity a ON a.id = c.anchor_identity_id
JOIN participant p ON p.conversation_id = c.id AND p.role = 'customer'
JOIN identity i ON i.id = p.identity_id AND i.customer_id <> a.customer_id
GROUP BY c.id, i.customer_id ORDER BY c.id, i.customer_id
"""


async def strays_of(tx: Transaction, identity_ids: Collection[int]) -> list[Stray]:
    """Who is in the wrong case, of all cases these identities have to do with."""
    return await tx.all(Stray, _STRAYS, list(identity_ids))


async def split(tx: Transaction, stray: Stray, most: int) -> int:
    """Move up to so many messages of somebody out of a case that is not theirs; how many there were."""
    home = await lock_case(tx, stray.home)
    own = await _own_case(tx, home, stray)
    theirs = await tx.values(_THEIRS, home.id, list(stray.identity_ids), most) if own else []
    moved = await move_messages(tx, theirs, out_of=home.id, into=own) if own else []
    if own is None or len(moved) < most:
        await _leave(tx, home, own, stray)
    for case in (home.id, *([own] if own else ())):
        await show_without(tx, case)
    return len(moved)


_THEIRS = """
SELECT id FROM message WHERE conversation_id = $1 AND identity_id = ANY ($2) AND kind = 'message'
ORDER BY position_at, id LIMIT $3
"""

# A case that an agent joined into this one is theirs already; else one that was split off before.
_OWN = """
SELECT c.id FROM conversation c JOIN identity a ON a.id = c.anchor_identity_id
WHERE (c.joined_into = $1 OR (c.split_from = $1 AND c.joined_into IS NULL)) AND a.customer_id = $2
ORDER BY c.joined_into IS NULL, c.created_at, c.id LIMIT 1 FOR UPDATE OF c
"""


async def _own_case(tx: Transaction, home: Case, stray: Stray) -> UUID | None:
    """The case that takes what is theirs, made if need be; None where they said nothing."""
    own: UUID | None = await tx.value(_OWN, home.id, stray.customer_id)
    if own:
        await tx.execute(
            """UPDATE conversation SET joined_into = NULL, status = CASE WHEN $2 THEN 'resolved' ELSE 'open' END,
                resolved_at = CASE WHEN $2 THEN resolved_at END, split_from = $3
            WHERE id = $1 AND joined_into IS NOT NULL""",
            own,
            home.status == "resolved",
            home.id,
        )
        return own
    first = await tx.row(
        """SELECT identity_id, inbox_id, channel, position_at FROM message
        WHERE conversation_id = $1 AND identity_id = ANY ($2) AND kind = 'message' ORDER BY position_at, id LIMIT 1""",
        home.id,
        list(stray.identity_ids),
    )
    if first is None:
        return None
    case = await open_case(
        tx,
        anchor_identity_id=first["identity_id"],
        brand_id=home.brand_id,
        inbox_id=first["inbox_id"],
        channel=first["channel"],
        subject=home.subject,
        actor=SYSTEM,
        at=first["position_at"],
        resolved=home.status == "resolved",
    )
    # The team stays, so that whoever could read these messages still can; nobody is assigned.
    await tx.execute(
        "UPDATE conversation SET split_from = $2, visibility = $3, team_id = $4 WHERE id = $1",
        case.id,
        home.id,
        home.visibility,
        home.team_id,
    )
    return case.id


async def _leave(tx: Transaction, home: Case, own: UUID | None, stray: Stray) -> None:
    """All is moved: they leave the case, and both cases say so."""
    if own:
        for identity_id in stray.identity_ids:
            await add_participant(tx, own, identity_id, "customer")
        for statement in _TAKE_ALONG:
            await tx.execute(statement, home.id, own, list(stray.identity_ids))
    for statement in _LEAVE:
        await tx.execute(statement, home.id, list(stray.identity_ids))
    if own is None:
        return
    for case, code, other in ((home.id, "split_off", own), (own, "split_from", home.id)):
        await write_activity(tx, case, code, {"conversation_id": other}, SYSTEM)
        await append(
            tx,
            Event(
                name="conversation.split",
                subject_kind="conversation",
                subject_id=str(case),
                conversation_id=case,
                identity_id=stray.identity_ids[0] if case == own else home.anchor_identity_id,
                brand_id=home.brand_id,
                properties={"from": str(home.id), "into": str(own)},
            ),
        )


_TAKE_ALONG = (
    # How far agents have read, which the customer sees.
    """INSERT INTO seen (conversation_id, agent_id, seen_at)
    SELECT $2, agent_id, seen_at FROM seen WHERE conversation_id = $1 AND $3::bigint[] IS NOT NULL
    ON CONFLICT (conversation_id, agent_id) DO UPDATE SET seen_at = greatest(seen.seen_at, excluded.seen_at)""",
    # Who was in copy of what they wrote stays in copy of it.
    """INSERT INTO participant (conversation_id, identity_id, role)
    SELECT $2, p.identity_id, 'cc' FROM participant p JOIN identity i ON i.id = p.identity_id
    WHERE p.conversation_id = $1 AND p.role = 'cc' AND p.identity_id <> ALL ($3) AND EXISTS (
        SELECT 1 FROM message m WHERE m.conversation_id = $2 AND (m.reply_to = i.value
            OR m.recipients->'to' ? i.value OR m.recipients->'cc' ? i.value))
    ON CONFLICT DO NOTHING""",
    # And is no longer in copy of what others wrote, unless those named them too.
    """DELETE FROM participant p USING identity i, participant o
    WHERE i.id = p.identity_id AND p.conversation_id = $1 AND p.role = 'cc' AND p.identity_id <> ALL ($3)
        AND o.conversation_id = $2 AND o.identity_id = p.identity_id AND o.role = 'cc' AND NOT EXISTS (
            SELECT 1 FROM message m WHERE m.conversation_id = $1 AND (m.identity_id = i.id OR m.reply_to = i.value
                OR m.recipients->'to' ? i.value OR m.recipients->'cc' ? i.value))""",
    # An answer that somebody is writing to them.
    """WITH taken AS (
        DELETE FROM draft d WHERE d.conversation_id = $1 AND d.identity_id = ANY ($3) AND NOT EXISTS (
            SELECT 1 FROM draft o WHERE o.conversation_id = $2 AND o.agent_id = d.agent_id) RETURNING *
    )
    INSERT INTO draft (conversation_id, agent_id, kind, text, inbox_id, identity_id, attachment_ids, updated_at)
    SELECT $2, agent_id, kind, text, inbox_id, identity_id, attachment_ids, updated_at FROM taken""",
)

_LEAVE = (
    # Whom somebody else put in copy stays in copy.
    """UPDATE participant p SET role = 'cc' FROM identity i
    WHERE p.conversation_id = $1 AND p.identity_id = ANY ($2) AND i.id = p.identity_id AND EXISTS (
        SELECT 1 FROM message m WHERE m.conversation_id = $1
            AND (m.recipients->'to' ? i.value OR m.recipients->'cc' ? i.value))""",
    "DELETE FROM participant WHERE conversation_id = $1 AND identity_id = ANY ($2) AND role = 'customer'",
    "UPDATE draft SET identity_id = NULL, inbox_id = NULL WHERE conversation_id = $1 AND identity_id = ANY ($2)",
)
