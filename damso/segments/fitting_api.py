"""The route of customers by a rule that nobody keeps: the customers list, narrowed by it."""

from collections.abc import Sequence
from typing import Any

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from damso.customers.api import Cases, CustomerRow, customer_row
from damso.customers.search import listed
from damso.kernel.database import Database
from damso.segments.define import rules_of
from damso.segments.fitting import customers_fitting
from damso.segments.rule_json import rule_of
from damso.team.access import Caller, needs
from damso.team.records.witness import Witness


class SegmentDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule that is being written."""

    rule: dict[str, Any]


class FittingPage(Struct, frozen=True, kw_only=True):
    """Customers that fit; `looked` is how many were looked at for this page."""

    items: list[CustomerRow]
    next: str | None
    looked: int


class FittingController(Controller):
    """Customers by a rule that nobody keeps."""

    path = "/api/segments/fitting"
    tags = ("segments",)

    @post(guards=[needs("segments.read")], status_code=200)
    async def list_fitting(
        self,
        data: JSONBody[SegmentDraft],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        witness: NamedDependency[Witness],
        cursor: FromQuery[str | None] = None,
    ) -> FittingPage:
        """Who fits, seen last first. A page may be short, even empty, though there are more: only `next` null is the
        end."""
        caller.check("customers.read")
        async with database.reading() as tx:
            found = await customers_fitting(tx, rule_of(data.rule), await rules_of(tx), cases.within, cursor=cursor)
            rows = {one.id: one for one in await listed(tx, found.items)}
            counts = await cases.open_counts(tx, found.items)
        witness.searched(found.items)
        return FittingPage(
            items=[customer_row(rows[one], counts.get(one, 0)) for one in found.items if one in rows],
            next=found.next,
            looked=found.looked,
        )


CONTROLLERS: Sequence[ControllerRouterHandler] = (FittingController,)
