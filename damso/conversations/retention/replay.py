"""Destroying again what an older backup brought back: cases by their ids, other records by class and time."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from damso.conversations.remove import delete_cases
from damso.conversations.retention import record
from damso.conversations.retention.due import LINES, Cutoff, DueCase
from damso.conversations.retention.record import Destroyed
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.erasure_list import Erasure
from damso.kernel.retention import Records
from damso.kernel.sealed_files import forget_sealed

SUBJECT = "case:"
"""Before a case's id in the list of erasures."""
RECORDS = "records:"
"""Before a class of other records and the moment before which they were over."""


def entry_of(cutoff: Cutoff) -> str:
    return f"{RECORDS}{cutoff.record_class}:{cutoff.before.isoformat()}"


class CaseReplay:
    """Destroys again the cases that an older backup brought back, and writes a record of it."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    async def replay(self, tx: Transaction, erasure: Erasure) -> bool:
        subjects = [subject for subject in erasure.subjects if subject.startswith(SUBJECT)]
        if not subjects:
            return False
        cases = await tx.all(
            DueCase,
            """SELECT id, record_class, brand_id, anchor_identity_id, last_message_at FROM conversation
            WHERE id = ANY ($1) ORDER BY id FOR UPDATE""",
            [UUID(hex=subject.removeprefix(SUBJECT)) for subject in subjects],
        )
        if cases:
            await self._destroy(tx, cases)
        return True

    async def _destroy(self, tx: Transaction, cases: Sequence[DueCase]) -> None:
        run = await record.begin(tx, "replay", [])
        counts: dict[str, Destroyed] = {}
        for case in cases:
            gone: frozenset[UUID] = frozenset()
            while case.id not in gone:
                chunk = await delete_cases(tx, [case.id], LINES)
                gone = chunk.case_ids
                await forget_sealed(tx, sorted(chunk.erased.files))
                more = Destroyed(cases=len(gone), rows=chunk.erased.rows, files=len(chunk.erased.files))
                counts[case.record_class] = counts.get(case.record_class, Destroyed()) + more
        await record.add(tx, run, cases, counts)
        await record.finish(tx, self._keyring, run.id)


class RecordReplay:
    """Destroys again the records of other rooms, and writes a record of it."""

    def __init__(self, keyring: Keyring, records: Sequence[Records]) -> None:
        self._keyring = keyring
        self._records = {one.record_class: one for one in records}

    async def replay(self, tx: Transaction, erasure: Erasure) -> bool:
        subjects = [subject for subject in erasure.subjects if subject.startswith(RECORDS)]
        counts: dict[str, Destroyed] = {}
        for subject in subjects:
            name, _, before = subject.removeprefix(RECORDS).partition(":")
            if name not in self._records:
                return False
            while gone := await self._records[name].destroy(tx, datetime.fromisoformat(before)):
                counts[name] = counts.get(name, Destroyed()) + Destroyed(rows=gone)
        if counts:
            run = await record.begin(tx, "replay", [])
            await record.add(tx, run, [], counts)
            await record.finish(tx, self._keyring, run.id)
        return bool(subjects)
