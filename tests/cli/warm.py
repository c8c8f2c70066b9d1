"""Commands as forks of a process that has imported what they need: importing takes a second, most commands a tenth.

The process (`python -m tests.cli.warm FD`) listens on a socket. Each message is a command's words, environment and
folder with its three streams; each answer is its exit code. Commands themselves are imported in the fork, since their
words depend on its language.
"""

import json
import os
import select
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NoReturn

from tests.processes import REPOSITORY

HEARD = 1 << 20
_COMMAND = """#!{python} -IS
import json, os, socket, sys
line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
line.connect({address!r})
socket.send_fds(line, [json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()]).encode()], [0, 1, 2])
sys.exit(json.loads(line.recv({heard})))
"""


class WarmProcess:
    """Runs one command after the other."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._address = str(Path(self._folder.name) / "line")
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door:
            door.bind(self._address)
            door.listen()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.cli.warm", str(door.fileno())],
                cwd=REPOSITORY,
                pass_fds=[door.fileno()],
                stdin=subprocess.PIPE,  # at whose end it ends
            )

    def run(
        self, words: list[str], environ: dict[str, str], typed: str, *, seconds: float
    ) -> subprocess.CompletedProcess[str]:
        """What a command answered. Raises `TimeoutError` after some seconds; this process is of no use then."""
        with (
            tempfile.TemporaryFile() as given,
            tempfile.TemporaryFile() as said,
            tempfile.TemporaryFile() as told,
            socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as line,
        ):
            given.write(typed.encode())
            given.seek(0)
            streams = [given.fileno(), said.fileno(), told.fileno()]
            line.settimeout(seconds)
            line.connect(self._address)
            socket.send_fds(line, [json.dumps([words, environ, str(REPOSITORY)]).encode()], streams)
            try:
                code = json.loads(line.recv(HEARD))
            except TimeoutError:
                self.end()
                raise
            said.seek(0)
            told.seek(0)
            return subprocess.CompletedProcess(words, code, said.read().decode(), told.read().decode())

    def put_command(self, folder: Path) -> None:
        """A `damso` for scripts that have this folder on their PATH."""
        command = folder / "damso"
        command.write_text(_COMMAND.format(python=sys.executable, address=self._address, heard=HEARD))
        command.chmod(0o755)

    def end(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()


def _serve(door: socket.socket) -> None:
    import damso.bootstrap
    import damso.customers.api  # noqa: F401

    while True:
        ready, _, _ = select.select([door, sys.stdin], [], [])
        if sys.stdin in ready:
            return
        with door.accept()[0] as line:
            _answer(line)


def _answer(line: socket.socket) -> None:
    message, streams, _, _ = socket.recv_fds(line, HEARD, 3)
    child = os.fork()
    if child == 0:
        _become_command(json.loads(message), streams)
    for stream in streams:
        os.close(stream)
    _, status = os.waitpid(child, 0)
    line.send(json.dumps(os.waitstatus_to_exitcode(status)).encode())


def _become_command(asked: Any, streams: list[int]) -> NoReturn:
    words, environ, folder = asked
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    # Anew, since the old ones remember whether what they stood on could be sought in.
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(number, mode, closefd=False) for number, mode in enumerate("rww"))
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = ["damso", *words]
    code: Any = 1
    try:
        from damso.cli import main

        main()
    except SystemExit as end:
        code = end.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0 if code is None else 1)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
