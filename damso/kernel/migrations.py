"""Bringing the database to the shape this version needs."""

import asyncio
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg

from damso.kernel.database import Connection, Database
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.log import begin_epoch, make_partitions

if TYPE_CHECKING:
    from alembic.config import Config

ALCHEMY_SCHEME = "postgresql+asyncpg://"
FOLDER = Path(__file__).parents[2] / "migrations"
MIGRATING = 0x0DA50004
"""Advisory lock: of several processes that start at once, one migrates."""


class SchemaNewer(AppError):
    code = "SCHEMA_NEWER"
    status = 503
    text = Text(
        "이 데이터베이스는 더 새로운 버전의 담소가 쓰던 것이에요({found}, 이 버전은 {newest}까지). "
        "담소를 업데이트해 주세요.",
        "A newer Damso has used this database ({found}; this one knows up to {newest}). Please update Damso.",
    )


@functools.cache
def newest_version() -> str:
    """The last migration. Their files begin with their number."""
    return max(file.name for file in (FOLDER / "versions").glob("[0-9]*.py")).partition("_")[0]


def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Partitions are made as time goes by and belong to no migration."""
    return not ((kind == "table" and name is not None and "_p2" in name) or name == "alembic_version")


async def migrate(dsn: str) -> bool:
    """Upgrade to the newest version; whether there was anything to do. Raises `SchemaNewer`."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", MIGRATING)
        found = await _version(connection)
        if found == newest_version():
            return False
        if found and found > newest_version():
            raise SchemaNewer(found=found, newest=newest_version())
        await asyncio.to_thread(_upgrade, dsn)
        return True
    finally:
        await connection.close()


def _upgrade(dsn: str) -> None:
    from alembic import command

    command.upgrade(config_for(dsn), "head")


def config_for(dsn: str) -> "Config":
    """An Alembic configuration without a file."""
    # Alembic is imported where it is used: 30 MB that a start with nothing to migrate need not hold for ever after.
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["dsn"] = dsn
    return config


async def is_current(database: Database) -> bool:
    """Whether the database has the shape this version needs."""
    async with database.reading() as tx:
        return await _version(tx.connection) == newest_version()


async def _version(connection: Connection) -> str | None:
    """The migration a database has come to; None for one that never was migrated."""
    if not await connection.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL"):
        return None
    version: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
    return version


async def prepare(database: Database) -> None:
    """What has to be true of a migrated database before anything runs: its epoch, and partitions for the time."""
    async with database.transaction() as tx:
        await begin_epoch(tx)
        await make_partitions(tx)
