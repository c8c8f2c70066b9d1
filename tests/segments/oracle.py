"""What a rule means, as plainly as it can be said: one customer, a list of facts, no index, no increment, no SQL.

Slow and obvious on purpose: the live path and the bulk are held against it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from korean_lunar_calendar import KoreanLunarCalendar
from msgspec import Struct

from damso.segments import rule as r


class Happened(Struct, frozen=True, kw_only=True):
    """An event of the customer; `at` is already clamped, `number` its place in the log."""

    stream: str
    name: str
    at: datetime
    number: int
    properties: dict[str, Any]


class Life(Struct, frozen=True, kw_only=True):
    """All facts about one customer."""

    events: Sequence[Happened]
    traits: dict[str, Any]
    identities: Sequence[tuple[str, str]]
    zone: str = "UTC"
    conversations: Sequence[tuple[str, datetime, datetime | None]] = ()
    consents: dict[tuple[str, str], str] = {}


def is_in(rule: r.Rule, life: Life, now: datetime, segments: Mapping[UUID, r.Named]) -> bool:
    """Whether a rule is true of a life."""
    match rule:
        case r.All(rules=rules):
            return all(is_in(child, life, now, segments) for child in rules)
        case r.Any(rules=rules):
            return any(is_in(child, life, now, segments) for child in rules)
        case r.Not(rule=child):
            return not is_in(child, life, now, segments)
        case r.InSegment(segment_id=segment_id):
            inner = segments[segment_id]
            assert not isinstance(inner, r.Computation)
            return is_in(inner, life, now, segments)
        case r.Computed(computed_id=computed_id, op=op, value=value):
            of = segments[computed_id]
            assert isinstance(of, r.Computation)
            return _is_so(of, worked_out(of, life, now), op, value)
        case r.Measured(of=of, op=op, value=value):
            return _is_so(of, worked_out(of, life, now), op, value)
        case r.HasConsent(purpose=purpose, channel=channel, state=state):
            return life.consents.get((purpose, channel), "none") == state
        case r.InRfm():
            raise TypeError("what was reckoned once a day is no question of a life")
        case r.HasTrait(key=key, op=op, value=value):
            return _fits(life.traits.get(key), op, value)
        case r.HasIdentity(kinds=kinds, proven=proven):
            return any(
                kind in kinds and (not proven or proof in ("proven", "authenticated"))
                for kind, proof in life.identities
            )
        case r.Performed(event=event, window=window, compare=compare, times=times):
            count = len([one for one in life.events if _is(event, one) and _inside(window, one.at, now)])
            return {"at_least": count >= times, "at_most": count <= times, "exactly": count == times}[compare]
        case r.Occurrence():
            named = [one for one in _ordered(life.events) if _named(rule.event, one)]
            one = named[0 if rule.which == "first" else -1] if named else None
            return one is not None and _is(rule.event, one) and _inside(rule.window, one.at, now)
        case r.Total(compare=compare, amount=amount):
            found = sum(_amounts(rule, life, now), Decimal(0))
            return (found >= Decimal(repr(amount))) == (compare == "at_least")
        case r.Sequence():
            return _in_sequence(rule, _ordered(life.events), now)
        case r.NotFollowed():
            return _not_followed(rule, _ordered(life.events), now)
        case r.HasConversation(state=state, seconds=seconds):
            begun = [
                (waiting if state == "waiting" else since)
                for status, since, waiting in life.conversations
                if (waiting is not None if state == "waiting" else status != "resolved")
            ]
            return any(at is not None and at + timedelta(seconds=seconds) <= now for at in begun)
        case r.Anniversary():
            return _comes_round(rule, life, now)


def worked_out(of: r.Computation, life: Life, now: datetime) -> Any:
    """What a computation comes to; None where there is nothing."""
    inside = [one for one in _ordered(life.events) if _is(of.event, one) and _inside(of.window, one.at, now)]
    if of.measure == "count":
        return len(inside)
    if of.measure == "days_since":
        return (now - inside[-1].at) // timedelta(days=1) if inside else None
    given = [value for one in inside if (value := _scalar(one.properties.get(of.property))) is not None]
    if of.measure == "sum":
        return float(sum((Decimal(repr(one)) for one in given if _number(one)), Decimal(0)))
    if of.measure == "unique":
        return given
    if not given:
        return None
    if of.measure in ("first", "last"):
        return given[0 if of.measure == "first" else -1]
    keys = [(isinstance(one, bool), one) for one in given]
    most = max(Counter(keys).values())
    return next(key[1] for key in reversed(keys) if keys.count(key) == most)


def _scalar(value: Any) -> Any:
    """A text, yes or no, or a number to six decimals."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        rounded = Decimal(repr(value)).quantize(Decimal("0.000001"), ROUND_HALF_UP)
        return float(rounded) if abs(value) <= 1e15 else None
    return value if isinstance(value, bool | str) else None


