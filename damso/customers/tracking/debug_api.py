"""Routes that show what a source sent, and what was refused of it. They show personal data of customers."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta, Struct

from damso.customers.tracking.debug import DebugLine, Shown, debug_lines
from damso.customers.tracking.known import Sources
from damso.customers.tracking.quarantine import customers_named, discard, refused_events
from damso.customers.tracking.refusals import REASONS
from damso.customers.tracking.replay import ReplayedEvents, replay
from damso.customers.tracking.sources import get_source
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import Forbidden
from damso.kernel.i18n import Locale
from damso.kernel.pagination import Page
from damso.team import audit
from damso.team.access import Caller, needs
from damso.team.records.witness import Witness


class DebuggedEvent(DebugLine, frozen=True, kw_only=True):
    """An event in the debugger; `reason` says in the caller's language why it was refused."""

    reason: str


class QuarantinedEvent(Struct, frozen=True, kw_only=True):
    """An event that was not taken. `body` is what was sent; `cut` that only its beginning is kept."""

    id: int
    received_at: datetime
    call: str
    name: str
    message_id: str
    code: str
    reason: str
    detail: str
    cut: bool
    body: str


class ChosenEvents(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Events of the quarantine: these, or all that were refused for a reason."""

    ids: Annotated[list[int], Meta(max_length=1000)] = []
    code: Annotated[str, Meta(max_length=50)] = ""


class DebugController(Controller):
    """What comes, as it comes."""

    path = "/api/sources/{source_id:uuid}/events"
    tags = ("tracking",)
    guards = (needs("sources.manage"),)

    @get()
    async def debug_events(
        self,
        source_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
        locale: NamedDependency[Locale],
        shown: FromQuery[Shown] = "all",
        name: FromQuery[str] = "",
    ) -> list[DebuggedEvent]:
        """The newest events of a source and what became of them, the latest first."""
        _require_customers(caller)
        async with database.reading() as tx:
            await get_source(tx, source_id)
            lines = await debug_lines(tx, source_id, shown=shown, name=name)
            named = await customers_named(tx, {subject for line in lines for subject in line.subjects})
        witness.listed({*named, *(line.customer_id for line in lines if line.customer_id)})
        return [_debugged(line, locale) for line in lines]


class RefusedController(Controller):
    """Quarantine."""

    path = "/api/sources/{source_id:uuid}/refused"
    tags = ("tracking",)
    guards = (needs("sources.manage"),)

    @get()
    async def list_refused(
        self,
        source_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
        locale: NamedDependency[Locale],
        code: FromQuery[str] = "",
        cursor: FromQuery[str | None] = None,
    ) -> Page[QuarantinedEvent]:
        """What was refused and why, the latest first."""
        _require_customers(caller)
        async with database.reading() as tx:
            page = await refused_events(tx, source_id, code=code, cursor=cursor)
            named = await customers_named(tx, {subject for one in page.items for subject in one.subjects})
        witness.listed(named)
        items = [
            QuarantinedEvent(
                id=one.id,
                received_at=one.received_at,
                call=one.call or "",
                name=one.name,
                message_id=one.message_id,
                code=one.code,
                reason=REASONS[one.code].say(locale),
                detail=one.detail,
                cut=one.cut,
                body=one.body.decode(errors="replace"),
            )
            for one in page.items
        ]
        return Page(items=items, next=page.next)

    @post("/replay")
    async def replay_refused(
        self,
        source_id: FromPath[UUID],
        data: JSONBody[ChosenEvents],
        database: NamedDependency[Database],
        sources: NamedDependency[Sources],
        caller: NamedDependency[Caller],
    ) -> ReplayedEvents:
        """Look at refused events again, after the plan or the source was mended."""
        replayed = await replay(database, sources, source_id, ids=data.ids, code=data.code)
        async with database.transaction() as tx:
            await _note(tx, caller, "source.refused_replayed", source_id, replayed.taken)
        return replayed

    @post("/discard", status_code=204)
    async def discard_refused(
        self,
        source_id: FromPath[UUID],
        data: JSONBody[ChosenEvents],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
    ) -> None:
        """Delete refused events for good."""
        async with database.transaction() as tx:
            await _note(tx, caller, "source.refused_discarded", source_id, await discard(tx, source_id, data.ids))


async def _note(tx: Transaction, caller: Caller, act: str, source_id: UUID, count: int) -> None:
    await audit.record(tx, caller.actor, act, source_id, count=count)


def _require_customers(caller: Caller) -> None:
    """Events name customers of all inboxes and brands. Raises `Forbidden` where the caller may not see all of them."""
    if not caller.may("customers.read") or caller.limits.narrows_rows:
        raise Forbidden


def _debugged(line: DebugLine, locale: Locale) -> DebuggedEvent:
    fields = {field: getattr(line, field) for field in DebugLine.__struct_fields__}
    return DebuggedEvent(**fields, reason=REASONS[line.code].say(locale) if line.code else "")
