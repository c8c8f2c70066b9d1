"""A company that moves here, with the export in a folder of its own."""

import shutil
from pathlib import Path
from uuid import UUID

import pytest
from msgspec import Struct

from damso.brand.create_brand import create_brand
from damso.channels.imports.files import Export
from damso.channels.imports.types import Vendor
from damso.conversations.imports.begin import begin_import, inboxes_for
from damso.conversations.imports.chunk import Outcome, Source
from damso.conversations.imports.run import Run, carry_out, desk_of, dry_run
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.log import SYSTEM
from damso.team.create_agent import create_agent
from damso.team.teams import TeamRequest, create_team

EXPORTS = Path(__file__).parent / "exports"


def tell(_: int) -> None:
    """Nobody watches."""


class Mover(Struct, frozen=True, kw_only=True):
    """What an administrator does who moves here."""

    database: Database
    keyring: Keyring
    folder: Path
    agent_id: UUID

    def export(self, vendor: Vendor) -> Path:
        """A copy of the export, to be changed at will."""
        path = self.folder / vendor
        if not path.exists():
            shutil.copytree(EXPORTS / vendor, path)
        return path

    async def begins(self, vendor: Vendor, path: Path | None = None, **inboxes: UUID) -> UUID:
        path = path or self.export(vendor)
        async with self.database.transaction() as tx:
            return await begin_import(tx, Source(vendor), path, Export(path), inboxes)

    async def brings(self, vendor: Vendor, path: Path | None = None, **inboxes: UUID) -> Run:
        return await carry_out(self.database, self.keyring, await self.begins(vendor, path, **inboxes), tell)

    async def looks(self, vendor: Vendor, path: Path | None = None) -> Outcome:
        source = Source(vendor)
        async with self.database.reading() as tx:
            desk = await desk_of(tx, self.keyring, source, await inboxes_for(tx, source, {}, make=False))
        return await dry_run(self.database, vendor, Export(path or self.export(vendor)), desk, tell)

    async def rows(self, sql: str, *args: object) -> list[dict[str, object]]:
        async with self.database.reading() as tx:
            return [dict(row) for row in await tx.rows(sql, *args)]


@pytest.fixture
async def mover(database: Database, keyring: Keyring, tmp_path: Path) -> Mover:
    return await make_mover(database, keyring, tmp_path)


async def make_mover(database: Database, keyring: Keyring, folder: Path) -> Mover:
    async with database.transaction() as tx:
        await create_brand(tx, "Moonlight")
        agent_id = await create_agent(tx, name="정하은", email="haeun@moonlight.example")
        await create_team(tx, TeamRequest(name="Returns", member_ids=[]), SYSTEM)
    return Mover(database=database, keyring=keyring, folder=folder, agent_id=agent_id)
