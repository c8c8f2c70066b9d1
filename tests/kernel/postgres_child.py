"""Runs an embedded server on a folder until SIGTERM or SIGINT. Usage: FOLDER [UID TREE]: as which user, which programs.

Says `{"dsn": …, "pid": …}` once the server is there, or `{"error": code, "fields": …}`."""

import asyncio
import concurrent.futures.thread  # noqa: F401 - must be there before the interpreter becomes unreadable to us
import json
import os
import signal
import sys
from pathlib import Path

from damso.kernel.errors import AppError
from damso.kernel.postgres import EmbeddedPostgres


def become(uid: int) -> None:
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)


async def run(folder: Path, tree: Path | None) -> None:
    told_to_stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told_to_stop.set)
    try:
        async with EmbeddedPostgres(folder, tree=tree) as server:
            tell(dsn=server.dsn, pid=server.pid)
            await told_to_stop.wait()
    except AppError as error:
        tell(error=error.code, fields={name: str(value) for name, value in error.fields.items()})


def tell(**what: object) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        become(int(sys.argv[2]))
    asyncio.run(run(Path(sys.argv[1]), Path(sys.argv[3]) if len(sys.argv) > 3 else None))
