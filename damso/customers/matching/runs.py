"""The register of runs: asking for one, seeing how far it is."""

from uuid import UUID

import msgspec

from damso.customers.matching.types import LANE, Run, Step
from damso.kernel import lanes
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError, NotFound
from damso.kernel.i18n import Text
from damso.kernel.ids import new_id
from damso.kernel.log import Actor
from damso.team import audit

MATCHER = 0x0DA50064
"""The advisory lock that whoever compares all customers holds."""
SHOWN = 20
_COLUMNS = ", ".join(Run.__struct_fields__)


class MatchRunning(AppError):
    code = "MATCH_RUNNING"
    status = 409
    text = Text(
        "이미 비교하고 있어요. 끝나면 다시 시작해 주세요.", "A comparison is running. Start again once it is done."
    )


async def begin_run(tx: Transaction, actor: Actor, *, in_lane: bool) -> UUID:
    """Note a new run, for a worker to do or (not `in_lane`) for the caller. Raises `MatchRunning`."""
    await tx.execute("LOCK TABLE match_run IN SHARE ROW EXCLUSIVE MODE")
    if await tx.value(
        """SELECT EXISTS (SELECT FROM lane_item WHERE lane = $1 AND parked_at IS NULL)
            OR EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objid = $2::bigint::oid
                AND objsubid = 1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))""",
        LANE,
        MATCHER,
    ):
        raise MatchRunning
    # Whoever was at it was killed, and nobody will go on with it.
    await tx.execute("UPDATE match_run SET state = 'stopped' WHERE state IN ('waiting', 'running')")
    run_id = new_id()
    await tx.execute(
        "INSERT INTO match_run (id, asked_by_kind, asked_by_id, asked_at, state) VALUES ($1, $2, $3, $4, 'waiting')",
        run_id,
        actor.kind,
        actor.id,
        tx.now,
    )
    if in_lane:
        await lanes.enqueue(tx, LANE, [(LANE, {"run_id": str(run_id)})])
    await audit.record(tx, actor, "identity.match_started", run_id)
    return run_id


async def runs(tx: Transaction) -> list[Run]:
    """The latest first."""
    rows = await tx.rows(f"SELECT {_COLUMNS} FROM match_run ORDER BY asked_at DESC, id DESC LIMIT {SHOWN}")
    return [msgspec.convert(dict(row), Run) for row in rows]


async def run_of(tx: Transaction, run_id: UUID) -> Run:
    """Raises `NotFound`."""
    row = await tx.row(f"SELECT {_COLUMNS} FROM match_run WHERE id = $1", run_id)
    if row is None:
        raise NotFound
    return msgspec.convert(dict(row), Run)


async def note_step(tx: Transaction, run_id: UUID, step: Step, done: int, total: int) -> None:
    await tx.execute(
        "UPDATE match_run SET state = 'running', step = $2, done = $3, total = $4 WHERE id = $1",
        run_id,
        step,
        done,
        total,
    )


async def note_failure(tx: Transaction, run_id: UUID, reason: str) -> None:
    await tx.execute(
        "UPDATE match_run SET state = 'failed', step = '', reason = $2, finished_at = $3 WHERE id = $1",
        run_id,
        reason,
        tx.now,
    )
