"""Lanes carry what must stay in order: one at a time for each key, side by side over keys. Without a key, unordered.

An item is enqueued in the transaction that decided it. A worker claims the first item of each key, works, and
deletes the item in the transaction that holds the result; a claim lost meanwhile rolls that transaction back, so a
result is stored once. A claim counts only as long as its worker's presence lock is held: after a kill -9 the next
worker takes over at once. An item that fails parks with its reason and its lane goes on.

Items of a lane may belong to shares, which take turns and may be told to wait, see `damso.kernel.shares`.
"""

import asyncio
import secrets
import time
from collections import Counter as Tally
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol, runtime_checkable

import structlog
from msgspec import Struct
from prometheus_client import Counter

from damso.kernel.database import Database, Transaction
from damso.kernel.i18n import Text
from damso.kernel.notify import LOST, STANDSTILL
from damso.kernel.shares import CLAIM as CLAIM_SHARED
from damso.kernel.shares import DUE, FAR, READY, pass_on

log = structlog.get_logger()

WORKERS = 0x0DA50002
"""First half of the advisory lock that a living worker holds; the second half is its number."""
POLL = 0.25
"""Seconds between looks when no wake-up comes, and until a dead worker's claims are freed."""

AHEAD = 2
"""A worker claims so many times a lane's width: as one item is done the next is there, without a claim in between."""

FINISH = 2.0
"""Seconds that items at work have when a worker is told to stop; what takes longer is done again by the next one."""

FAR_AHEAD = timedelta(minutes=5)
"""How far the clocks of two machines may be apart before one of them counts as set back."""

PARKED = Counter("damso_lane_parked_total", "Items parked", ["lane"])
DONE = Counter("damso_lane_done_total", "Items done", ["lane"])


class Item(Struct, frozen=True, kw_only=True):
    """One piece of work; `attempts` counts the tries before this one."""

    id: int
    lane: str
    key: str | None
    share: str = ""
    payload: Mapping[str, Any]
    attempts: int
    created_at: datetime


class Retry(Exception):
    """The fault passes: try the item again `after` seconds; its key waits meanwhile, which keeps the order."""

    def __init__(self, after: float, reason: str) -> None:
        super().__init__(reason)
        self.after = after


class Wait(Exception):
    """It is not the item's time, and nothing was tried: it waits `after` seconds (0: only until its share may go on),
    which counts as no attempt."""

    def __init__(self, after: float, reason: str) -> None:
        super().__init__(reason)
        self.after = after


class Park(Exception):
    """The item cannot be done; the text is its reason, for administrators, without personal data."""


class ClaimLost(Exception):
    """Another worker took the item over; nothing of this try may be stored."""


class Claim:
    """A worker's hold on an item."""

    def __init__(self, item: Item, worker: int) -> None:
        self.item = item
        self._worker = worker
        self.finished = False

    async def finish(self, tx: Transaction) -> None:
        """Delete the item in the transaction that stores its result. Raises `ClaimLost`."""
        if not await tx.execute("DELETE FROM lane_item WHERE id = $1 AND claimed_by = $2", self.item.id, self._worker):
            raise ClaimLost
        self.finished = True


class Lane(Protocol):
    """What does the items of one kind, at most `width` of them at a time in one process. `title` says to a person what
    it does."""

    name: ClassVar[str]
    title: ClassVar[Text]
    width: ClassVar[int]

    async def work(self, claim: Claim) -> None:
        """Do one item and `claim.finish(tx)`. Raises `Retry`, `Wait`, `Park`; anything else parks as well."""


@runtime_checkable
class Shared(Protocol):
    """A lane whose items belong to shares: at most `each` of one share at a time in one process."""

    each: ClassVar[int]


@runtime_checkable
class GivesUp(Protocol):
    """A lane whose items leave something behind that waits for them."""

    async def give_up(self, tx: Transaction, item: Item) -> None:
        """Put right what waited for an item that a person takes away: nobody will ever do it."""


