"""`damso serve --demo` as somebody starts it who tries it: how soon it is there, and what it takes when idle."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.results import Goal, Result
from bench.sizes import BUILD
from bench.world import free_port, memory_of, until_ready

IDLE_SECONDS = 20.0
"""After its start, so that what only the start needed is gone."""
MEGABYTE = 1024 * 1024


async def measure_start() -> list[Result]:
    """On a fresh folder, and again on the same."""
    folder = Path(tempfile.mkdtemp(prefix="bench-start-", dir=BUILD))
    try:
        async with _served(folder) as (seconds, pid):
            first = Result("first start of everything, with the demo", {"seconds": seconds})
            await asyncio.sleep(IDLE_SECONDS)
            after_first = _memory("idle after the first start", pid)
        async with _served(folder) as (seconds, pid):
            second = Result("second start", {"seconds": seconds}, Goal("seconds", 5))
            await asyncio.sleep(IDLE_SECONDS)
            after_second = _memory("idle after the second start", pid)
    finally:
        shutil.rmtree(folder)
    return [first, second, after_first, after_second]


def _memory(what: str, pid: int) -> Result:
    note = "all processes, database included; shared pages counted once (PSS)"
    return Result(what, {"MB": memory_of(pid) / MEGABYTE}, Goal("MB", 300), note)


@asynccontextmanager
async def _served(folder: Path) -> AsyncIterator[tuple[float, int]]:
    """A running `damso serve --demo`: how many seconds until it could serve, and its process."""
    port = free_port()
    environ = os.environ | {"DAMSO_DATA": str(folder), "DAMSO_PORT": str(port)}
    environ.pop("DAMSO_DATABASE_URL", None)
    started = time.perf_counter()
    popen = subprocess.Popen(  # noqa: ASYNC220 - it only starts it
        [sys.executable, "-m", "damso.cli", "serve", "--demo"],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        await until_ready(port, popen)
        yield time.perf_counter() - started, popen.pid
    finally:
        popen.terminate()
        await asyncio.to_thread(popen.wait)
