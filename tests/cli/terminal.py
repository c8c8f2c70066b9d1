"""The command line as a person or a service manager uses it: real processes on a data folder of their own."""

import atexit
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from tests.cli.warm import WarmProcess
from tests.processes import PATIENCE, REPOSITORY, is_alive, wait_until

COMMAND = (sys.executable, "-m", "damso.cli")
SLOW = 60.0
"""Seconds for what takes two on an idle machine."""


@cache
def warm_process() -> WarmProcess:
    process = WarmProcess()
    atexit.register(process.end)
    return process


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Terminal:
    """Runs commands on one data folder, or on a database elsewhere."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DAMSO_")}
        self._environ = kept | {"DAMSO_DATA": str(folder), "DAMSO_LOCALE": "en", "COLUMNS": "100"} | settings

    def run(self, *words: object, typed: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        return warm_process().run(list(map(str, words)), self._environ | settings, typed, seconds=SLOW)

    def result(self, *words: object, **settings: str) -> Any:
        """What a command that succeeds says in JSON."""
        done = self.run(*words, "--json", **settings)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def lines(self, *words: object) -> list[Any]:
        """What a command that succeeds says in JSON Lines."""
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    @contextmanager
    def server(self, *words: object, **settings: str) -> Iterator["Server"]:
        """A server that answers, killed afterwards if it still runs."""
        with self.process(*words, **settings) as server:
            server.wait_until_ready()
            yield server

    @contextmanager
    def process(self, *words: object, **settings: str) -> Iterator["Server"]:
        """A process that goes on until told to stop, killed afterwards if it still runs."""
        port = int(settings.setdefault("DAMSO_PORT", str(free_port())))
        process = Server([*COMMAND, *map(str, words)], self._environ | settings, port)
        try:
            yield process
        finally:
            process.kill()


class Server:
    """A process that serves, started as a shell does in the background: with SIGINT ignored."""

    def __init__(self, command: list[str], environ: dict[str, str], port: int) -> None:
        self.port = port
        self.said: list[str] = []
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", 'trap "" INT; exec "$@"', "sh", *command],
            cwd=REPOSITORY,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def link(self) -> str:
        """The last one-time link it printed."""
        wait_until(lambda: re.findall(r"https?://\S+#\S+", "\n".join(self.said)), what="a link on the screen")
        return str(re.findall(r"https?://\S+#\S+", "\n".join(self.said))[-1])

    def wait_until_ready(self) -> None:
        wait_until(lambda: self._is_ready() or self._process.poll() is not None, seconds=SLOW, what="readiness")
        assert self._process.poll() is None, "\n".join(self.said)

    def get(self, path: str, **headers: str) -> Any:
        with urllib.request.urlopen(self._request(path, headers), timeout=PATIENCE) as answer:
            return json.load(answer)

    def post(self, path: str, body: object, **headers: str) -> Any:
        request = self._request(path, {"content-type": "application/json", "x-damso": "desk", **headers})
        with urllib.request.urlopen(request, json.dumps(body).encode(), timeout=PATIENCE) as answer:
            return json.load(answer)

    def interrupt(self, number: signal.Signals = signal.SIGINT) -> int:
        """Tell the process, and everything in its group as a terminal does, to stop; its exit code."""
        os.killpg(self._process.pid, number)
        code = self._process.wait(PATIENCE)
        self._listener.join(PATIENCE)
        return code

    def kill(self) -> None:
        """No time to put anything in order."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def family(self) -> list[int]:
        """The process and everything it started, directly or not."""
        parents = {int(path.name): _parent(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
        family = [self.pid]
        for pid in family:
            family += [child for child, parent in parents.items() if parent == pid]
        return family

    def _request(self, path: str, headers: dict[str, str]) -> urllib.request.Request:
        return urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)

    def _is_ready(self) -> bool:
        try:
            return bool(self.get("/readyz")["status"] == "ready")
        except (urllib.error.URLError, http.client.HTTPException, OSError):
            return False

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said.append(line.rstrip("\n"))


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def all_gone(pids: list[int]) -> bool:
    return not any(is_alive(pid) for pid in pids)
