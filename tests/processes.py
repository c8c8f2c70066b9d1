"""Real processes in tests: started, spoken to, killed and waited for, always with a deadline."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

REPOSITORY = Path(__file__).parent.parent
PATIENCE = 20.0


def wait_until(condition: Callable[[], object], *, seconds: float = PATIENCE, what: str = "the condition") -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come true within {seconds} s"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


class PythonChild:
    """A Python module run as a process of its own, which tells us things as lines of JSON on standard output."""

    def __init__(self, module: str, *args: object, environ: dict[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, args)],
            cwd=REPOSITORY,
            env=os.environ | (environ or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.terminate()
        self.wait()

    def tells(self, *, seconds: float = PATIENCE) -> Any:
        """The next line it says."""
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], seconds)
        line = self._process.stdout.readline() if ready else b""
        assert line, f"the child said nothing within {seconds} s"
        return json.loads(line)

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def send_to_group(self, number: signal.Signals) -> None:
        """Signal everything that shares its process group, as Ctrl-C in a terminal does."""
        os.killpg(self._process.pid, number)

    def wait(self, *, seconds: float = PATIENCE) -> int:
        return self._process.wait(seconds)
