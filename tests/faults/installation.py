"""An installation as it runs in earnest: a database, `damso web` and `damso worker`, each a process one can kill."""

import asyncio
import os
import resource
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Literal

import asyncpg
import httpx

from damso.commands.connecting import DatabaseUnreachable
from damso.kernel.migrations import migrate
from damso.kernel.notify import LOST
from damso.kernel.postgres import EmbeddedPostgres
from tests.cli.terminal import free_port
from tests.faults.proxy import Line, line_to
from tests.processes import REPOSITORY

Service = Literal["web", "worker"]
Victim = Service | Literal["database"]
PATIENCE = 60.0
NO_DATABASE = tuple(text.partition("{")[0] for text in (DatabaseUnreachable.text.ko, DatabaseUnreachable.text.en))

NO_ROOM = """
CREATE OR REPLACE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'could not extend file "base/16384/16385": No space left on device' USING ERRCODE = 'disk_full';
END $$
"""
TRIGGER = "CREATE OR REPLACE TRIGGER no_room BEFORE INSERT ON {} EXECUTE FUNCTION no_room()"
GROWING = ("delivery", "message", "lane_item", "care_event")
"""Tables that grow with everything that happens: a full disk is felt there first."""


class Member:
    """One process. What ends is started again, as a service manager would."""

    def __init__(self, command: Service, number: int, folder: Path, settings: dict[str, str]) -> None:
        self.command = command
        self.port = free_port()
        self._log = folder / f"{command}-{number}.log"
        self._settings = settings | {"DAMSO_PORT": str(self.port)}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_gone(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "damso.cli", self.command],
                cwd=REPOSITORY,
                env=os.environ | self._settings,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def kill(self) -> None:
        if self._process:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)

    def signal(self, number: signal.Signals) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(number)

    def limit_files(self, size: int) -> None:
        """No file of this process may grow beyond `size` bytes: to it, the disk is full."""
        if self._process and self._process.poll() is None:
            resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def last_words(self) -> list[str]:
        return self._log.read_text().splitlines()[-1:]


class Installation:
    """Its processes, and what can be done to them."""

    def __init__(self, server: EmbeddedPostgres, line: Line, folder: Path, egress: Iterable[str], each: int) -> None:
        self._server = server
        self._folder = folder
        self.line = line
        settings = {
            "DAMSO_DATABASE_URL": line.dsn,
            "DAMSO_DATA": str(folder),
            "DAMSO_EGRESS_ALLOW": ",".join(egress),
            "DAMSO_LOG_FORMAT": "json",
            "DAMSO_API_CALLS_PER_MINUTE": "0",
            "DAMSO_CHAT_MESSAGES_PER_MINUTE": "0",  # all visitors of a test come from one address
        }
        self.members = {
            command: [Member(command, number, folder, settings) for number in range(each)]
            for command in ("web", "worker")
        }
        self.kills: list[Victim] = []
        self.faults: list[str] = []
        self.deaths: list[str] = []
        self._starting = asyncio.Lock()

    @property
    def dsn(self) -> str:
        """The database, beside the line."""
        return self._server.dsn

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def addresses(self) -> list[str]:
        return [member.address for member in self.members["web"]]

    async def start(self) -> None:
        for member in self._all():
            member.start()
        await self._are_ready()

    async def kill(self, victim: Victim, number: int = 0) -> None:
        """kill -9, and begin again. The database brings itself back."""
        self.kills.append(victim)
        if victim == "database":
            pid = self._server.pid
            if pid is not None:
                os.kill(pid, signal.SIGKILL)
            return
        async with self._starting:
            member = self.members[victim][number]
            await member.kill()
            await self._database_is_there()
            member.start()

    async def stall(self, victim: Service, number: int, seconds: float) -> None:
        """A process that does nothing for a while, and does not know it."""
        self.faults.append(f"{victim} stalled for {seconds:g} s")
        member = self.members[victim][number]
        member.signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            member.signal(signal.SIGCONT)

    async def run_out_of_room(self, seconds: float) -> None:
        """The disks of database and files are full for a while: a statement that wants room is refused as PostgreSQL
        refuses it, and nobody can write a file. (A file system of its own would need rights that CI does not give.)"""
        self.faults.append(f"disk full for {seconds:g} s")
        triggers = [
            f"CREATE OR REPLACE TRIGGER no_room BEFORE INSERT ON {name} EXECUTE FUNCTION no_room()" for name in GROWING
        ]
        await self._does(";".join((NO_ROOM, *triggers)))
        for member in self.members["web"]:
            member.limit_files(0)
        await asyncio.sleep(seconds)
        for member in self.members["web"]:
            member.limit_files(resource.RLIM_INFINITY)
        await self._does("DROP FUNCTION IF EXISTS no_room CASCADE")

    def _all(self) -> list[Member]:
        return [member for members in self.members.values() for member in members]

    async def _database_is_there(self) -> None:
        """A process that finds no database says so and ends; a service manager would try again, and so do we."""
        async with asyncio.timeout(PATIENCE):
            while True:
                with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    await (await asyncpg.connect(self._server.dsn)).close()
                    return
                await asyncio.sleep(0.1)

    async def revive(self) -> None:
        """Start again what ended by itself, as a service manager would. Who starts while the database is away says so
        and ends; every other end is noted in `deaths`."""
        if not any(member.is_gone for member in self._all()):
            return
        async with self._starting:
            for member in self._all():
                if member.is_gone:
                    self.deaths += [last for last in member.last_words() if not last.startswith(NO_DATABASE)]
                    await self._database_is_there()
                    member.start()

    async def _are_ready(self) -> None:
        async with asyncio.timeout(PATIENCE), httpx.AsyncClient() as client:
            waiting = self.addresses
            while waiting:
                with suppress(httpx.HTTPError):
                    if (await client.get(f"{waiting[-1]}/readyz")).status_code == 200:
                        waiting.pop()
                        continue
                await self.revive()
                await asyncio.sleep(0.05)

    async def rows(self, sql: str, *args: Any) -> list[Any]:
        """What the database holds."""
        return await self._asks(lambda connection: connection.fetch(sql, *args))

    async def _does(self, script: str) -> None:
        """Several statements; all of them or none."""
        await self._asks(lambda connection: connection.execute(script))

    async def _asks(self, ask: Callable[[asyncpg.Connection], Awaitable[Any]]) -> Any:
        """Asked again where the database was just killed."""
        async with asyncio.timeout(PATIENCE):
            while True:
                with suppress(*LOST):
                    connection = await asyncpg.connect(self._server.dsn)
                    try:
                        return await ask(connection)
                    finally:
                        await connection.close()
                await asyncio.sleep(0.1)

    async def value(self, sql: str, *args: Any) -> Any:
        return (await self.rows(sql, *args))[0][0]

    async def stop(self) -> None:
        for member in self._all():
            await member.kill()


@asynccontextmanager
async def installed(folder: Path, egress: Iterable[str] = (), *, each: int = 1) -> AsyncIterator[Installation]:
    """A migrated database of its own, and `each` web and worker processes that do not run yet."""
    async with EmbeddedPostgres(folder) as server, line_to(server.dsn) as line:
        await migrate(server.dsn)
        installation = Installation(server, line, folder, egress, each)
        try:
            yield installation
        finally:
            await installation.stop()
