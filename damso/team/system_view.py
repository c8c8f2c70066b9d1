"""The state of the system as people read it: what stands still, since when, why, in their language."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from damso.kernel import standstill
from damso.kernel.database import Transaction
from damso.kernel.i18n import Locale, Text
from damso.kernel.lanes import Lane
from damso.kernel.readers import Reader

SHOWN = 100
"""Parked items, and parked facts, that are listed; the counts tell of all."""

UNEXPECTED = Text(
    "예상하지 못한 오류({reason})가 났어요. 프로그램의 문제일 수 있어요. 업데이트한 뒤에 다시 시도해 주세요.",
    "An unexpected error ({reason}). It may be a fault in the program: try again after an update.",
)
"""What is said of an error that nobody foresaw: the name of its type is all that is kept of it."""


class BackgroundWork:
    """All lanes and readers of the house, and how the rooms explain the reasons that they park work with."""

    def __init__(self, lanes: Sequence[Lane], readers: Sequence[Reader], reasons: Mapping[str, Text]) -> None:
        self.lanes = {lane.name: lane for lane in lanes}
        self.readers = {reader.name: reader for reader in readers}
        self._reasons = reasons

    def title(self, name: str, locale: Locale) -> str:
        """What a lane or a reader does; one of another version is called by its name."""
        known = self.lanes.get(name) or self.readers.get(name)
        return known.title.say(locale) if known else name

    def explain(self, reason: str, locale: Locale) -> str:
        known = self._reasons.get(reason)
        return known.say(locale) if known else UNEXPECTED.say(locale, reason=reason)


class ParkedItemView(Struct, frozen=True, kw_only=True):
    """Work that could not be done. `title` says what its lane does, `explanation` why it stopped; `reason` is for
    whoever looks into the logs."""

    id: int
    lane: str
    title: str
    reason: str
    explanation: str
    attempts: int
    since: datetime
    created_at: datetime


class ParkedFactView(Struct, frozen=True, kw_only=True):
    """A fact that could not be taken. `name` is None where the log does not hold it any more."""

    reader: str
    place: str
    title: str
    name: str | None
    reason: str
    explanation: str
    since: datetime


class LateWorkView(Struct, frozen=True, kw_only=True):
    """Work that was due long ago and that nobody has begun."""

    lane: str
    title: str
    since: datetime


class BehindReaderView(Struct, frozen=True, kw_only=True):
    """A reader that does not keep up; `facts` is counted up to 10,000."""

    reader: str
    title: str
    facts: int


class SystemState(Struct, frozen=True, kw_only=True):
    """`well`: there is nothing to do. `workers`: processes that do background work now."""

    well: bool
    workers: int
    items: list[ParkedItemView]
    items_count: int
    facts: list[ParkedFactView]
    facts_count: int
    late: list[LateWorkView]
    behind: list[BehindReaderView]


async def system_state(tx: Transaction, work: BackgroundWork, locale: Locale) -> SystemState:
    """What stands still now."""
    items_count, facts_count = await standstill.count_parked(tx)
    items = await standstill.parked_items(tx, SHOWN) if items_count else []
    facts = await standstill.parked_facts(tx, SHOWN) if facts_count else []
    late = await standstill.late_work(tx)
    behind = await standstill.readers_behind(tx, list(work.readers.values()))
    workers = await standstill.working_processes(tx)
    return SystemState(
        well=bool(workers) and not (items_count or facts_count or late or behind),
        workers=workers,
        items=[
            ParkedItemView(
                id=item.id,
                lane=item.lane,
                title=work.title(item.lane, locale),
                reason=item.reason,
                explanation=work.explain(item.reason, locale),
                attempts=item.attempts,
                since=item.parked_at,
                created_at=item.created_at,
            )
            for item in items
        ],
        items_count=items_count,
        facts=[
            ParkedFactView(
                reader=fact.reader,
                place=fact.position.encode(),
                title=work.title(fact.reader, locale),
                name=fact.name,
                reason=fact.reason,
                explanation=work.explain(fact.reason, locale),
                since=fact.parked_at,
            )
            for fact in facts
        ],
        facts_count=facts_count,
        late=[LateWorkView(lane=one.lane, title=work.title(one.lane, locale), since=one.since) for one in late],
        behind=[
            BehindReaderView(reader=one.reader, title=work.title(one.reader, locale), facts=one.facts) for one in behind
        ],
    )