async def enqueue(
    tx: Transaction,
    lane: str,
    payloads: Sequence[tuple[str | None, Mapping[str, Any]]],
    *,
    due: datetime | None = None,
    share: str = "",
) -> None:
    """Put `(key, payload)` pairs into a lane, in their order, not before `due`."""
    await tx.execute(
        """INSERT INTO lane_item (lane, key, payload, due_at, created_at, share)
        SELECT $1, e->>0, e->1, $3, $4, $5 FROM jsonb_array_elements($2::jsonb) WITH ORDINALITY AS t(e, n)
        ORDER BY n""",
        lane,
        [[key, payload] for key, payload in payloads],
        due or tx.now,
        tx.now,
        share,
    )
    tx.wake("lane")


async def hurry(tx: Transaction, lane: str, key: str) -> Mapping[str, Any] | None:
    """What waits first under this key waits no longer; its payload, None where nothing waits."""
    tx.wake("lane")
    payload: Mapping[str, Any] | None = await tx.value(
        """UPDATE lane_item SET due_at = $3 WHERE id = (
            SELECT id FROM lane_item WHERE lane = $1 AND key = $2 AND parked_at IS NULL ORDER BY id LIMIT 1)
        RETURNING payload""",
        lane,
        key,
        tx.now,
    )
    return payload


_CLAIM = f"""
UPDATE lane_item SET claimed_by = $3 FROM unnest($1::text[], $2::int[]) AS free(lane, room) CROSS JOIN LATERAL (
    SELECT i.id FROM lane_item i
    WHERE i.lane = free.lane AND i.share = '' AND {READY} AND {DUE.format(now="$4", far_ahead="$6", busy="$5")}
    ORDER BY i.id LIMIT free.room FOR UPDATE SKIP LOCKED) first
WHERE lane_item.id = first.id
RETURNING lane_item.id, lane_item.lane, key, share, payload, attempts, created_at
"""

_FREE_DEAD = """
UPDATE lane_item SET claimed_by = NULL
WHERE (claimed_by = $2 AND id <> ALL ($3)) OR (claimed_by <> $2 AND claimed_by NOT IN (
    SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = $1::bigint::oid AND objsubid = 2))
RETURNING share
"""
"""Claims of workers that are gone, and our own of which we know nothing: their commit reached the database and its
answer did not reach us. What we are at stays ours, also while the line that holds our presence is being mended."""


