"""Acts: something done to one or many cases that can be undone, kept as a row with what was before.

An act chooses its cases when it begins and works them off in chunks, each a short transaction of its own; whatever
happens in between, it goes on where it was. A few cases are done within the request that asked for it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.conversations.errors import TooManyCases, UndoTooLate
from damso.conversations.reach import reach
from damso.conversations.rows import Filter, conditions_of
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.log import Actor
from damso.team.access import Caller

MOST = 2_000
"""Cases of one act: they are noted in the transaction that begins it, which has 100 ms."""
UNDO = timedelta(minutes=10)
KEPT = timedelta(days=1)

ActKind = Literal["change", "macro", "split", "join"]
ActState = Literal["running", "done", "undoing", "undone"]
Outcome = Literal["waiting", "done", "same", "skipped", "undone", "kept"]


class Chosen(Struct, frozen=True, forbid_unknown_fields=True):
    """A case somebody chose. `seen_at` is when it had moved last as they saw it: a word of the customer since then
    makes it another case than the one they meant."""

    id: UUID
    seen_at: datetime | None = None


class Act(Struct, frozen=True, kw_only=True):
    """How far an act has come. `same` stood so already, `skipped` had changed since or did not allow it; undoing,
    `kept` were changed since and stay as they are. `reasons` count why, by code."""

    id: UUID
    kind: ActKind
    state: ActState
    total: int
    waiting: int
    done: int
    same: int
    skipped: int
    undone: int
    kept: int
    reasons: Mapping[str, int]
    undo_until: datetime | None
    conversation_id: UUID | None = None
    """What a split or a join led to."""


class Begun(Struct, frozen=True, kw_only=True):
    """An act as it is worked at, locked."""

    id: UUID
    actor_kind: str
    actor_id: str
    kind: ActKind
    wanted: Mapping[str, Any]
    state: ActState
    created_at: datetime
    done_at: datetime | None


_COLUMNS = ", ".join(Begun.__struct_fields__)


async def begin_act(tx: Transaction, actor: Actor, act_id: UUID, kind: ActKind, wanted: Mapping[str, Any]) -> bool:
    """Begin an act under an id that the client made; whether it is new. Raises `NotFound` for somebody else's id."""
    made = await tx.value(
        """INSERT INTO bulk_act (id, actor_kind, actor_id, kind, wanted, state, created_at)
        VALUES ($1, $2, $3, $4, $5, 'running', $6) ON CONFLICT (id) DO NOTHING RETURNING true""",
        act_id,
        actor.kind,
        actor.id,
        kind,
        msgspec.to_builtins(wanted),
        tx.now,
    )
    if not made:
        await own_act(tx, actor, act_id)
    return bool(made)


async def choose_cases(tx: Transaction, act_id: UUID, caller: Caller, chosen: Sequence[Chosen]) -> int:
    """Note these cases, as far as they are in reach; how many there are. Raises `TooManyCases`."""
    if len(chosen) > MOST:
        raise TooManyCases(field="cases", limit=MOST)
    args: list[object] = [act_id, [one.id for one in chosen], [one.seen_at for one in chosen]]
    conditions = " AND ".join(["c.joined_into IS NULL", *reach(caller, args)])
    return await tx.execute(
        f"""INSERT INTO bulk_act_case (act_id, conversation_id, seen_at, outcome)
        SELECT $1, c.id, max(n.seen_at), 'waiting' FROM unnest($2::uuid[], $3::timestamptz[]) AS n(id, seen_at)
            JOIN conversation c ON c.id = n.id WHERE {conditions} GROUP BY c.id ON CONFLICT DO NOTHING""",
        *args,
    )


async def choose_view(tx: Transaction, act_id: UUID, caller: Caller, chosen: Filter, seen_at: datetime) -> int:
    """Note the cases of a view, those that moved last if there are more than `MOST`; how many there are."""
    args: list[object] = []
    stretches = [
        f"(SELECT c.id, c.last_message_at FROM conversation c WHERE {condition}"
        f" ORDER BY c.last_message_at DESC, c.id DESC LIMIT {MOST})"
        for condition in conditions_of(chosen, caller, args)
    ]
    args += [act_id, seen_at]
    return await tx.execute(
        f"""INSERT INTO bulk_act_case (act_id, conversation_id, seen_at, outcome)
        SELECT ${len(args) - 1}, id, ${len(args)}, 'waiting' FROM ({" UNION ALL ".join(stretches)}) one
        ORDER BY last_message_at DESC, id DESC LIMIT {MOST}""",
        *args,
    )


async def lock_act(tx: Transaction, act_id: UUID) -> Begun:
    """Raises `NotFound`."""
    return await tx.one(Begun, f"SELECT {_COLUMNS} FROM bulk_act WHERE id = $1 FOR UPDATE", act_id)


async def own_act(tx: Transaction, actor: Actor, act_id: UUID) -> Begun:
    """An act of the actor's own. Raises `NotFound`."""
    act = await lock_act(tx, act_id)
    if act.actor_id != actor.id:
        raise NotFound
    return act


