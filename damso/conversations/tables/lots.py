"""The rows of a file cut into lots of which no one is in twice; read in a thread, one lot ahead of the database."""

from collections.abc import Hashable, Iterator
from typing import Any

import msgspec
from msgspec import Struct

from damso.conversations.tables.bringing import Bringing
from damso.conversations.tables.types import Refusal, Row, Table, Tally

FIRST = 100
"""Rows of the first lot. Later ones grow and shrink so that a transaction takes about `AIM` seconds."""
AIM = 0.1
SMALLEST = 50


class Lot(Struct):
    """`rows` of the file, of which `items` can be brought in and `tally` tells of the others."""

    items: list[Any] = msgspec.field(default_factory=list)
    rows: int = 0
    tally: Tally = msgspec.field(default_factory=Tally)


class Lots:
    def __init__(self, bringing: Bringing[Any], table: Table, *, skip: int = 0) -> None:
        self._bringing = bringing
        self._rows = self._after(table.rows(), skip)
        self._spare: Row | None = None
        self.size = min(FIRST, bringing.largest)

    def _after(self, rows: Iterator[Row], skip: int) -> Iterator[Row]:
        """The rows that are left; those that were done are only remembered."""
        for number, row in enumerate(rows):
            if number >= skip:
                yield row
            elif not isinstance(item := self._read(row), Refusal):
                self._bringing.remember(item)

    def next(self) -> Lot | None:
        """None at the end."""
        lot, there = Lot(), set[Hashable]()
        while len(lot.items) < self.size and lot.rows < 10 * self.size and (row := self._take()):
            item = self._read(row)
            if isinstance(item, Refusal):
                lot.tally.refuse(item.line, item.code)
            elif there.isdisjoint(keys := self._bringing.keys(item)):
                there.update(keys)
                lot.items.append(self._bringing.remember(item))
            else:
                self._spare = row
                break
            lot.rows += 1
        return lot if lot.rows else None

    def _take(self) -> Row | None:
        row, self._spare = self._spare, None
        return row or next(self._rows, None)

    def _read(self, row: Row) -> Any:
        return Refusal(row.line, row.problem) if row.problem else self._bringing.read(row)

    def took(self, seconds: float) -> None:
        """Fit the size to how long a lot took."""
        grown = int(self.size * min(2.0, max(0.5, AIM / max(seconds, 0.001))))
        self.size = max(SMALLEST, min(self._bringing.largest, grown))
