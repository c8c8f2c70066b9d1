"""Data folders and terminals for the commands."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from damso.brand.create_brand import create_brand
from damso.kernel.database import Database
from tests.cli.terminal import Server, Terminal
from tests.demo_folder import copy_of


class FirstStart:
    """What a first `damso serve --demo` said and did, and the folder it left behind, stopped in order."""

    def __init__(self, folder: Path) -> None:
        with Terminal(folder).server("serve", "--demo") as server:
            self.setup = server.get("/api/setup")
            self.me = server.post("/api/session/link", {"token": server.link.partition("#")[2]})
            self.family = server.family()
            self.exit_code = server.interrupt()
        self.server: Server = server
        self.folder = folder


@pytest.fixture(scope="session")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> FirstStart:
    return FirstStart(tmp_path_factory.mktemp("demo") / "data")


@pytest.fixture
def demo(demo_folder: Path, tmp_path: Path) -> Terminal:
    """A terminal on a copy of the demo."""
    return Terminal(copy_of(demo_folder, tmp_path / "data"))


class SecondStart(Terminal):
    """The demo, started again, as long as tests look at it; with the terminal beside it."""

    def __init__(self, folder: Path, server: Server) -> None:
        super().__init__(folder)
        self.serving = server


@pytest.fixture(scope="session")
def running(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecondStart]:
    folder = copy_of(demo_folder, tmp_path_factory.mktemp("running") / "data")
    with Terminal(folder).server("serve") as server:
        yield SecondStart(folder, server)
        assert server.interrupt() == 0


@pytest.fixture
def nothing(tmp_path: Path) -> Terminal:
    """A terminal where nothing was ever started."""
    return Terminal(tmp_path / "data")


@pytest.fixture
def elsewhere(dsn: str, tmp_path: Path) -> Terminal:
    """A terminal on a migrated database of the company's own, without an embedded server to wait for."""
    return Terminal(tmp_path / "data", DAMSO_DATABASE_URL=dsn)


@pytest.fixture
async def shop(elsewhere: Terminal, database: Database) -> Terminal:
    """A terminal on a company with a brand."""
    async with database.transaction() as tx:
        await create_brand(tx, "Corner Shop")
    return elsewhere
