"""Destroying what is over its time: one chunk in each transaction, counted in the record of the run.

What a chunk destroys is written into the list of erasures before the transaction commits, so that no older backup
brings it back. Whatever a kill interrupts is found again as over its time; nothing is destroyed or counted twice, since
the cases, their count and the record change together.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar, TypeAlias
from uuid import UUID

from msgspec import structs

from damso.conversations.remove import delete_cases
from damso.conversations.retention import record
from damso.conversations.retention.due import LINES, Cutoff, DueCase, cutoff_of, take_due
from damso.conversations.retention.record import Destroyed, Run
from damso.conversations.retention.replay import SUBJECT, entry_of
from damso.conversations.retention.rules import CLASSES, rules
from damso.customers.erasing.request import request_erasure
from damso.kernel.blob_collection import discard_soon
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.erasure_list import Erasure, ErasureList, begin_erasure
from damso.kernel.ids import new_id
from damso.kernel.log import SYSTEM
from damso.kernel.retention import Records
from damso.kernel.sealed_files import forget_sealed
from damso.team import audit

EVERY = timedelta(minutes=10)
"""How soon what came to its time goes. The law gives five days."""
RETAINING = 0x0DA50030
"""The advisory lock of whoever destroys: one process at a time."""


Clear: TypeAlias = dict[str, datetime]
"""Classes of records of which nothing is left that was over before a moment: whole days, so they are searched once a
day and not every ten minutes."""


class RetentionTimer:
    """Goes through the cases by the rules that are switched on: a chunk at each tick, so that other timers are not kept
    waiting by a first run over years of cases."""

    name: ClassVar[str] = "retention"

    def __init__(self, keyring: Keyring, listed: ErasureList, records: Sequence[Records]) -> None:
        self._keyring = keyring
        self._listed = listed
        self._records = records
        self._clear: Clear = {}
        self._next: datetime | None = None

    async def run(self, tx: Transaction) -> bool:
        if self._next and tx.now < self._next:
            return False
        if not await destroy_some(tx, self._keyring, self._listed, self._records, self._clear):
            self._next = tx.now + EVERY
        return False


async def destroy_some(
    tx: Transaction, keyring: Keyring, listed: ErasureList, records: Sequence[Records], clear: Clear
) -> bool:
    """One chunk; whether there may be more. A run ends with what was over its time when it began. Classes that are
    `clear` are not searched again; one that turns out to be is put there, and ends the transaction: to search may take
    seconds, and whoever has written nothing yet keeps no reader of the log waiting meanwhile."""
    if not await tx.value("SELECT pg_try_advisory_xact_lock($1)", RETAINING):
        return False
    kept: dict[str, Records] = {one.record_class: one for one in records}
    run = await record.running(tx)
    cutoffs = await _cutoffs(tx, run)
    for cutoff in cutoffs:
        if cutoff.record_class not in CLASSES:
            if clear.get(cutoff.record_class) == cutoff.before:
                continue
            if gone := await kept[cutoff.record_class].destroy(tx, cutoff.before):
                await record.add(tx, run or await _begin(tx), [], {cutoff.record_class: Destroyed(rows=gone)})
                return True
            clear[cutoff.record_class] = cutoff.before
            return True
        cases = await take_due(tx, cutoff)
        if cases:
            await _destroy(tx, keyring, listed, run or await _begin(tx), cutoff, cases)
            return True
    if run:
        done = await record.finish(tx, keyring, run.id)
        await audit.record(tx, SYSTEM, "retention.run_finished", run.id, classes=structs.asdict(done)["classes"])
        await _list_records(tx, listed, [one for one in cutoffs if one.record_class in set(done.classes) - {*CLASSES}])
    return False


async def _list_records(tx: Transaction, listed: ErasureList, cutoffs: Sequence[Cutoff]) -> None:
    """Of records the list says which class went and until when: there may be millions. Only what is through, since
    whatever an older backup brings back of it goes at once."""
    if cutoffs:
        erasure = Erasure(id=new_id(), at=tx.now, subjects=tuple(map(entry_of, cutoffs)))
        await begin_erasure(tx, erasure.id)
        listed.append(erasure)


async def _begin(tx: Transaction) -> Run:
    active = [cutoff_of(rule, tx.now) for rule in (await rules(tx)).values() if rule.active]
    return await record.begin(tx, "rules", active)


async def _cutoffs(tx: Transaction, run: Run | None) -> Sequence[Cutoff]:
    """What goes now. A rule that was switched off or keeps for longer since the run began counts as it is now."""
    known = await rules(tx)
    if run is None:
        return [cutoff_of(rule, tx.now) for rule in known.values() if rule.active]
    found = []
    for cutoff in run.cutoffs:
        rule = known[cutoff.record_class]
        if rule.active:
            now = cutoff_of(rule, run.started_at)
            found.append(structs.replace(now, before=min(now.before, cutoff.before)))
    return found


async def _destroy(
    tx: Transaction, keyring: Keyring, listed: ErasureList, run: Run, cutoff: Cutoff, cases: Sequence[DueCase]
) -> None:
    gone = await delete_cases(tx, [case.id for case in cases], LINES)
    done = [case for case in cases if case.id in gone.case_ids]
    await forget_sealed(tx, sorted(gone.erased.files))
    if gone.erased.files:
        await discard_soon(tx, gone.erased.files)
    customers = await _lone_customers(tx, cutoff, done) if cutoff.action == "delete" else []
    destroyed = Destroyed(
        cases=len(done), rows=gone.erased.rows, files=len(gone.erased.files), customers=len(customers)
    )
    await record.add(tx, run, done, {cutoff.record_class: destroyed})
    for customer_id in customers:
        await request_erasure(tx, keyring, listed, customer_id, "purpose_ended", SYSTEM)
    if done:
        erasure = Erasure(id=new_id(), at=tx.now, subjects=tuple(f"{SUBJECT}{case.id.hex}" for case in done))
        await begin_erasure(tx, erasure.id)
        # Last before the commit: what stands in the list and was not carried out, the next start carries out.
        listed.append(erasure)


_LONE = """
SELECT DISTINCT u.id FROM identity a JOIN customer u ON u.id = a.customer_id
WHERE a.id = ANY ($1) AND u.last_seen_at < $2
    AND NOT EXISTS (SELECT FROM erasure e WHERE e.customer_id = u.id AND e.completed_at IS NULL)
    AND NOT EXISTS (SELECT FROM identity i WHERE i.customer_id = u.id AND (
        EXISTS (SELECT FROM conversation o WHERE o.anchor_identity_id = i.id)
        OR EXISTS (SELECT FROM participant p WHERE p.identity_id = i.id)
        OR EXISTS (SELECT FROM message m WHERE m.identity_id = i.id AND m.kind = 'message')))
"""


async def _lone_customers(tx: Transaction, cutoff: Cutoff, done: Sequence[DueCase]) -> list[UUID]:
    """Of whom nothing else is here, and who were not seen since."""
    return await tx.values(_LONE, [case.anchor_identity_id for case in done], cutoff.before)
