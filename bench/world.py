"""Where everything is measured: the embedded database as shipped, filled once, and the product's processes on it."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from bench.load import VERSION, load
from bench.shop import Shop, make_shop
from bench.sizes import Size
from bench.wire import Connection
from damso.bootstrap import Parts, open_parts
from damso.kernel.migrations import migrate, prepare
from damso.kernel.postgres import EmbeddedPostgres
from damso.kernel.settings import Settings
from damso.team.sessions import COOKIE, begin_session

READY_SECONDS = 60.0


class World(Struct, frozen=True, kw_only=True):
    """A running database with a shop in it."""

    size: Size
    folder: Path
    dsn: str
    parts: Parts
    shop: Shop
    postgres_pid: int
    processes: dict[str, int]
    """Those that run at the moment, by their commands."""

    def cpu_seconds(self) -> dict[str, float]:
        """What the database and the product's running processes have used so far, with their children."""
        pids = {"postgres": self.postgres_pid, **self.processes}
        return {name: cpu_seconds(pid) for name, pid in pids.items()}

    async def cookie(self) -> Mapping[str, str]:
        """Headers with which the measured agent's browser asks."""
        async with self.parts.database.transaction() as tx:
            secret = await begin_session(tx, self.shop.agents[0], user_agent="bench", address=None)
        return {"cookie": f"{COOKIE}={secret}", "x-damso": "desk"}


@asynccontextmanager
async def open_world(size: Size, *, reload: bool = False) -> AsyncIterator[World]:
    """The filled database, from `.build` where it was filled before. Newer tables come by migration, as a company's do;
    what hours have loaded is loaded again only where the loader itself has changed."""
    shop_file = size.folder / "shop.json"
    if reload or (shop_file.exists() and json.loads(shop_file.read_text()).get("version") != VERSION):
        print(f"  the loader has changed since {size.folder.name} was loaded: loading it again", flush=True)
        shutil.rmtree(size.folder)
    if not shop_file.exists():
        await _fill(size, shop_file)
    shop = msgspec.convert(json.loads(shop_file.read_text())["shop"], Shop)
    async with EmbeddedPostgres(size.folder) as server, open_parts(Settings(data=size.folder), server.dsn) as parts:
        await migrate(server.dsn)
        await prepare(parts.database)
        assert server.pid is not None
        yield World(
            size=size, folder=size.folder, dsn=server.dsn, parts=parts, shop=shop, postgres_pid=server.pid, processes={}
        )


async def _fill(size: Size, shop_file: Path) -> None:
    """A crash while loading only means to load again, so this once the database does without fsync."""
    if size.folder.exists():
        shutil.rmtree(size.folder)
    started = time.monotonic()
    async with EmbeddedPostgres(size.folder, durable=False) as server:
        await migrate(server.dsn)
        async with open_parts(Settings(data=size.folder), server.dsn) as parts:
            await prepare(parts.database)
            shop = await make_shop(parts, size.agents)
        await load(server.dsn, size, shop)
    _remember(shop_file, shop)
    print(f"  loaded in {time.monotonic() - started:.0f} s", flush=True)


def _remember(shop_file: Path, shop: Shop) -> None:
    shop_file.write_bytes(msgspec.json.encode({"version": VERSION, "shop": shop}))


class Process(Struct, frozen=True):
    """One of the product's processes."""

    popen: subprocess.Popen[bytes]
    port: int

    @property
    def pid(self) -> int:
        return self.popen.pid


@asynccontextmanager
async def running(world: World, command: str) -> AsyncIterator[Process]:
    """`damso web` or `damso worker` on the world's database, until the end of the block."""
    port = free_port()
    environ = os.environ | {
        "DAMSO_DATA": str(world.folder),
        "DAMSO_DATABASE_URL": world.dsn,
        "DAMSO_PORT": str(port),
        # All visitors of a bench come from one address.
        "DAMSO_API_CALLS_PER_MINUTE": "0",
        "DAMSO_CHAT_SESSIONS_PER_MINUTE": "0",
        "DAMSO_CHAT_MESSAGES_PER_MINUTE": "0",
    }
    started = [sys.executable, "-m", "damso.cli", command]
    with (world.folder / f"{command}.log").open("wb") as output:
        popen = subprocess.Popen(started, env=environ, stdout=output, stderr=output)  # noqa: ASYNC220 - it only starts it
        try:
            if command == "web":
                await until_ready(port, popen)
            world.processes[command] = popen.pid
            yield Process(popen, port)
        finally:
            world.processes.pop(command, None)
            popen.terminate()
            await asyncio.to_thread(popen.wait)


async def until_ready(port: int, popen: subprocess.Popen[bytes]) -> None:
    """Wait until the application says that it can serve."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if popen.poll() is not None:
            raise RuntimeError(f"{popen.args!r} ended with {popen.returncode}")
        try:
            async with Connection(port) as connection:
                if (await connection.get("/readyz")).status == 200:
                    return
        except OSError:
            await asyncio.sleep(0.02)
    raise TimeoutError(f"{popen.args!r} is not ready")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def memory_of(pid: int) -> int:
    """Bytes a process and its children take, shared pages divided among those who share them (PSS)."""
    return sum(_pss(one) for one in _family(pid))


def _family(pid: int) -> Iterator[int]:
    yield pid
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in tasks.read_text().split():
            yield from _family(int(child))


def _pss(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def cpu_seconds(pid: int) -> float:
    """Of a process, its children, and those of its children that are gone (proc(5), fields 14 to 17 of `stat`)."""
    ticks = 0
    for one in _family(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(map(int, fields[11:15] if one == pid else fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")
