"""A lake of the test's own, facts to put into it, and what both sides say of them."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from damso.bootstrap import dimensions_of
from damso.kernel.database import Database
from damso.kernel.dimensions import Dimension
from damso.kernel.log import Event, Stream, append
from damso.lake.columns import EVENT
from damso.lake.connect import connect
from damso.lake.store import FolderStore, LakeStore

Write = Callable[..., Awaitable[None]]
COLUMNS = [column.name for column in EVENT if column.kind != "json"]


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "lake")


@pytest.fixture
def dimensions() -> Sequence[Dimension]:
    return dimensions_of()


@pytest.fixture
def write(database: Database) -> Write:
    """Write facts into the log, all in one transaction."""

    async def _write(count: int = 1, *, stream: Stream = "tracked", **fields: Any) -> None:
        async with database.transaction() as tx:
            facts = [_fact(number, stream, fields) for number in range(count)]
            await append(tx, *facts)

    return _write


def _fact(number: int, stream: Stream, fields: dict[str, Any]) -> Event:
    given: dict[str, Any] = {
        "name": "Page Viewed",
        "properties": {"n": number, "said": 'a "quoted"\n한글, 쉼표'},
    } | fields
    return Event(subject_kind="page", subject_id=str(number), stream=stream, **given)


async def logged(database: Database) -> list[tuple[Any, ...]]:
    """Every fact of the log, in an order of its own."""
    async with database.reading() as tx:
        rows = [
            (stream, *(_plain(row[name]) for name in COLUMNS))
            for stream in ("care", "tracked")
            for row in await tx.rows(f"SELECT * FROM {stream}_event")
        ]
    return sorted(rows, key=repr)


async def in_lake(database: Database, store: LakeStore, **options: Any) -> list[tuple[Any, ...]]:
    """Every fact of the lake, in the same order."""
    lake = await connect(database, store, (), **options)
    found = lake.con.sql(f"SELECT stream, {', '.join(COLUMNS)} FROM event").fetchall()
    lake.disconnect()
    return sorted((tuple(_plain(value) for value in row) for row in found), key=repr)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value.replace(tzinfo=None) - value.utcoffset()) if value.utcoffset() else value.replace(tzinfo=None)
    return value if isinstance(value, int | None) else str(value)


DAY = timedelta(days=1)
