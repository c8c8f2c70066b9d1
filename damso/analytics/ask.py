"""Asking the lake about a period: one question at a time in a process, off the loop that answers everybody else."""

import asyncio
import importlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from damso.analytics.types import (
    FEWEST_PEOPLE,
    LONGEST_STEP,
    LONGEST_WITHIN,
    MOST_DAYS,
    MOST_STEPS,
    YEARS,
    AnalyticsChoices,
    AnalyticsReport,
    EventNameInvalid,
    Funnel,
    NamedSource,
    PeriodInvalid,
    SegmentTooSmall,
    StepsInvalid,
    Wanted,
)
from damso.kernel.database import Database, Transaction
from damso.kernel.dimensions import Dimension
from damso.kernel.errors import NotFound
from damso.kernel.settings import Settings
from damso.lake.keeper import look
from damso.lake.manifest import read_manifest
from damso.lake.open import store_of
from damso.lake.types import MANY, STREAMS

_NEEDED = frozenset({"identity"})
"""Tables of the lake that are asked beside the events."""


class Analyst:
    """Answers questions about visits. A question takes memory that this process shares with those who answer
    customers: so only one is asked at a time."""

    def __init__(self, database: Database, settings: Settings, dimensions: Sequence[Dimension]) -> None:
        self._database = database
        self._settings = settings
        self._dimensions = [one for one in dimensions if one.name in _NEEDED]
        self._turn = asyncio.Lock()

    async def zone(self) -> str:
        """The company's."""
        async with self._database.reading() as tx:
            return await tx.value("SELECT timezone FROM installation LIMIT 1") or "UTC"

    async def report(self, wanted: Wanted) -> AnalyticsReport:
        """Raises `PeriodInvalid`, `NotFound`, `SegmentTooSmall`, `LakeOff`."""
        async with self._opened(wanted) as (answer, lake, span, customers, as_of):
            found: AnalyticsReport = await asyncio.to_thread(
                answer.report, lake, span, wanted, customers, {"as_of": as_of}
            )
            return found

    async def funnel(self, wanted: Wanted, steps: Sequence[str], within: int) -> Funnel:
        """`steps` name events, or by `page:` how the page that was seen begins. Raises as `report` does, and
        `StepsInvalid`."""
        if not 2 <= len(steps) <= MOST_STEPS or not all(steps) or not 0 < within <= LONGEST_WITHIN:
            raise StepsInvalid(field="step", most=MOST_STEPS)
        if not all(one.isprintable() and len(one) <= LONGEST_STEP for one in steps):
            raise EventNameInvalid(field="step")
        async with self._opened(wanted) as (answer, lake, span, customers, as_of):
            walk = [_step(answer, one) for one in steps]
            found = await asyncio.to_thread(answer.funnel_of, lake, span, wanted, walk, within, customers)
        return Funnel(first=wanted.first, last=wanted.last, zone=span.zone, as_of=as_of, within=within, steps=found)

    @asynccontextmanager
    async def _opened(
        self, wanted: Wanted
    ) -> AsyncIterator[tuple[Any, Any, Any, Sequence[str] | None, datetime | None]]:
        days = (wanted.first.year, wanted.last.year)
        if not 0 <= (wanted.last - wanted.first).days < MOST_DAYS or not all(year in YEARS for year in days):
            raise PeriodInvalid(field="first", most=MOST_DAYS)
        if not wanted.event.isprintable():
            raise EventNameInvalid(field="event")
        async with self._database.reading() as tx:
            customers = await _members(tx, wanted.segment) if wanted.segment else None
        zone = await self.zone()
        async with self._turn:
            # The engine takes a second to load and a hundred megabytes: only a process that is asked pays for it.
            answer = await asyncio.to_thread(importlib.import_module, "damso.analytics.answer")
            lake, as_of = await self._lake()
            try:
                span = answer.Span(first=wanted.first, last=wanted.last, zone=zone)
                yield answer, lake, span, customers, as_of
            finally:
                await asyncio.to_thread(lake.disconnect)

    async def _lake(self) -> tuple[Any, datetime | None]:
        """Open, and up to when it knows events: until now, unless too many wait to be written to read them beside."""
        connect = (await asyncio.to_thread(importlib.import_module, "damso.lake.connect")).connect
        store = store_of(self._settings)
        manifest = read_manifest(store)
        async with self._database.reading() as tx:
            numbers = (await look(tx)).numbers()
            now = tx.now
        waiting = max(numbers[one] - manifest.streams[one].position.id for one in STREAMS)
        tail = waiting <= MANY
        lake = await connect(self._database, store, self._dimensions, tail=tail)
        return lake, now if tail else manifest.streams["tracked"].written_at


def _step(answer: Any, written: str) -> Any:
    if written.startswith("page:"):
        return answer.Step("Page Viewed", written.removeprefix("page:"))
    return answer.Step(written)


async def _members(tx: Transaction, segment_id: UUID) -> list[str]:
    """Customers who are in a segment. Raises `NotFound`, `SegmentTooSmall`."""
    if not await tx.value("SELECT EXISTS (SELECT FROM segment WHERE id = $1)", segment_id):
        raise NotFound
    found = await tx.values(
        "SELECT customer_id::text FROM segment_member WHERE segment_id = $1 AND to_at IS NULL", segment_id
    )
    if len(found) < FEWEST_PEOPLE:
        raise SegmentTooSmall(field="segment", fewest=FEWEST_PEOPLE)
    return found


async def choices(tx: Transaction) -> AnalyticsChoices:
    """What can be asked about."""
    return AnalyticsChoices(
        sources=await tx.all(NamedSource, "SELECT id, name FROM source ORDER BY lower(name), id"),
        events=await tx.values("SELECT name FROM seen_event GROUP BY name ORDER BY sum(count) DESC, name LIMIT 200"),
    )
