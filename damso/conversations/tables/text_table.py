"""CSV files as programs and spreadsheets write them: in UTF-8, UTF-16 or CP949, with whatever stands between cells."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import IO

from damso.channels.imports.errors import ExportUnreadable
from damso.conversations.exports.cells import RUNS
from damso.conversations.tables.heads import LINE, head_of, named
from damso.conversations.tables.types import LONGEST_CELL, MOST_COLUMNS, Row

CHUNK = 1 << 20
PROBED = 50
"""Rows by which the sign between cells is told."""
LONGEST_FIELD = 1 << 20
"""Characters of a cell; a quotation mark that is never closed would swallow the whole file."""
_SIGNS = (",", "\t", ";", "|")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

Opener = Callable[[], IO[bytes]]


class TextTable:
    """A CSV file. In one that we handed out for correction an apostrophe before what would run as a formula is ours.
    Raises `ExportUnreadable`."""

    def __init__(self, name: str, opened: Opener) -> None:
        self._name = name
        self._open = opened
        with opened() as file:
            self._encoding = _encoding(file)
        self._sign, self._ours = ",", False
        self._sign = _sign_of([line for _, line in islice(self._lines(), PROBED)])
        probe = [cells for _, cells in islice(self._parsed(), PROBED)]
        if not probe:
            raise ExportUnreadable("NOTHING", name)
        if max(map(len, probe)) > MOST_COLUMNS:
            raise ExportUnreadable("TOO_MANY_COLUMNS", name)
        head = head_of(probe[0])
        self.headed = head is not None
        self._ours = LINE in (head or ())
        self.columns: Sequence[str] = head or named(max(map(len, probe)))

    def rows(self) -> Iterator[Row]:
        width = len(self.columns)
        for number, (line, cells) in enumerate(self._parsed()):
            if number == 0 and self.headed:
                continue
            if any(cells[width:]):
                yield Row(line, cells, "MORE_CELLS")
            elif any(len(cell) > LONGEST_CELL for cell in cells):
                yield Row(line, cells, "CELL_TOO_LARGE")
            else:
                yield Row(line, (*cells[:width], *[""] * (width - len(cells))))

    def _lines(self) -> Iterator[tuple[int, str]]:
        """Lines of the file, without the hint that Excel reads."""
        with self._open() as file, io.TextIOWrapper(file, encoding=self._encoding, newline="") as text:
            number = 0
            try:
                for number, line in enumerate(text, start=1):
                    if not (number == 1 and line[:4].lower() == "sep="):
                        yield number, line.replace("\x00", "")
            except UnicodeError as error:
                raise ExportUnreadable("ENCODING", f"{self._name}:{number + 1}") from error

    def _parsed(self) -> Iterator[tuple[int, list[str]]]:
        """Rows that hold anything, each with the line it begins on."""
        csv.field_size_limit(LONGEST_FIELD)
        begins = at = 0

        def lines() -> Iterator[str]:
            nonlocal at
            for number, line in self._lines():
                at = number
                yield line

        reader = csv.reader(lines(), delimiter=self._sign)
        try:
            for row in reader:
                begins, cells = at - _breaks(row), [cell.strip() for cell in row]
                if self._ours:
                    cells = [cell[1:] if cell[:1] == "'" and cell[1:].startswith(RUNS) else cell for cell in cells]
                if any(cells):
                    yield begins, cells
        except csv.Error as error:
            raise ExportUnreadable("CELL_OPEN", f"{self._name}:{begins + 1}") from error


def _breaks(row: Sequence[str]) -> int:
    """Line breaks inside of cells."""
    return sum(cell.count("\n") or cell.count("\r") for cell in row)


def _encoding(file: IO[bytes]) -> str:
    """By its mark, else by all of its bytes: what is no UTF-8 was written by Excel in Korea."""
    first = file.read(CHUNK)
    for mark, encoding in _MARKS:
        if first.startswith(mark):
            return encoding
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while first:
            decoder.decode(first)
            first = file.read(CHUNK)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp949"
    return "utf-8"


def _sign_of(lines: Sequence[str]) -> str:
    """What stands between cells: that by which most rows have the same number of them, and more than one."""

    def fit(sign: str) -> tuple[float, int]:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=sign) if any(row)]
        except csv.Error:
            return (0.0, 0)
        if not widths:
            return (0.0, 0)
        width, rows = Counter(widths).most_common(1)[0]
        return (rows / len(widths), width) if width > 1 else (0.0, 0)

    return max(_SIGNS, key=fit)
