"""A stretch of a file."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.conversations.exports.cells import BOM, as_csv
from damso.conversations.exports.types import ExportFormat

CHUNK = 200
"""Conversations or customers in a part."""


class Part(Struct, frozen=True):
    """`count` is of conversations or customers, `customers` are those whose data it holds; `next_place` None at the
    end."""

    text: str
    count: int
    customers: Sequence[UUID]
    next_place: str | None


def records_text(
    fmt: ExportFormat, columns: Sequence[str], records: Sequence[Mapping[str, Any]], *, first: bool
) -> str:
    """Records as lines of CSV, below their names where they are the first, or as JSON Lines. What is no plain value
    stands in a cell as JSON."""
    if fmt == "jsonl":
        return "".join(f"{msgspec.json.encode(one).decode()}\n" for one in records)
    rows = [[_plain(one.get(column)) for column in columns] for one in records]
    return (BOM if first else "") + as_csv([list(columns), *rows] if first else rows)


def _plain(value: Any) -> Any:
    return msgspec.json.encode(value).decode() if isinstance(value, dict | list) else value
