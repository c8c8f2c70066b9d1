"""Two cases that are one: the agent joins them, and sees why Damso thinks they belong together."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.conversations.activities import write_activity
from damso.conversations.acts import Begun, Outcome, Result, begin_act, note_results, set_state
from damso.conversations.cases import lock_case, show_without
from damso.conversations.errors import CannotJoin, ChangedMeanwhile
from damso.conversations.move import let_take_part, move_messages
from damso.conversations.reach import reach
from damso.conversations.state import Move, State, lock_states, put
from damso.conversations.types import ConversationStatus
from damso.kernel.database import Transaction
from damso.kernel.i18n import Locale, Text
from damso.kernel.ids import new_id
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


class JoinCandidate(Struct, frozen=True, kw_only=True):
    """Another case of the same customer and brand, that this one can be joined into."""

    id: UUID
    subject: str
    status: ConversationStatus
    channel: str
    last_message_at: datetime


async def candidates_for(tx: Transaction, conversation_id: UUID, caller: Caller) -> list[JoinCandidate]:
    """The customer's other cases of the same brand in reach, open ones first."""
    args: list[object] = [conversation_id]
    conditions = " AND ".join(["o.joined_into IS NULL", *reach(caller, args, "o")])
    return await tx.all(
        JoinCandidate,
        f"""SELECT o.id, coalesce(nullif(o.subject, ''), o.preview) AS subject, o.status, o.last_channel AS channel,
            o.last_message_at
        FROM conversation c JOIN identity i ON i.id = c.anchor_identity_id
            JOIN identity j ON j.customer_id = i.customer_id JOIN conversation o ON o.anchor_identity_id = j.id
        WHERE c.id = $1 AND o.id <> c.id AND o.brand_id = c.brand_id AND {conditions}
        ORDER BY o.status = 'resolved', o.last_message_at DESC LIMIT 20""",
        *args,
    )


async def join(tx: Transaction, conversation_id: UUID, into: UUID, actor: Actor, *, act_id: UUID | None = None) -> UUID:
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
    act_id = act_id or new_id()
    await begin_act(tx, actor, act_id, "join", {"into": other.id, "from": case.id})
    stood = await lock_states(tx, [case.id, other.id])
    entered = await tx.values(_ENTER, case.id, other.id)
    all_of_it = await tx.values("SELECT id FROM message WHERE conversation_id = $1", case.id)
    moved = await move_messages(tx, all_of_it, out_of=case.id, into=other.id)
    for statement in _TAKE_OVER:
        await tx.execute(statement, case.id, other.id)
    await tx.execute(_CLOSE, case.id, other.id, tx.now)
    await show_without(tx, other.id)
    led, answers, reminders = [await tx.values(statement, case.id, other.id) for statement in _LEAD]
    await write_activity(tx, other.id, "joined", {"conversation_id": case.id}, actor)
    await append(
        tx,
        _fact("conversation.joined", case.id, case.id, other.id, actor),
        _fact("conversation.grown", other.id, case.id, other.id, actor),
    )
    stands = (await lock_states(tx, [other.id]))[other.id]
    after = _After(
        led=led,
        answers=answers,
        reminders=reminders,
        entered=entered,
        state=stands.state,
        last_message_id=stands.last_message_id,
    )
    results = [
        Result(
            conversation_id=case.id,
            outcome="done",
            before=msgspec.to_builtins(stood[case.id].state),
            message_ids=moved,
        ),
        Result(
            conversation_id=other.id,
            outcome="done",
            before=msgspec.to_builtins(stood[other.id].state),
            after=msgspec.to_builtins(after),
        ),
    ]
    await note_results(tx, act_id, results)
    await set_state(tx, act_id, "done")
    return other.id


class _After(Struct, frozen=True, kw_only=True):
    """What joining did to the case that took the other in: which cases, scheduled answers and reminders it got from
    the other, who entered, and how it stood then."""

    led: Sequence[UUID]
    answers: Sequence[UUID]
    reminders: Sequence[UUID]
    entered: Sequence[int]
    state: State
    last_message_id: UUID | None


_ENTER = """
INSERT INTO participant (conversation_id, identity_id, role)
SELECT $2, identity_id, role FROM participant WHERE conversation_id = $1 ON CONFLICT DO NOTHING RETURNING identity_id
"""

