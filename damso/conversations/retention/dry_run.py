"""What the rules would destroy now and within thirty days, and what is held back and why. Changes nothing but a note
of what somebody was shown, without which no rule is switched on."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.conversations.retention.due import GOES, IS_OVER, ON_HOLD, OVER, PENDING, cutoff_of
from damso.conversations.retention.rules import CLASSES, Action, RecordClass, Rule, RuledClass, rules
from damso.kernel.database import Transaction
from damso.kernel.ids import new_id
from damso.kernel.log import Actor
from damso.kernel.retention import MonthCount, Records

AHEAD = timedelta(days=30)
SAMPLES = 5
KEPT_DRY_RUNS = 50

HeldBack = Literal["open", "pending", "hold"]
"""Not resolved, though nothing was said for as long as the rule keeps cases; something in it still waits; or somebody
has put a hold on it."""


class BrandCount(Struct, frozen=True, kw_only=True):
    brand_id: UUID
    name: str
    count: int


class AgeCount(Struct, frozen=True, kw_only=True):
    """Resolved cases whose time began so many times thirty days ago."""

    age: int
    count: int


class SampleCase(Struct, frozen=True, kw_only=True):
    """A case that would go, to be opened and looked at; nothing of what it says."""

    id: UUID
    over_at: datetime


class ClassOutlook(Struct, frozen=True, kw_only=True):
    """What a rule, as it is now, does to cases or records of its class, whether it is switched on or not. Of records
    only how many there are, now, soon and by month."""

    record_class: RuledClass
    days: int
    action: Action
    active: bool
    now: int
    soon: int
    """Those that come to it within thirty days, on top."""
    customers: int
    """Who would go as well, since nothing else of them is here. Only where the rule says so."""
    months: list[MonthCount]
    brands: list[BrandCount]
    held_back: dict[HeldBack, int]
    samples: list[SampleCase]
    held_samples: list[SampleCase]
    ages: list[AgeCount]


class DryRun(Struct, frozen=True, kw_only=True):
    """What somebody was shown."""

    id: UUID
    at: datetime
    classes: list[ClassOutlook]

    def shows(self, rule: Rule) -> bool:
        """Whether it was about the rule as it is."""
        return any(
            (one.record_class, one.days, one.action) == (rule.record_class, rule.days, rule.action)
            for one in self.classes
        )


async def look(tx: Transaction, records: Sequence[Records]) -> DryRun:
    """Look at what every rule would do. Counts over all cases and records, a second for a million, so it takes no
    writing transaction."""
    at, known = tx.now, await rules(tx)
    cases = [await _outlook(tx, known[name], name, at) for name in CLASSES]
    others = [await _outlook_of_records(tx, known[one.record_class], one, at) for one in records]
    return DryRun(id=new_id(), at=at, classes=[*cases, *others])


async def note(tx: Transaction, found: DryRun, actor: Actor) -> None:
    """Note what somebody was shown."""
    await tx.execute(
        "INSERT INTO retention_dry_run (id, at, actor_kind, actor_id, found) VALUES ($1, $2, $3, $4, $5)",
        found.id,
        found.at,
        actor.kind,
        actor.id,
        msgspec.to_builtins(found),
    )
    await tx.execute(
        "DELETE FROM retention_dry_run WHERE id IN (SELECT id FROM retention_dry_run ORDER BY at DESC OFFSET $1)",
        KEPT_DRY_RUNS,
    )


async def dry_run_of(tx: Transaction, dry_run_id: UUID) -> DryRun | None:
    found = await tx.value("SELECT found FROM retention_dry_run WHERE id = $1", dry_run_id)
    return msgspec.convert(found, DryRun) if found else None


async def newest_dry_run(tx: Transaction) -> DryRun | None:
    found = await tx.value("SELECT found FROM retention_dry_run ORDER BY at DESC, id DESC LIMIT 1")
    return msgspec.convert(found, DryRun) if found else None


class _Group(Struct, frozen=True, kw_only=True):
    brand_id: UUID
    name: str
    month: date
    soon: bool
    fate: Literal["goes", "pending", "hold"]
    count: int


_GROUPS = f"""
SELECT g.brand_id, b.name, g.month, g.soon, g.fate, g.count FROM (
    SELECT c.brand_id, date_trunc('month', {OVER} AT TIME ZONE 'UTC')::date AS month, {OVER} >= $3 AS soon,
        CASE WHEN {ON_HOLD} THEN 'hold' WHEN {PENDING} THEN 'pending' ELSE 'goes' END AS fate, count(*) AS count
    FROM conversation c WHERE c.record_class = $1 AND {IS_OVER} GROUP BY 1, 2, 3, 4) g
