"""The data folder of a demo that was started once and stopped in order: each who wants a demo begins with a copy."""

import fcntl
import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made by whichever process of a test run asks first."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder, finished = shared / "demo" / "data", shared / "demo.finished"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not finished.exists():
            with Terminal(folder).server("serve", "--demo") as server:
                assert server.interrupt() == 0
            finished.touch()
    return folder


def copy_of(folder: Path, at: Path) -> Path:
    """The folder, copied to a place where there is none."""
    subprocess.run(["cp", "-a", folder, at], check=True)
    return at
