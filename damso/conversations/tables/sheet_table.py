"""Excel files: the first sheet that is shown and holds anything, with the values that its formulas had when saved.

The file is unpacked in memory, by a library in Rust that is 17 times as fast as the one in Python that reads row by
row. So what it may grow to is limited before it is opened; what is larger is a CSV file.
"""

import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from damso.channels.imports.errors import ExportUnreadable
from damso.conversations.tables.heads import head_of, named
from damso.conversations.tables.types import LONGEST_CELL, MOST_COLUMNS, Row

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

MOST_BYTES = 256 * 1024 * 1024
"""Of what the file unpacks to: some half a million rows of ten columns, and about as much memory."""
MOST_PARTS = 2_000


def is_workbook(path: Path) -> bool:
    """Raises `ExportUnreadable` where it is a damaged zip file."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError) as error:
        raise ExportUnreadable("ZIP", path.name) from error


class SheetTable:
    """A sheet. Raises `ExportUnreadable`."""

    def __init__(self, name: str, path: Path) -> None:
        self._name = name
        _check_size(name, path)
        self._sheet = _first_sheet(name, path)
        if self._sheet.total_width > MOST_COLUMNS:
            raise ExportUnreadable("TOO_MANY_COLUMNS", name)
        first = next(self._read(), None)
        if first is None:
            raise ExportUnreadable("NOTHING", name)
        head = head_of(first[1])
        self.headed = head is not None
        self.columns: Sequence[str] = head or named(self._sheet.total_width)

    def rows(self) -> Iterator[Row]:
        width = len(self.columns)
        for number, (line, cells) in enumerate(self._read()):
            if number == 0 and self.headed:
                continue
            if any(cell not in ("", None) for cell in cells[width:]):
                yield Row(line, cells, "MORE_CELLS")
            elif any(isinstance(cell, str) and len(cell) > LONGEST_CELL for cell in cells):
                yield Row(line, cells, "CELL_TOO_LARGE")
            else:
                yield Row(line, (*cells[:width], *[""] * (width - len(cells))))

    def _read(self) -> Iterator[tuple[int, list[Any]]]:
        for number, row in enumerate(self._sheet.iter_rows(), start=1):
            cells = [_value(cell) for cell in row]
            if any(cell != "" for cell in cells):
                yield number, cells


def _check_size(name: str, path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
    if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > MOST_BYTES:
        raise ExportUnreadable("SHEET_TOO_LARGE", name)


def _first_sheet(name: str, path: Path) -> "CalamineSheet":
    from python_calamine import (  # heavy, and needed for this alone
        CalamineError,
        CalamineWorkbook,
        SheetVisibleEnum,
    )

    try:
        book = CalamineWorkbook.from_path(str(path))
        for number, about in enumerate(book.sheets_metadata):
            if about.visible == SheetVisibleEnum.Visible and (sheet := book.get_sheet_by_index(number)).height:
                return sheet
    except CalamineError as error:
        raise ExportUnreadable("SHEET", name) from error
    raise ExportUnreadable("NOTHING", name)


def _value(cell: Any) -> Any:
    """As JSON could hold it: whole numbers without a point, times in ISO 8601."""
    match cell:
        case None:
            return ""
        case bool() | int():
            return cell
        case float():
            return int(cell) if cell.is_integer() and abs(cell) < 1e15 else cell
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
    return str(cell).replace("\x00", "").strip()
