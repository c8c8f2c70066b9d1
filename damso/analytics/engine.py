"""What engines say differently: texts out of JSON, and a moment as a number. All else in this room is plain Ibis.

DuckDB's functions stand here; ClickHouse has its own of the same meaning (`JSONExtractString`, `JSONType`,
`toUnixTimestamp64Micro`).
"""

from collections.abc import Sequence
from functools import reduce
from typing import Any as Expression

import ibis
from msgspec import Struct

microseconds: Expression = ibis.udf.scalar.builtin(
    lambda moment: None, name="epoch_us", signature=(("timestamp('UTC')",), "int64")
)
"""Since 1970, of a moment with its zone."""

LONGEST = 500
"""Characters of a text that is grouped by; more than that names no page and no campaign."""


_OF_PLACES = (("string", "array<string>"), "array<string>")
_types: Expression = ibis.udf.scalar.builtin(lambda document, places: None, name="json_type", signature=_OF_PLACES)
_texts: Expression = ibis.udf.scalar.builtin(
    lambda document, places: None, name="json_extract_string", signature=_OF_PLACES
)

Place = tuple[str, ...]
"""Keys, from the outermost inwards."""


def read_places(table: Expression, document: str, places: Sequence[Place]) -> Expression:
    """With what stands at these places of a document, for `Said`. The document is read once for all of them, which is
    most of what a question about events costs."""
    pointers = ibis.literal([_pointer(place) for place in places], "array<string>")
    return table.mutate(kinds_said=_types(table[document], pointers), texts_said=_texts(table[document], pointers))


class Said(Struct, frozen=True):
    """What `read_places` has found."""

    table: Expression
    places: Sequence[Place]

    def text(self, *keys: str) -> Expression:
        """The text at a place; null where there is none, or something else than a text, or an empty one."""
        number = self.places.index(keys)
        kinds, texts = self.table.kinds_said, self.table.texts_said
        text = ibis.ifelse(kinds[number] == "VARCHAR", texts[number], ibis.null("string"))
        return text.substr(0, LONGEST).nullif("")

    def has(self, *keys: str) -> Expression:
        """Whether there is anything but null at a place."""
        return (self.table.kinds_said[self.places.index(keys)] != "NULL").fill_null(False)


def _pointer(place: Place) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in place)


def first_of(*texts: Expression) -> Expression:
    """The first that is there."""
    return ibis.coalesce(*texts) if len(texts) > 1 else texts[0]


def any_of(*tests: Expression) -> Expression:
    return reduce(lambda one, other: one | other, tests)
