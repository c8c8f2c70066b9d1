"""Routes of the system's state: what stands still, and what people do about it."""

from typing import Annotated

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from damso.kernel.database import Database
from damso.kernel.errors import NotFound
from damso.kernel.log import Position
from damso.team.access import Caller, needs
from damso.team.mend import give_item_up, let_fact_go, try_fact_again, try_item_again, try_lane_again
from damso.team.system_view import BackgroundWork, SystemState, system_state


class GivingUp(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a person gives something up, for whoever asks later."""

    why: Annotated[str, Meta(min_length=1, max_length=300, pattern=r"\S")]


class TriedAgain(Struct, frozen=True, kw_only=True):
    """How many were put back to work."""

    count: int


class FactTried(Struct, frozen=True, kw_only=True):
    """Whether the reader could take it; if not, it stays where it is, with today's reason."""

    taken: bool


class SystemController(Controller):
    """What stands still, and putting it right."""

    path = "/api/system"
    tags = ("system",)
    guards = (needs("settings.manage"),)

    @get()
    async def get_system_state(
        self,
        database: NamedDependency[Database],
        work: NamedDependency[BackgroundWork],
        caller: NamedDependency[Caller],
    ) -> SystemState:
        """What stands still, the latest first, and whether anybody does background work."""
        async with database.reading() as tx:
            return await system_state(tx, work, caller.locale)

    @post("/items/{item_id:int}/retry", status_code=204)
    async def retry_item(
        self, item_id: FromPath[int], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> None:
        """Put parked work back into its lane."""
        async with database.transaction() as tx:
            await try_item_again(tx, item_id, caller.actor)

    @post("/lanes/{lane:str}/retry", status_code=200)
    async def retry_lane(
        self, lane: FromPath[str], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> TriedAgain:
        """Put all that is parked in a lane back to work, the oldest 500 first."""
        async with database.transaction() as tx:
            return TriedAgain(count=await try_lane_again(tx, lane, caller.actor))

    @post("/items/{item_id:int}/give-up", status_code=204)
    async def give_up_item(
        self,
        item_id: FromPath[int],
        data: JSONBody[GivingUp],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        work: NamedDependency[BackgroundWork],
    ) -> None:
        """Take parked work away for good. A message that was to leave is then shown as not sent."""
        async with database.transaction() as tx:
            await give_item_up(tx, work, item_id, data.why, caller.actor)

    @post("/facts/{reader:str}/{place:str}/retry", status_code=200)
    async def retry_fact(
        self,
        reader: FromPath[str],
        place: FromPath[str],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        work: NamedDependency[BackgroundWork],
    ) -> FactTried:
        """Let a reader take a parked fact now."""
        async with database.transaction() as tx:
            return FactTried(taken=await try_fact_again(tx, work, reader, _place(place), caller.actor))

    @post("/facts/{reader:str}/{place:str}/give-up", status_code=204)
    async def give_up_fact(
        self,
        reader: FromPath[str],
        place: FromPath[str],
        data: JSONBody[GivingUp],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
    ) -> None:
        """Let a reader go without a parked fact for good."""
        async with database.transaction() as tx:
            await let_fact_go(tx, reader, _place(place), data.why, caller.actor)


def _place(encoded: str) -> Position:
    place = Position.decode(encoded)
    if place is None:
        raise NotFound
    return place
