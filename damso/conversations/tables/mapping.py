"""Whether a mapping makes sense for a file: what it names is there, and what is needed is named."""

from collections.abc import Sequence
from typing import Any

import msgspec

from damso.conversations.tables.targets import FIXED, FREE, TARGETS
from damso.conversations.tables.types import ColumnUse, Reading, Row, TableKind, TableMapping
from damso.conversations.tables.values import read_as
from damso.customers.traits import MAX_KEY
from damso.kernel.errors import AppError
from damso.kernel.i18n import Locale, Text


class MappingWrong(AppError):
    code = "TABLE_MAPPING_INVALID"
    status = 422
    text = Text("이렇게 짝지을 수 없어요: {what}", "A column cannot be taken for that: {what}")


class MappingLacks(AppError):
    """Without it no row could be brought in."""

    code = "TABLE_MAPPING_LACKS"
    status = 422
    text = Text("꼭 필요한 항목이 빠졌어요: {what}", "Something is missing that is needed: {what}")

    def __init__(self, choice: Sequence[Text]) -> None:
        super().__init__(field="columns")
        self._choice = choice

    def say(self, locale: Locale) -> str:
        return self.text.say(locale, what=" / ".join(one.say(locale) for one in self._choice))


_PERSON = ("email", "phone", "user_id")
_NEEDED: dict[TableKind, tuple[tuple[str, ...], ...]] = {
    "customers": (_PERSON,),
    "events": (("event", "type"), (*_PERSON, "anonymous_id")),
    "products": (("sku",),),
    "consents": (_PERSON, ("given",)),
    "ga4": (),
}
"""One of each."""


def check_mapping(kind: TableKind, mapping: TableMapping, columns: Sequence[str]) -> TableMapping:
    """The mapping with a use for each column, in the order of the file. Raises `MappingWrong`, `MappingLacks`."""
    wanted = {use.column: use for use in mapping.columns}
    if unknown := wanted.keys() - set(columns):
        raise MappingWrong(field="columns", what=", ".join(sorted(unknown)))
    titles = {target.key: target.title for target in TARGETS[kind]}
    for use in mapping.columns:
        if use.target and use.target not in titles and not _is_free(kind, use.target):
            raise MappingWrong(field="columns", what=f"{use.column} → {use.target}")
    if unfit := mapping.fixed.keys() - FIXED[kind]:
        raise MappingWrong(field="fixed", what=", ".join(sorted(unfit)))
    named = {use.target for use in mapping.columns} | {key for key, value in mapping.fixed.items() if value}
    for choice in _NEEDED[kind]:
        if not named.intersection(choice):
            raise MappingLacks([titles[key] for key in choice])
    uses = [wanted.get(column, ColumnUse(column=column)) for column in columns]
    return msgspec.structs.replace(mapping, columns=uses)


def _is_free(kind: TableKind, target: str) -> bool:
    start = FREE.get(kind)
    key = target.removeprefix(start) if start else ""
    return bool(start) and target.startswith(start or "") and 0 < len(key.strip()) <= MAX_KEY and key.isprintable()


class Uses:
    """A mapping as rows are read by it: what each column is for, and how its cells are read."""

    def __init__(self, mapping: TableMapping) -> None:
        self._columns = [(place, use.target) for place, use in enumerate(mapping.columns) if use.target]
        self._fixed = {key: value for key, value in mapping.fixed.items() if value}
        self._readings: dict[str, Reading] = {use.target: use.reading for use in mapping.columns}

    def cells(self, row: Row) -> dict[str, Any]:
        """What a row says, by what its columns are taken for; of two that are taken for the same the first that says
        anything counts, and before what holds for all."""
        found: dict[str, Any] = {}
        for place, target in self._columns:
            cell = row.cells[place]
            if cell not in ("", None) and target not in found:
                found[target] = cell
        return self._fixed | found if self._fixed else found

    def values(self, cells: dict[str, Any], start: str) -> tuple[dict[str, Any], bool]:
        """The properties of a row by their names, and whether all of them could be read."""
        found: dict[str, Any] = {}
        sound = True
        for target, cell in cells.items():
            if target.startswith(start):
                value = read_as(cell, self._readings.get(target, "auto"))
                sound = sound and value is not None
                if value is not None:
                    found[target.removeprefix(start)] = value
        return found, sound
