"""Reading the head of a file: which columns there are, what stands in them, and what each seems to be."""

import re
from collections.abc import Sequence
from itertools import islice
from typing import Any

import msgspec
from msgspec import Struct

from damso.conversations.tables.heads import LINE, WHY
from damso.conversations.tables.targets import FREE, KNOWN_TRAITS, LEFT_OUT_WORDS, TARGETS, Target
from damso.conversations.tables.types import ColumnUse, Reading, Table, TableKind, TableMapping
from damso.conversations.tables.values import reading_of
from damso.customers.addresses import canonical_email, canonical_phone
from damso.kernel.errors import AppError

SAMPLED = 200
"""Rows by which a column's reading is told."""
SHOWN = 3
LONGEST_SAMPLE = 80
_SIGNS = re.compile(r"[\s_\-./()\[\]:*#'\"]+")


class SeenColumn(Struct, frozen=True, kw_only=True):
    """A column, some of what stands in it, and what it seems to be."""

    name: str
    samples: list[str]
    target: str
    reading: Reading


def look_at_columns(kind: TableKind, table: Table) -> list[SeenColumn]:
    """Raises `ExportUnreadable`."""
    rows = [row for row in islice(table.rows(), SAMPLED) if not row.problem]
    cells = [[row.cells[place] for row in rows] for place in range(len(table.columns))]
    uses = _propose(kind, table, cells)
    return [
        SeenColumn(name=use.column, samples=_samples(column), target=use.target, reading=use.reading)
        for use, column in zip(uses, cells, strict=True)
    ]


def proposed_mapping(kind: TableKind, table: Table) -> TableMapping:
    """What a mapping would be if nobody corrected it."""
    seen = look_at_columns(kind, table)
    return TableMapping(columns=[ColumnUse(column=one.name, target=one.target, reading=one.reading) for one in seen])


def _samples(cells: Sequence[Any]) -> list[str]:
    texts = [cell if isinstance(cell, str) else msgspec.json.encode(cell).decode() for cell in cells if cell != ""]
    return [text[:LONGEST_SAMPLE] for text in list(dict.fromkeys(texts))[:SHOWN]]


def _propose(kind: TableKind, table: Table, cells: Sequence[Sequence[Any]]) -> list[ColumnUse]:
    free = {target.key: target for target in TARGETS[kind]}
    found: dict[int, str] = {}
    for look in (_by_name, _by_part):
        for place, column in enumerate(table.columns):
            if place not in found and table.headed and (target := look(plain(column), list(free.values()))):
                if target.whole and not any(isinstance(cell, dict) for cell in cells[place]):
                    continue
                found[place] = target.key
                del free[target.key]
    for place, column_cells in enumerate(cells):
        if place not in found and (key := _by_content(column_cells)) in free and not _is_a_trait(table, place):
            found[place] = key
            del free[key]
    return [
        ColumnUse(
            column=column,
            target=found.get(place) or _own(kind, table, column),
            reading=reading_of(cells[place][:SAMPLED]),
        )
        for place, column in enumerate(table.columns)
    ]


def plain(name: str) -> str:
    """A column's name as words are compared."""
    return _SIGNS.sub("", name).lower()


def _by_name(name: str, targets: Sequence[Target]) -> Target | None:
    return next((target for target in targets if name in target.names), None)


def _by_part(name: str, targets: Sequence[Target]) -> Target | None:
    """Names such as `고객 휴대폰 번호(필수)` hold the word; short ones stand in too many others."""
    if name in KNOWN_TRAITS:
        return None
    parts = [(len(word), target) for target in targets for word in target.names if len(word) > 2 and word in name]
    return max(parts, key=lambda part: part[0])[1] if parts else None


def _is_a_trait(table: Table, place: int) -> bool:
    return table.headed and plain(table.columns[place]) in KNOWN_TRAITS


def _by_content(cells: Sequence[Any]) -> str:
    """Addresses and numbers are known by themselves."""
    texts = [str(cell) for cell in cells if cell != ""][:20]
    for key, read in (("email", canonical_email), ("phone", _phone)):
        if texts and sum(_reads(read, text) for text in texts) * 5 >= len(texts) * 4:
            return key
    return ""


def _phone(text: str) -> str:
    """Only as somebody writes it: any long number would be one else."""
    return canonical_phone(text) if text.startswith(("0", "+")) and len(text) >= 9 else canonical_phone("")


def _reads(read: Any, text: str) -> bool:
    try:
        read(text)
    except AppError:
        return False
    return True


def _own(kind: TableKind, table: Table, column: str) -> str:
    """A property of its own, called as in the file; what has no name there is left out."""
    name = plain(column)
    if kind not in FREE or not table.headed or column in (LINE, WHY):
        return ""
    if kind == "customers" and any(word in name for word in LEFT_OUT_WORDS):
        return ""
    return FREE[kind] + (KNOWN_TRAITS.get(name, column) if kind == "customers" else column)[:100]
