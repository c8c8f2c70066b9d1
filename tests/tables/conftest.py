"""A company with a file to bring in, by the verbs that the desk and the command line use."""

from pathlib import Path
from uuid import UUID

import pytest
from msgspec import Struct

from damso.bootstrap import Parts, contact_rules_of
from damso.conversations.tables.begin import begin_table, open_run, set_running, table_run
from damso.conversations.tables.carry import carry_table, look_through
from damso.conversations.tables.mapping import check_mapping
from damso.conversations.tables.open_table import fingerprint, open_table
from damso.conversations.tables.propose import proposed_mapping
from damso.conversations.tables.types import TableKind, TableMapping, Tally
from damso.kernel.log import Actor
from tests.conversations.conftest import company, parts, postcards

__all__ = ["company", "parts", "postcards"]
OPERATOR = Actor("system", "operator")


class Outcome(Struct, frozen=True):
    """What became of rows, and what was wrong, by line."""

    counts: dict[str, int]
    troubles: dict[int, str]


class Filer(Struct, frozen=True, kw_only=True):
    """Somebody who brings in files."""

    parts: Parts
    folder: Path

    def file(self, text: str, name: str = "file.csv") -> Path:
        path = self.folder / name
        path.write_text(text)
        return path

    async def both(self, kind: TableKind, text: str, name: str = "file.csv", **fixed: str) -> Outcome:
        """Look at it, bring it in, and hold the two to say the same."""
        path = self.file(text, name)
        seen = await self.looks(kind, path, **fixed)
        done = await self.brings(kind, path, **fixed)
        assert seen == done
        return done

    async def looks(self, kind: TableKind, path: Path, account: str = "", **fixed: str) -> Outcome:
        run_id = await self.begins(kind, path, account, **fixed)
        database, parts = self.parts.database, self.parts
        async with database.reading() as tx:
            run = await table_run(tx, run_id)
        opened = await open_run(database, parts.keyring, contact_rules_of(parts), run, path, make=False)
        tally, _ = await look_through(database, opened.bringing, opened.table, lambda _: None)
        return _outcome(tally)

    async def begins(self, kind: TableKind, path: Path, account: str = "", **fixed: str) -> UUID:
        table = open_table(path)
        proposed = proposed_mapping(kind, table)
        mapping = TableMapping(columns=proposed.columns, fixed=fixed)
        if kind != "ga4":
            mapping = check_mapping(kind, mapping, table.columns)
        async with self.parts.database.transaction() as tx:
            return await begin_table(tx, kind, path, fingerprint(path), mapping, account, OPERATOR)

    async def brings(self, kind: TableKind, path: Path, account: str = "", **fixed: str) -> Outcome:
        run_id = await self.begins(kind, path, account, **fixed)
        database, parts = self.parts.database, self.parts
        async with database.reading() as tx:
            run = await table_run(tx, run_id)
        opened = await open_run(database, parts.keyring, contact_rules_of(parts), run, path, make=True)
        position = await set_running(database, run, opened.fingerprint)
        await carry_table(database, run.id, opened.bringing, opened.table, path.name, lambda _: None, position=position)
        async with database.reading() as tx:
            counts = await tx.value("SELECT counts FROM import_run WHERE id = $1", run.id)
            rows = await tx.rows("SELECT line, code FROM import_problem WHERE run_id = $1 ORDER BY line, code", run.id)
        tally = Tally(counts=counts.get(opened.bringing.kind, {}))
        for row in rows:
            tally.warn(row["line"], row["code"])
        return _outcome(tally)

    async def rows(self, sql: str, *args: object) -> list[tuple[object, ...]]:
        async with self.parts.database.reading() as tx:
            return [tuple(row.values()) for row in await tx.rows(sql, *args)]

    async def traits(self, value: str) -> dict[str, object]:
        """Of whom this address is."""
        rows = await self.rows(
            """SELECT t.key, t.value FROM identity a JOIN identity i ON i.customer_id = a.customer_id
            JOIN trait_change t ON t.identity_id = i.id WHERE a.value = $1 ORDER BY t.id""",
            value,
        )
        return {str(key): value for key, value in rows}


def _outcome(tally: Tally) -> Outcome:
    told: dict[int, str] = {}
    for one in sorted(tally.troubles):
        told[one.line] = f"{told[one.line]} {one.code}" if one.line in told else one.code
    return Outcome(tally.counts, told)


@pytest.fixture
async def filer(parts: Parts, company: object, tmp_path: Path) -> Filer:
    folder = tmp_path / "files"
    folder.mkdir()
    return Filer(parts=parts, folder=folder)
