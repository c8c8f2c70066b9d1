"""Two web and two worker processes on one database that runs elsewhere, as docs/deploy.md tells it."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from damso.kernel.migrations import migrate
from damso.kernel.postgres import EmbeddedPostgres
from tests.cli.terminal import free_port
from tests.processes import REPOSITORY

PATIENCE = 30.0


class Member:
    """One process, which can be killed and started again."""

    def __init__(self, command: str, folder: Path, settings: dict[str, str], code: Path = REPOSITORY) -> None:
        self.port = free_port()
        self._code = code
        self._command = command
        self._log = folder / f"{command}-{self.port}.log"
        self._settings = settings | {"DAMSO_PORT": str(self.port), "DAMSO_LOCALE": "en"}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "damso.cli", self._command],
                cwd=self._code,
                env=os.environ | self._settings,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """kill -9, and no successor."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    @contextmanager
    def stalled(self) -> Iterator[None]:
        """It does nothing for a while, and does not know it."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    async def is_ready(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while not await self._answers():
                assert self._process is not None
                assert self._process.poll() is None, self._log.read_text()
                await asyncio.sleep(0.05)

    def faults(self) -> list[str]:
        """What it has logged as an error."""
        return [line for line in self._log.read_text().splitlines() if '"level":"error"' in line.replace(" ", "")]

    async def _answers(self) -> bool:
        if self._command == "worker":
            return "Background work has begun." in self._log.read_text()
        with suppress(httpx.HTTPError):
            async with httpx.AsyncClient() as client:
                return (await client.get(f"{self.address}/readyz")).status_code == 200
        return False


class Fleet:
    """All of them, and the database they share."""

    def __init__(self, dsn: str, folder: Path, egress: str) -> None:
        self.dsn = dsn
        self.folder = folder
        self.settings = {
            "DAMSO_DATABASE_URL": dsn,
            "DAMSO_DATA": str(folder),
            "DAMSO_EGRESS_ALLOW": egress,
            "DAMSO_LOG_FORMAT": "json",
            "DAMSO_API_CALLS_PER_MINUTE": "0",
        }
        self.web = [Member("web", folder, self.settings) for _ in range(2)]
        self.workers = [Member("worker", folder, self.settings) for _ in range(2)]

    async def start(self) -> None:
        members = (*self.web, *self.workers)
        for member in members:
            member.start()
        await asyncio.gather(*(member.is_ready() for member in members))

    def stop(self) -> None:
        for member in (*self.web, *self.workers):
            member.kill()

    async def rows(self, sql: str, *args: Any) -> list[Any]:
        connection = await asyncpg.connect(self.dsn)
        try:
            return list(await connection.fetch(sql, *args))
        finally:
            await connection.close()

    async def values(self, sql: str, *args: Any) -> list[Any]:
        return [row[0] for row in await self.rows(sql, *args)]

    async def comes_true(self, sql: str, *args: Any, seconds: float = PATIENCE) -> None:
        """Wait until the database says yes."""
        async with asyncio.timeout(seconds):
            while not (await self.values(sql, *args))[0]:  # noqa: ASYNC110 - other processes set no event of ours
                await asyncio.sleep(0.05)


@asynccontextmanager
async def fleet_on(server: EmbeddedPostgres, folder: Path, egress: str) -> AsyncIterator[Fleet]:
    """Migrated; nothing runs yet."""
    await migrate(server.dsn)
    with stopping(Fleet(server.dsn, folder, egress)) as fleet:
        yield fleet


@contextmanager
def stopping(fleet: Fleet) -> Iterator[Fleet]:
    """None of its processes outlives the test."""
    try:
        yield fleet
    finally:
        fleet.stop()
