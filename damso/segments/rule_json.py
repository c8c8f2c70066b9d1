"""Rules and computations as they come over the wire."""

from collections.abc import Mapping
from typing import Any, NoReturn

import msgspec

from damso.kernel.errors import FieldProblem
from damso.kernel.i18n import Text
from damso.segments.errors import RuleInvalid
from damso.segments.rule import Computation, Rule

_SHAPE = Text("조건의 모양이 맞지 않아요.", "The rule does not have the right form.")


def rule_of(given: Mapping[str, Any]) -> Rule:
    """Raises `RuleInvalid`, with where in the rule something has the wrong form."""
    try:
        rule: Rule = msgspec.convert(given, Rule)
    except (msgspec.ValidationError, RecursionError) as error:
        _refuse(error, "rule")
    return rule


def computation_of(given: Mapping[str, Any]) -> Computation:
    """Raises `RuleInvalid`, with where something has the wrong form."""
    try:
        return msgspec.convert(given, Computation)
    except msgspec.ValidationError as error:
        _refuse(error, "computation")


def _refuse(error: Exception, name: str) -> NoReturn:
    where = str(error).rpartition(" - at `$")[2].rstrip("`") if "`$" in str(error) else ""
    raise RuleInvalid(problems=(FieldProblem(f"{name}{where}", "shape", _SHAPE),)) from error
