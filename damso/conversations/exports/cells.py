"""CSV as spreadsheets read it: with a mark of UTF-8, and with nothing in a cell that would be run as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

BOM = "\ufeff"
"""Without it Excel takes Korean text for another encoding."""
RUNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What begins a formula in Excel, LibreOffice or Google Sheets, full width included (OWASP, CSV injection)."""


def cell(value: object) -> str:
    """A value as text. An apostrophe before what would run as a formula makes spreadsheets show it as it is."""
    match value:
        case None:
            return ""
        case datetime():
            return value.isoformat(timespec="seconds").replace("+00:00", "Z")
        case int() | float():
            return str(value)
        case list() | tuple():
            return cell("; ".join(str(one) for one in value))
    text = str(value).replace("\x00", "")
    return f"'{text}" if text.lstrip(" ").startswith(RUNS) else text


def as_csv(rows: Iterable[Sequence[object]]) -> str:
    """Lines of RFC 4180."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([cell(value) for value in row] for row in rows)
    return out.getvalue()
