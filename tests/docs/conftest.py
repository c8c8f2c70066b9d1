"""One demo that all documents are tried on."""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal, warm_process
from tests.demo_folder import copy_of


@pytest.fixture(scope="session")
def demo_environment(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """What a reader has around them whose demo runs. Their `damso` is quicker than it would be."""
    folder = copy_of(demo_folder, tmp_path_factory.mktemp("documents") / "data")
    commands = tmp_path_factory.mktemp("bin")
    warm_process().put_command(commands)
    with Terminal(folder).server("serve") as server:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DAMSO_")}
        yield kept | {
            "DAMSO": f"http://127.0.0.1:{server.port}",
            "DAMSO_DATA": str(folder),
            "DAMSO_PORT": str(server.port),
            "DAMSO_LOCALE": "en",
            "PATH": f"{commands}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        server.interrupt()
