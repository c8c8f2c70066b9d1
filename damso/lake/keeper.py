"""Looks every few seconds whether the lake needs a round, and starts a child for it (`damso.lake.keep_child`).

Looking costs a small file and one row of PostgreSQL. Any number of workers may look; one writes at a time.
"""

import asyncio
import os
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog
from msgspec import Struct
from prometheus_client import Gauge

from damso.kernel.database import Database, Transaction
from damso.kernel.dimensions import Dimension
from damso.kernel.log import Stream
from damso.kernel.notify import LOST
from damso.lake.manifest import ManifestBroken, read_manifest
from damso.lake.store import LakeStore
from damso.lake.types import FRESH, GRACE, MANY, RENEW, STREAMS, Manifest

log = structlog.get_logger()

LOOK = 5.0
"""Seconds between looks."""
IDLE = timedelta(hours=1)
"""How often a round is made although nothing seems to be due: a day is over, a table has changed without a fact."""
LAG = Gauge("damso_lake_lag_events", "Facts, at most, that are not yet in the lake", ["stream"])


class Signs(Struct, frozen=True, kw_only=True):
    """What one look at the database sees: the numbers given out in both streams, the epoch, whether somebody is to be
    forgotten, and the floors of the streams, each with its day."""

    care: int
    tracked: int
    epoch: int
    forgets: bool
    floors: dict[str, str] = {}

    def numbers(self) -> dict[Stream, int]:
        return {"care": self.care, "tracked": self.tracked}


_SIGNS = """
SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('care_event', 'id')), 0) AS care,
    coalesce(pg_sequence_last_value(pg_get_serial_sequence('tracked_event', 'id')), 0) AS tracked,
    (SELECT coalesce(max(epoch), 0) FROM log_epoch) AS epoch,
    EXISTS (SELECT FROM lake_erasure WHERE gone_at IS NULL AND rewritten_at IS NULL) AS forgets,
    (SELECT coalesce(jsonb_object_agg(stream, to_char(before AT TIME ZONE 'UTC', 'YYYY-MM-DD')), '{}') FROM log_floor)
        AS floors
"""


async def look(tx: Transaction) -> Signs:
    return await tx.one(Signs, _SIGNS)


def is_due(manifest: Manifest, signs: Signs, seen: Signs | None, since_round: timedelta, now: datetime) -> bool:
    """Whether a round has something to do. `seen` is what the last round began with: numbers that were given out and
    never became facts are not waited for."""
    if signs.forgets or (manifest.epoch and signs.epoch != manifest.epoch) or since_round >= IDLE:
        return True
    if since_round >= FRESH and _holds_below(manifest, signs):
        return True
    fresh = seen is None or signs.numbers() != seen.numbers()
    waiting = [signs.numbers()[stream] - manifest.streams[stream].position.id for stream in STREAMS]
    if fresh and (max(waiting) >= MANY or (since_round >= FRESH and max(waiting) > 0)):
        return True
    stale = manifest.renewed_at is None or (fresh and now - manifest.renewed_at >= RENEW)
    return since_round >= FRESH and (stale or any(now - gone.at >= GRACE for gone in manifest.retired))


def _holds_below(manifest: Manifest, signs: Signs) -> bool:
    """Whether a file that counts holds what went from the log by rule."""
    return any(
        file.day < signs.floors.get(stream, "") for stream, state in manifest.streams.items() for file in state.files
    )


class LakeKeeper:
    """Keeps the lake until cancelled."""

    def __init__(self, database: Database, store: LakeStore, dimensions: Sequence[Dimension]) -> None:
        self._database = database
        self._store = store
        self._dimensions = dimensions
        self._seen: Signs | None = None
        self._round_at = time.monotonic()
        self._failed = False

    async def run(self) -> None:
        while True:
            try:
                await self._look()
            except LOST:
                log.info("lake.waiting_for_database")
            except (ManifestBroken, OSError) as error:
                log.warning("lake.unreadable", reason=type(error).__name__)
            await asyncio.sleep(LOOK)

    async def _look(self) -> None:
        manifest = await asyncio.to_thread(read_manifest, self._store)
        async with self._database.reading() as tx:
            signs = await look(tx)
        for stream, number in signs.numbers().items():
            LAG.labels(stream).set(max(number - manifest.streams[stream].position.id, 0))
        since = timedelta(seconds=time.monotonic() - self._round_at)
        if self._failed and since < FRESH:
            return
        if is_due(manifest, signs, self._seen, since, self._database.clock.now()):
            self._failed = not await self.round()
            self._seen, self._round_at = signs, time.monotonic()

    async def round(self) -> bool:
        """One round in a child, which ends with us; whether it came to its end."""
        job = {"dsn": self._database.notifier.dsn, "url": self._store.url, "dimensions": self._dimensions}
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "damso.lake.keep_child",
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,  # a traceback may quote a row
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,
        )
        try:
            answer = await _ask(child, msgspec.json.encode(job) + b"\n")
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        return _tell(answer)


async def _ask(child: Process, job: bytes) -> bytes:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(job)  # and kept open: by its end the child knows that we are gone
    return await child.stdout.read()


def _tell(answer: bytes) -> bool:
    outcome: dict[str, Any] = msgspec.json.decode(answer) if answer else {"fault": "Died"}
    if outcome.get("fault"):
        log.error("lake.failed", reason=outcome["fault"])
        return False
    if outcome.get("kept"):
        log.info("lake.kept", **outcome["kept"])
    return True
