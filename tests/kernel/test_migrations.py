"""The version a database is in, and what follows from it."""

import pytest
from alembic.script import ScriptDirectory

from damso.kernel.database import Database
from damso.kernel.migrations import FOLDER, SchemaNewer, is_current, migrate, newest_version


def test_newest_version_is_the_one_alembic_upgrades_to() -> None:
    assert newest_version() == ScriptDirectory(str(FOLDER)).get_current_head()


async def test_migrated_database_is_current_and_has_nothing_to_do(database: Database, dsn: str) -> None:
    assert await is_current(database)
    assert not await migrate(dsn)


async def test_database_of_a_newer_version_is_left_alone(database: Database, dsn: str) -> None:
    async with database.transaction() as tx:
        await tx.execute("UPDATE alembic_version SET version_num = '9999'")
    assert not await is_current(database)
    with pytest.raises(SchemaNewer):
        await migrate(dsn)
