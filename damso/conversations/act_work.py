"""Working at an act, a chunk of its cases at a time: doing it, and undoing it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from damso.channels.inboxes import Inboxes
from damso.conversations.acts import Begun, Result, next_cases, note_results, set_state
from damso.conversations.change import Change, change_cases
from damso.conversations.consents.links import PreferenceLinks
from damso.conversations.macros import Steps, change_of
from damso.conversations.reach import reach
from damso.conversations.say_macro import say_macro, unsay
from damso.conversations.state import Move, State, Stood, lock_states, put
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.log import Actor
from damso.team.access import Caller

CHUNK = 50
"""Cases that are changed in one transaction."""
CHUNK_SAID = 5
"""Cases in which something is said in one transaction: each takes a dozen statements."""


class Wanted(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an act does: a change, and, of a macro, what else its steps are."""

    change: Change = Change()
    steps: Steps | None = None


def wanted_of_macro(steps: Steps, caller: Caller, begun: Any) -> Wanted:
    return Wanted(change=change_of(steps, caller.agent_id, begun), steps=steps)


def chunk_of(wanted: Wanted) -> int:
    return CHUNK_SAID if wanted.steps and wanted.steps.speaks else CHUNK


async def go_on(tx: Transaction, inboxes: Inboxes, links: PreferenceLinks, act: Begun, caller: Caller) -> bool:
    """Do the next chunk of an act that is locked; whether there is more. Raises nothing for a single case: what does
    not allow it is skipped and counted."""
    wanted = msgspec.convert(act.wanted, Wanted)
    limit = chunk_of(wanted)
    if act.state == "undoing":
        more = await _undo_chunk(tx, inboxes, act, caller, limit)
    else:
        more = await _do_chunk(tx, inboxes, links, act, caller, wanted)
    if not more:
        await set_state(tx, act.id, "undone" if act.state == "undoing" else "done")
    return more


async def _do_chunk(
    tx: Transaction, inboxes: Inboxes, links: PreferenceLinks, act: Begun, caller: Caller, wanted: Wanted
) -> bool:
    limit = chunk_of(wanted)
    rows = await next_cases(tx, act.id, "waiting", limit)
    cases = await _locked(tx, caller, [row["conversation_id"] for row in rows])
    willing: list[Stood] = []
    results: list[Result] = []
    for row in rows:
        case = cases.get(row["conversation_id"])
        if case is None or _spoke_since(case, row["seen_at"]):
            results.append(_skipped(row["conversation_id"], "CHANGED_MEANWHILE"))
        else:
            willing.append(case)
    said: dict[UUID, Sequence[UUID]] = {}
    drafts: dict[UUID, str] = {}
    if wanted.steps and wanted.steps.speaks:
        for case in list(willing):
            try:
                async with tx.savepoint():
                    spoken = await say_macro(tx, inboxes, links, wanted.steps, act.id, case.id, caller)
            except AppError as refusal:
                willing.remove(case)
                results.append(_skipped(case.id, refusal.code))
            else:
                said[case.id], drafts[case.id] = spoken.message_ids, spoken.draft
        willing = list((await _locked(tx, caller, [case.id for case in willing])).values())
    moves = await change_cases(tx, willing, wanted.change, caller.actor)
    results += [
        _done(cases[move.case.id].state, move, said.get(move.case.id, ()), drafts.get(move.case.id, ""))
        for move in moves
    ]
    await note_results(tx, act.id, results)
    return len(rows) == limit


async def _locked(tx: Transaction, caller: Caller, ids: Sequence[UUID]) -> dict[UUID, Stood]:
    args: list[object] = [None]
    conditions = reach(caller, args)
    return dict(await lock_states(tx, ids, conditions=conditions, args=args[1:]))


def _spoke_since(case: Stood, seen_at: Any) -> bool:
    """The customer wrote since the agent looked."""
    return seen_at is not None and case.heard_at is not None and case.heard_at > seen_at


def _skipped(conversation_id: UUID, reason: str) -> Result:
    return Result(conversation_id=conversation_id, outcome="skipped", reason=reason)


class Kept(Struct, frozen=True, kw_only=True):
    """How a case stood right after an act: what undoing compares with."""

    state: State
    last_message_id: UUID | None
    draft: str = ""


