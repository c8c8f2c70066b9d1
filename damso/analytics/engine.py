"""What engines say differently: texts out of JSON, and a moment as a number. All else in this room is plain Ibis.

DuckDB's functions stand here; ClickHouse has its own of the same meaning (`JSONExtractString`, `JSONType`,
`toUnixTimestamp64Micro`).
"""

from functools import reduce
from typing import Any as Expression

import ibis

from damso.segments.json_values import json_extract_string, json_type

microseconds: Expression = ibis.udf.scalar.builtin(
    lambda moment: None, name="epoch_us", signature=(("timestamp('UTC')",), "int64")
)
"""Since 1970, of a moment with its zone."""

LONGEST = 500
"""Characters of a text that is grouped by; more than that names no page and no campaign."""


def text_at(document: Expression, *keys: str) -> Expression:
    """The text at a place inside; null where there is none, or something else than a text, or an empty one."""
    path = "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys)
    text = ibis.ifelse(json_type(document, path) == "VARCHAR", json_extract_string(document, path), ibis.null("string"))
    return text.substr(0, LONGEST).nullif("")


def has(document: Expression, *keys: str) -> Expression:
    """Whether there is anything but null at a place inside."""
    path = "".join("/" + key for key in keys)
    return (json_type(document, path) != "NULL").fill_null(False)


def first_of(*texts: Expression) -> Expression:
    """The first that is there."""
    return ibis.coalesce(*texts) if len(texts) > 1 else texts[0]


def any_of(*tests: Expression) -> Expression:
    return reduce(lambda one, other: one | other, tests)
