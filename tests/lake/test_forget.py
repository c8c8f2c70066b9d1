"""Whoever is erased is gone from the lake: at once for who reads, and then from every file."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pyarrow.parquet as pq
import pytest

from damso.bootstrap import dimensions_of
from damso.kernel.log import Event, append
from damso.lake.connect import connect
from damso.lake.keep import keep
from damso.lake.manifest import read_manifest
from damso.lake.open import store_of
from damso.lake.store import FolderStore
from damso.lake.types import GRACE
from tests.clock import ManualClock
from tests.conversations.company import Company
from tests.http.conftest import app, company, everywhere, new_chat, owner, parts, postcards, visitor
from tests.http.everywhere import MARK, erase, files_with
from tests.lake.conftest import in_lake, logged

__all__ = ["app", "company", "everywhere", "new_chat", "owner", "parts", "postcards", "visitor"]


@pytest.fixture
def store(company: Company) -> FolderStore:
    store = store_of(company.parts.settings)
    assert isinstance(store, FolderStore)
    return store


def files_with_mark(folder: Path) -> set[str]:
    """Files that hold it, in the clear or packed."""
    return files_with(folder, MARK) | {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.parquet")
        if MARK in str(pq.read_table(path).to_pylist())
    }


async def kept(company: Company, store: FolderStore) -> None:
    await keep(company.parts.database, store, dimensions_of())


async def seen(company: Company, store: FolderStore) -> str:
    """All that a person who asks the lake sees, in one text."""
    lake = await connect(company.parts.database, store, dimensions_of(), tail=True)
    names = [row[0] for row in lake.con.sql("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()]
    return "".join(name + str(lake.con.sql(f"SELECT * FROM {name}").fetchall()) + "\n" for name in names)


async def test_an_erased_customer_is_in_no_file_of_the_lake(
    owner: httpx.AsyncClient, company: Company, everywhere: UUID, store: FolderStore, clock: ManualClock
) -> None:
    await kept(company, store)
    before = {path.split("/")[1] for path in files_with_mark(store.folder)}
    shown = await seen(company, store)
    await erase(owner, company, everywhere)
    at_once = await seen(company, store)
    clock.advance(timedelta(seconds=1))
    await kept(company, store)
    clock.advance(GRACE + timedelta(seconds=1))
    await kept(company, store)

    assert {"stream=tracked", "identity", "trait", "message", "conversation"} <= before
    assert MARK in shown
    assert ("'marketing'" in shown, "'marketing'" in at_once) == (True, False)
    assert [line[:4000] for line in at_once.splitlines() if MARK in line] == []
    assert files_with_mark(store.folder) == set()
    assert await in_lake(company.parts.database, store) == await logged(company.parts.database)


async def test_that_the_files_are_rewritten_is_on_record(
    owner: httpx.AsyncClient, company: Company, everywhere: UUID, store: FolderStore, clock: ManualClock
) -> None:
    await kept(company, store)
    erasure = await erase(owner, company, everywhere)
    clock.advance(timedelta(seconds=1))
    await kept(company, store)
    clock.advance(GRACE + timedelta(seconds=1))
    await kept(company, store)

    certificate = (await owner.get(f"/api/erasures/{erasure}/certificate")).json()["certificate"]
    async with company.parts.database.reading() as tx:
        told = await tx.row("SELECT subject, details FROM audit WHERE act = 'lake.erased'")
    assert certificate["stores"]["lake"] > 0
    assert told is not None
    assert (told["subject"], told["details"]) == (erasure, {"events": 1})
    assert read_manifest(store).left_out.identity_ids == ()


async def test_others_stay(
    owner: httpx.AsyncClient, company: Company, everywhere: UUID, store: FolderStore, clock: ManualClock
) -> None:
    async with company.parts.database.transaction() as tx:
        await append(tx, Event(stream="tracked", name="Page Viewed", subject_kind="page", subject_id="/other"))
    await kept(company, store)
    await erase(owner, company, everywhere)
    clock.advance(timedelta(seconds=1))
    await kept(company, store)

    lake = await connect(company.parts.database, store, dimensions_of())
    assert lake.con.sql("SELECT subject_id FROM event WHERE stream = 'tracked'").fetchall() == [("/other",)]
