"""A company with a site chat, and a channel whose provider is a list in memory."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from damso.bootstrap import Parts
from damso.channels.inboxes import Inboxes
from damso.channels.registry import load_adapters
from damso.kernel.blobs import DiskBlobs
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.http import open_http
from damso.kernel.settings import Settings
from tests.conversations.company import Company, make_company
from tests.conversations.postcards import Postcards


@pytest.fixture
def postcards() -> Postcards:
    return Postcards()


@pytest.fixture
async def parts(
    database: Database, keyring: Keyring, blobs: DiskBlobs, tmp_path: Path, postcards: Postcards
) -> AsyncIterator[Parts]:
    adapters = {**load_adapters(), postcards.channel: postcards}
    async with open_http(()) as http:
        yield Parts(
            settings=Settings(data=tmp_path),
            database=database,
            keyring=keyring,
            blobs=blobs,
            http=http,
            adapters=adapters,
            inboxes=Inboxes(database, adapters, keyring),
        )


@pytest.fixture
async def company(parts: Parts) -> Company:
    return await make_company(parts)
