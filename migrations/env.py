"""How Alembic runs here: one connection, one transaction, the tables of all rooms."""

import asyncio

from alembic import context
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

import damso.brand.models
import damso.channels.models
import damso.commerce.models
import damso.commerce.return_models
import damso.conversations.act_models
import damso.conversations.continuing.models
import damso.conversations.counter.models
import damso.conversations.exports.models
import damso.conversations.imports.models
import damso.conversations.models
import damso.conversations.recent_models
import damso.conversations.retention.models
import damso.customers.companies.models
import damso.customers.consent.models
import damso.customers.matching.models
import damso.customers.models
import damso.customers.protection.models
import damso.customers.tracking.models
import damso.enrichment.models
import damso.kernel.models
import damso.lake.models
import damso.segments.models
import damso.team.models
import damso.team.records.models  # noqa: F401
from damso.kernel.migrations import ALCHEMY_SCHEME, floor_version, is_ours
from damso.kernel.schema import Table

TABLES = Table.metadata
KEEP_FLOOR = text(
    "INSERT INTO schema_floor (id, version) VALUES (1, :version)"
    " ON CONFLICT (id) DO UPDATE SET version = excluded.version"
)


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=TABLES, include_name=is_ours, compare_server_default=False)
    with context.begin_transaction():
        context.run_migrations()
        connection.execute(KEEP_FLOOR, {"version": floor_version()})


async def _connect_and_run() -> None:
    dsn = context.config.attributes["dsn"]
    engine = create_async_engine(dsn.replace("postgresql://", ALCHEMY_SCHEME, 1), poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_run)
        await connection.commit()
    await engine.dispose()


asyncio.run(_connect_and_run())