_TAKE_OVER = (
    """INSERT INTO conversation_tag (conversation_id, tag_id)
    SELECT $2, tag_id FROM conversation_tag WHERE conversation_id = $1 ON CONFLICT DO NOTHING""",
    """UPDATE conversation o SET status = 'open', resolved_at = NULL, snoozed_until = NULL, snoozed_until_reply = false
    FROM conversation c WHERE c.id = $1 AND o.id = $2 AND c.status = 'open'""",
)

_LEAD = (
    "UPDATE conversation SET joined_into = $2 WHERE joined_into = $1 RETURNING id",
    "UPDATE scheduled_answer SET conversation_id = $2 WHERE conversation_id = $1 RETURNING id",
    "UPDATE reminder SET conversation_id = $2 WHERE conversation_id = $1 RETURNING id",
)

_CLOSE = """
UPDATE conversation SET joined_into = $2, status = 'resolved', resolved_at = $3, waiting_since = NULL,
    snoozed_until = NULL, snoozed_until_reply = false WHERE id = $1
"""


def _fact(name: str, touched: UUID, case: UUID, other: UUID, actor: Actor) -> Event:
    return Event(
        name=name,
        subject_kind="conversation",
        subject_id=str(touched),
        conversation_id=touched,
        actor=actor,
        properties={"into": str(other), "from": str(case)},
    )


async def undo_join(tx: Transaction, act: Begun, actor: Actor) -> None:
    """Give each case its own again. What was said since stays where it was said. Raises `ChangedMeanwhile` where the
    two went on into a third case."""
    case_id, other_id = UUID(act.wanted["from"]), UUID(act.wanted["into"])
    for one in sorted((case_id, other_id)):
        await tx.execute("SELECT 1 FROM conversation WHERE id = $1 FOR UPDATE", one)
    rows = {
        row["conversation_id"]: row
        for row in await tx.rows(
            "SELECT conversation_id, before, after, message_ids FROM bulk_act_case WHERE act_id = $1", act.id
        )
    }
    leads = await tx.values(
        "SELECT id FROM conversation WHERE (id = $1 AND joined_into = $2) OR (id = $2 AND joined_into IS NULL)",
        case_id,
        other_id,
    )
    if len(leads) != 2:
        raise ChangedMeanwhile
    before, own = (msgspec.convert(rows[one]["before"], State) for one in (other_id, case_id))
    after = msgspec.convert(rows[other_id]["after"], _After)
    now = (await lock_states(tx, [other_id]))[other_id]
    await tx.execute(
        "UPDATE conversation SET joined_into = CASE WHEN id = ANY ($3) THEN $1::uuid END WHERE id = $1 OR id = ANY ($3)"
        " AND joined_into = $2",
        case_id,
        other_id,
        list(after.led),
    )
    for table, ids in (("scheduled_answer", after.answers), ("reminder", after.reminders)):
        await tx.execute(
            f"UPDATE {table} SET conversation_id = $1 WHERE id = ANY ($2) AND conversation_id = $3",
            case_id,
            list(ids),
            other_id,
        )
    await move_messages(tx, rows[case_id]["message_ids"], out_of=other_id, into=case_id)
    await tx.execute(
        "DELETE FROM participant WHERE conversation_id = $1 AND identity_id = ANY ($2)", other_id, list(after.entered)
    )
    await let_take_part(tx, case_id, also_of=other_id)
    closed = (await lock_states(tx, [case_id]))[case_id]
    kept = now.state != after.state or now.last_message_id != after.last_message_id
    other = (await lock_states(tx, [other_id]))[other_id]
    await put(tx, [Move(closed, own), *([] if kept else [Move(other, before)])], actor)
    for touched, parted in ((case_id, other_id), (other_id, case_id)):
        await write_activity(tx, touched, "unjoined", {"conversation_id": parted}, actor)
    await append(
        tx, *(_fact("conversation.unjoined", touched, case_id, other_id, actor) for touched in (case_id, other_id))
    )
    outcomes: dict[UUID, Outcome] = {case_id: "undone", other_id: "kept" if kept else "undone"}
    await note_results(tx, act.id, [Result(conversation_id=one, outcome=what) for one, what in outcomes.items()])
    await set_state(tx, act.id, "undone")