def _done(before: State, move: Move, message_ids: Sequence[UUID], draft: str) -> Result:
    same = move.after == before and not message_ids and not draft
    kept = Kept(state=move.after, last_message_id=move.case.last_message_id, draft=draft)
    return Result(
        conversation_id=move.case.id,
        outcome="same" if same else "done",
        before=msgspec.to_builtins(before),
        after=msgspec.to_builtins(kept),
        message_ids=message_ids,
    )


async def _undo_chunk(tx: Transaction, inboxes: Inboxes, act: Begun, caller: Caller, limit: int) -> bool:
    rows = await next_cases(tx, act.id, "done", limit)
    cases = await _locked(tx, caller, [row["conversation_id"] for row in rows])
    stood: dict[UUID, tuple[State, State]] = {}
    results: list[Result] = []
    for row in rows:
        case = cases.get(row["conversation_id"])
        before, after = msgspec.convert(row["before"], State), msgspec.convert(row["after"], Kept)
        if case is None or _changed_since(case, before, after):
            results.append(_kept(row["conversation_id"], "CHANGED_MEANWHILE"))
            continue
        try:
            async with tx.savepoint():
                await unsay(tx, inboxes, row["message_ids"], case.id, after.draft, caller.actor)
        except AppError as refusal:
            results.append(_kept(case.id, refusal.code))
        else:
            stood[case.id] = before, after.state
            results.append(Result(conversation_id=case.id, outcome="undone"))
    # Taking back what was said changed some of them.
    cases = await _locked(tx, caller, list(stood))
    back = [Move(case, _as_before(case.state, *stood[case.id])) for case in cases.values()]
    await _put_back(tx, back, caller.actor)
    await note_results(tx, act.id, results)
    return len(rows) == limit


def _kept(conversation_id: UUID, reason: str) -> Result:
    return Result(conversation_id=conversation_id, outcome="kept", reason=reason)


async def _put_back(tx: Transaction, moves: Sequence[Move], actor: Actor) -> None:
    """Colleagues and teams that are gone meanwhile cannot be given a case."""
    gone = await _gone(tx, moves)
    kept = [Move(move.case, _without(move.after, gone)) for move in moves]
    await put(tx, kept, actor)


async def _gone(tx: Transaction, moves: Sequence[Move]) -> set[UUID]:
    named = {id_ for move in moves for id_ in (move.after.assignee_id, move.after.team_id) if id_}
    if not named:
        return set()
    there = await tx.values(
        """SELECT id FROM agent WHERE id = ANY ($1) AND disabled_at IS NULL
        UNION ALL SELECT id FROM (SELECT id FROM team WHERE id = ANY ($1) FOR KEY SHARE) t""",
        list(named),
    )
    return named - set(there)


def _without(state: State, gone: set[UUID]) -> State:
    return replace(
        state,
        assignee_id=None if state.assignee_id in gone else state.assignee_id,
        team_id=None if state.team_id in gone else state.team_id,
    )


_GROUPS = (("status", "snoozed_until", "snoozed_until_reply"), ("assignee_id",), ("team_id",), ("priority",))
_FOLLOWING = ("resolved_at", "waiting_since")
"""What goes with the status."""


def _touched(before: State, after: State) -> list[str]:
    return [
        name for group in _GROUPS if any(getattr(before, one) != getattr(after, one) for one in group) for name in group
    ]


def _changed_since(case: Stood, before: State, after: Kept) -> bool:
    """Whether what the act changed stands otherwise now, or something was said since that a status stands for."""
    touched = _touched(before, after.state)
    if any(getattr(case.state, name) != getattr(after.state, name) for name in touched):
        return True
    added = set(after.state.tag_ids) - set(before.tag_ids)
    removed = set(before.tag_ids) - set(after.state.tag_ids)
    tags = set(case.state.tag_ids)
    return (
        not added <= tags
        or bool(removed & tags)
        or ("status" in touched and case.last_message_id != after.last_message_id)
    )


def _as_before(now: State, before: State, after: State) -> State:
    """As it stood, in what the act had changed and in nothing else."""
    names = _touched(before, after)
    names += _FOLLOWING if "status" in names else ()
    added, removed = set(after.tag_ids) - set(before.tag_ids), set(before.tag_ids) - set(after.tag_ids)
    return replace(
        now,
        **{name: getattr(before, name) for name in names},
        tag_ids=sorted((set(now.tag_ids) - added) | removed),
    )
