"""The systemd units that docs/deploy.md tells people to write are units."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import STRICT
from tests.docs.pages import fences
from tests.processes import REPOSITORY

DEPLOY = REPOSITORY / "docs" / "deploy.md"
_PLACE = re.compile(r"# /etc/systemd/system/(\S+\.(?:service|timer))")


def units() -> dict[str, str]:
    """By the names of their files."""
    return {found[1]: text for text in fences(DEPLOY, "ini") if (found := _PLACE.match(text))}


def test_units_for_one_machine_and_for_many_are_told() -> None:
    told = {
        "damso.service",
        "damso-backup.service",
        "damso-backup.timer",
        "damso-web@.service",
        "damso-worker@.service",
    }
    assert set(units()) == told


def test_systemd_understands_them(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        (pytest.fail if STRICT else pytest.skip)("no systemd-analyze")
    for name, text in units().items():
        # The program stands elsewhere than on the server that the page is about.
        (tmp_path / name.replace("@.", "@1.")).write_text(re.sub(r"(ExecStart=)\S+", r"\1/bin/true", text))
    files = [str(file) for file in sorted(tmp_path.iterdir())]
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *files], capture_output=True, text=True)
    complaints = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "damso" in line]
    assert complaints == [], done.stderr
