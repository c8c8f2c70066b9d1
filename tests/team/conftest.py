"""A web process, and the people of a small company."""

import pytest

from damso.kernel.blobs import DiskBlobs
from damso.kernel.database import Database
from tests.team.people import Person, make_person
from tests.team.site import Site


@pytest.fixture
def site(database: Database, blobs: DiskBlobs) -> Site:
    return Site(database, blobs)


@pytest.fixture
async def owner(database: Database, site: Site) -> Person:
    return await make_person(database, site, "Haneul", "owner")


@pytest.fixture
async def administrator(database: Database, site: Site) -> Person:
    return await make_person(database, site, "Boram", "administrator")


@pytest.fixture
async def agent(database: Database, site: Site) -> Person:
    return await make_person(database, site, "Dalnim")
