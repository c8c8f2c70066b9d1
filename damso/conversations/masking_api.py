"""Which numbers are masked on arrival."""

from litestar import Controller, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Struct

from damso.conversations.masking import set_masking
from damso.kernel.database import Database
from damso.kernel.masking import masked_kinds
from damso.kernel.sensitive import SensitiveKind
from damso.team.access import Caller, needs


class MaskingView(Struct, frozen=True, forbid_unknown_fields=True):
    """The kinds that are masked."""

    kinds: list[SensitiveKind]


class MaskingController(Controller):
    path = "/api/masking"
    tags = ("Messages",)
    guards = (needs("settings.manage"),)

    @get()
    async def get_masking(self, database: NamedDependency[Database]) -> MaskingView:
        """Which numbers are masked on arrival."""
        async with database.reading() as tx:
            return MaskingView(sorted(await masked_kinds(tx)))

    @put()
    async def change_masking(
        self, database: NamedDependency[Database], caller: NamedDependency[Caller], data: JSONBody[MaskingView]
    ) -> MaskingView:
        """Choose them. What was masked before stays masked."""
        async with database.transaction() as tx:
            await set_masking(tx, data.kinds, caller.actor)
            return MaskingView(sorted(await masked_kinds(tx)))
