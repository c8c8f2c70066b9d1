"""Taking values out of JSON in the analytic engine: the one place where engines differ.

DuckDB reads JSON text by these functions; another engine gets its own of the same meaning (ClickHouse:
`JSONType`, `JSONExtractString`).
"""

from functools import reduce
from typing import Any as Expression

import ibis

from damso.segments.rule import Op, Scalar

_NUMBERS = ("UBIGINT", "BIGINT", "DOUBLE", "HUGEINT", "UHUGEINT")
_MOST = 1e15


_OF_TEXTS = (("string", "string"), "string")

json_type: Expression = ibis.udf.scalar.builtin(lambda document, path: None, name="json_type", signature=_OF_TEXTS)
"""What kind of value stands at a path of a document."""

json_extract_string: Expression = ibis.udf.scalar.builtin(
    lambda document, path: None, name="json_extract_string", signature=_OF_TEXTS
)
"""The value at a path of a document as text, without quotes."""


json_extract: Expression = ibis.udf.scalar.builtin(
    lambda document, path: None, name="json_extract", signature=_OF_TEXTS
)
"""The value at a path of a document as JSON."""


def fits(document: Expression, key: str | None, op: Op, value: Scalar | tuple[Scalar, ...] | None) -> Expression:
    """Whether the value of a key (None: the document itself) is as asked; never null."""
    path = _path(key)
    kind, text = json_type(document, path), json_extract_string(document, path)
    match op:
        case "exists":
            test = kind != "NULL"
        case "missing":
            return ~fits(document, key, "exists", None)
        case "is_not":
            return ~fits(document, key, "is", value)
        case "one_of":
            assert isinstance(value, tuple)
            return reduce(lambda one, other: one | other, (fits(document, key, "is", one) for one in value))
        case "is":
            test = _is(kind, text, value)
        case "contains":
            test = (kind == "VARCHAR") & text.contains(value)
        case "starts_with":
            test = (kind == "VARCHAR") & text.startswith(value)
        case _:
            assert isinstance(value, int | float)
            number = _number(kind, text)
            test = {"gt": number > value, "gte": number >= value, "lt": number < value, "lte": number <= value}[op]
    return test.fill_null(False)


def amount_at(document: Expression, key: str) -> Expression:
    """A number to six decimals; null where there is none, or one beyond what is added up."""
    path = _path(key)
    kind, text = json_type(document, path), json_extract_string(document, path)
    sensible = _number(kind, text).abs() <= _MOST
    return ibis.ifelse(sensible.fill_null(False), text, ibis.null("string")).try_cast("decimal(38, 6)")


def scalar_at(document: Expression, key: str) -> Expression:
    """A text, a number to six decimals, or yes or no, as a JSON text of which equal ones are equal; else null."""
    path = _path(key)
    kind, nothing = json_type(document, path), ibis.null("string")
    plain = ibis.ifelse(kind.isin(["VARCHAR", "BOOLEAN"]), json_extract(document, path), nothing)
    return ibis.ifelse(kind.isin(_NUMBERS), amount_at(document, key).cast("string"), plain)


def text_of(document: Expression) -> Expression:
    """A document that is a text, as such; else null."""
    return ibis.ifelse(json_type(document, "$") == "VARCHAR", json_extract_string(document, "$"), ibis.null("string"))


def _is(kind: Expression, text: Expression, value: object) -> Expression:
    if isinstance(value, bool):
        return (kind == "BOOLEAN") & (text == str(value).lower())
    if isinstance(value, str):
        return (kind == "VARCHAR") & (text == value)
    return _number(kind, text) == value


def _number(kind: Expression, text: Expression) -> Expression:
    return ibis.ifelse(kind.isin(_NUMBERS), text, ibis.null("string")).try_cast("float64")


def _path(key: str | None) -> str:
    """A JSON pointer (RFC 6901), in which any key can be written."""
    return "$" if key is None else "/" + key.replace("~", "~0").replace("/", "~1")
