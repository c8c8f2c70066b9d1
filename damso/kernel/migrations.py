"""Bringing the database to the shape this version needs."""

import asyncio
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from damso.kernel.database import Database
from damso.kernel.log import begin_epoch, make_partitions

ALCHEMY_SCHEME = "postgresql+asyncpg://"
FOLDER = Path(__file__).parents[2] / "migrations"


def config_for(dsn: str) -> Config:
    """An Alembic configuration without a file."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["dsn"] = dsn
    return config


def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Partitions are made as time goes by and belong to no migration."""
    return not ((kind == "table" and name is not None and "_p2" in name) or name == "alembic_version")


async def migrate(dsn: str) -> None:
    """Upgrade to the newest version; does nothing where it is there already."""
    await asyncio.to_thread(command.upgrade, config_for(dsn), "head")


async def is_current(database: Database) -> bool:
    """Whether the database has the shape this version needs."""
    newest = ScriptDirectory(str(FOLDER)).get_current_head()
    async with database.reading() as tx:
        if not await tx.value("SELECT to_regclass('alembic_version') IS NOT NULL"):
            return False
        return bool(await tx.value("SELECT version_num FROM alembic_version") == newest)


async def prepare(database: Database) -> None:
    """What has to be true of a migrated database before anything runs: its epoch, and partitions for the time."""
    async with database.transaction() as tx:
        await begin_epoch(tx)
        await make_partitions(tx)
