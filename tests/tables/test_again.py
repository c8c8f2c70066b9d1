"""Imports that die, are repeated, or are done by two at once: nothing is missing and nothing is doubled."""

import pytest

from damso.bootstrap import contact_rules_of
from damso.conversations.imports.run import ImportTaken
from damso.conversations.tables import lots
from damso.conversations.tables.begin import open_run, set_running, table_run
from damso.conversations.tables.carry import carry_table
from damso.conversations.tables.types import TableKind
from damso.kernel.database import Transaction
from tests.tables.conftest import Filer

PEOPLE = "회원번호,이메일,등급\n" + "".join(f"M-{n},p{n}@s.example,{n % 3}등급\n" for n in range(60)) + ",oops,\n"
EVENTS = (
    "일시,회원번호,이벤트\n" + "".join(f"2024-01-02 10:{n:02},M-{n % 7},클릭\n" for n in range(60)) + "x,M-1,클릭\n"
)


class Died(Exception):
    """The process is gone."""


@pytest.fixture(autouse=True)
def small_lots(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a small file has many."""
    monkeypatch.setattr(lots, "FIRST", 7)
    monkeypatch.setattr(lots, "SMALLEST", 7)
    monkeypatch.setattr(lots, "AIM", 0.0)


@pytest.mark.parametrize(
    ("kind", "text", "rows"), [("customers", PEOPLE, "identity"), ("events", EVENTS, "tracked_event")]
)
async def test_whoever_dies_leaves_the_rest_to_the_next(
    filer: Filer, monkeypatch: pytest.MonkeyPatch, kind: TableKind, text: str, rows: str
) -> None:
    path = filer.file(text)
    execute = Transaction.execute
    left = 3

    async def dying(self: Transaction, sql: str, *args: object) -> int:
        nonlocal left
        if sql.startswith("UPDATE import_run SET position"):
            left -= 1
            if left == 0:
                raise Died  # everything of this lot is written, and nothing committed
        return await execute(self, sql, *args)

    monkeypatch.setattr(Transaction, "execute", dying)
    for _ in range(4):
        left = 3
        with pytest.raises(Died):
            await filer.brings(kind, path)
    monkeypatch.setattr(Transaction, "execute", execute)
    done = await filer.brings(kind, path)

    assert (done.counts, list(done.troubles)) == ({"new": 60, "refused": 1}, [62])
    where = "source = 'import' AND kind = 'email'" if kind == "customers" else "name = '클릭'"
    assert await filer.rows(f"SELECT count(*) FROM {rows} WHERE {where}") == [(60,)]
    assert await filer.rows("SELECT state, position, total FROM import_run") == [("done", 61, 61)]


async def test_two_at_one_run_notice_each_other(filer: Filer) -> None:
    path = filer.file(PEOPLE)
    database = filer.parts.database
    run_id = await filer.begins("customers", path)
    async with database.reading() as tx:
        run = await table_run(tx, run_id)
    rules = contact_rules_of(filer.parts)
    opened = await open_run(database, filer.parts.keyring, rules, run, path, make=True)
    position = await set_running(database, run, opened.fingerprint)
    async with database.transaction() as tx:  # the other is quicker
        await tx.execute("UPDATE import_run SET position = 7")
    with pytest.raises(ImportTaken):
        await carry_table(database, run.id, opened.bringing, opened.table, "x", lambda _: None, position=position)
    assert await filer.rows("SELECT state, position FROM import_run") == [("running", 7)]
    assert await filer.rows("SELECT count(*) FROM identity WHERE source = 'import'") == [(0,)]
