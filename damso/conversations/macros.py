"""Macros: named lists of steps, an agent's own or everybody's."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct

from damso.conversations.canned import check_template, render, template_of
from damso.conversations.change import Change
from damso.conversations.consents.links import PreferenceLinks
from damso.conversations.types import ConversationStatus, Priority
from damso.kernel.database import Transaction
from damso.kernel.errors import Forbidden, Invalid, NotFound
from damso.kernel.ids import new_id
from damso.team.access import Caller

MINUTES = 60 * 24 * 366
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


class Steps(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a macro does, each at most once, in this order. The answer comes from a canned answer or stands here, with
    its variables; without `send` it is only put into the composer. `assignee` and `team` are ids, `none`, or `me`."""

    answer_id: UUID | None = None
    answer: Annotated[str, Meta(max_length=20_000)] = ""
    send: bool = False
    note: Annotated[str, Meta(max_length=20_000)] = ""
    assignee: Annotated[str, Meta(pattern=f"^(me|none|{_UUID})$")] | None = None
    team: Annotated[str, Meta(pattern=f"^(none|{_UUID})$")] | None = None
    priority: Priority | None = None
    add_tag_ids: Annotated[list[UUID], Meta(max_length=50)] = []
    remove_tag_ids: Annotated[list[UUID], Meta(max_length=50)] = []
    status: ConversationStatus | None = None
    snooze_minutes: Annotated[int, Meta(ge=1, le=MINUTES)] | None = None

    @property
    def answers(self) -> bool:
        return self.answer_id is not None or bool(self.answer.strip())

    @property
    def speaks(self) -> bool:
        """Whether it says something in each case, besides changing it."""
        return self.answers or bool(self.note.strip())


class Macro(Struct, frozen=True, kw_only=True):
    """`shared`: everybody's, else one's own. `editable`: by who asks."""

    id: UUID
    name: str
    shared: bool
    editable: bool
    steps: Steps


class MacroDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    steps: Steps
    shared: bool = False


_COLUMNS = "id, name, agent_id, steps"


def may_edit_shared(caller: Caller) -> bool:
    """What everybody uses is kept by those who keep the team."""
    return caller.may("team.manage")


async def macros(tx: Transaction, caller: Caller) -> list[Macro]:
    """One's own and everybody's, by name."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM macro WHERE agent_id IS NULL OR agent_id = $1 ORDER BY lower(name), id",
        caller.agent_id,
    )
    return [_macro(row, caller) for row in rows]


async def macro(tx: Transaction, caller: Caller, macro_id: UUID) -> Macro:
    """Raises `NotFound` also for somebody else's."""
    row = await tx.row(
        f"SELECT {_COLUMNS} FROM macro WHERE id = $1 AND (agent_id IS NULL OR agent_id = $2)", macro_id, caller.agent_id
    )
    if row is None:
        raise NotFound
    return _macro(row, caller)


def _macro(row: Any, caller: Caller) -> Macro:
    shared = row["agent_id"] is None
    return Macro(
        id=row["id"],
        name=row["name"],
        shared=shared,
        editable=not shared or may_edit_shared(caller),
        steps=msgspec.convert(row["steps"], Steps),
    )


async def save_macro(tx: Transaction, caller: Caller, draft: MacroDraft, *, macro_id: UUID | None = None) -> Macro:
    """Make one, or change the one with this id. Raises `Forbidden`, `NotFound`, `Invalid`, `TemplateInvalid`."""
    if draft.shared and not may_edit_shared(caller):
        raise Forbidden
    if macro_id and not (await macro(tx, caller, macro_id)).editable:
        raise Forbidden
    check_steps(draft.steps)
    row = await tx.row(
        f"""INSERT INTO macro (id, name, agent_id, steps, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, agent_id = excluded.agent_id, steps = excluded.steps,
            updated_at = excluded.updated_at RETURNING {_COLUMNS}""",
        macro_id or new_id(),
        draft.name,
        None if draft.shared else caller.agent,
        msgspec.to_builtins(draft.steps),
        tx.now,
    )
    assert row is not None
    return _macro(row, caller)


def check_steps(steps: Steps) -> None:
    """Raises `Invalid` for what cannot be done or does nothing, `TemplateInvalid`."""
    if steps == Steps():
        raise Invalid(field="steps")
    if steps.send and not steps.answers:
        raise Invalid(field="steps.answer")
    if steps.snooze_minutes is not None and steps.status != "snoozed":
        raise Invalid(field="steps.snooze_minutes")
    check_template(steps.answer, "steps.answer")
    check_template(steps.note, "steps.note")


async def delete_macro(tx: Transaction, caller: Caller, macro_id: UUID) -> None:
    """Raises `Forbidden`, `NotFound`."""
    if not (await macro(tx, caller, macro_id)).editable:
        raise Forbidden
    await tx.execute("DELETE FROM macro WHERE id = $1", macro_id)


def change_of(steps: Steps, agent_id: UUID | None, now: datetime) -> Change:
    """What of a macro is a change of the case. Snoozed without a time means until the customer writes."""
    snoozed = steps.status == "snoozed"
    until = now + timedelta(minutes=steps.snooze_minutes) if snoozed and steps.snooze_minutes else None
    return Change(
        status=steps.status or UNSET,
        snoozed_until=until if snoozed else UNSET,
        snoozed_until_reply=until is None if snoozed else UNSET,
        assignee_id=UNSET if steps.assignee is None else _named(steps.assignee, agent_id),
        team_id=UNSET if steps.team is None else _named(steps.team, None),
        priority=steps.priority or UNSET,
        add_tag_ids=steps.add_tag_ids or UNSET,
        remove_tag_ids=steps.remove_tag_ids or UNSET,
    )


def _named(wanted: str, me: UUID | None) -> UUID | None:
    return {"me": me, "none": None}[wanted] if wanted in ("me", "none") else UUID(wanted)


class Said(Struct, frozen=True):
    """The words of a macro for one case, its variables put in."""

    answer: str
    note: str


async def words_of(
    tx: Transaction, links: PreferenceLinks, steps: Steps, conversation_id: UUID, agent_id: UUID | None
) -> Said:
    """Raises `NotFound` where the canned answer is gone, `TemplateInvalid`."""
    texts: Sequence[str] = (
        await template_of(tx, steps.answer_id) if steps.answer_id else steps.answer,
        steps.note,
    )
    answer, note = await render(tx, texts, conversation_id, agent_id, links)
    return Said(answer, note)
