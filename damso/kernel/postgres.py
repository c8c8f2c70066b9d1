"""PostgreSQL under our own data folder: made, started, watched over and stopped as part of this process.

`data/postgres` is an ordinary cluster. The server listens on a socket inside that folder only, which nobody but its
owner (and root) can enter.
"""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import asyncpg
import structlog

from damso.kernel.data_folder import DataFolder, Holder
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.postgres_binaries import CACHE, MAJOR, installation, runnable_by
from damso.kernel.postgres_cluster import OWNER, Cluster, PostgresFailed
from damso.kernel.postgres_processes import (
    accepts_connections,
    cluster_name,
    die_with_us,
    end_server,
    server_processes,
)
from damso.kernel.postgres_switch import finish_switch
from damso.kernel.progress import Say, say_nothing

log = structlog.get_logger()

DATABASE = "damso"

START_SECONDS = 600.0
"""Recovery after a crash replays at most `max_wal_size`; slower than this is broken."""
SAY_EVERY_SECONDS = 3.0
WATCH_SECONDS = 0.2
FIRST_PAUSE, LONGEST_PAUSE, CALM = 0.05, 10.0, 60.0
"""Seconds before a server that died is started again: doubled each time, until one has lived for `CALM`."""

MAKING = Text("데이터베이스를 만들고 있어요.", "Making the database.")
CLEARING = Text(
    "이전에 남은 데이터베이스 프로세스를 정리하고 있어요.", "Ending a database left over from an earlier run."
)
STILL_STARTING = Text(
    "데이터베이스를 시작하고 있어요({seconds}초째). 비정상 종료 뒤에는 복구에 시간이 걸려요.",
    "Starting the database ({seconds} s so far). After a crash it takes time to recover.",
)
DIED = Text("데이터베이스가 멈춰서 다시 시작하고 있어요.", "The database has died; starting it again.")
BACK = Text("데이터베이스가 다시 동작해요.", "The database is back.")