def _is_so(of: r.Computation, value: Any, op: r.Op, wanted: Any) -> bool:
    if of.measure != "unique":
        return _fits(value, op, wanted)
    if op in ("is_not", "missing"):
        return not _is_so(of, value, "is" if op == "is_not" else "exists", wanted)
    return any(_fits(one, op, wanted) for one in value)


def _ordered(events: Iterable[Happened]) -> list[Happened]:
    return sorted(events, key=lambda one: (one.at, one.stream, one.number))


def _inside(window: r.Window, at: datetime, now: datetime) -> bool:
    begun = at + timedelta(seconds=window.before) <= now
    return begun and (window.last is None or now < at + timedelta(seconds=window.last))


def _named(step: r.Step, event: Happened) -> bool:
    return event.stream == step.stream and event.name == step.name


def _is(step: r.Step, event: Happened) -> bool:
    return _named(step, event) and all(
        _fits(event.properties.get(one.property), one.op, one.value) for one in step.where
    )


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool) or not (_number(one) and _number(other)):
        return type(one) is type(other) and one == other and isinstance(one, bool | str)
    return bool(one == other)


def _fits(value: Any, op: r.Op, wanted: Any) -> bool:
    tests: dict[str, Callable[[], bool]] = {
        "exists": lambda: value is not None,
        "missing": lambda: value is None,
        "is": lambda: _same(value, wanted),
        "is_not": lambda: not _same(value, wanted),
        "one_of": lambda: any(_same(value, one) for one in wanted),
        "contains": lambda: isinstance(value, str) and wanted in value,
        "starts_with": lambda: isinstance(value, str) and value.startswith(wanted),
        "gt": lambda: _number(value) and value > wanted,
        "gte": lambda: _number(value) and value >= wanted,
        "lt": lambda: _number(value) and value < wanted,
        "lte": lambda: _number(value) and value <= wanted,
    }
    return bool(tests[op]())


def _amounts(rule: r.Total, life: Life, now: datetime) -> Iterable[Decimal]:
    for one in life.events:
        value = one.properties.get(rule.property)
        if _is(rule.event, one) and _inside(rule.window, one.at, now) and _number(value) and abs(value) <= 1e15:
            yield Decimal(repr(value)).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def _in_sequence(rule: r.Sequence, events: Sequence[Happened], now: datetime) -> bool:
    for end, then in enumerate(events):
        if not (_is(rule.next, then) and _inside(rule.window, then.at, now)):
            continue
        for begin in range(end):
            between = events[begin + 1 : end]
            if (
                _is(rule.first, events[begin])
                and then.at - events[begin].at <= timedelta(seconds=rule.within)
                and not (rule.without and any(_is(rule.without, one) for one in between))
            ):
                return True
    return False


def _not_followed(rule: r.NotFollowed, events: Sequence[Happened], now: datetime) -> bool:
    wait = timedelta(seconds=rule.within)
    return any(
        _is(rule.first, first)
        and _inside(rule.window, first.at, now)
        and first.at + wait <= now
        and not any(_is(rule.next, then) and then.at <= first.at + wait for then in events[place + 1 :])
        for place, first in enumerate(events)
    )


def _comes_round(rule: r.Anniversary, life: Life, now: datetime) -> bool:
    value = life.traits.get(rule.key)
    if not isinstance(value, str):
        return False
    parts = value.split("-")
    if len(parts) not in (2, 3) or [len(part) for part in parts] != [4, 2, 2][-len(parts) :]:
        return False
    if not all(part.isascii() and part.isdigit() for part in parts):
        return False
    month, day = int(parts[-2]), int(parts[-1])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return False
    today = now.astimezone(ZoneInfo(life.zone)).date()
    return any(
        today <= kept <= today + timedelta(days=rule.days)
        for year in range(today.year - 1, today.year + 2)
        if (kept := _kept(rule.calendar, year, month, day)) is not None
    )


def _kept(calendar: str, year: int, month: int, day: int) -> date | None:
    """The solar date on which a day of the year is kept in a year of the calendar."""
    if calendar == "solar":
        if (month, day) == (2, 29):
            day = 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
        try:
            return date(year, month, day)
        except ValueError:
            return None
    for wanted in (day, *((29,) if day == 30 else ())):
        lunar = KoreanLunarCalendar()
        if lunar.setLunarDate(year, month, wanted, False):
            return date.fromisoformat(lunar.SolarIsoFormat())
    return None


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
