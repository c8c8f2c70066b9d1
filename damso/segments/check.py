"""Whether a rule may be kept: how deep and large it is, and that what it asks for makes sense.

The JSON form is checked by its types first; here is what types cannot say. Every problem names the path of its node.
"""

import math
from collections.abc import Iterator

from damso.customers.consent.types import ALL, BY_CHANNEL
from damso.kernel.errors import FieldProblem
from damso.kernel.i18n import Text
from damso.segments.errors import RuleInvalid
from damso.segments.rule import (
    All,
    Anniversary,
    Any,
    Computation,
    Computed,
    Condition,
    HasConsent,
    HasConversation,
    HasIdentity,
    HasTrait,
    InRfm,
    InSegment,
    Measured,
    Not,
    NotFollowed,
    Occurrence,
    Op,
    Performed,
    Rule,
    Scalar,
    Sequence,
    Step,
    Total,
    Window,
)

MAX_DEPTH = 8
MAX_NODES = 100
MAX_TIMES = 100
MAX_CONDITIONS = 10
MAX_CHOICES = 50
MAX_WORDS = 200
"""Characters of a name, a property or a text that is compared with."""
MAX_SECONDS = 5 * 366 * 86_400
MAX_AMOUNT = 1e15
MAX_DAYS = 90
BARE = frozenset({"count", "days_since"})
"""Measures that need no property."""

_TOO_LARGE = Text(
    f"조건은 {MAX_NODES}개, {MAX_DEPTH}단계까지 만들 수 있어요.",
    f"Up to {MAX_NODES} parts, {MAX_DEPTH} deep.",
)
_EMPTY_ANY = Text("‘하나라도 맞음’에는 조건이 하나는 있어야 해요.", "“Any of” needs at least one condition.")
_NAME = Text(f"1자에서 {MAX_WORDS}자까지 적어 주세요.", f"Enter 1 to {MAX_WORDS} characters.")
_VALUE = Text("비교할 값이 맞지 않아요.", "The value does not fit the comparison.")
_TIMES = Text(f"횟수는 {MAX_TIMES}까지 쓸 수 있어요.", f"A count goes up to {MAX_TIMES}.")
_WINDOW = Text("기간을 확인해 주세요.", "Please check the period.")
_AMOUNT = Text("0보다 큰 금액이나 수량을 적어 주세요.", "Enter an amount above zero.")
_CHOICES = Text(f"1개에서 {MAX_CHOICES}개까지 고를 수 있어요.", f"Choose 1 to {MAX_CHOICES}.")
_MANY = Text(f"조건은 {MAX_CONDITIONS}개까지 쓸 수 있어요.", f"Up to {MAX_CONDITIONS} conditions can be used.")
_CHANNEL = Text("이 목적은 모든 채널에 함께 동의해요.", "This purpose is consented to for all channels at once.")
_SCORES = Text("점수는 1에서 5까지예요.", "Scores go from 1 to 5.")
_NO_PROPERTY = Text("이 계산에는 속성을 쓰지 않아요.", "This is not worked out of a property.")
_DAYS = Text(f"{MAX_DAYS}일까지 쓸 수 있어요.", f"Up to {MAX_DAYS} days can be used.")

Found = Iterator[tuple[str, str, Text]]
"""Path, code and sentence of a problem."""


def check_rule(rule: Rule) -> None:
    """Raises `RuleInvalid` with every problem found."""
    if _too_large(rule):
        raise RuleInvalid(problems=(FieldProblem("rule", "too_large", _TOO_LARGE),))
    problems = tuple(FieldProblem(path, code, text) for path, code, text in _problems(rule, "rule"))
    if problems:
        raise RuleInvalid(problems=problems)


def children(rule: Rule) -> tuple[Rule, ...]:
    """The rules that a node is made of; none of a leaf."""
    if isinstance(rule, All | Any):
        return rule.rules
    return (rule.rule,) if isinstance(rule, Not) else ()


def _too_large(rule: Rule) -> bool:
    level, count = [rule], 0
    for _ in range(MAX_DEPTH):
        count += len(level)
        if count > MAX_NODES:
            return True
        level = [child for one in level for child in children(one)]
        if not level:
            return False
    return True


