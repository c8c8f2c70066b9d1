"""Routes of the desk for sources: setting up, write keys, tracking plan."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta, Struct

from damso.customers.tracking.debug_api import DebugController, RefusedController
from damso.customers.tracking.known import CHANNEL
from damso.customers.tracking.life import HourOfLife, hours_of_life
from damso.customers.tracking.plan import PlannedEvent, SeenEvent, plan_event, planned_events, seen_events, unplan_event
from damso.customers.tracking.sources import (
    ListedSource,
    NewSource,
    SourcePatch,
    WriteKey,
    add_key,
    change_source,
    create_source,
    delete_source,
    get_source,
    list_sources,
    renew_token_secret,
    revoke_key,
    write_keys,
)
from damso.customers.tracking.types import Mode
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction
from damso.team import audit
from damso.team.access import Caller, needs


class SourceDetail(Struct, frozen=True, kw_only=True):
    """A source, its keys, and how much it sent in each hour of the last two days."""

    source: ListedSource
    keys: list[WriteKey]
    hours: list[HourOfLife]


class MadeSource(Struct, frozen=True, kw_only=True):
    """A new source with its key. A server's key is shown this once."""

    detail: SourceDetail
    write_key: str


class MadeWriteKey(Struct, frozen=True, kw_only=True):
    """A new key. A server's is shown this once."""

    write_key: str


class TokenSecret(Struct, frozen=True, kw_only=True):
    """The secret that signs user tokens, shown this once."""

    secret: str


class TrackingPlan(Struct, frozen=True, kw_only=True):
    """What a source should send, and what it was seen to send."""

    planned: list[PlannedEvent]
    seen: list[SeenEvent]


class PlanEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an event should look like: a JSON Schema of its properties."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    schema: dict[str, Any]
    mode: Mode = "report"


class SourceController(Controller):
    """Sources of events."""

    path = "/api/sources"
    tags = ("tracking",)
    guards = (needs("sources.manage"),)

    @get()
    async def list_sources(self, database: NamedDependency[Database]) -> Sequence[ListedSource]:
        """All sources with their signs of life, by name."""
        async with database.reading() as tx:
            return await list_sources(tx)

    @post()
    async def create_source(
        self, data: JSONBody[NewSource], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> MadeSource:
        """Make a source and its first key."""
        async with database.transaction() as tx:
            source_id, write_key = await create_source(tx, data, caller.actor)
            return MadeSource(detail=await _detail(tx, source_id), write_key=write_key)

    @get("/{source_id:uuid}")
    async def get_tracking_source(self, source_id: FromPath[UUID], database: NamedDependency[Database]) -> SourceDetail:
        """One source."""
        async with database.reading() as tx:
            return await _detail(tx, source_id)

    @patch("/{source_id:uuid}")
    async def change_source(
        self,
        source_id: FromPath[UUID],
        data: JSONBody[SourcePatch],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
    ) -> SourceDetail:
        """Rename a source, change its limits, or take nothing from it any more."""
        async with database.transaction() as tx:
            await change_source(tx, source_id, data, caller.actor)
            return await _detail(tx, source_id)

    @delete("/{source_id:uuid}")
    async def delete_source(
        self, source_id: FromPath[UUID], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> None:
        """Delete a source with its keys, its plan and its quarantine. What it sent stays with the customers."""
        async with database.transaction() as tx:
            await delete_source(tx, source_id, caller.actor)

    @post("/{source_id:uuid}/keys")
    async def create_write_key(
        self, source_id: FromPath[UUID], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> MadeWriteKey:
        """Make one more key; the old ones go on working until they are revoked."""
        async with database.transaction() as tx:
            return MadeWriteKey(write_key=await add_key(tx, source_id, caller.actor))

    @delete("/{source_id:uuid}/keys/{key_id:uuid}")
    async def revoke_write_key(
        self,
        source_id: FromPath[UUID],
        key_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
    ) -> None:
        """Take nothing with this key any more."""
        async with database.transaction() as tx:
            await revoke_key(tx, source_id, key_id, caller.actor)

    @post("/{source_id:uuid}/token-secret")
    async def renew_token_secret(
        self,
        source_id: FromPath[UUID],
        database: NamedDependency[Database],
        keyring: NamedDependency[Keyring],
        caller: NamedDependency[Caller],
    ) -> TokenSecret:
        """Make a new secret for user tokens; tokens under the old one prove nothing any more."""
        async with database.transaction() as tx:
            return TokenSecret(secret=await renew_token_secret(tx, keyring, source_id, caller.actor))

    @get("/{source_id:uuid}/plan")
    async def get_plan(self, source_id: FromPath[UUID], database: NamedDependency[Database]) -> TrackingPlan:
        """The tracking plan, and the events that were seen."""
        async with database.reading() as tx:
            await get_source(tx, source_id)
            return TrackingPlan(planned=await planned_events(tx, source_id), seen=await seen_events(tx, source_id))

    @put("/{source_id:uuid}/plan")
    async def plan_event(
        self,
        source_id: FromPath[UUID],
        data: JSONBody[PlanEntry],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
    ) -> PlannedEvent:
        """Say what an event should look like, and what happens where it does not."""
        async with database.transaction() as tx:
            await get_source(tx, source_id)
            planned = await plan_event(tx, source_id, data.name.strip(), data.schema, data.mode)
            await audit.record(tx, caller.actor, "source.event_planned", source_id, name=data.name, mode=data.mode)
            tx.wake(CHANNEL)
            return planned

    @delete("/{source_id:uuid}/plan")
    async def unplan_event(
        self,
        source_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        name: FromQuery[str],
    ) -> None:
        """Take an event out of the plan."""
        async with database.transaction() as tx:
            await unplan_event(tx, source_id, name)
            await audit.record(tx, caller.actor, "source.event_unplanned", source_id, name=name)
            tx.wake(CHANNEL)


async def _detail(tx: Transaction, source_id: UUID) -> SourceDetail:
    return SourceDetail(
        source=await get_source(tx, source_id),
        keys=await write_keys(tx, source_id),
        hours=await hours_of_life(tx, source_id),
    )


CONTROLLERS: list[ControllerRouterHandler] = [SourceController, DebugController, RefusedController]
