"""Looking again at what was refused, once the plan or the source has been mended."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from damso.customers.tracking.collect import UNSTORABLE, Judged, prepare
from damso.customers.tracking.known import Sources
from damso.customers.tracking.quarantine import Waiting, refuse_again, release, waiting
from damso.customers.tracking.read import read_event, refusal_of
from damso.customers.tracking.record import record
from damso.customers.tracking.types import Call, Refused
from damso.kernel.database import Database
from damso.kernel.errors import NotFound


class ReplayedEvents(Struct, frozen=True, kw_only=True):
    """How many are stored now (or had been already), and how many stay in quarantine."""

    taken: int
    refused: int


async def replay(
    database: Database, sources: Sources, source_id: UUID, *, ids: Sequence[int] = (), code: str = ""
) -> ReplayedEvents:
    """Judge events as if they came now, with the times of when they came. Raises `NotFound`.

    An event leaves quarantine in the transaction that stores it, so a kill in between loses and doubles nothing.
    """
    async with database.reading() as tx:
        known = await sources.by_id(tx, source_id)
        if known is None:
            raise NotFound
    taken = refused = after = 0
    while True:
        async with database.reading() as tx:
            chunk = await waiting(tx, source_id, ids=ids, code=code, after=after)
        if not chunk:
            return ReplayedEvents(taken=taken, refused=refused)
        after = chunk[-1].id
        judged = await prepare(database, [read_event(known, one.parcel) for one in chunk])
        stored = await _store(database, chunk, judged)
        taken, refused = taken + stored, refused + len(chunk) - stored


async def _store(database: Database, chunk: Sequence[Waiting], judged: Sequence[Judged]) -> int:
    """Store those that are good now; how many. A value that the database cannot hold concerns its own event alone."""
    pairs = list(zip(chunk, judged, strict=True))
    calls = [(one.id, call) for one, call in pairs if isinstance(call, Call)]
    refusals = {one.id: refusal for one, refusal in pairs if isinstance(refusal, Refused)}
    try:
        async with database.transaction() as tx:
            free = await release(tx, [number for number, _ in calls])
            await record(tx, [call for number, call in calls if number in free], [])
            await refuse_again(tx, refusals)
        return len(calls)
    except UNSTORABLE as error:
        if len(chunk) > 1:
            return sum([await _store(database, [one], [call]) for one, call in pairs])
        [(number, call)] = calls
        async with database.transaction() as tx:
            await refuse_again(tx, {number: refusal_of(call, "UNSTORABLE", str(error)[:200])})
        return 0
