"""Makes the files, a stretch in each transaction; a worker that is killed leaves the next one only the rest."""

import zlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from damso.conversations.exports.catalogue_file import catalogue_part
from damso.conversations.exports.consent_file import consent_part
from damso.conversations.exports.conversation_file import conversation_part
from damso.conversations.exports.customer_file import customer_part
from damso.conversations.exports.event_file import event_part
from damso.conversations.exports.jobs import LANE, NEEDED
from damso.conversations.exports.member_file import Segmenting, member_part
from damso.conversations.exports.order_file import order_part
from damso.conversations.exports.part import Part
from damso.conversations.exports.return_file import return_part
from damso.conversations.exports.types import Chosen, ExportFormat, ExportKind
from damso.kernel import lanes
from damso.kernel.database import Database, Transaction
from damso.kernel.i18n import DEFAULT_LOCALE, Text
from damso.kernel.notify import LOST
from damso.team.access import Caller, allowed, limits_of, permissions_of

_JOB = """
SELECT j.kind, j.format, j.chosen, j.next_place, j.done, a.id AS agent_id, a.role, a.locale, k.id AS key_id, k.scopes,
    coalesce(a.limits, k.limits) AS limits, (SELECT count(*) FROM export_part WHERE job_id = j.id) AS parts
FROM export_job j LEFT JOIN agent a ON a.id = j.agent_id AND a.disabled_at IS NULL
    LEFT JOIN api_key k ON k.id = j.key_id AND k.revoked_at IS NULL
WHERE j.id = $1 AND j.state = 'waiting' AND (a.id IS NOT NULL OR k.id IS NOT NULL)
"""


class ExportLane:
    """Works the lane `export`."""

    name: ClassVar[str] = LANE
    width: ClassVar[int] = 1
    title: ClassVar[Text] = Text("내보내는 파일", "Files being exported")

    def __init__(self, database: Database, segmenting: Segmenting) -> None:
        self._database = database
        self._segmenting = segmenting

    async def work(self, claim: lanes.Claim) -> None:
        job_id = UUID(claim.item.payload["job_id"])
        try:
            while await self._go_on(claim, job_id):
                pass
        except (*LOST, lanes.ClaimLost):
            raise
        except Exception:
            async with self._database.transaction() as tx:
                await _give_up(tx, job_id)
            raise

    async def _go_on(self, claim: lanes.Claim, job_id: UUID) -> bool:
        """Make the next part; whether there is more to do."""
        async with self._database.reading() as tx:
            job = await tx.row(_JOB, job_id)
            part = await self._part(tx, job) if job else None
        async with self._database.transaction() as tx:
            kept = job is not None and part is not None and await keep_part(tx, job_id, job["parts"], part)
            if not kept:
                await _give_up(tx, job_id)
            if part is None or not kept or part.next_place is None:
                await claim.finish(tx)
                return False
        return True

    async def _part(self, tx: Transaction, job: Any) -> Part | None:
        """None where whoever asked has no right to it any more."""
        caller, kind = _owner(job), _kind(job)
        if not all(map(caller.may, NEEDED[kind])):
            return None
        fmt: ExportFormat = job["format"]
        chosen = msgspec.convert(job["chosen"], Chosen)
        return await part_of(tx, caller, kind, chosen, fmt, job["next_place"], self._segmenting)


async def part_of(
    tx: Transaction,
    caller: Caller,
    kind: ExportKind,
    chosen: Chosen,
    fmt: ExportFormat,
    place: str | None,
    segmenting: Segmenting,
) -> Part:
    """The next stretch of a file, as far as the caller may see what stands in it."""
    if kind == "members":
        return await member_part(tx, caller, chosen, fmt, place, segmenting)
    return await _MAKERS[kind](tx, caller, chosen, fmt, place)


_MAKERS: Mapping[ExportKind, Callable[[Transaction, Caller, Chosen, ExportFormat, str | None], Awaitable[Part]]] = {
    "conversations": conversation_part,
    "customers": customer_part,
    "events": event_part,
    "orders": order_part,
    "products": catalogue_part,
    "returns": return_part,
    "consents": consent_part,
}


def _owner(job: Any) -> Caller:
    """Who asked, with the rights they have by now."""
    limits = limits_of(job["limits"])
    if job["key_id"]:
        scopes = permissions_of(job["scopes"], limits)
        return Caller(permissions=scopes, locale=DEFAULT_LOCALE, key_id=job["key_id"], limits=limits)
    return Caller(
        permissions=allowed(job["role"], limits),
        locale=job["locale"],
        agent_id=job["agent_id"],
        role=job["role"],
        limits=limits,
    )


async def _give_up(tx: Transaction, job_id: UUID) -> None:
    await tx.execute(
        "UPDATE export_job SET state = 'failed', finished_at = $2 WHERE id = $1 AND state = 'waiting'", job_id, tx.now
    )


def _kind(job: Any) -> ExportKind:
    kind: ExportKind = job["kind"]
    return kind


_FORGOTTEN = """
SELECT EXISTS (SELECT FROM erasure WHERE customer_id = ANY ($1) AND completed_at IS NULL)
    OR (SELECT count(*) FROM customer WHERE id = ANY ($1)) < cardinality($1::uuid[])
"""


async def keep_part(tx: Transaction, job_id: UUID, number: int, part: Part) -> bool:
    """Whether it was kept: nothing is of a job that was thrown away meanwhile, nor of somebody who was erased."""
    data, people = part.text.encode(), list(part.customers)
    waits = await tx.row("SELECT FROM export_job WHERE id = $1 AND state = 'waiting' FOR UPDATE", job_id)
    if waits is None or await tx.value(_FORGOTTEN, people):
        return False
    await tx.execute(
        """UPDATE export_job SET done = done + $2, size = size + $3, next_place = $4,
            state = CASE WHEN $4::text IS NULL THEN 'done' ELSE state END,
            finished_at = CASE WHEN $4::text IS NULL THEN $5::timestamptz END
        WHERE id = $1""",
        job_id,
        part.count,
        len(data),
        part.next_place,
        tx.now,
    )
    await tx.execute(
        """INSERT INTO export_part (job_id, number, customer_ids, identity_ids, data)
        VALUES ($1, $2, $3, ARRAY(SELECT id FROM identity WHERE customer_id = ANY ($3)), $4)""",
        job_id,
        number,
        people,
        zlib.compress(data),
    )
    return True


class ForgetExports:
    """The timer that deletes files whose day is over, once a minute in each process."""

    name: ClassVar[str] = "exports.forget"

    def __init__(self) -> None:
        self._next: datetime | None = None

    async def run(self, tx: Transaction) -> bool:
        if self._next and tx.now < self._next:
            return False
        self._next = tx.now + timedelta(minutes=1)
        await tx.execute("DELETE FROM export_job WHERE expires_at <= $1", tx.now)
        return False
