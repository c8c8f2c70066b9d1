"""Routes of web and app analytics. VisitFigures alone: they tell of nobody, so no look at a person is recorded."""

from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, SkipValidation
from msgspec import Meta

from damso.analytics.ask import Analyst, choices
from damso.analytics.types import AnalyticsChoices, AnalyticsReport, Funnel, Wanted
from damso.kernel.database import Database
from damso.kernel.errors import Forbidden
from damso.team.access import Caller, needs

Event = Annotated[str, Meta(min_length=1, max_length=200)]
GivenAnalyst = NamedDependency[SkipValidation[Analyst]]


class AnalyticsController(Controller):
    """What people do on sites and in apps."""

    path = "/api/analytics"
    tags = ("analytics",)
    guards = (needs("analytics.read"),)

    @get()
    async def get_report(
        self,
        analyst: GivenAnalyst,
        caller: NamedDependency[Caller],
        first: FromQuery[date],
        last: FromQuery[date],
        source: FromQuery[list[UUID] | None] = None,
        segment: FromQuery[UUID | None] = None,
        event: FromQuery[Event] = "Order Completed",
    ) -> AnalyticsReport:
        """Visits, pages, sources, campaigns, devices, clicks and conversions of whole days, beside the days before."""
        _may_choose(caller, segment)
        return await analyst.report(Wanted(first=first, last=last, sources=source or (), segment=segment, event=event))

    @get("/funnel")
    async def get_funnel(
        self,
        analyst: GivenAnalyst,
        caller: NamedDependency[Caller],
        first: FromQuery[date],
        last: FromQuery[date],
        step: FromQuery[list[str]],
        within: FromQuery[int] = 86_400,
        source: FromQuery[list[UUID] | None] = None,
        segment: FromQuery[UUID | None] = None,
    ) -> Funnel:
        """How many people took one step after the other within so many seconds. A step is an event's name, or `page:`
        and how the address of the page begins."""
        _may_choose(caller, segment)
        return await analyst.funnel(Wanted(first=first, last=last, sources=source or (), segment=segment), step, within)

    @get("/choices")
    async def list_choices(self, database: NamedDependency[Database]) -> AnalyticsChoices:
        """Sources and events that can be asked about."""
        async with database.reading() as tx:
            return await choices(tx)


def _may_choose(caller: Caller, segment: UUID | None) -> None:
    """A segment's customers are of all brands and inboxes: only who sees them all may ask about it."""
    if segment and ("segments.read" not in caller.permissions or caller.limits.narrows_rows):
        raise Forbidden
