"""The route of customers by a rule that nobody keeps: the customers list, narrowed by it."""

from collections.abc import Sequence
from typing import Any

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from damso.conversations.exports.jobs import ask_for
from damso.conversations.exports.types import Chosen, Export, ExportFormat
from damso.customers.api import Cases, CustomerRow, customer_row
from damso.customers.search import listed
from damso.kernel.database import Database
from damso.segments.define import rules_of
from damso.segments.fitting import customers_fitting, fits
from damso.segments.rule_json import rule_of
from damso.team.access import Caller, needs
from damso.team.records.reasons import Reason
from damso.team.records.witness import Witness


class SegmentDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule that is being written."""

    rule: dict[str, Any]


class FittingDraft(SegmentDraft, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who fits the rule, of those that `q` finds."""

    q: str = ""


class FittingExport(FittingDraft, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the file of them shall be written."""

    format: ExportFormat


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
        data: JSONBody[FittingDraft],
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
            rule = rule_of(data.rule)
            found = await customers_fitting(tx, rule, await rules_of(tx), cases.within, q=data.q, cursor=cursor)
            rows = {one.id: one for one in await listed(tx, found.items)}
            counts = await cases.open_counts(tx, found.items)
        witness.searched(found.items)
        return FittingPage(
            items=[customer_row(rows[one], counts.get(one, 0)) for one in found.items if one in rows],
            next=found.next,
            looked=found.looked,
        )

    @post("/export", guards=[needs("segments.read"), needs("customers.export")])
    async def export_fitting(
        self,
        data: JSONBody[FittingExport],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        reason: NamedDependency[Reason],
    ) -> Export:
        """Have a file made of who fits, as the list shows them."""
        async with database.transaction() as tx:
            await fits(tx, data.rule, ())
            return await ask_for(tx, caller, "members", data.format, Chosen(rule=data.rule, q=data.q), reason)


CONTROLLERS: Sequence[ControllerRouterHandler] = (FittingController,)
