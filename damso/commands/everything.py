"""What `damso serve` runs, in its order; at the end everything is stopped in the opposite one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import msgspec
from litestar import Litestar

from damso.bootstrap import Parts, make_ready, open_parts
from damso.commands.connecting import own_database, tell_practice
from damso.commands.console import result, tell
from damso.commands.entrance import fresh_entrance
from damso.commands.running import announced
from damso.commands.serving import port_of, raise_file_limit, serving
from damso.kernel.data_folder import DataFolderInUse, holder_of
from damso.kernel.i18n import Text
from damso.kernel.migrations import migrate
from damso.kernel.restore import require_whole
from damso.kernel.settings import Settings
from damso.web import create_app
from damso.worker import run_worker

MIGRATING = Text("데이터베이스를 최신 구조로 바꾸고 있어요.", "Bringing the database up to date.")
NO_DEMO = Text(
    "이 데이터 폴더에는 이미 회사가 있어서 샘플 쇼핑몰을 넣지 않았어요.",
    "This data folder has a company already, so the sample shop was not loaded.",
)
READY = Text("담소가 준비됐어요: {address}", "Damso is ready: {address}")


async def run_everything(settings: Settings, *, demo: bool) -> None:
    """Run until cancelled. Raises `DataFolderInUse`, `RestoreUnfinished`, `PortTaken` and what the database says."""
    _require_free(settings)
    require_whole(settings.data)
    raise_file_limit()
    with port_of(settings) as port:
        async with own_database(settings) as dsn:
            async with announced(MIGRATING):
                await migrate(dsn)
            is_demo = await _is_demo(dsn, demo=demo)
            async with _practising(settings, demo=is_demo) as settings, open_parts(settings, dsn) as parts:
                await make_ready(settings, parts.database)
                async with (
                    _application(parts, demo=is_demo) as application,
                    _working(parts),
                    serving(application, port) as server,
                ):
                    await _say_where(parts)
                    await asyncio.wait([server])


def _require_free(settings: Settings) -> None:
    """Before the port is asked for: of two starts on one folder the second shall hear about the folder."""
    if not settings.database_url and (holder := holder_of(settings.data)):
        raise DataFolderInUse(pid=holder.pid)


async def _is_demo(dsn: str, *, demo: bool) -> bool:
    """Whether this installation is a demo, or shall become one."""
    connection = await asyncpg.connect(dsn)
    try:
        known: bool | None = await connection.fetchval("SELECT demo FROM installation")
    finally:
        await connection.close()
    if known is False and demo:
        tell(NO_DEMO)
    return demo if known is None else known


@asynccontextmanager
async def _practising(settings: Settings, *, demo: bool) -> AsyncIterator[Settings]:
    """A demo's channels are connected to a simulator of its own, unless there is one already; the settings name it."""
    if settings.simulator or not demo:
        tell_practice(settings)
        yield settings
        return
    from damso.commands.demo_world import demo_phones

    async with demo_phones(settings) as simulator:
        yield msgspec.structs.replace(settings, simulator=simulator)


@asynccontextmanager
async def _application(parts: Parts, *, demo: bool) -> AsyncIterator[Litestar]:
    """The web application, with the demo around it."""
    if not demo:
        yield create_app(parts)
        return
    # Imported only where it is wanted: an installation in earnest need not hold a mail server in memory.
    from damso.commands.demo_world import demo_world
    from damso.demo.routes import demo_routes

    async with demo_world(parts) as mail:
        application = create_app(parts, extra=demo_routes())
        application.state.demo_mail = mail
        application.state.demo_phones = parts.settings.simulator
        yield application


@asynccontextmanager
async def _working(parts: Parts) -> AsyncIterator[None]:
    """Background work beside what is inside; should it fail, that ends as well."""
    async with asyncio.TaskGroup() as group:
        work = group.create_task(run_worker(parts))
        yield
        work.cancel()


async def _say_where(parts: Parts) -> None:
    result(READY, address=parts.settings.base_url)
    entrance = await fresh_entrance(parts.database, parts.settings.base_url)
    result(entrance.text, link=entrance.link, hours=entrance.hours)