class Worker:
    """Runs lanes in one process until cancelled."""

    def __init__(self, database: Database, lanes: Sequence[Lane]) -> None:
        self._database = database
        self._lanes = {lane.name: lane for lane in lanes}
        self._number = secrets.randbelow(2**31 - 1) + 1
        self._running: dict[str, set[asyncio.Task[None]]] = {lane.name: set() for lane in lanes}
        self._places = {lane.name: asyncio.Semaphore(lane.width) for lane in lanes}
        self._held: dict[int, Item] = {}
        """What we are at: what waits behind it need not be looked at."""
        self._free_dead_at = 0.0

    async def run(self) -> None:
        """Told to stop, it takes nothing more and gives what is at work `FINISH` seconds to come to its end."""
        await self._database.notifier.hold_presence(WORKERS, self._number)
        async with self._database.notifier.listen("lane") as woken, asyncio.TaskGroup() as group:
            try:
                await self._go_on(group, woken)
            finally:
                if running := [task for tasks in self._running.values() for task in tasks]:
                    await asyncio.wait(running, timeout=FINISH)

    async def _go_on(self, group: asyncio.TaskGroup, woken: Callable[[float], Awaitable[None]]) -> None:
        while True:
            try:
                await self._claim_all(group)
            except LOST:
                log.info("lanes.waiting_for_database")
                await asyncio.sleep(1)
                continue
            # A lane is full now, or there was nothing more for it: either way something has to happen first.
            await woken(POLL)

    async def drain(self) -> None:
        """Do all that is due now, and what comes of it, and return."""
        await self._database.notifier.hold_presence(WORKERS, self._number)
        async with asyncio.TaskGroup() as group:
            while await self._claim_all(group):
                await asyncio.gather(*(task for tasks in self._running.values() for task in tasks))

    async def _claim_all(self, group: asyncio.TaskGroup) -> bool:
        """Claim what every lane has room for; whether there was anything."""
        room = {name: AHEAD * lane.width - len(self._running[name]) for name, lane in self._lanes.items()}
        room = {name: width for name, width in room.items() if width > 0}
        free_dead = time.monotonic() >= self._free_dead_at
        async with self._database.transaction() as tx:
            if free_dead:
                for share in set(await tx.values(_FREE_DEAD, WORKERS, self._number, list(self._held))):
                    await pass_on(tx, share)
            busy = list({f"{item.lane} {item.key}" for item in self._held.values()})
            items = await tx.all(Item, _CLAIM, list(room), list(room.values()), self._number, tx.now, busy, FAR_AHEAD)
            for lane in self._lanes.values():
                if isinstance(lane, Shared):
                    items += await self._claim_shared(tx, lane, busy)
        if free_dead:
            self._free_dead_at = time.monotonic() + POLL
        for item in items:
            self._held[item.id] = item
            task = group.create_task(self._work(self._lanes[item.lane], Claim(item, self._number)))
            self._running[item.lane].add(task)
            task.add_done_callback(self._running[item.lane].discard)
        return bool(items)

    async def _claim_shared(self, tx: Transaction, lane: Lane, busy: Sequence[str]) -> list[Item]:
        """Nothing is claimed ahead of its place: it would wait behind others' work there."""
        assert isinstance(lane, Shared)
        room = lane.width - len(self._running[lane.name])
        if room <= 0:
            return []
        ours = Tally(item.share for item in self._held.values() if item.lane == lane.name and item.share)
        told = (lane.name, lane.each, room, self._number, tx.now, list(busy), FAR_AHEAD)
        return await tx.all(Item, CLAIM_SHARED, *told, list(ours), list(ours.values()), FAR)

    async def _work(self, lane: Lane, claim: Claim) -> None:
        try:
            async with self._places[lane.name]:
                await self._try(lane, claim)
        except ClaimLost:
            log.info("lane.claim_lost", lane=lane.name, item=claim.item.id)
        except LOST:
            log.info("lane.database_lost", lane=lane.name, item=claim.item.id)
            await self._release_when_back(claim)
        finally:
            del self._held[claim.item.id]
        self._database.notifier.nudge("lane")

    async def _try(self, lane: Lane, claim: Claim) -> None:
        try:
            await lane.work(claim)
            DONE.labels(lane.name).inc()
        except (ClaimLost, *LOST):
            raise
        except (Retry, Wait) as later:
            await self._again(claim, later)
        except Exception as error:
            if not isinstance(error, Park):
                log.exception("lane.failed", lane=lane.name, item=claim.item.id)
            await self._park(claim, str(error) if isinstance(error, Park) else type(error).__name__)

    async def _again(self, claim: Claim, later: Retry | Wait) -> None:
        async with self._database.transaction() as tx:
            await tx.execute(
                "UPDATE lane_item SET claimed_by = NULL, attempts = attempts + $5, due_at = $3, reason = $4"
                " WHERE id = $1 AND claimed_by = $2",
                claim.item.id,
                self._number,
                tx.now + timedelta(seconds=later.after),
                str(later),
                int(isinstance(later, Retry)),
            )

    async def _park(self, claim: Claim, reason: str) -> None:
        PARKED.labels(claim.item.lane).inc()
        async with self._database.transaction() as tx:
            await tx.execute(
                "UPDATE lane_item SET claimed_by = NULL, attempts = attempts + 1, parked_at = $3, reason = $4"
                " WHERE id = $1 AND claimed_by = $2",
                claim.item.id,
                self._number,
                tx.now,
                reason,
            )
            tx.wake(STANDSTILL)

    async def _release_when_back(self, claim: Claim) -> None:
        """The database went away in the middle: whether the result was stored is seen by whether the item is there."""
        while True:
            await asyncio.sleep(1)
            try:
                async with self._database.transaction() as tx:
                    await tx.execute(
                        "UPDATE lane_item SET claimed_by = NULL WHERE id = $1 AND claimed_by = $2",
                        claim.item.id,
                        self._number,
                    )
                return
            except LOST:
                continue


async def replay(tx: Transaction, lane: str, ids: Sequence[int]) -> int:
    """Put parked items back to work; how many there were."""
    tx.wake("lane")
    tx.wake(STANDSTILL)
    return await tx.execute(
        "UPDATE lane_item SET parked_at = NULL, reason = NULL, due_at = $3"
        " WHERE lane = $1 AND id = ANY ($2) AND parked_at IS NOT NULL",
        lane,
        list(ids),
        tx.now,
    )
