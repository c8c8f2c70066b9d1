"""Leaves in one canonical form, so that segments which ask the same thing share what is known about it.

Every canonical leaf is false of a customer about whom there are no facts, which is why only true ones and those that
time will change need a row. So `at most 2` becomes `not at least 3`, `less than` becomes `not at least`, a trait that
is missing one that does not exist. A segment inside a segment is replaced by its rule: its leaves are shared anyway.
"""

import hashlib
from collections.abc import Iterator, Mapping
from uuid import UUID

import msgspec

from damso.kernel.errors import FieldProblem
from damso.kernel.i18n import Text
from damso.segments.check import children
from damso.segments.errors import RuleInvalid
from damso.segments.rule import (
    All,
    Any,
    Computation,
    Computed,
    HasConsent,
    HasIdentity,
    HasTrait,
    InRfm,
    InSegment,
    Leaf,
    Measured,
    Named,
    Not,
    Op,
    Performed,
    Rule,
    Scalar,
    Step,
    Total,
)

MAX_LEAVES = 200
"""Leaves of a rule with all the segments that it names put in."""

_GONE = Text("조건에 쓴 세그먼트를 찾을 수 없어요.", "A segment that the rule names is not there.")
_NO_TRAIT = Text("조건에 쓴 계산 속성을 찾을 수 없어요.", "A computed trait that the rule names is not there.")
_CIRCLE = Text("세그먼트가 돌고 돌아 자기 자신을 조건으로 쓰고 있어요.", "Segments name each other in a circle.")
_LARGE = Text("조건이 너무 많아요. 세그먼트를 나눠 주세요.", "That is too many conditions. Divide the segment.")


def canonical(rule: Rule, named: Mapping[UUID, Named]) -> Rule:
    """The same rule over canonical leaves, other segments and computed traits put in. Raises `RuleInvalid`."""
    found = _expanded(rule, named, ())
    if sum(1 for _ in leaves_of(found)) > MAX_LEAVES:
        raise _refusal("too_large", _LARGE)
    return found


def leaves_of(rule: Rule) -> Iterator[Leaf]:
    """The leaves of a canonical rule, with repeats."""
    if isinstance(rule, All | Any | Not):
        for child in children(rule):
            yield from leaves_of(child)
    elif not isinstance(rule, InSegment | Computed):
        yield rule


def leaf_key(leaf: Rule) -> str:
    """What names a leaf: equal leaves have equal keys."""
    return hashlib.sha256(msgspec.json.encode(leaf, order="sorted")).hexdigest()


def names_in(rule: Named) -> set[UUID]:
    """The segments and computed traits that a rule names itself."""
    match rule:
        case InSegment(segment_id=segment_id):
            return {segment_id}
        case Computed(computed_id=computed_id):
            return {computed_id}
        case Computation():
            return set()
    return {one for child in children(rule) for one in names_in(child)}


def _expanded(rule: Rule, named: Mapping[UUID, Named], inside: tuple[UUID, ...]) -> Rule:
    match rule:
        case All(rules=rules):
            return All(rules=tuple(_expanded(child, named, inside) for child in rules))
        case Any(rules=rules):
            return Any(rules=tuple(_expanded(child, named, inside) for child in rules))
        case Not(rule=child):
            return Not(rule=_expanded(child, named, inside))
        case InSegment(segment_id=segment_id):
            if segment_id in inside:
                raise _refusal("circle", _CIRCLE)
            found = named.get(segment_id)
            if found is None or isinstance(found, Computation):
                raise _refusal("unknown_segment", _GONE)
            return _expanded(found, named, (*inside, segment_id))
        case Computed(computed_id=computed_id):
            of = named.get(computed_id)
            if not isinstance(of, Computation):
                raise _refusal("unknown_computed", _NO_TRAIT)
            return _measured(of, rule.op, rule.value)
        case Measured():
            return _measured(rule.of, rule.op, rule.value)
        case HasConsent(state="none"):
            said = [msgspec.structs.replace(rule, state=state) for state in ("given", "withdrawn")]
            return Not(rule=Any(rules=tuple(said)))
        case InRfm():
            return msgspec.structs.replace(
                rule, **{name: tuple(sorted(set(getattr(rule, name)))) for name in InRfm.__struct_fields__}
            )
        case Performed():
            return _counted(rule)
        case Total():
            at_least = _rewritten(msgspec.structs.replace(rule, compare="at_least", amount=float(rule.amount)))
            return at_least if rule.compare == "at_least" else Not(rule=at_least)
        case HasTrait(op="missing"):
            return Not(rule=HasTrait(key=rule.key, op="exists"))
        case HasTrait(op="is_not"):
            return Not(rule=HasTrait(key=rule.key, op="is", value=_plain(rule.value)))
        case HasTrait():
            return msgspec.structs.replace(rule, value=_plain(rule.value))
        case HasIdentity(kinds=kinds):
            return msgspec.structs.replace(rule, kinds=tuple(sorted(set(kinds))))
        case _:
            return _rewritten(rule)


