"""The version a database is in, and what follows from it."""

import asyncio

import pytest
from alembic import command
from alembic.script import ScriptDirectory

from damso.kernel.database import Database
from damso.kernel.migrations import (
    FOLDER,
    SchemaNewer,
    SchemaOld,
    config_for,
    fits,
    floor_version,
    migrate,
    newest_version,
    require_fit,
)


def test_newest_version_is_the_one_alembic_upgrades_to() -> None:
    assert newest_version() == ScriptDirectory(str(FOLDER)).get_current_head()


async def test_migrated_database_fits_and_has_nothing_to_do(database: Database, dsn: str) -> None:
    assert await fits(database)
    assert not await migrate(dsn)


async def test_tables_that_rooms_declare_are_those_that_migrations_make(dsn: str) -> None:
    await asyncio.to_thread(command.check, config_for(dsn))


async def test_migrated_database_names_the_oldest_code_it_bears(database: Database) -> None:
    async with database.reading() as tx:
        assert await tx.value("SELECT version FROM schema_floor") == floor_version() <= newest_version()


async def test_older_database_is_not_worked_on(database: Database) -> None:
    await stand_at(database, "0001", floor="0001")
    assert not await fits(database)
    with pytest.raises(SchemaOld):
        await require_fit(database)


async def test_newer_database_that_bears_this_version_is_worked_on(database: Database, dsn: str) -> None:
    """As in a rolling update, when a process of the version before is started again."""
    await stand_at(database, "9999", floor=newest_version())
    assert await fits(database)
    assert not await migrate(dsn)


async def test_newer_database_that_does_not_is_left_alone(database: Database, dsn: str) -> None:
    await stand_at(database, "9999", floor="9998")
    assert not await fits(database)
    with pytest.raises(SchemaNewer):
        await migrate(dsn)


async def stand_at(database: Database, version: str, *, floor: str) -> None:
    async with database.transaction() as tx:
        await tx.execute("UPDATE alembic_version SET version_num = $1", version)
        await tx.execute("UPDATE schema_floor SET version = $1", floor)
