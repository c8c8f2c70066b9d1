"""The code of the version before, as its users run it while the database is already migrated for the next."""

import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import msgspec
import pytest

from tests.conftest import STRICT
from tests.faults.company import Company
from tests.processes import REPOSITORY

RELEASED_SCHEMA = "0002"
"""The newest migration of the last release (0.1.0). Raised by the commit that makes a release."""


def released_code(folder: Path) -> Path:
    """That code in a folder, with its tests: the last commit before the first migration that came after it. A clone
    without that history cannot be judged, and says so."""
    if not (REPOSITORY / ".git").exists():
        (pytest.fail if STRICT else pytest.skip)("not a checkout: the code of the last release is in its history only")
    if _git("rev-parse", "--is-shallow-repository").strip() == "true":
        pytest.skip("a shallow clone does not hold the code of the last release: git fetch --unshallow")
    command = ["git", "archive", _last_released_commit(), "damso", "migrations", "tests"]
    archive = subprocess.run(command, cwd=REPOSITORY, capture_output=True)
    assert archive.returncode == 0, archive.stderr.decode()
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
        tar.extractall(folder, filter="data")
    return folder


def _last_released_commit() -> str:
    added = ("--reverse", "--diff-filter=A", "--format=commit %H", "--name-only", "--", "migrations/versions")
    commit = ""
    for line in _git("log", *added).splitlines():
        if line.startswith("commit "):
            commit = line.removeprefix("commit ")
        elif os.path.basename(line)[:4].isdigit() and os.path.basename(line)[:4] > RELEASED_SCHEMA:
            return f"{commit}~1"
    return "HEAD"


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout


_FURNISH = """
import asyncio, sys, types, damso, msgspec
from pathlib import Path
from tests.faults.company import furnish
from damso.kernel.migrations import migrate

async def main(dsn, folder, system_url, smtp_port):
    assert Path(damso.__file__).is_relative_to(Path.cwd()), "this is not the old code"
    await migrate(dsn)
    home = types.SimpleNamespace(dsn=dsn, folder=Path(folder))
    company = await furnish(home, system_url=system_url, smtp_port=int(smtp_port))
    print(msgspec.json.encode(company).decode())

asyncio.run(main(*sys.argv[1:]))
"""


def furnished_by(code: Path, dsn: str, folder: Path, *, system_url: str, smtp_port: int) -> Company:
    """A company that the old code has made, on the old schema."""
    command = [sys.executable, "-c", _FURNISH, dsn, str(folder), system_url, str(smtp_port)]
    done = subprocess.run(command, cwd=code, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return msgspec.json.decode(done.stdout, type=Company)