async def begin_undoing(tx: Transaction, act: Begun) -> bool:
    """Whether there is anything to undo that is not being undone already. Raises `UndoTooLate`."""
    if act.state in ("undoing", "undone"):
        return False
    if act.done_at is None or tx.now > act.done_at + UNDO:
        raise UndoTooLate
    await set_state(tx, act.id, "undoing")
    return True


async def set_state(tx: Transaction, act_id: UUID, state: ActState) -> None:
    await tx.execute(
        """UPDATE bulk_act SET state = $2, done_at = CASE WHEN $2 = 'done' THEN $3 ELSE done_at END,
            undone_at = CASE WHEN $2 = 'undone' THEN $3 END WHERE id = $1""",
        act_id,
        state,
        tx.now,
    )


async def next_cases(tx: Transaction, act_id: UUID, outcome: Outcome, limit: int) -> Sequence[Any]:
    """The next cases of an act that had this outcome so far: `conversation_id`, `seen_at`, `before`, `after`,
    `message_ids`."""
    return await tx.rows(
        """SELECT conversation_id, seen_at, before, after, message_ids FROM bulk_act_case
        WHERE act_id = $1 AND outcome = $2 ORDER BY conversation_id LIMIT $3""",
        act_id,
        outcome,
        limit,
    )


class Result(Struct, frozen=True, kw_only=True):
    """What became of a case."""

    conversation_id: UUID
    outcome: Outcome
    reason: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    message_ids: Sequence[UUID] = ()


async def note_results(tx: Transaction, act_id: UUID, results: Sequence[Result]) -> None:
    """Keep what became of cases; what was before and after stays where it is not given."""
    await tx.execute(
        """INSERT INTO bulk_act_case (act_id, conversation_id, outcome, reason, before, after, message_ids)
        SELECT $1, conversation_id, outcome, reason, before, after, ARRAY(SELECT jsonb_array_elements_text(message_ids)
            ::uuid) FROM jsonb_to_recordset($2) AS r(conversation_id uuid, outcome text, reason text, before jsonb,
            after jsonb, message_ids jsonb)
        ON CONFLICT (act_id, conversation_id) DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason,
            before = coalesce(excluded.before, bulk_act_case.before),
            after = coalesce(excluded.after, bulk_act_case.after),
            message_ids = bulk_act_case.message_ids || excluded.message_ids""",
        act_id,
        msgspec.to_builtins(results),
    )


async def act_of(tx: Transaction, caller: Caller, act_id: UUID) -> Act:
    """How far an act of the caller's own has come. Raises `NotFound`."""
    found = await tx.all(_Told, f"{_TELL} WHERE a.id = $1 AND a.actor_id = $2", act_id, str(caller.id))
    if not found:
        raise NotFound
    return _told(found[0])


async def last_act(tx: Transaction, caller: Caller) -> Act | None:
    """What the caller did last, if it is being done or can still be undone."""
    found = await tx.all(
        _Told,
        f"""{_TELL} WHERE a.id = (SELECT id FROM bulk_act WHERE actor_id = $1 AND created_at > $2
            ORDER BY created_at DESC, id DESC LIMIT 1)""",
        str(caller.id),
        tx.now - UNDO,
    )
    return _told(found[0]) if found else None


class _Told(Struct, frozen=True, kw_only=True):
    id: UUID
    kind: ActKind
    state: ActState
    done_at: datetime | None
    into: UUID | None
    outcomes: Mapping[str, int]
    reasons: Mapping[str, int]


_TELL = """
SELECT a.id, a.kind, a.state, a.done_at, (a.wanted->>'into')::uuid AS into,
    coalesce((SELECT jsonb_object_agg(outcome, n) FROM (SELECT outcome, count(*) AS n FROM bulk_act_case
        WHERE act_id = a.id GROUP BY outcome) AS by_outcome), '{}') AS outcomes,
    coalesce((SELECT jsonb_object_agg(reason, n) FROM (SELECT reason, count(*) AS n FROM bulk_act_case
        WHERE act_id = a.id AND reason <> '' GROUP BY reason) AS by_reason), '{}') AS reasons
FROM bulk_act a
"""


def _told(told: _Told) -> Act:
    counts = {name: told.outcomes.get(name, 0) for name in ("waiting", "done", "same", "skipped", "undone", "kept")}
    return Act(
        id=told.id,
        kind=told.kind,
        state=told.state,
        total=sum(counts.values()),
        **counts,
        reasons=told.reasons,
        undo_until=told.done_at + UNDO if told.done_at and told.state == "done" else None,
        conversation_id=told.into,
    )


class ForgetActs:
    """Forgets acts a day after they were done: they hold how cases stood, and nothing needs that any more."""

    name: ClassVar[str] = "forget_acts"

    async def run(self, tx: Transaction) -> bool:
        gone = await tx.execute(
            """DELETE FROM bulk_act WHERE id IN (SELECT id FROM bulk_act WHERE created_at < $1
                AND state IN ('done', 'undone') ORDER BY created_at LIMIT 5 FOR UPDATE SKIP LOCKED)""",
            tx.now - KEPT,
        )
        return gone == 5
