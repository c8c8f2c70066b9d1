"""Conditions as SQL/JSON paths, so that PostgreSQL tests them as data: one statement serves any number of leaves."""

import json
from collections.abc import Iterable

from damso.segments.rule import Condition, Op, Scalar

Given = Scalar | tuple[Scalar, ...] | None


def trait_path(op: Op, value: Given) -> str:
    """The predicate on a trait's value; null (see `jsonb_path_match`) counts as false."""
    return f"strict {_test('$', op, value)}"


def any_path(op: Op, value: Given) -> str:
    """The predicate on a list of values: any of them is so."""
    return f"strict exists($[*] ? ({_test('@', op, value)}))"


def event_path(where: Iterable[Condition]) -> str | None:
    """The predicate on an event's properties, None where there is none."""
    tests = [_test(f"$.{_quoted(one.property)}", one.op, one.value) for one in where]
    return f"strict {' && '.join(tests)}" if tests else None


def _test(place: str, op: Op, value: Given) -> str:
    match op:
        case "exists":
            return _known(f"{place} != null")
        case "missing":
            return f"!({_known(f'{place} != null')})"
        case "is":
            return _is(place, value)
        case "is_not":
            return f"!({_is(place, value)})"
        case "one_of":
            assert isinstance(value, tuple)
            return f"({' || '.join(_is(place, one) for one in value)})"
        case "contains":
            return _known(f'{place} like_regex {_quoted(value)} flag "q"')
        case "starts_with":
            return _known(f"{place} starts with {_quoted(value)}")
        case "gt" | "gte" | "lt" | "lte":
            return _known(f"{place} {_SIGNS[op]} {_quoted(value)}")


_SIGNS: dict[Op, str] = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def _is(place: str, value: Given) -> str:
    return _known(f"{place} == {_quoted(value)}")


def _known(test: str) -> str:
    """True or false, never unknown: of what is absent or of another kind nothing is true."""
    return f"({test} && !(({test}) is unknown))"


def _quoted(value: object) -> str:
    """A name or a value as a path spells it, which is how JSON does."""
    return json.dumps(value, ensure_ascii=False)
