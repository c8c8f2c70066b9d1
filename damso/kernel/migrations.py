"""Bringing the database to the shape this version needs.

During a rolling update the schema is newer than some of the code that works on it. Each migration therefore declares
`works_with`, the oldest version whose code may go on working after it, and the newest of these stands in the database
(`schema_floor`): code starts and is ready where the schema is its own, or newer with a floor not above it. What a
migration may do and still say so is checked by tests/kernel/test_migration_rules.py; see docs/adr/0020.
"""

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


class SchemaOld(AppError):
    code = "SCHEMA_OLD"
    status = 503
    text = Text(
        "데이터베이스가 아직 이 버전의 구조가 아니에요. 먼저 `damso migrate`를 실행해 주세요.",
        "The database has not the shape of this version yet. Run `damso migrate` first.",
    )


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


@functools.cache
def floor_version() -> str:
    """The oldest version whose code may work on the newest schema."""
    from alembic.script import ScriptDirectory

    revisions = ScriptDirectory(str(FOLDER)).walk_revisions()
    # A migration that declares nothing was never thought about in this respect.
    return max(getattr(revision.module, "works_with", revision.revision) for revision in revisions)


def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Partitions, by month (made as time goes by) or by hash, are no tables of their own."""
    partition = kind == "table" and name is not None and ("_p2" in name or "_hash" in name)
    return not (partition or name == "alembic_version")


async def migrate(dsn: str) -> bool:
    """Upgrade to the newest version; whether there was anything to do. A newer schema that this version may work on is
    left as it is. Raises `SchemaNewer`."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", MIGRATING)
        found = await _version(connection)
        if found and found >= newest_version():
            await _require_fit(connection)
            return False
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


async def require_fit(database: Database) -> None:
    """Raises `SchemaOld`, `SchemaNewer` where this version must not work on the database."""
    async with database.reading() as tx:
        await _require_fit(tx.connection)


async def fits(database: Database) -> bool:
    """Whether this version may work on the database."""
    try:
        await require_fit(database)
    except (SchemaOld, SchemaNewer):
        return False
    return True


async def _require_fit(connection: Connection) -> None:
    found = await _version(connection)
    if found is None or found < newest_version():
        raise SchemaOld
    if found > newest_version() and await _floor(connection) > newest_version():
        raise SchemaNewer(found=found, newest=newest_version())


async def _floor(connection: Connection) -> str:
    floor: str | None = await connection.fetchval("SELECT version FROM schema_floor")
    return floor or await _version(connection) or ""


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
