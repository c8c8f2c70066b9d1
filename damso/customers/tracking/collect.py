"""Taking events: requests that arrive together share a transaction, and each gets a verdict on every event of its own.

While a few transactions are being committed, whatever comes meanwhile waits and goes into the next one. So a single
event alone is stored at once, and a thousand at the same moment cost a few commits. Nothing is answered before it is
committed, and what is sent again because an answer was lost is known by its message id.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime

import asyncpg
from msgspec import Struct

from damso.customers.tracking.claims import keep_claims
from damso.customers.tracking.known import KnownSource, Sources
from damso.customers.tracking.life import Life
from damso.customers.tracking.read import read_event, refusal_of
from damso.customers.tracking.record import record
from damso.customers.tracking.stitch import stitch
from damso.customers.tracking.types import Call, Parcel, Refused, Verdict
from damso.kernel.database import Database

WRITERS = 3
"""Transactions at a time in one process."""
MOST = 500
"""Events of one transaction: some 25 ms of work."""
TRIES = 3
UNSTORABLE = (asyncpg.DataError, asyncpg.StatementTooComplexError, asyncpg.ProgramLimitExceededError, OverflowError)
"""What the database says of a value that it cannot hold."""
AGAIN = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)

Judged = Call | Refused


class _Lot(Struct, frozen=True):
    """A few events of one request, and who waits for what becomes of them."""

    judged: Sequence[Judged]
    done: "asyncio.Future[list[Verdict]]"


class Collector:
    """Stores what comes to this process."""

    def __init__(self, database: Database, sources: Sources, life: Life) -> None:
        self.sources = sources
        self._database = database
        self._life = life
        self._lots: deque[_Lot] = deque()
        self._writers: set[asyncio.Task[None]] = set()

    def now(self) -> datetime:
        return self._database.clock.now()

    async def collect(self, known: KnownSource, parcels: Sequence[Parcel]) -> list[Verdict]:
        """What became of each event, in their order; all are committed when this returns."""
        judged = [read_event(known, parcel) for parcel in parcels]
        judged = await prepare(self._database, judged)
        lots = [self._wait_for(judged[start : start + MOST]) for start in range(0, len(judged), MOST)]
        verdicts = [verdict for lot in await asyncio.gather(*lots) for verdict in lot]
        self._life.note(known.source.id, [one for one in judged if isinstance(one, Call)], verdicts)
        return verdicts

    def _wait_for(self, judged: Sequence[Judged]) -> "asyncio.Future[list[Verdict]]":
        lot = _Lot(judged, asyncio.get_running_loop().create_future())
        self._lots.append(lot)
        if len(self._writers) < WRITERS:
            writer = asyncio.create_task(self._write())
            self._writers.add(writer)
            writer.add_done_callback(self._writers.discard)
        return lot.done

    async def _write(self) -> None:
        while self._lots:
            lots = self._next()
            try:
                verdicts = await store(self._database, [one for lot in lots for one in lot.judged])
            except Exception as error:
                for lot in lots:
                    if not lot.done.done():
                        lot.done.set_exception(error)
                continue
            start = 0
            for lot in lots:
                if not lot.done.done():  # who hung up waits for nothing
                    lot.done.set_result(verdicts[start : start + len(lot.judged)])
                start += len(lot.judged)

    def _next(self) -> list[_Lot]:
        lots = [self._lots.popleft()]
        size = len(lots[0].judged)
        while self._lots and size + len(self._lots[0].judged) <= MOST:
            lots.append(self._lots.popleft())
            size += len(lots[-1].judged)
        return lots


async def prepare(database: Database, judged: Sequence[Judged]) -> list[Judged]:
    """Do what goes before the events: join people, keep claims. Refuses what would join strangers."""
    calls = [one for one in judged if isinstance(one, Call)]
    refusals = await stitch(database, calls)
    if refusals:
        too_many = {id(calls[place]): kind for place, kind in refusals.items()}
        judged = [
            refusal_of(one, "TOO_MANY_IDENTITIES", too_many[id(one)])
            if isinstance(one, Call) and id(one) in too_many
            else one
            for one in judged
        ]
    await keep_claims(database, [one for one in judged if isinstance(one, Call)])
    return list(judged)


async def store(database: Database, judged: Sequence[Judged]) -> list[Verdict]:
    """Store them in one transaction. Where the database cannot hold a value, each is tried alone, and what cannot be
    held goes to quarantine."""
    try:
        return await _store(database, judged)
    except UNSTORABLE as error:
        [only, *others] = judged
        if others:
            return [verdict for one in judged for verdict in await store(database, [one])]
        if isinstance(only, Refused):
            raise
        return await _store(database, [refusal_of(only, "UNSTORABLE", str(error)[:200])])


async def _store(database: Database, judged: Sequence[Judged]) -> list[Verdict]:
    calls = [one for one in judged if isinstance(one, Call)]
    refused = [one for one in judged if isinstance(one, Refused)]
    for left in reversed(range(TRIES)):
        try:
            async with database.transaction() as tx:
                recorded = await record(tx, calls, refused)
            break
        except AGAIN:
            if not left:
                raise
    fresh = {id(calls[place]) for place in recorded.fresh}
    return [_verdict(one, id(one) in fresh) for one in judged]


def _verdict(one: Judged, fresh: bool) -> Verdict:
    if isinstance(one, Refused):
        return Verdict("refused", one.code, one.detail, one.message_id)
    return Verdict("taken" if fresh else "repeated", message_id=one.message_id)
