"""How a command gets at the database: one of the company's own, the embedded one that is running, or that one
started for as long as the command lasts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from damso.commands.console import tell
from damso.commands.running import announced
from damso.kernel.data_folder import DataFolderInUse, holder_of
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.postgres import EmbeddedPostgres
from damso.kernel.settings import Settings

CONNECT_SECONDS = 10.0
STARTING = Text("데이터베이스를 시작하고 있어요.", "Starting the database.")


class DatabaseUrlMissing(AppError):
    code = "DATABASE_URL_MISSING"
    text = Text(
        "DAMSO_DATABASE_URL에 PostgreSQL 주소를 넣어 주세요. 예: postgresql://damso:비밀번호@db.example/damso\n"
        "서버 한 대에서 모두 실행하려면 `damso serve`를 쓰면 돼요.",
        "Put the address of a PostgreSQL into DAMSO_DATABASE_URL, such as postgresql://damso:password@db.example/damso\n"
        "To run everything on one machine, use `damso serve`.",
    )


class DatabaseUnreachable(AppError):
    code = "DATABASE_UNREACHABLE"
    status = 503
    text = Text(
        "데이터베이스에 연결할 수 없어요. 주소와 서버 상태를 확인해 주세요. ({why})",
        "The database cannot be reached. Check its address and whether it runs. ({why})",
    )


def external_dsn(settings: Settings) -> str:
    """The address of the company's own database. Raises `DatabaseUrlMissing`."""
    if not settings.database_url:
        raise DatabaseUrlMissing
    return settings.database_url


@asynccontextmanager
async def own_database(settings: Settings) -> AsyncIterator[str]:
    """The database for a server that runs everything: the embedded one is started, and nobody else may run it.
    Raises `DataFolderInUse`, and what `EmbeddedPostgres.start` and `require_reachable` raise."""
    if settings.database_url:
        await require_reachable(settings.database_url)
        yield settings.database_url
    else:
        server = EmbeddedPostgres(settings.data, say=tell)
        async with announced(STARTING):
            await server.start()
        try:
            yield server.dsn
        finally:
            await server.stop()


@asynccontextmanager
async def any_database(settings: Settings) -> AsyncIterator[str]:
    """The database for a command beside whatever runs. Raises as `own_database`."""
    holder = None if settings.database_url else holder_of(settings.data)
    if holder is None:
        async with own_database(settings) as dsn:
            yield dsn
    elif not holder.dsn:
        raise DataFolderInUse(pid=holder.pid)  # it is just starting or stopping
    else:
        await require_reachable(holder.dsn)
        yield holder.dsn


async def require_reachable(dsn: str) -> None:
    """Raises `DatabaseUnreachable`, whose text holds no password."""
    try:
        connection = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS)
        await connection.close()
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        raise DatabaseUnreachable(why=str(error) or type(error).__name__) from error
