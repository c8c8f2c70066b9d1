"""What stands still, so that a person can see it and mend it: items that are parked in lanes, facts that a reader could
not take, work that waits too long, and whether anybody works at all."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from damso.kernel import lanes
from damso.kernel import log as event_log
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.lanes import WORKERS, Item
from damso.kernel.log import Position, Recorded, Stream
from damso.kernel.notify import LOST, STANDSTILL
from damso.kernel.readers import Reader, lag, position_of

LATE = timedelta(minutes=5)
"""How long work may have been due before somebody should look."""
BEHIND = 1_000
"""Facts a reader has yet to see, above which it does not keep up."""
MOST = 500
"""Parked items of one lane that are put back to work at a time: no transaction lasts long."""


class ParkedItem(Struct, frozen=True, kw_only=True):
    """An item that its lane could not do. `attempts` counts the tries."""

    id: int
    lane: str
    reason: str
    attempts: int
    parked_at: datetime
    created_at: datetime


class ParkedFact(Struct, frozen=True, kw_only=True):
    """A fact that a reader could not take; `name` is None where the log does not hold it any more."""

    reader: str
    epoch: int
    xid: int
    id: int
    name: str | None
    reason: str
    parked_at: datetime

    @property
    def position(self) -> Position:
        return Position(self.epoch, self.xid, self.id)


class Late(Struct, frozen=True, kw_only=True):
    """A lane whose work was due long ago and that nobody has begun."""

    lane: str
    since: datetime


class Behind(Struct, frozen=True, kw_only=True):
    """A reader that does not keep up; `facts` it has yet to see, counted up to 10,000."""

    reader: str
    facts: int


async def parked_items(tx: Transaction, limit: int) -> list[ParkedItem]:
    """The latest first."""
    return await tx.all(
        ParkedItem,
        """SELECT id, lane, coalesce(reason, '') AS reason, attempts, parked_at, created_at FROM lane_item
        WHERE parked_at IS NOT NULL ORDER BY parked_at DESC, id DESC LIMIT $1""",
        limit,
    )


async def parked_facts(tx: Transaction, limit: int) -> list[ParkedFact]:
    """The latest first."""
    return await tx.all(
        ParkedFact,
        """SELECT p.reader, p.epoch, p.xid, p.id, coalesce(c.name, t.name) AS name, p.reason, p.parked_at
        FROM (SELECT * FROM reader_parked ORDER BY parked_at DESC, id DESC LIMIT $1) p
            LEFT JOIN care_event c ON p.stream = 'care' AND (c.epoch, c.xid, c.id) = (p.epoch, p.xid, p.id)
            LEFT JOIN tracked_event t ON p.stream = 'tracked' AND (t.epoch, t.xid, t.id) = (p.epoch, p.xid, p.id)
        ORDER BY p.parked_at DESC, p.id DESC""",
        limit,
    )


async def count_parked(tx: Transaction) -> tuple[int, int]:
    """How many items and how many facts."""
    row = await tx.row(
        "SELECT (SELECT count(*) FROM lane_item WHERE parked_at IS NOT NULL) AS items,"
        " (SELECT count(*) FROM reader_parked) AS facts"
    )
    assert row is not None
    return row["items"], row["facts"]


async def late_work(tx: Transaction) -> list[Late]:
    """What waits behind another of its key, or with the whole of its share, does so for a reason told elsewhere."""
    return await tx.all(
        Late,
        """SELECT i.lane, min(i.due_at) AS since FROM lane_item i
        WHERE i.parked_at IS NULL AND i.claimed_by IS NULL AND i.due_at < $1
            AND NOT EXISTS (SELECT FROM lane_share s WHERE s.share = i.share AND s.tries > 0)
            AND (i.key IS NULL OR i.id = (SELECT e.id FROM lane_item e
                WHERE e.lane = i.lane AND e.key = i.key AND e.parked_at IS NULL ORDER BY e.id LIMIT 1))
        GROUP BY i.lane ORDER BY i.lane""",
        tx.now - LATE,
    )


async def readers_behind(tx: Transaction, readers: Sequence[Reader]) -> list[Behind]:
    lags = [Behind(reader=reader.name, facts=await lag(tx, reader.stream, reader.name)) for reader in readers]
    return [one for one in lags if one.facts > BEHIND]


async def working_processes(tx: Transaction) -> int:
    """Processes that do background work now, known by the lock that each of them holds as long as it lives."""
    count: int = await tx.value(
        """SELECT count(DISTINCT objid) FROM pg_locks WHERE locktype = 'advisory' AND classid = $1::bigint::oid
            AND objsubid = 2 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())""",
        WORKERS,
    )
    return count


async def try_item_again(tx: Transaction, item_id: int) -> ParkedItem:
    """Put one parked item back to work. Raises `NotFound` where it is not parked."""
    item = await _parked_item(tx, item_id)
    await lanes.replay(tx, item.lane, [item.id])
    return item


async def try_lane_again(tx: Transaction, lane: str) -> int:
    """Put the parked items of a lane back to work, the oldest first, up to `MOST` of them; how many it was."""
    ids = await tx.values(
        "SELECT id FROM lane_item WHERE lane = $1 AND parked_at IS NOT NULL ORDER BY id LIMIT $2", lane, MOST
    )
    return await lanes.replay(tx, lane, ids)


async def drop_item(tx: Transaction, item_id: int) -> Item:
    """Take a parked item away for good. Raises `NotFound` where it is not parked."""
    tx.wake(STANDSTILL)
    return await tx.one(
        Item,
        "DELETE FROM lane_item WHERE id = $1 AND parked_at IS NOT NULL"
        " RETURNING id, lane, key, payload, attempts, created_at",
        item_id,
    )


async def take_again(tx: Transaction, reader: Reader, place: Position) -> bool:
    """Let a reader take a parked fact now; whether it could. If not, the fact stays parked with today's reason.
    Raises `NotFound` where it is not parked.

    The reader may have seen later facts by now: it is told of this one out of its turn."""
    await position_of(tx, reader.name)  # the reader itself waits meanwhile, so that it never runs beside itself
    stream = await _parked_in(tx, reader.name, place)
    fact = await _find(tx, stream, place)
    try:
        if fact:  # what the log forgot meanwhile has nothing to tell any more
            async with tx.savepoint():
                await reader.read(tx, [fact])
    except LOST:
        raise
    except Exception as error:
        await tx.execute(
            "UPDATE reader_parked SET reason = $5 WHERE (reader, epoch, xid, id) = ($1, $2, $3, $4)",
            *(reader.name, place.epoch, place.xid, place.id, type(error).__name__),
        )
        return False
    await drop_fact(tx, reader.name, place)
    return True


async def drop_fact(tx: Transaction, reader: str, place: Position) -> None:
    """Let a parked fact go for good. Raises `NotFound` where it is not parked."""
    tx.wake(STANDSTILL)
    if not await tx.execute(
        "DELETE FROM reader_parked WHERE (reader, epoch, xid, id) = ($1, $2, $3, $4)",
        *(reader, place.epoch, place.xid, place.id),
    ):
        raise NotFound


async def _parked_item(tx: Transaction, item_id: int) -> ParkedItem:
    return await tx.one(
        ParkedItem,
        """SELECT id, lane, coalesce(reason, '') AS reason, attempts, parked_at, created_at FROM lane_item
        WHERE id = $1 AND parked_at IS NOT NULL FOR UPDATE""",
        item_id,
    )


async def _parked_in(tx: Transaction, reader: str, place: Position) -> Stream:
    stream: Stream | None = await tx.value(
        "SELECT stream FROM reader_parked WHERE (reader, epoch, xid, id) = ($1, $2, $3, $4) FOR UPDATE",
        *(reader, place.epoch, place.xid, place.id),
    )
    if stream is None:
        raise NotFound
    return stream


async def _find(tx: Transaction, stream: Stream, place: Position) -> Recorded | None:
    before = Position(place.epoch, place.xid, place.id - 1)
    found = await event_log.read(tx, stream, before, Position(place.epoch, place.xid + 1, 0), limit=1)
    return found[0] if found and found[0].position == place else None
