"""Commands as forks of a process that has imported what they need: importing takes a second, most commands a tenth.

Whoever starts this module (`python -m tests.cli.warm FD`) holds the other end of a socket. Each message is a command's
words and environment with its three streams; each answer is its exit code. Commands themselves are imported in the
fork, since their words depend on its language.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
from typing import Any, NoReturn

from tests.processes import REPOSITORY

HEARD = 1 << 20


class WarmProcess:
    """Runs one command after the other."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.warm", str(theirs.fileno())],
            cwd=REPOSITORY,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )
        theirs.close()

    def run(
        self, words: list[str], environ: dict[str, str], typed: str, *, seconds: float
    ) -> subprocess.CompletedProcess[str]:
        """What a command answered. Raises `TimeoutError` after some seconds; this process is of no use then."""
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as told:
            given.write(typed.encode())
            given.seek(0)
            streams = [given.fileno(), said.fileno(), told.fileno()]
            self._line.settimeout(seconds)
            socket.send_fds(self._line, [json.dumps([words, environ]).encode()], streams)
            try:
                code = json.loads(self._line.recv(HEARD))
            except TimeoutError:
                self.end()
                raise
            said.seek(0)
            told.seek(0)
            return subprocess.CompletedProcess(words, code, said.read().decode(), told.read().decode())

    def end(self) -> None:
        self._line.close()
        self._process.terminate()
        self._process.wait()


def _serve(line: socket.socket) -> None:
    import damso.bootstrap
    import damso.customers.api  # noqa: F401

    while True:
        message, streams, _, _ = socket.recv_fds(line, HEARD, 3)
        if not message:
            return
        child = os.fork()
        if child == 0:
            _become_command(json.loads(message), streams)
        for stream in streams:
            os.close(stream)
        _, status = os.waitpid(child, 0)
        line.send(json.dumps(os.waitstatus_to_exitcode(status)).encode())


def _become_command(asked: Any, streams: list[int]) -> NoReturn:
    words, environ = asked
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
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
