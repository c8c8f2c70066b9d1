"""Finding and ending the server processes of one cluster, also those whose parent was killed.

Every process of a server shows its cluster's name in its command line, so it is told from all others by that and its
owner. A pid out of `postmaster.pid` alone would not do: after a crash it may belong to somebody else.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from damso.kernel.errors import AppError
from damso.kernel.i18n import Text

PROC = Path("/proc")
SOCKET = ".s.PGSQL.5432"
STAGES = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 6.0), (signal.SIGKILL, 5.0))
"""How a server is ended, and for how many seconds each is tried: in order, everything written out; without a
checkpoint, which costs the next start a recovery; by force."""


class PostgresUnstoppable(AppError):
    code = "POSTGRES_UNSTOPPABLE"
    status = 503
    text = Text(
        "이전에 실행된 데이터베이스 프로세스({pids})가 끝나지 않아요. 직접 종료한 뒤 다시 시작해 주세요.",
        "Database processes of an earlier run ({pids}) do not end. End them by hand, then start again.",
    )


class Process(NamedTuple):
    pid: int
    owner: int
    command: str


def cluster_name(cluster: Path) -> str:
    """A name that tells this folder from every other on the machine, wherever it is mounted or moved to."""
    state = cluster.stat()
    return f"damso-{state.st_dev:x}-{state.st_ino:x}"


def server_processes(cluster: Path) -> list[int]:
    """The pids of all processes that run on a cluster."""
    name, owner = cluster_name(cluster), cluster.stat().st_uid
    return [
        process.pid
        for process in _all_processes()
        if process.owner == owner and name in process.command and "postgres" in process.command
    ]


def postmaster_of(cluster: Path) -> int | None:
    """The pid in `postmaster.pid`, whatever it belongs to by now."""
    first = _pid_file(cluster)[:1]
    return int(first[0]) if first and first[0].isdigit() else None


def accepts_connections(cluster: Path) -> bool:
    """Whether the server has written that it is ready (line 8 of `postmaster.pid`)."""
    return [line.strip() for line in _pid_file(cluster)[7:8]] == ["ready"]


async def end_server(cluster: Path) -> None:
    """End whatever runs on a cluster, by `STAGES`. Raises `PostgresUnstoppable`."""
    for number, seconds in STAGES:
        pids = server_processes(cluster)
        parent = postmaster_of(cluster)
        for pid in [parent] if parent in pids and number == signal.SIGINT else pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        if await holds_within(seconds, lambda: not server_processes(cluster)):
            break
    else:
        raise PostgresUnstoppable(pids=", ".join(map(str, server_processes(cluster))))
    # Left by a crash, they would stop the next server if their pid belongs to another process by now.
    for lock in ("postmaster.pid", f"{SOCKET}.lock"):
        (cluster / lock).unlink(missing_ok=True)


def die_with_us(how: signal.Signals) -> tuple[str, ...]:
    """Prefix of a command that shall get a signal when the thread that started it ends (Linux: prctl(2))."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", how.name.removeprefix("SIG"), "--") if setpriv else ()


async def holds_within(seconds: float, condition: Callable[[], bool]) -> bool:
    """Whether the condition comes true within so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.02)
    return True


def _pid_file(cluster: Path) -> list[str]:
    try:
        return (cluster / "postmaster.pid").read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return []


def _all_processes() -> Iterator[Process]:
    return _processes_of_proc() if (PROC / "self").exists() else _processes_of_ps()


def _processes_of_proc() -> Iterator[Process]:
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                yield Process(int(folder.name), folder.stat().st_uid, command)


def _processes_of_ps() -> Iterator[Process]:
    """Where there is no /proc, as on macOS."""
    shown = subprocess.run(["/bin/ps", "-axww", "-o", "pid=,uid=,command="], capture_output=True, text=True, check=True)
    for line in shown.stdout.splitlines():
        match line.split(None, 2):
            case [pid, uid, command]:
                yield Process(int(pid), int(uid), command)
