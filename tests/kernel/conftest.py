"""Places for backups."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.clock import ManualClock
from tests.databases import fresh_database
from tests.kernel.backups import Place, furnish


@pytest.fixture
async def shop(postgres_server: str, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Place]:
    """A place with two customers, a letter and a key."""
    async with fresh_database(postgres_server, "template1") as address:
        place = Place(address, tmp_path / "shop", clock)
        await furnish(place)
        yield place


@pytest.fixture
async def empty(postgres_server: str, tmp_path: Path) -> AsyncIterator[Place]:
    """Where backups are restored to."""
    async with fresh_database(postgres_server, "template1") as address:
        yield Place(address, tmp_path / "empty")


@pytest.fixture
async def backups(shop: Place, tmp_path: Path) -> Path:
    """A folder with one backup of the shop."""
    await shop.backup(tmp_path / "backups")
    return tmp_path / "backups"