def _counted(rule: Performed) -> Rule:
    def at_least(times: int) -> Rule:
        if times <= 0:
            return All(rules=())
        return _rewritten(msgspec.structs.replace(rule, compare="at_least", times=times))

    match rule.compare:
        case "at_least":
            return at_least(rule.times)
        case "at_most":
            return Not(rule=at_least(rule.times + 1))
        case "exactly":
            return All(rules=(at_least(rule.times), Not(rule=at_least(rule.times + 1))))


_NUMERIC = ("count", "sum")
"""Measures that are 0 without any event; the others are absent."""
_OPPOSITE: Mapping[Op, Op] = {"is": "is_not", "lt": "gte", "lte": "gt", "gte": "lt", "gt": "lte"}


def _measured(of: Computation, op: Op, value: Scalar | tuple[Scalar, ...] | None) -> Rule:
    """Turned round wherever it would be true of somebody without events."""
    of, value = msgspec.structs.replace(of, event=_sorted(of.event)), _plain(value)
    if of.measure not in _NUMERIC:
        if op in ("missing", "is_not"):
            return Not(rule=Measured(of=of, op="exists" if op == "missing" else "is", value=value))
        return Measured(of=of, op=op, value=value)
    match op:
        case "exists":
            return All(rules=())
        case "missing":
            return Not(rule=All(rules=()))
        case "is_not":
            return Not(rule=_measured(of, "is", value))
        case "one_of":
            assert isinstance(value, tuple)
            return Any(rules=tuple(_measured(of, "is", one) for one in value))
    if op in _OPPOSITE and _of_zero(op, value):
        return Not(rule=Measured(of=of, op=_OPPOSITE[op], value=value))
    return Measured(of=of, op=op, value=value)


def _of_zero(op: Op, value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return {"is": value == 0, "gt": value < 0, "gte": value <= 0, "lt": value > 0, "lte": value >= 0}[op]


def _rewritten(leaf: Rule) -> Rule:
    """With the conditions of its events sorted and each once."""
    steps = {
        name: _sorted(step)
        for name in ("event", "first", "next", "without")
        if isinstance(step := getattr(leaf, name, None), Step)
    }
    return msgspec.structs.replace(leaf, **steps)


def _sorted(step: Step) -> Step:
    where = {
        msgspec.json.encode(one, order="sorted"): one
        for one in (msgspec.structs.replace(one, value=_plain(one.value)) for one in step.where)
    }
    return msgspec.structs.replace(step, where=tuple(where[key] for key in sorted(where)))


def _plain(value: Scalar | tuple[Scalar, ...] | None) -> Scalar | tuple[Scalar, ...] | None:
    """Choices in one order; a whole number is written without a point, so that 3 and 3.0 are one leaf."""
    if isinstance(value, tuple):
        named = {(type(one).__name__, str(one)): one for one in map(_whole, value)}
        return tuple(named[name] for name in sorted(named))
    return _whole(value) if value is not None else None


def _whole(value: Scalar) -> Scalar:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _refusal(code: str, text: Text) -> RuleInvalid:
    return RuleInvalid(problems=(FieldProblem("rule", code, text),))
