"""Databases of a test's own, copied from one migrated template in a few milliseconds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg


def named(server: str, database: str) -> str:
    """The address of another database of the same server."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


async def create_database(server: str, name: str, template: str = "template1") -> str:
    """Make a database; its address. Copying files takes a tenth of logging each page, as is the default."""
    await _admin(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    return named(server, name)


@asynccontextmanager
async def fresh_database(server: str, template: str) -> AsyncIterator[str]:
    """A copy of the template, gone afterwards."""
    name = f"test_{uuid4().hex}"
    try:
        yield await create_database(server, name, template)
    finally:
        await _admin(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


async def _admin(server: str, sql: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
