"""The route of the page of data quality."""

from collections.abc import Sequence

from litestar import get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.types import ControllerRouterHandler

from damso.conversations.quality.counts import DataQuality, data_quality
from damso.customers.consent.may_contact import ContactRules
from damso.kernel.database import Database
from damso.kernel.i18n import Locale
from damso.team.access import needs


@get("/api/data-quality", guards=[needs("settings.manage")], tags=("tracking",))
async def get_data_quality(
    database: NamedDependency[Database],
    contact_rules: NamedDependency[SkipValidation[ContactRules]],
    locale: NamedDependency[Locale],
) -> DataQuality:
    """What is amiss in the data that comes in: numbers, nothing of anybody."""
    async with database.reading() as tx:
        return await data_quality(tx, contact_rules.ways, locale)


CONTROLLERS: Sequence[ControllerRouterHandler] = (get_data_quality,)
