"""An installation as it runs in earnest: a database, `damso web` and `damso worker`, each a process one can kill."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Literal

import asyncpg
import httpx

from damso.commands.connecting import DatabaseUnreachable
from damso.kernel.migrations import migrate
from damso.kernel.postgres import EmbeddedPostgres
from tests.processes import REPOSITORY

Service = Literal["web", "worker"]
Victim = Service | Literal["database"]
SERVICES: tuple[Service, ...] = ("web", "worker")
PATIENCE = 30.0
NO_DATABASE = tuple(text.partition("{")[0] for text in (DatabaseUnreachable.text.ko, DatabaseUnreachable.text.en))


class Installation:
    """Its processes. What is killed is started again, as a service manager would."""

    def __init__(self, server: EmbeddedPostgres, folder: Path, egress: Iterable[str] = ()) -> None:
        self._server = server
        self._folder = folder
        self._egress = ",".join(egress)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.kills: list[Victim] = []
        self.deaths: list[str] = []
        self._starting = asyncio.Lock()
        with socket.create_server(("127.0.0.1", 0)) as port:
            self.port: int = port.getsockname()[1]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def dsn(self) -> str:
        return self._server.dsn

    @property
    def folder(self) -> Path:
        return self._folder

    def start(self, command: Service) -> None:
        with (self._folder / f"{command}.log").open("ab") as log:
            self._processes[command] = subprocess.Popen(
                [sys.executable, "-m", "damso.cli", command],
                cwd=REPOSITORY,
                env=os.environ | self._settings(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _last_words(self, command: Service) -> list[str]:
        return (self._folder / f"{command}.log").read_text().splitlines()[-1:]

    def _settings(self) -> dict[str, str]:
        return {
            "DAMSO_DATABASE_URL": self._server.dsn,
            "DAMSO_DATA": str(self._folder),
            "DAMSO_PORT": str(self.port),
            "DAMSO_EGRESS_ALLOW": self._egress,
            "DAMSO_LOG_FORMAT": "json",
            "DAMSO_CHAT_MESSAGES_PER_MINUTE": "0",  # all visitors of a test come from one address
        }

    async def kill(self, victim: Victim) -> None:
        """kill -9, and begin again. The database brings itself back."""
        self.kills.append(victim)
        if victim == "database":
            pid = self._server.pid
            if pid is not None:
                os.kill(pid, signal.SIGKILL)
            return
        async with self._starting:
            process = self._processes[victim]
            process.kill()
            await asyncio.to_thread(process.wait)
            await self._database_is_there()
            self.start(victim)

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
        async with self._starting:
            for command in SERVICES:
                if self._processes[command].poll() is not None:
                    self.deaths += [last for last in self._last_words(command) if not last.startswith(NO_DATABASE)]
                    await self._database_is_there()
                    self.start(command)

    async def is_ready(self) -> None:
        async with asyncio.timeout(PATIENCE), httpx.AsyncClient() as client:
            while True:
                with suppress(httpx.HTTPError):
                    if (await client.get(f"{self.address}/readyz")).status_code == 200:
                        return
                await self.revive()
                await asyncio.sleep(0.05)

    async def rows(self, sql: str, *args: Any) -> list[Any]:
        """What the database holds, asked again where it was just killed."""
        async with asyncio.timeout(PATIENCE):
            while True:
                with suppress(OSError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError):
                    connection = await asyncpg.connect(self._server.dsn)
                    try:
                        return list(await connection.fetch(sql, *args))
                    finally:
                        await connection.close()
                await asyncio.sleep(0.1)

    async def value(self, sql: str, *args: Any) -> Any:
        return (await self.rows(sql, *args))[0][0]

    async def stop(self) -> None:
        for process in self._processes.values():
            process.kill()
        for process in self._processes.values():
            await asyncio.to_thread(process.wait)


@asynccontextmanager
async def installed(folder: Path, egress: Iterable[str] = ()) -> AsyncIterator[Installation]:
    """A migrated database of its own; nothing else runs yet."""
    async with EmbeddedPostgres(folder) as server:
        await migrate(server.dsn)
        installation = Installation(server, folder, egress)
        try:
            yield installation
        finally:
            await installation.stop()
