"""A file that a provider fetches itself: by its signed address alone, for a day, and nothing else."""

from datetime import timedelta
from uuid import UUID, uuid4

import httpx

from damso.channels.media import keep_file
from damso.conversations.attachments import keep_upload
from damso.conversations.lent_files import LENT, LentFiles
from tests.clock import ManualClock
from tests.conversations.company import Company


async def lent(company: Company, name: str, content_type: str, data: bytes) -> str:
    stored = await keep_file(company.parts.blobs, data, content_type)
    async with company.parts.database.transaction() as tx:
        file = await keep_upload(tx, ("agent", str(uuid4())), name, stored)
        return LentFiles(company.parts.keyring, "").lend(tx, UUID(str(file.id)))


async def test_it_is_had_by_its_address_for_a_day(
    company: Company, anyone: httpx.AsyncClient, clock: ManualClock
) -> None:
    address = await lent(company, "영수증.txt", "text/plain", b"16,000")
    got = await anyone.get(address)
    assert (got.status_code, got.content) == (200, b"16,000")
    assert got.headers["content-disposition"].startswith("attachment")
    assert (await anyone.get(address[:-2] + "AA")).status_code == 404
    clock.advance(LENT + timedelta(seconds=1))
    assert (await anyone.get(address)).status_code == 404