JOIN brand b ON b.id = g.brand_id ORDER BY g.month, b.name, g.brand_id
"""

_SAMPLES = f"""
SELECT c.id, {OVER} AS over_at FROM conversation c
WHERE c.record_class = $1 AND {{}} ORDER BY c.last_message_at, c.id LIMIT $3
"""
_HELD = f"{IS_OVER} AND ({PENDING} OR {ON_HOLD})"

_OPEN = """FROM conversation c
WHERE c.record_class = $1 AND c.joined_into IS NULL AND c.status <> 'resolved' AND c.last_message_at < $2"""

_AGES = f"""
SELECT floor(extract(epoch FROM $2::timestamptz - {OVER}) / (86400 * 30))::int AS age, count(*) AS count
FROM conversation c WHERE c.record_class = $1 AND c.joined_into IS NULL AND c.status = 'resolved' AND {OVER} <= $2
GROUP BY 1 ORDER BY 1
"""

_CUSTOMERS = f"""
WITH going AS MATERIALIZED (
    SELECT c.id, i.customer_id FROM conversation c JOIN identity i ON i.id = c.anchor_identity_id
    WHERE c.record_class = $1 AND {GOES})
SELECT count(*) FROM (SELECT DISTINCT customer_id FROM going) g JOIN customer u ON u.id = g.customer_id
WHERE u.last_seen_at < $2 AND NOT EXISTS (
    SELECT FROM identity i WHERE i.customer_id = u.id AND (
        EXISTS (SELECT FROM conversation o WHERE o.anchor_identity_id = i.id AND o.joined_into IS NULL
            AND o.id NOT IN (SELECT id FROM going))
        OR EXISTS (SELECT FROM participant p WHERE p.identity_id = i.id
            AND p.conversation_id NOT IN (SELECT id FROM going))
        OR EXISTS (SELECT FROM message m WHERE m.identity_id = i.id AND m.kind = 'message'
            AND m.conversation_id NOT IN (SELECT id FROM going))))
"""


async def _outlook_of_records(tx: Transaction, rule: Rule, records: Records, at: datetime) -> ClassOutlook:
    months = await records.due(tx, cutoff_of(rule, at).before)
    now = sum(one.count for one in months)
    soon = sum(one.count for one in await records.due(tx, cutoff_of(rule, at, ahead=AHEAD).before))
    return ClassOutlook(
        record_class=rule.record_class,
        days=rule.days,
        action=rule.action,
        active=rule.active,
        now=now,
        soon=soon - now,
        customers=0,
        months=list(months),
        brands=[],
        held_back={},
        samples=[],
        held_samples=[],
        ages=[],
    )


async def _outlook(tx: Transaction, rule: Rule, name: RecordClass, at: datetime) -> ClassOutlook:
    now, soon = cutoff_of(rule, at).before, cutoff_of(rule, at, ahead=AHEAD).before
    groups = await tx.all(_Group, _GROUPS, name, soon, now)
    going = [one for one in groups if not one.soon and one.fate == "goes"]
    held: dict[HeldBack, int] = {
        "open": await tx.value(f"SELECT count(*) {_OPEN}", name, now),
        "pending": _sum(one for one in groups if one.fate == "pending" and not one.soon),
        "hold": _sum(one for one in groups if one.fate == "hold" and not one.soon),
    }
    return ClassOutlook(
        record_class=name,
        days=rule.days,
        action=rule.action,
        active=rule.active,
        now=_sum(going),
        soon=_sum(one for one in groups if one.soon and one.fate == "goes"),
        customers=await _customers(tx, rule, now),
        months=[MonthCount(month=month, count=count) for month, count in _months(going).items()],
        brands=_brands(going),
        held_back={reason: count for reason, count in held.items() if count},
        samples=await tx.all(SampleCase, _SAMPLES.format(GOES), name, now, SAMPLES),
        held_samples=await _held_samples(tx, name, now),
        ages=await tx.all(AgeCount, _AGES, name, at),
    )


async def _held_samples(tx: Transaction, record_class: RecordClass, before: datetime) -> list[SampleCase]:
    still_open = await tx.all(
        SampleCase,
        f"SELECT c.id, c.last_message_at AS over_at {_OPEN} ORDER BY c.last_message_at, c.id LIMIT $3",
        record_class,
        before,
        SAMPLES,
    )
    pending = await tx.all(SampleCase, _SAMPLES.format(_HELD), record_class, before, SAMPLES)
    return [*pending, *still_open][:SAMPLES]


async def _customers(tx: Transaction, rule: Rule, before: datetime) -> int:
    if rule.action == "erase":
        return 0
    found: int = await tx.value(_CUSTOMERS, rule.record_class, before)
    return found


def _sum(groups: Iterable[_Group]) -> int:
    return sum(one.count for one in groups)


def _months(groups: Sequence[_Group]) -> Mapping[date, int]:
    counts: Counter[date] = Counter()
    for one in groups:
        counts[one.month] += one.count
    return dict(sorted(counts.items()))


def _brands(groups: Sequence[_Group]) -> list[BrandCount]:
    counts: Counter[tuple[UUID, str]] = Counter()
    for one in groups:
        counts[one.brand_id, one.name] += one.count
    return [BrandCount(brand_id=id_, name=name, count=count) for (id_, name), count in counts.most_common()]
