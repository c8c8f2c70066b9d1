"""Forgetting a customer in this room: threads, news of them that waits, and deliveries that name them.

Deliveries that became messages go with these (`damso.conversations.erase`). What is left are receipts, bounces and
what could not be parsed; they name an address in the clear, so their bytes are looked through for it.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar
from uuid import UUID

from damso.channels import deliveries
from damso.kernel.blob_collection import BlobColumn, unneeded
from damso.kernel.blobs import BlobMissing, Blobs
from damso.kernel.database import Transaction
from damso.kernel.erasure import LEAST_NEEDLE, Erased, Kept, Person

_PLAIN = """
SELECT d.id FROM delivery d WHERE d.received_at >= $2 AND (
    EXISTS (SELECT FROM unnest($1::bytea[]) AS n(needle) WHERE position(n.needle IN d.body) > 0)
    OR EXISTS (SELECT FROM unnest($3::text[]) AS n(needle)
        WHERE position(n.needle IN d.headers::text || d.query::text || d.detail) > 0))
"""

_ON_DISK = """
SELECT id, body_ref FROM delivery WHERE received_at >= $1 AND body_ref IS NOT NULL
    AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT 500
"""

_WAITING = """
DELETE FROM waiting_item WHERE item->'sender'->>'value' = ANY ($1) OR item->'recipient'->>'value' = ANY ($1)
"""

_FAULTS = """
UPDATE inbox_fault SET detail = '' WHERE EXISTS (
    SELECT FROM unnest($1::text[]) AS n(needle) WHERE position(n.needle IN detail) > 0)
"""

_ATTEMPTS = """
UPDATE attempt SET detail = '' WHERE at >= $2 AND detail <> '' AND EXISTS (
    SELECT FROM unnest($1::text[]) AS n(needle) WHERE position(n.needle IN detail) > 0)
"""


class ChannelEraser:
    store: ClassVar[str] = "channels"

    def __init__(self, blobs: Blobs, columns: Sequence[BlobColumn]) -> None:
        self._blobs = blobs
        self._others = [one for one in columns if one.table != "delivery"]

    async def count(self, tx: Transaction, person: Person) -> Mapping[str, int]:
        sql = "SELECT count(*) FROM thread WHERE identity_id = ANY ($1)"
        return {"threads": await tx.value(sql, list(person.identity_ids))}

    async def kept(self, tx: Transaction, person: Person) -> list[Kept]:
        return []

    async def erase(self, tx: Transaction, person: Person) -> Erased:
        """Looks first and writes then: as long as it only looks, no reader of the log waits for it."""
        needles = [value for value in person.values if len(value) >= LEAST_NEEDLE]
        found = {*await self._in_rows(tx, person, needles), *await self._on_disk(tx, person, needles)}
        rows = await tx.execute("DELETE FROM thread WHERE identity_id = ANY ($1)", list(person.identity_ids))
        rows += await tx.execute(_WAITING, person.values)
        if needles:
            rows += await tx.execute(_FAULTS, needles)
            rows += await tx.execute(_ATTEMPTS, needles, person.since)
        files = await deliveries.forget(tx, sorted(found))
        return Erased(rows=rows + len(found), files=frozenset(files))

    async def _in_rows(self, tx: Transaction, person: Person, needles: Sequence[str]) -> list[UUID]:
        if not needles:
            return []
        return await tx.values(_PLAIN, [needle.encode() for needle in needles], person.since, list(needles))

    async def _on_disk(self, tx: Transaction, person: Person, needles: Sequence[str]) -> list[UUID]:
        """Those whose raw form is no message's own source and holds an address."""
        found: list[UUID] = []
        last: UUID | None = None
        while needles and (rows := await tx.rows(_ON_DISK, person.since, last)):
            last = rows[-1]["id"]
            alone = await unneeded(tx, self._others, {row["body_ref"] for row in rows})
            own = [row for row in rows if row["body_ref"] in alone]
            found += [row["id"] for row in own if await self._names(row["body_ref"], needles)]
        return found

    async def _names(self, ref: str, needles: Sequence[str]) -> bool:
        try:
            raw = (await self._blobs.get(ref)).lower()
        except BlobMissing:
            return False
        return any(needle.lower().encode() in raw for needle in needles)
