"""How a command gets at the database: one of the company's own, the embedded one that is running, or that one
started for as long as the command lasts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from damso.bootstrap import Parts, make_ready, open_parts
from damso.commands.console import tell
from damso.commands.running import announced
from damso.kernel.data_folder import DataFolderInUse, holder_of
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.migrations import require_fit
from damso.kernel.postgres import EmbeddedPostgres
from damso.kernel.postgres_switch import has_cluster
from damso.kernel.restore import require_whole
from damso.kernel.settings import Settings

CONNECT_SECONDS = 10.0
PRACTISING = Text(
    "연습 중이에요: 카카오톡, 톡톡, 문자 같은 채널은 시뮬레이터({simulator})하고만 주고받아요.",
    "This is practice: channels such as KakaoTalk, TalkTalk and SMS talk to the simulator ({simulator}) alone.",
)
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


class NothingHere(AppError):
    code = "NOTHING_HERE"
    status = 404
    text = Text(
        "{folder} 폴더에는 담소의 데이터가 없어요. `damso serve`로 시작하거나, DAMSO_DATA로 데이터 폴더를 알려 주세요.",
        "There is no data of Damso in {folder}. Start with `damso serve`, or name the data folder by DAMSO_DATA.",
    )


def tell_practice(settings: Settings) -> None:
    """That nothing of the simulated channels reaches anybody is never silent."""
    if settings.simulator:
        tell(PRACTISING, simulator=settings.simulator)


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


@asynccontextmanager
async def own_parts(settings: Settings) -> AsyncIterator[Parts]:
    """Everything opened on the company's own database, for one of several processes. Raises `DatabaseUrlMissing`,
    `DatabaseUnreachable`, `SchemaOld`, `SchemaNewer`, `RestoreUnfinished`, `ErasureUnknown`."""
    dsn = external_dsn(settings)
    tell_practice(settings)
    await require_reachable(dsn)
    require_whole(settings.data)
    async with _fitting_parts(settings, dsn) as parts:
        await make_ready(settings, parts.database)
        yield parts


@asynccontextmanager
async def any_parts(settings: Settings) -> AsyncIterator[Parts]:
    """Everything opened beside whatever runs. Raises `NothingHere`, `SchemaOld`, `SchemaNewer`, and what
    `any_database` raises."""
    require_something(settings)
    async with any_database(settings) as dsn, _fitting_parts(settings, dsn) as parts:
        yield parts


def require_something(settings: Settings) -> None:
    """Before a command makes a database where somebody only stands in the wrong folder. Raises `NothingHere`."""
    if not settings.database_url and not has_cluster(settings.data):
        raise NothingHere(folder=settings.data.absolute())


@asynccontextmanager
async def _fitting_parts(settings: Settings, dsn: str) -> AsyncIterator[Parts]:
    async with open_parts(settings, dsn) as parts:
        await require_fit(parts.database)
        yield parts
