"""The route of the lake's state."""

from collections.abc import Sequence

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from damso.kernel.database import Database
from damso.kernel.dimensions import Dimension
from damso.kernel.i18n import Locale
from damso.kernel.settings import Settings
from damso.lake.open import store_of
from damso.lake.status import LakeState, lake_state
from damso.team.access import needs

Dimensions = NamedDependency[SkipValidation[Sequence[Dimension]]]


class LakeController(Controller):
    """The log and the tables beside it as Parquet."""

    path = "/api/lake"
    tags = ("lake",)
    guards = (needs("settings.manage"),)

    @get()
    async def get_lake(
        self,
        database: NamedDependency[Database],
        settings: NamedDependency[Settings],
        dimensions: Dimensions,
        locale: NamedDependency[Locale],
    ) -> LakeState:
        """How large the lake is, how fresh, and what its tables and columns mean. Nothing of what is in it."""
        return await lake_state(database, store_of(settings), dimensions, locale)
