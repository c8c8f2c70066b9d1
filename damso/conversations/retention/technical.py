"""Keeping house: what only served the technique goes after a while, but never what something that waits still needs."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from damso.channels import deliveries
from damso.conversations.retention.rules import LONGEST
from damso.kernel.blob_collection import discard_soon
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError, NotFound
from damso.kernel.i18n import Text
from damso.kernel.log import Actor
from damso.team import audit

Kind = Literal["deliveries", "attempts", "waiting", "sources"]
"""What was received, raw; tries to hand over; news of messages that never came; the raw form of mail."""

EVERY = timedelta(hours=1)
CHUNK = 500
HOUSEKEEPING = 0x0DA50031


class TechnicalRule(Struct, frozen=True, kw_only=True):
    """After how many days something goes; 0: with the case it belongs to. Never before `fewest` days."""

    kind: Kind
    days: int
    fewest: int
    may_stay: bool = False


PROPOSED: Mapping[Kind, TechnicalRule] = {
    rule.kind: rule
    for rule in (
        TechnicalRule(kind="deliveries", days=90, fewest=7, may_stay=True),
        TechnicalRule(kind="attempts", days=90, fewest=7),
        TechnicalRule(kind="waiting", days=30, fewest=7),
        TechnicalRule(kind="sources", days=0, fewest=30, may_stay=True),
    )
}
"""Providers deliver again for days, so a week is the least. The raw form of a mail proves what was sent."""


class TechnicalInvalid(AppError):
    code = "TECHNICAL_RETENTION_INVALID"
    status = 422
    text = Text("{fewest}일에서 {most}일 사이로 정해 주세요.", "Choose from {fewest} to {most} days.")


async def technical_rules(tx: Transaction) -> dict[Kind, TechnicalRule]:
    rows = await tx.rows("SELECT kind, days FROM technical_retention")
    changed = {row["kind"]: row["days"] for row in rows}
    return {kind: replace(rule, days=changed.get(kind, rule.days)) for kind, rule in PROPOSED.items()}


async def keep_technical(tx: Transaction, kind: str, days: int, actor: Actor) -> TechnicalRule:
    """Raises `NotFound`, `TechnicalInvalid`."""
    before = {str(name): rule for name, rule in (await technical_rules(tx)).items()}.get(kind)
    if before is None:
        raise NotFound
    if not (before.fewest <= days <= LONGEST or (days == 0 and before.may_stay)):
        raise TechnicalInvalid(field="days", fewest=before.fewest, most=LONGEST)
    await tx.execute(
        """INSERT INTO technical_retention (kind, days, changed_at) VALUES ($1, $2, $3)
        ON CONFLICT (kind) DO UPDATE SET days = excluded.days, changed_at = excluded.changed_at""",
        kind,
        days,
        tx.now,
    )
    await audit.record(tx, actor, "retention.technical_changed", kind, before=before.days, after=days)
    return replace(before, days=days)


_DELIVERIES = """
SELECT d.id FROM inbox i CROSS JOIN LATERAL (
    SELECT d.id FROM delivery d WHERE d.inbox_id = i.id AND d.received_at < $1 AND d.state = 'parsed'
        AND NOT EXISTS (SELECT FROM lane_item l WHERE l.payload->>'delivery_id' = d.id::text)
    ORDER BY d.received_at LIMIT $2 FOR UPDATE OF d SKIP LOCKED) d LIMIT $2
"""
"""What could not be parsed, or found items that still wait for their lane, stays until somebody has seen to it."""

_ATTEMPTS = """
DELETE FROM attempt WHERE id IN (SELECT a.id FROM inbox i CROSS JOIN LATERAL (
    SELECT a.id FROM attempt a WHERE a.inbox_id = i.id AND a.at < $1 AND NOT EXISTS (
        SELECT FROM message m WHERE m.id = a.message_id AND m.status IN ('queued', 'unknown'))
    ORDER BY a.at LIMIT $2) a LIMIT $2)
"""

_WAITING = """
DELETE FROM waiting_item WHERE id IN (SELECT w.id FROM waiting_item w WHERE w.created_at < $1
    AND NOT EXISTS (SELECT FROM delivery d WHERE d.inbox_id = w.inbox_id AND d.state <> 'parsed')
    AND NOT EXISTS (SELECT FROM lane_item l WHERE l.payload->'item'->>'external_id' = w.external_id)
    ORDER BY w.id LIMIT $2)
"""
"""Its message may yet come out of what could not be read so far."""

_SOURCES = """
SELECT id, source_ref FROM message
WHERE id > $3 AND created_at < $1 ORDER BY id LIMIT $2
"""


class TechnicalTimer:
    """Once an hour, a chunk at each tick."""

    name: ClassVar[str] = "technical_retention"

    def __init__(self) -> None:
        self._next: datetime | None = None
        self._walked = UUID(int=0)
        """How far the messages were looked through; from the start again after each round."""

    async def run(self, tx: Transaction) -> bool:
        if self._next and tx.now < self._next:
            return False
        if not await tx.value("SELECT pg_try_advisory_xact_lock($1)", HOUSEKEEPING):
            return False
        if not await self._some(tx):
            self._next = tx.now + EVERY
        return False

    async def _some(self, tx: Transaction) -> bool:
        known = await technical_rules(tx)
        before = {kind: tx.now - timedelta(days=rule.days) for kind, rule in known.items() if rule.days}
        more = [
            "attempts" in before and await tx.execute(_ATTEMPTS, before["attempts"], CHUNK) == CHUNK,
            "waiting" in before and await tx.execute(_WAITING, before["waiting"], CHUNK) == CHUNK,
            "deliveries" in before and await _forget_deliveries(tx, before["deliveries"]),
            "sources" in before and await self._drop_sources(tx, before["sources"]),
        ]
        return any(more)

    async def _drop_sources(self, tx: Transaction, before: datetime) -> bool:
        rows = await tx.rows(_SOURCES, before, CHUNK, self._walked)
        refs = sorted({row["source_ref"] for row in rows if row["source_ref"]})
        if refs:
            ids = [row["id"] for row in rows if row["source_ref"]]
            await tx.execute("UPDATE message SET source_ref = NULL WHERE id = ANY ($1)", ids)
            await _forget_files(tx, refs)
        self._walked = rows[-1]["id"] if len(rows) == CHUNK else UUID(int=0)
        return len(rows) == CHUNK


async def _forget_deliveries(tx: Transaction, before: datetime) -> bool:
    ids = await tx.values(_DELIVERIES, before, CHUNK)
    await _forget_files(tx, await deliveries.forget(tx, ids))
    return len(ids) == CHUNK


async def _forget_files(tx: Transaction, refs: list[str]) -> None:
    """Have files looked at that may be unneeded now; who else names one keeps it, and its key where it is sealed."""
    if refs:
        await discard_soon(tx, refs)
