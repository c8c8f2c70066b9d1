"""What is offered before anything is typed, and what an agent opened lately, over HTTP."""

from uuid import UUID

from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from damso.conversations.recent import NewRecent, Start, forget, remember, start
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.team.access import Caller, needs
from damso.team.records.witness import Witness


class RecentController(Controller):
    path = "/api/recent"
    tags = ("Desk",)
    guards = (needs("conversations.read"),)

    @get()
    async def get_start(
        self,
        database: NamedDependency[Database],
        keyring: NamedDependency[Keyring],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
    ) -> Start:
        """What one looked for and opened lately, and what waits."""
        async with database.reading() as tx:
            found = await start(tx, keyring, caller)
        witness.listed(found.customer_ids)
        return found

    @post(status_code=204)
    async def remember_recent(
        self,
        database: NamedDependency[Database],
        keyring: NamedDependency[Keyring],
        caller: NamedDependency[Caller],
        data: JSONBody[NewRecent],
    ) -> None:
        """Remember what was searched for or opened."""
        async with database.transaction() as tx:
            await remember(tx, keyring, caller, data)

    @delete()
    async def forget_all_recent(self, database: NamedDependency[Database], caller: NamedDependency[Caller]) -> None:
        """Forget all of it."""
        async with database.transaction() as tx:
            await forget(tx, caller.agent)

    @delete("/{recent_id:uuid}")
    async def forget_recent(
        self, database: NamedDependency[Database], caller: NamedDependency[Caller], recent_id: FromPath[UUID]
    ) -> None:
        """Forget one."""
        async with database.transaction() as tx:
            await forget(tx, caller.agent, recent_id)
