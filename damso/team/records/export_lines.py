"""Records as files: CSV for a spreadsheet, JSON Lines for a program."""

import csv
import io
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from contextlib import aclosing
from typing import Literal

import msgspec

from damso.kernel.database import Database
from damso.team.records.lines import AccessLine, AuditLine, Sought, all_access_lines, all_audit_lines, plain

Format = Literal["csv", "jsonl"]
MEDIA: Mapping[Format, str] = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
_ACTIVE = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula at the beginning of a cell."""
BOM = "\ufeff"
"""By which Excel knows that a CSV is UTF-8; Korean is unreadable without."""


async def export_audit(database: Database, sought: Sought, form: Format) -> AsyncIterator[bytes]:
    async with database.reading() as tx, aclosing(_lines(all_audit_lines(tx, sought), form)) as parts:
        async for part in parts:
            yield part


async def export_access(database: Database, sought: Sought, form: Format) -> AsyncIterator[bytes]:
    async with database.reading() as tx, aclosing(_lines(all_access_lines(tx, sought), form)) as parts:
        async for part in parts:
            yield part


async def _lines(
    lines: AsyncIterator[AuditLine] | AsyncIterator[AccessLine], form: Format
) -> AsyncGenerator[bytes, None]:
    headed = False
    async for line in lines:
        if form == "jsonl":
            yield msgspec.json.encode(line) + b"\n"
            continue
        cells = plain(line)
        if not headed:
            yield (BOM + csv_row(cells)).encode()
            headed = True
        yield csv_row(cells.values()).encode()


def csv_row(cells: Iterable[str]) -> str:
    """A row (RFC 4180) whose cells no spreadsheet runs: what looks like a formula gets an apostrophe."""
    out = io.StringIO()
    csv.writer(out).writerow([f"'{cell}" if cell.startswith(_ACTIVE) else cell for cell in cells])
    return out.getvalue()
