"""Routes of what an agent sets for themselves."""

from litestar import Controller, get, patch
from litestar.di import NamedDependency
from litestar.params import JSONBody

from damso.kernel.database import Database
from damso.kernel.realtime import Signals
from damso.team.access import Caller, signed_in
from damso.team.keymap import KeyBook, key_book
from damso.team.my_settings import MySettings, SettingsChange, change_settings, my_settings

OWN_SETTINGS = "settings"
"""The signal that somebody's own settings were changed: their other windows fetch them."""


class MySettingsController(Controller):
    """The desk as one has made it one's own."""

    path = "/api/me"
    tags = ("me",)
    guards = (signed_in,)

    @get("/settings")
    async def get_my_settings(self, database: NamedDependency[Database], caller: NamedDependency[Caller]) -> MySettings:
        """How one's desk looks, tells, sends and which keys it hears."""
        async with database.reading() as tx:
            return await my_settings(tx, caller.agent)

    @patch("/settings")
    async def change_my_settings(
        self,
        data: JSONBody[SettingsChange],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        signals: NamedDependency[Signals],
    ) -> MySettings:
        """Change some of it, from the version that was seen."""
        async with database.transaction() as tx:
            changed = await change_settings(tx, caller.agent, data)
        signals.publish({"kind": OWN_SETTINGS, "agent_id": str(caller.agent)})
        return changed

    @get("/key-book", sync_to_thread=False)
    def get_key_book(self) -> KeyBook:
        """All actions, their keys in each preset, and the keys that cannot be given away."""
        return key_book()
