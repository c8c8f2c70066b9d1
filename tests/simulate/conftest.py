"""One town for all tests of a module, which tell their own words apart. It runs in this process, so it ends with
them."""

from collections.abc import AsyncIterator

import pytest

from damso.channels import registry
from tests.databases import fresh_database
from tests.simulate.pager import PagerAdapter
from tests.simulate.playing import Town, playing


@pytest.fixture(scope="module")
async def town(
    postgres_server: str, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Town]:
    pager = PagerAdapter()
    with pytest.MonkeyPatch.context() as patch:
        # The client is made for the adapters that are installed, so this one is.
        patch.setattr(registry, "BUILT_IN", (*registry.BUILT_IN, PagerAdapter))
        adapters = {"pager": pager}
        folder = tmp_path_factory.mktemp("town")
        async with fresh_database(postgres_server, template_database) as dsn, playing(dsn, folder, adapters) as town:
            yield town