def _problems(rule: Rule, path: str) -> Found:
    match rule:
        case All(rules=rules) | Any(rules=rules):
            if not rules and isinstance(rule, Any):
                yield path, "empty", _EMPTY_ANY
            for number, child in enumerate(rules):
                yield from _problems(child, f"{path}.rules.{number}")
        case Not(rule=child):
            yield from _problems(child, f"{path}.rule")
        case HasTrait():
            yield from _named(rule.key, f"{path}.key")
            yield from _comparison(rule.op, rule.value, f"{path}.value")
        case HasIdentity(kinds=kinds):
            if not 0 < len(kinds) <= MAX_CHOICES:
                yield f"{path}.kinds", "choices", _CHOICES
            for kind in kinds:
                yield from _named(kind, f"{path}.kinds")
        case Performed() | Occurrence() | Total():
            yield from _about_events(rule, path)
        case Sequence() | NotFollowed():
            yield from _about_order(rule, path)
        case HasConversation(seconds=seconds):
            if not 0 <= seconds <= MAX_SECONDS:
                yield f"{path}.seconds", "window", _WINDOW
        case Anniversary(key=key, days=days):
            yield from _named(key, f"{path}.key")
            if not 0 <= days <= MAX_DAYS:
                yield f"{path}.days", "days", _DAYS
        case HasConsent():
            yield from _named(rule.channel, f"{path}.channel")
            if rule.purpose not in BY_CHANNEL and rule.channel != ALL:
                yield f"{path}.channel", "channel", _CHANNEL
        case InRfm():
            for name in ("recency", "frequency", "monetary", "value"):
                if not set(getattr(rule, name)) <= {1, 2, 3, 4, 5}:
                    yield f"{path}.{name}", "scores", _SCORES
        case Computed(op=op, value=value):
            yield from _comparison(op, value, f"{path}.value")
        case Measured(of=of, op=op, value=value):
            yield from computation_problems(of, f"{path}.of")
            yield from _comparison(op, value, f"{path}.value")
        case InSegment():
            pass


def check_computation(of: Computation) -> None:
    """Raises `RuleInvalid` with every problem found."""
    problems = tuple(FieldProblem(path, code, text) for path, code, text in computation_problems(of, "computation"))
    if problems:
        raise RuleInvalid(problems=problems)


def computation_problems(of: Computation, path: str) -> Found:
    """What is wrong with a computation."""
    yield from _step(of.event, f"{path}.event")
    yield from _window(of.window, f"{path}.window")
    if of.measure not in BARE:
        yield from _named(of.property, f"{path}.property")
    elif of.property:
        yield f"{path}.property", "unused", _NO_PROPERTY


def _about_events(rule: Performed | Occurrence | Total, path: str) -> Found:
    yield from _step(rule.event, f"{path}.event")
    yield from _window(rule.window, f"{path}.window")
    if isinstance(rule, Performed):
        least = 1 if rule.compare == "at_least" else 0
        if not least <= rule.times <= MAX_TIMES:
            yield f"{path}.times", "times", _TIMES
    if isinstance(rule, Total):
        yield from _named(rule.property, f"{path}.property")
        if not 0 < rule.amount <= MAX_AMOUNT:
            yield f"{path}.amount", "amount", _AMOUNT


def _about_order(rule: Sequence | NotFollowed, path: str) -> Found:
    yield from _step(rule.first, f"{path}.first")
    yield from _step(rule.next, f"{path}.next")
    if isinstance(rule, Sequence) and rule.without:
        yield from _step(rule.without, f"{path}.without")
    if not 0 < rule.within <= MAX_SECONDS:
        yield f"{path}.within", "window", _WINDOW
    yield from _window(rule.window, f"{path}.window")
    last = rule.window.last
    if rule.window.before or (isinstance(rule, NotFollowed) and last is not None and last <= rule.within):
        yield f"{path}.window", "window", _WINDOW


def _step(step: Step, path: str) -> Found:
    yield from _named(step.name, f"{path}.name")
    if len(step.where) > MAX_CONDITIONS:
        yield f"{path}.where", "choices", _MANY
    for number, condition in enumerate(step.where):
        yield from _condition(condition, f"{path}.where.{number}")


def _condition(condition: Condition, path: str) -> Found:
    yield from _named(condition.property, f"{path}.property")
    yield from _comparison(condition.op, condition.value, f"{path}.value")


def _window(window: Window, path: str) -> Found:
    last = window.last
    if (last is not None and not window.before < last <= MAX_SECONDS) or not 0 <= window.before <= MAX_SECONDS:
        yield path, "window", _WINDOW


def _comparison(op: Op, value: Scalar | tuple[Scalar, ...] | None, path: str) -> Found:
    if not _fits(op, value):
        yield path, "value", _VALUE


def _fits(op: Op, value: Scalar | tuple[Scalar, ...] | None) -> bool:
    match op:
        case "exists" | "missing":
            return value is None
        case "one_of":
            return isinstance(value, tuple) and 0 < len(value) <= MAX_CHOICES and all(map(_plain, value))
        case "contains" | "starts_with":
            return isinstance(value, str) and value != "" and _plain(value)
        case "gt" | "gte" | "lt" | "lte":
            return isinstance(value, int | float) and not isinstance(value, bool) and _plain(value)
        case "is" | "is_not":
            return not isinstance(value, tuple) and value is not None and _plain(value)


def _plain(value: Scalar) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_WORDS and "\0" not in value
    return math.isfinite(value) and abs(value) <= MAX_AMOUNT


def _named(name: str, path: str) -> Found:
    if not 0 < len(name.strip()) <= MAX_WORDS or not name.isprintable():
        yield path, "name", _NAME
