"""What every test may ask for: a real PostgreSQL, a database of its own, and the recorded data that lies outside."""

import gc
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from damso.kernel.blobs import DiskBlobs
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, open_database
from damso.kernel.log import make_partitions
from damso.kernel.migrations import migrate, prepare
from damso.kernel.postgres import EmbeddedPostgres
from tests.applications import Applications
from tests.clock import ManualClock
from tests.databases import create_database, fresh_database
from tests.demo_folder import demo_folder
from tests.processes import REPOSITORY

__all__ = ["demo_folder"]

STRICT = os.environ.get("DAMSO_TEST_STRICT") == "1"

gc.disable()  # until all tests are found: what is made by then stays to the end, and was looked through a dozen times

MEMORY = Path("/dev/shm")
ROOM = 4 << 30
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
    # A thousand databases are copied and dropped: on a slow disk that is most of the time.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
async def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The address of the one PostgreSQL of a test run. It does without fsync."""
    async with EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), durable=False) as server:
        yield server.dsn


@pytest.fixture(scope="session")
async def template_database(postgres_server: str) -> str:
    """The name of a database which all others are copied from."""
    address = await create_database(postgres_server, "damso_template")
    await migrate(address)
    database = await open_database(address, clock=ManualClock())
    async with database.transaction() as tx:
        await make_partitions(tx)
    await database.close()
    return "damso_template"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def dsn(postgres_server: str, template_database: str) -> AsyncIterator[str]:
    """The address of a database of the test's own."""
    async with fresh_database(postgres_server, template_database) as address:
        yield address


@pytest.fixture
async def database(dsn: str, clock: ManualClock) -> AsyncIterator[Database]:
    """A database of the test's own in today's shape, under the test's clock."""
    database = await open_database(dsn, clock=clock)
    await prepare(database)
    yield database
    await database.close()


@pytest.fixture
def keyring() -> Keyring:
    return Keyring(b"a master key for tests, 32 bytes")


@pytest.fixture
def blobs(tmp_path: Path) -> DiskBlobs:
    return DiskBlobs(tmp_path / "blobs")


@pytest.fixture(scope="session")
def applications() -> Applications:
    return Applications()


@pytest.fixture(scope="session")
def outside_data() -> Path:
    """Recorded real input, read in place."""
    folder = Path(os.environ.get("DAMSO_TEST_DATA") or REPOSITORY.parent / "shared" / "data")
    if not folder.is_dir():
        reason = f"no recorded data at {folder}; DAMSO_TEST_DATA names another folder"
        (pytest.fail if STRICT else pytest.skip)(reason)
    return folder
