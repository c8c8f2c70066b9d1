"""The lane `erasure`: walks through the stores in short transactions, any of which a kill may interrupt.

How far it is stands in the row of the erasure: rows that went, and files that are to be deleted. The last step holds
the customer's lock, goes through all stores once more, so that nothing which arrived meanwhile is missed, and takes
the addresses away. Then the files go, and the certificate is written.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from msgspec import Struct

from damso.customers.erasing.certificate import make_certificate
from damso.customers.erasing.person import SUBJECT, person_of
from damso.customers.erasing.request import LANE, erasure_event
from damso.customers.erasing.suppressed import suppress
from damso.customers.lock import lock_customers
from damso.kernel.blob_collection import IN_A_HURRY, BlobColumn, discard
from damso.kernel.blobs import Blobs
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction
from damso.kernel.erasure import Erased, Eraser
from damso.kernel.erasure_list import Erasure, begin_erasure
from damso.kernel.i18n import Text
from damso.kernel.lanes import Claim, Retry
from damso.kernel.log import SYSTEM, append
from damso.kernel.sealed_files import forget_sealed

MOST_STEPS = 100_000
"""A store that never comes to its end is a fault, not a reason to go on for ever."""


class Ordered(Struct, frozen=True, kw_only=True):
    """An erasure as its row tells."""

    id: UUID
    customer_id: UUID
    subjects: list[str]
    asked_at: datetime
    files: list[str]

    @property
    def customer_ids(self) -> list[UUID]:
        return [UUID(subject.removeprefix(SUBJECT)) for subject in self.subjects]


class ErasureLane:
    """Erases one customer after the other."""

    name: ClassVar[str] = LANE
    title: ClassVar[Text] = Text("고객 정보 삭제", "Erasing customers")
    width: ClassVar[int] = 1

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        blobs: Blobs,
        erasers: Sequence[Eraser],
        columns: Sequence[BlobColumn],
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._blobs = blobs
        self._erasers = erasers
        self._columns = columns

    async def work(self, claim: Claim) -> None:
        erasure_id = UUID(claim.item.payload["erasure_id"])
        for eraser in self._erasers[:-1]:
            await self._clear(erasure_id, eraser)
        async with self._database.transaction() as tx:
            ordered = await _ordered(tx, erasure_id)
            await lock_customers(tx, ordered.customer_ids)
            await erase_all(tx, self._erasers, ordered)
            await begin_erasure(tx, erasure_id)
        await self._delete_files(erasure_id)
        async with self._database.transaction() as tx:
            await make_certificate(tx, self._keyring, erasure_id)
            await append(
                tx, erasure_event("customer.erased", (await _ordered(tx, erasure_id)).customer_id, tx.now, SYSTEM)
            )
            await claim.finish(tx)

    async def _clear(self, erasure_id: UUID, eraser: Eraser) -> None:
        for _ in range(MOST_STEPS):
            async with self._database.transaction() as tx:
                ordered = await _ordered(tx, erasure_id)
                done = await eraser.erase(tx, await person_of(tx, erasure_id, ordered.customer_ids))
                await _note(tx, erasure_id, eraser.store, done)
            if not done.more:
                return
        raise RuntimeError(f"{eraser.store} comes to no end")

    async def _delete_files(self, erasure_id: UUID) -> None:
        """Delete what nothing else refers to. Raises `Retry` where somebody has stored the same file just now."""
        async with self._database.reading() as tx:
            files = (await _ordered(tx, erasure_id)).files
        left = await discard(self._database, self._blobs, self._columns, files, IN_A_HURRY)
        async with self._database.transaction() as tx:
            await tx.execute("UPDATE erasure SET files = $2 WHERE id = $1", erasure_id, sorted(left))
        if left:
            raise Retry(IN_A_HURRY.total_seconds(), f"{len(left)} files were stored a moment ago")


async def _ordered(tx: Transaction, erasure_id: UUID) -> Ordered:
    sql = "SELECT id, customer_id, subjects, asked_at, files FROM erasure WHERE id = $1"
    return await tx.one(Ordered, sql, erasure_id)


async def erase_all(tx: Transaction, erasers: Sequence[Eraser], ordered: Ordered) -> frozenset[str]:
    """Go through all stores until each is through, in one transaction; the files that may be unneeded now."""
    files: frozenset[str] = frozenset()
    for eraser in erasers:
        person = await person_of(tx, ordered.id, ordered.customer_ids)
        more = True
        while more:
            done = await eraser.erase(tx, person)
            await _note(tx, ordered.id, eraser.store, done)
            files, more = files | done.files, done.more
    return files


async def _note(tx: Transaction, erasure_id: UUID, store: str, done: Erased) -> None:
    """Add to what the erasure's row tells; a replay on an older backup has no row."""
    await forget_sealed(tx, sorted(done.files))
    await tx.execute(
        """UPDATE erasure SET stores = stores || jsonb_build_object($2::text,
            coalesce((stores->>$2)::bigint, 0) + $3::bigint), files = files || $4::text[] WHERE id = $1""",
        erasure_id,
        store,
        done.rows,
        sorted(done.files),
    )


class ErasureReplay:
    """Erases again whom an older backup brought back. Their files go with the next collection of unneeded files."""

    def __init__(self, keyring: Keyring, erasers: Sequence[Eraser]) -> None:
        self._keyring = keyring
        self._erasers = erasers

    async def replay(self, tx: Transaction, erasure: Erasure) -> bool:
        subjects = [subject for subject in erasure.subjects if subject.startswith(SUBJECT)]
        if not subjects:
            return False
        ordered = Ordered(id=erasure.id, customer_id=UUID(int=0), subjects=subjects, asked_at=erasure.at, files=[])
        await lock_customers(tx, ordered.customer_ids)
        # The backup may be older than the list of addresses, too.
        await suppress(tx, self._keyring, (await person_of(tx, ordered.id, ordered.customer_ids)).addresses)
        await erase_all(tx, self._erasers, ordered)
        return True
