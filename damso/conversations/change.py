"""What people do with cases: assign, snooze, resolve, tag, set their priority. Each leaves a line in them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from damso.conversations.cases import case_shown
from damso.conversations.retention.rules import RecordClass
from damso.conversations.state import Move, State, Stood, lock_states, put
from damso.conversations.types import ConversationStatus, Priority
from damso.kernel.database import Transaction
from damso.kernel.errors import Invalid, NotFound
from damso.kernel.log import SYSTEM, Actor
from damso.kernel.masking import mask_kept

SUBJECT = 500
"""Characters of a subject."""


class Change(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is to be different; what is not given stays. `tag_ids` are all its tags; `add_tag_ids` and
    `remove_tag_ids` leave the others as they are."""

    status: ConversationStatus | UnsetType = UNSET
    snoozed_until: Annotated[datetime, Meta(tz=True)] | UnsetType | None = UNSET
    snoozed_until_reply: bool | UnsetType = UNSET
    assignee_id: UUID | UnsetType | None = UNSET
    team_id: UUID | UnsetType | None = UNSET
    priority: Priority | UnsetType = UNSET
    tag_ids: list[UUID] | UnsetType = UNSET
    add_tag_ids: list[UUID] | UnsetType = UNSET
    remove_tag_ids: list[UUID] | UnsetType = UNSET
    subject: str | UnsetType = UNSET
    record_class: RecordClass | UnsetType = UNSET


async def change(tx: Transaction, conversation_id: UUID, wanted: Change, actor: Actor) -> None:
    """Make it so; what is so already leaves no trace. Raises `NotFound`, `Invalid`."""
    await check_change(tx, wanted)
    # A case that is joined into another just now is looked for again.
    while not (found := await lock_states(tx, [await case_shown(tx, conversation_id)])):
        pass
    await change_cases(tx, list(found.values()), wanted, actor)


async def change_cases(tx: Transaction, cases: Sequence[Stood], wanted: Change, actor: Actor) -> Sequence[Move]:
    """Make it so for all of these; how each stood and stands now. `check_change` first."""
    if wanted.subject is not UNSET:
        wanted = replace(wanted, subject=await mask_kept(tx, wanted.subject))
    moves = [Move(case, after(case.state, wanted, tx.now)) for case in cases]
    await put(tx, moves, actor)
    return moves


async def check_change(tx: Transaction, wanted: Change) -> None:
    """Whether it can be: a time to come, a colleague who is here, a team and tags that there are. Raises `Invalid`,
    `NotFound`."""
    until = wanted.snoozed_until or None
    if wanted.status == "snoozed" and not until and wanted.snoozed_until_reply is not True:
        raise Invalid(field="snoozed_until")
    if until and until <= tx.now:
        raise Invalid(field="snoozed_until")
    if wanted.assignee_id and not await tx.value(
        "SELECT true FROM agent WHERE id = $1 AND disabled_at IS NULL", wanted.assignee_id
    ):
        raise Invalid(field="assignee_id")
    # Locked, so that it is still there when this is committed.
    if wanted.team_id and not await tx.value("SELECT true FROM team WHERE id = $1 FOR KEY SHARE", wanted.team_id):
        raise Invalid(field="team_id")
    given = set(wanted.tag_ids or ()) | set(wanted.add_tag_ids or ())
    if given and await tx.value("SELECT count(*) FROM tag WHERE id = ANY ($1)", list(given)) != len(given):
        raise NotFound(field="tag_ids")


def after(state: State, wanted: Change, now: datetime) -> State:
    """How a case stands once this is done."""
    changed: dict[str, Any] = {}
    for name in ("assignee_id", "team_id", "priority", "record_class"):
        value = getattr(wanted, name)
        if value is not UNSET:
            changed[name] = value
    if wanted.subject is not UNSET:
        changed["subject"] = wanted.subject[:SUBJECT]
    tags = set(state.tag_ids if wanted.tag_ids is UNSET else wanted.tag_ids)
    tags = (tags | set(wanted.add_tag_ids or ())) - set(wanted.remove_tag_ids or ())
    if wanted.status is not UNSET:
        changed |= _rest(state, wanted, wanted.status, now)
    return replace(state, **changed, tag_ids=sorted(tags))


def _rest(state: State, wanted: Change, status: ConversationStatus, now: datetime) -> dict[str, Any]:
    """The status, and all that goes with it."""
    snoozed, resolved = status == "snoozed", status == "resolved"
    until = (wanted.snoozed_until or None) if snoozed else None
    until_reply = snoozed and wanted.snoozed_until_reply is True
    if (status, until, until_reply) == state.resting:
        return {}
    return {
        "status": status,
        "snoozed_until": until,
        "snoozed_until_reply": until_reply,
        "resolved_at": now if resolved else None,
        "waiting_since": None if resolved else state.waiting_since,
    }


class SnoozeTimer:
    """Wakes what was snoozed until a time."""

    name: ClassVar[str] = "snooze"

    async def run(self, tx: Transaction) -> bool:
        due = await tx.values(
            """SELECT id FROM conversation WHERE snoozed_until <= $1 AND status = 'snoozed'
            ORDER BY snoozed_until LIMIT 20 FOR UPDATE SKIP LOCKED""",
            tx.now,
        )
        await change_cases(tx, list((await lock_states(tx, due)).values()), Change(status="open"), SYSTEM)
        return len(due) == 20
