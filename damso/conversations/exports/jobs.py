"""Asking for a file, looking how far it is, fetching it, throwing it away. A file is its owner's alone."""

import zlib
from collections.abc import AsyncIterator
from typing import Literal
from uuid import UUID

import msgspec

from damso.conversations.exports.types import KEPT, MOST_CHOSEN, Chosen, Export, ExportFormat, ExportKind
from damso.kernel import lanes
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import AppError, Invalid, NotFound
from damso.kernel.i18n import Text
from damso.kernel.ids import new_id
from damso.team import audit
from damso.team.access import Caller, Permission
from damso.team.records.reasons import Reason
from damso.team.records.witness import Witness

LANE = "export"
AT_ONCE = 3
"""Files that one person, or one key, may be waiting for."""
NEEDED: dict[ExportKind, tuple[Permission, ...]] = {
    "conversations": ("conversations.export",),
    "customers": ("customers.export",),
    "events": ("customers.export",),
    "orders": ("customers.export", "commerce.read"),
    "products": ("commerce.read",),
    "members": ("customers.export", "segments.read"),
    "consents": ("customers.export",),
    "returns": ("customers.export", "commerce.read"),
}
"""Rights that a file of a kind needs, all of them, also when it is fetched."""


class TooManyExports(AppError):
    code = "TOO_MANY_EXPORTS"
    status = 409
    text = Text(
        "이미 {limit}개를 만들고 있어요. 끝나면 다시 시도해 주세요.",
        "{limit} files are being made already. Please try again when one is done.",
    )


class ExportNotReady(AppError):
    code = "EXPORT_NOT_READY"
    status = 409
    text = Text("아직 만들고 있어요.", "The file is still being made.")


_COLUMNS = ", ".join(Export.__struct_fields__)
_OWN = "(agent_id = $1 OR key_id = $2)"


def _owner(caller: Caller) -> tuple[UUID | None, UUID | None]:
    """The agent, or the key of a program: one of them."""
    return caller.agent_id, caller.key_id


async def ask_for(
    tx: Transaction, caller: Caller, kind: ExportKind, fmt: ExportFormat, chosen: Chosen, reason: Reason
) -> Export:
    """Put a file on the list of what is to be made. Raises `TooManyExports`, `Invalid`."""
    if chosen.ids is not None and not 0 < len(chosen.ids) <= MOST_CHOSEN:
        raise Invalid(field="ids")
    owner = "agent" if caller.agent_id else "api_key"
    await tx.execute(f"SELECT FROM {owner} WHERE id = $1 FOR NO KEY UPDATE", caller.id)
    waiting = await tx.value(f"SELECT count(*) FROM export_job WHERE {_OWN} AND state = 'waiting'", *_owner(caller))
    if waiting >= AT_ONCE:
        raise TooManyExports(limit=AT_ONCE)
    job_id, wanted = new_id(), msgspec.to_builtins(chosen)
    job = await tx.one(
        Export,
        f"""INSERT INTO export_job (id, agent_id, key_id, kind, format, chosen, reason, note, state, done, size,
            created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', 0, 0, $9, $9::timestamptz + $10::interval)
        RETURNING {_COLUMNS}""",
        job_id,
        *_owner(caller),
        kind,
        fmt,
        wanted,
        reason.kind,
        reason.note,
        tx.now,
        KEPT,
    )
    await audit.record(
        tx, caller.actor, "data.exported", job_id, kind=kind, format=fmt, chosen=wanted, reason=reason.kind
    )
    await lanes.enqueue(tx, LANE, [(str(job_id), {"job_id": str(job_id)})])
    return job


async def exports_of(tx: Transaction, caller: Caller) -> list[Export]:
    """One's own files that can still be fetched or are being made, the newest first."""
    return await tx.all(
        Export,
        f"SELECT {_COLUMNS} FROM export_job WHERE {_OWN} AND expires_at > $3 ORDER BY created_at DESC LIMIT 50",
        *_owner(caller),
        tx.now,
    )


async def export_of(tx: Transaction, caller: Caller, job_id: UUID) -> Export:
    """One's own file. Raises `NotFound`, also once its day is over."""
    return await tx.one(
        Export,
        f"SELECT {_COLUMNS} FROM export_job WHERE {_OWN} AND expires_at > $3 AND id = $4",
        *_owner(caller),
        tx.now,
        job_id,
    )


async def fetchable(tx: Transaction, caller: Caller, job_id: UUID) -> Export:
    """One's own file that is done. Raises `NotFound`, `ExportNotReady`, and `Forbidden` for whoever lost the
    right meanwhile."""
    job = await export_of(tx, caller, job_id)
    for permission in NEEDED[job.kind]:
        caller.check(permission)
    if job.state == "failed":
        raise NotFound
    if job.state != "done":
        raise ExportNotReady
    return job


async def throw_away(tx: Transaction, caller: Caller, job_id: UUID) -> None:
    """What is still being made is not gone on with. Raises `NotFound`."""
    job = await export_of(tx, caller, job_id)
    await tx.execute("DELETE FROM export_job WHERE id = $1", job.id)


async def parts_of(database: Database, job: Export, witness: Witness) -> AsyncIterator[bytes]:
    """The file, a stretch at a time, so that memory does not grow with it; the access log has each before it leaves."""
    number: int | None = 0
    while number is not None:
        async with database.reading() as tx:
            row = await tx.row(
                """SELECT number, customer_ids, data FROM export_part WHERE job_id = $1 AND number >= $2
                ORDER BY number LIMIT 1""",
                job.id,
                number,
            )
        if row:
            await witness.exported(Reason(job.reason, job.note), row["customer_ids"])
            yield zlib.decompress(row["data"])
        number = row["number"] + 1 if row else None


def file_name(job: Export) -> str:
    ending: Literal["csv", "jsonl"] = job.format
    return f"{job.kind}-{job.created_at:%Y%m%d-%H%M%S}.{ending}"
