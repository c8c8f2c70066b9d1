"""The rows that did not come as they are, as a file to be corrected and brought in again.

Nothing of it is kept: the rows are read again in the file they came from, as long as that is there. Rows of people who
were erased are not handed out.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from damso.conversations.exports.cells import BOM, as_csv
from damso.conversations.imports.reasons import REASONS
from damso.conversations.tables.heads import LINE, WHY
from damso.conversations.tables.json_table import JsonTable
from damso.conversations.tables.types import Row, Table
from damso.kernel.database import Transaction
from damso.kernel.i18n import Locale

CHUNK = 500
_GONE = ("ERASED", "SAID_BEFORE_ERASURE")


async def lines_to_correct(tx: Transaction, run_id: UUID) -> Mapping[int, Sequence[str]]:
    """Lines with the codes of what was wrong, without those of people who were erased."""
    rows = await tx.rows(
        """SELECT line, array_agg(code ORDER BY code) AS codes FROM import_problem
        WHERE run_id = $1 AND line IS NOT NULL GROUP BY line HAVING NOT array_agg(code) && $2::text[]""",
        run_id,
        list(_GONE),
    )
    return {row["line"]: row["codes"] for row in rows}


async def correction(table: Table, wrong: Mapping[int, Sequence[str]], locale: Locale) -> AsyncIterator[bytes]:
    """The file in pieces: CSV, or JSON Lines where it was JSON."""
    pieces = _pieces(table, wrong, locale)
    while piece := await asyncio.to_thread(next, pieces, b""):
        yield piece


def ending_of(table: Table) -> str:
    return "jsonl" if isinstance(table, JsonTable) else "csv"


def _pieces(table: Table, wrong: Mapping[int, Sequence[str]], locale: Locale) -> Iterator[bytes]:
    make = _json_lines if isinstance(table, JsonTable) else _csv_lines
    columns = [column for column in table.columns if column not in (LINE, WHY)]
    if not isinstance(table, JsonTable):
        yield (BOM + as_csv([[*columns, LINE, WHY]])).encode()
    chunk: list[tuple[Row, str]] = []
    for row in table.rows():
        if row.line in wrong:
            chunk.append((row, " · ".join(REASONS[code].say(locale) for code in wrong[row.line])))
        if len(chunk) == CHUNK:
            yield make(table, chunk)
            chunk = []
    if chunk:
        yield make(table, chunk)


def _csv_lines(table: Table, chunk: Sequence[tuple[Row, str]]) -> bytes:
    return as_csv([[*_kept(table, row), row.line, why] for row, why in chunk]).encode()


def _kept(table: Table, row: Row) -> list[Any]:
    """The cells without those of ours; what stands beyond the last column stays visible at the end of the last."""
    width = len(table.columns)
    cells = [*row.cells[: width - 1], " ".join(map(str, filter(None, row.cells[width - 1 :])))]
    return [cell for column, cell in zip(table.columns, cells, strict=False) if column not in (LINE, WHY)]


def _json_lines(table: Table, chunk: Sequence[tuple[Row, str]]) -> bytes:
    objects = (
        {column: cell for column, cell in zip(table.columns, row.cells, strict=False) if cell != ""}
        | {LINE: row.line, WHY: why}
        for row, why in chunk
    )
    return b"".join(msgspec.json.encode(one) + b"\n" for one in objects)