class EmbeddedPostgres:
    """A server on `data_dir/postgres`, for as long as this object is started.

    Start it from a thread that lives as long as the server shall (the event loop's own): where the system can, the
    server is told to end when that thread does, so that it does not outlive a `kill -9` of ours.

    `durable=False` is for tests. `tree` is another installation of PostgreSQL than the wheel's, of the version `major`;
    `cache` is where root keeps a copy of the wheel's if the server's user cannot enter the original."""

    def __init__(
        self,
        data_dir: Path,
        *,
        durable: bool = True,
        say: Say = say_nothing,
        tree: Path | None = None,
        major: int = MAJOR,
        cache: Path = CACHE,
    ) -> None:
        self.folder = DataFolder(data_dir)
        self.cluster = Cluster(self.folder.path / "postgres")
        self.restarts = 0
        self._durable = durable
        self._say = say
        self._tree = tree
        self._major = major
        self._cache = cache
        self._alias: Path | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def dsn(self) -> str:
        """Where the running server is reached."""
        return self._dsn_of(DATABASE)

    @property
    def pid(self) -> int | None:
        """The server's first process, None while there is none."""
        return self._server.pid if self._server and self._server.poll() is None else None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> str:
        """Lock the folder, make the cluster if there is none, start and watch the server. Returns its address.
        Raises `DataFolderInUse`, `DataFolderForbidden`, `DataFolderVersion`, `PostgresFailed`, `PostgresMissing`,
        `PostgresUnstoppable`."""
        left = self.folder.acquire()
        try:
            _remove_alias(left)
            finish_switch(self.folder.path)
            self.cluster.require_version(self._major)
            tree = self._find_tree()
            if not self.cluster.path.exists():
                self._say(MAKING)
                await self.cluster.make(tree, durable=self._durable)
            self._alias = _short_alias(self.cluster.path)
            await self._launch(tree)
            await self._make_database()
        except BaseException:
            await self.stop()
            raise
        self.folder.write(Holder(os.getpid(), self.dsn, str(self._alias or "")))
        self._watch = asyncio.create_task(self._keep_alive(tree))
        return self.dsn

    async def stop(self) -> None:
        """Stop the server, with everything written out, and unlock the folder. May be called twice."""
        await self.stop_server()
        self.folder.release()

    async def stop_server(self) -> None:
        """Stop the server; the folder stays ours."""
        if self._watch:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
            self._watch = None
        if self._server:
            await end_server(self.cluster.path)
            self._server.wait()
            self._server = None
        _remove_alias(Holder(os.getpid(), alias=str(self._alias or "")))
        self._alias = None

    def _dsn_of(self, database: str) -> str:
        return f"postgresql://{OWNER}@/{database}?host={quote(str(self._alias or self.cluster.path))}"

    def _find_tree(self) -> Path:
        if self._tree:
            return self._tree
        return runnable_by(self.cluster.uid, installation(), self._cache) if os.geteuid() == 0 else installation()

    async def _launch(self, tree: Path) -> None:
        if server_processes(self.cluster.path):
            self._say(CLEARING)
        await end_server(self.cluster.path)
        self.cluster.configure(durable=self._durable, major=self._major)
        command = [
            *(*die_with_us(signal.SIGINT), str(tree / "bin" / "postgres"), "-D", self.cluster.seen_from_inside),
            *("-c", f"cluster_name={cluster_name(self.cluster.path)}"),
        ]
        with self._start_log.open("wb") as output:
            # In a session of its own: Ctrl-C in a terminal reaches us alone, who stop the server in order.
            # Not asyncio's own call: it waits for nothing here, and uvloop's does not know `user`.
            self._server = subprocess.Popen(  # noqa: ASYNC220, S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **self.cluster.inside(),
            )
        await self._until_ready(self._server)

    async def _until_ready(self, server: subprocess.Popen[bytes]) -> None:
        started = said = time.monotonic()
        while not accepts_connections(self.cluster.path):
            now = time.monotonic()
            if server.poll() is not None or now - started > START_SECONDS:
                raise PostgresFailed(detail=self._last_words(), folder=self.cluster.log_folder)
            if now - said > SAY_EVERY_SECONDS:
                said = now
                self._say(STILL_STARTING, seconds=round(now - started))
            await asyncio.sleep(0.01)

    async def _make_database(self) -> None:
        connection = await asyncpg.connect(self._dsn_of("postgres"))
        try:
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
                await connection.execute(f"CREATE DATABASE {DATABASE}")
        finally:
            await connection.close()

    async def _keep_alive(self, tree: Path) -> None:
        """Start the server again whenever it dies. Clients lose their connections and reconnect."""
        pause, since = FIRST_PAUSE, time.monotonic()
        while True:
            await self._until_dead()
            lived = time.monotonic() - since
            log.error("postgres.died", lived_seconds=round(lived), restarts=self.restarts)
            self._say(DIED)
            pause = FIRST_PAUSE if lived > CALM else pause
            await asyncio.sleep(pause)
            pause, since = min(pause * 2, LONGEST_PAUSE), time.monotonic()
            try:
                await self._launch(tree)
            except (AppError, OSError) as error:
                log.error("postgres.restart_failed", reason=str(error))
            else:
                self.restarts += 1
                log.info("postgres.restarted", restarts=self.restarts)
                self._say(BACK)

    async def _until_dead(self) -> None:
        while self.pid is not None:  # noqa: ASYNC110 - another process sets no event of ours
            await asyncio.sleep(WATCH_SECONDS)

    @property
    def _start_log(self) -> Path:
        return self.folder.path / "postgres-start.log"

    def _last_words(self) -> str:
        """The end of what the server wrote last, be it before or after it began its own log files."""
        logs = (self._start_log, *self.cluster.log_folder.glob("*.log"))
        latest = max(logs, key=lambda file: file.stat().st_mtime_ns)
        return "\n".join(latest.read_text(errors="replace").splitlines()[-5:])


def _short_alias(cluster: Path) -> Path | None:
    """A link to the socket's folder for clients, if its own path will not do: a socket's path holds 107 bytes on Linux
    and 103 on macOS, and some clients take signs such as `,` for more than one host."""
    if len(os.fsencode(cluster)) < 80 and re.fullmatch(r"[\w./-]+", str(cluster), re.ASCII):
        return None
    alias = Path(tempfile.mkdtemp(prefix="damso-")) / "s"
    alias.symlink_to(cluster, target_is_directory=True)
    return alias


def _remove_alias(holder: Holder | None) -> None:
    if holder and holder.alias:
        alias = Path(holder.alias)
        alias.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            alias.parent.rmdir()
