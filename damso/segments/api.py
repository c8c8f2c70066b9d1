"""Routes of segments."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from damso.conversations.exports.jobs import ask_for
from damso.conversations.exports.types import Chosen, Export, ExportFormat
from damso.customers.api import Cases
from damso.customers.consent.api import Rules
from damso.customers.types import CaseSource
from damso.kernel.database import Database, Transaction
from damso.kernel.i18n import Locale
from damso.kernel.pagination import Page
from damso.segments import look_up
from damso.segments.define import Definition, change_segment, create_segment, remove_segment, rules_of
from damso.segments.fitting_api import SegmentDraft
from damso.segments.look_up import Overlap, Size, Stay
from damso.segments.people import SegmentPerson, people_of
from damso.segments.preview import preview
from damso.segments.rule_json import rule_of
from damso.segments.sentence import sentence
from damso.segments.vocabulary import Vocabulary, vocabulary
from damso.segments.why import Evidence, why
from damso.team.access import Caller, needs
from damso.team.records.reasons import Reason
from damso.team.records.witness import Witness


class SegmentRow(Struct, frozen=True, kw_only=True):
    """A segment in the list. `members` counts whom the caller may see; `state` is `building` or `counting` until
    everybody was gone through."""

    id: UUID
    name: str
    description: str
    sentence: str
    state: str
    members: int
    changed_at: datetime


class SegmentCard(SegmentRow, frozen=True, kw_only=True):
    """A segment's page: its rule, its size by day, and the segments it shares customers with."""

    rule: dict[str, Any]
    created_at: datetime
    counted_at: datetime | None
    sizes: list[Size]
    overlaps: list[Overlap]


class SegmentBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A segment to be made or changed; `rule` is a node of the rule language, see docs/segments.md."""

    name: str
    rule: dict[str, Any]
    description: str = ""


class MemberExport(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the file shall be written."""

    format: ExportFormat


class SegmentPreview(Struct, frozen=True, kw_only=True):
    """What a rule would give: how many (`exact`, or estimated from `asked` of all `customers`), and some of them."""

    sentence: str
    members: int
    asked: int
    customers: int
    exact: bool
    sample: list[SegmentPerson]


class SegmentReason(Struct, frozen=True, kw_only=True):
    """One condition: whether it holds, when that changes by itself, and the newest events that it asks about."""

    sentence: str
    holds: bool
    next_change_at: datetime | None
    events: Sequence[Evidence]


class SegmentWhy(Struct, frozen=True, kw_only=True):
    """Why a customer is in a segment, or is not."""

    holds: bool
    reasons: list[SegmentReason]


class SegmentController(Controller):
    """Groups of customers that a rule keeps."""

    path = "/api/segments"
    tags = ("segments",)

    @get(guards=[needs("segments.read")])
    async def list_segments(
        self, database: NamedDependency[Database], cases: Cases, locale: NamedDependency[Locale]
    ) -> list[SegmentRow]:
        """All segments by name."""
        async with database.reading() as tx:
            found = await look_up.segments(tx)
            sizes = await look_up.sizes(tx, [one.id for one in found], cases.within)
        names = {one.id: one.name for one in found}
        return [_row(one, sizes.get(one.id, 0), names, locale) for one in found]

    @post(guards=[needs("segments.write")])
    async def create_segment(
        self,
        data: JSONBody[SegmentBody],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        locale: NamedDependency[Locale],
    ) -> SegmentCard:
        """Make a segment; who is in is worked out in the background."""
        async with database.transaction() as tx:
            segment_id = await create_segment(tx, _definition(data), actor=caller.actor)
            return await _card(tx, segment_id, cases, locale)

    @post("/preview", guards=[needs("segments.read")], status_code=200)
    async def preview_segment(
        self,
        data: JSONBody[SegmentDraft],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        witness: NamedDependency[Witness],
        locale: NamedDependency[Locale],
    ) -> SegmentPreview:
        """What a rule would give; nothing is kept."""
        caller.check("customers.read")
        rule = rule_of(data.rule)
        async with database.reading() as tx:
            found = await preview(tx, rule, await rules_of(tx), cases.within)
            names = await look_up.names_of(tx)
            people = await people_of(tx, found.sample)
        witness.listed(found.sample)
        return SegmentPreview(
            sentence=sentence(rule, names, locale),
            members=found.members,
            asked=found.asked,
            customers=found.customers,
            exact=found.exact,
            sample=[people[one] for one in found.sample if one in people],
        )

    @get("/vocabulary", guards=[needs("segments.read")])
    async def get_vocabulary(
        self, database: NamedDependency[Database], contact_rules: Rules, locale: NamedDependency[Locale]
    ) -> Vocabulary:
        """Names of events, properties, traits and kinds of addresses that were seen lately, and channels."""
        async with database.reading() as tx:
            return await vocabulary(tx, contact_rules.ways, locale)

    @get("/{segment_id:uuid}", guards=[needs("segments.read")])
    async def get_segment(
        self,
        segment_id: FromPath[UUID],
        database: NamedDependency[Database],
        cases: Cases,
        locale: NamedDependency[Locale],
    ) -> SegmentCard:
        """One segment with its size over time."""
        async with database.reading() as tx:
            return await _card(tx, segment_id, cases, locale)

    @put("/{segment_id:uuid}", guards=[needs("segments.write")])
    async def update_segment(
        self,
        segment_id: FromPath[UUID],
        data: JSONBody[SegmentBody],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        locale: NamedDependency[Locale],
    ) -> SegmentCard:
        """Change name or rule; until the new rule was worked out for everybody the old one holds."""
        async with database.transaction() as tx:
            await change_segment(tx, segment_id, _definition(data), actor=caller.actor)
            return await _card(tx, segment_id, cases, locale)

    @delete("/{segment_id:uuid}", guards=[needs("segments.write")])
    async def delete_segment(
        self, segment_id: FromPath[UUID], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> None:
        """Remove a segment and its history; its customers stay."""
        async with database.transaction() as tx:
            await remove_segment(tx, segment_id, actor=caller.actor)

    @get("/{segment_id:uuid}/members", guards=[needs("segments.read")])
    async def list_members(
        self,
        segment_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        witness: NamedDependency[Witness],
        cursor: FromQuery[str | None] = None,
    ) -> Page[SegmentPerson]:
        """Who is in, who came last first."""
        caller.check("customers.read")
        async with database.reading() as tx:
            await look_up.segment(tx, segment_id)
            page = await look_up.who(tx, segment_id, cases.within, cursor=cursor)
            people = await people_of(tx, [customer for customer, _ in page.items])
        witness.listed(people)
        return Page(
            items=[
                msgspec.structs.replace(people[customer], from_at=from_at)
                for customer, from_at in page.items
                if customer in people
            ],
            next=page.next,
        )

    @post("/{segment_id:uuid}/export", guards=[needs("segments.read"), needs("customers.export")])
    async def export_members(
        self,
        segment_id: FromPath[UUID],
        data: JSONBody[MemberExport],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        reason: NamedDependency[Reason],
    ) -> Export:
        """Have a file made of who is in."""
        async with database.transaction() as tx:
            await look_up.segment(tx, segment_id)
            return await ask_for(tx, caller, "members", data.format, Chosen(segment_id=segment_id), reason)

    @get("/{segment_id:uuid}/why/{customer_id:uuid}", guards=[needs("segments.read")])
    async def explain_member(
        self,
        segment_id: FromPath[UUID],
        customer_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        witness: NamedDependency[Witness],
        locale: NamedDependency[Locale],
    ) -> SegmentWhy:
        """Why a customer is in, or is not."""
        caller.check("customers.read")
        async with database.reading() as tx:
            await cases.check(tx, customer_id)
            found = await look_up.segment(tx, segment_id)
            told = await why(tx, found.rule, await rules_of(tx), customer_id)
            names = await look_up.names_of(tx)
        await witness.viewed(customer_id)
        return SegmentWhy(
            holds=told.holds,
            reasons=[
                SegmentReason(
                    sentence=sentence(one.leaf, names, locale),
                    holds=one.holds,
                    next_change_at=one.next_change_at,
                    events=one.events,
                )
                for one in told.reasons
            ],
        )


class CustomerSegments(Controller):
    """The segments that one customer is in."""

    path = "/api/customers/{customer_id:uuid}/segments"
    tags = ("segments",)

    @get(guards=[needs("segments.read")])
    async def list_customer_segments(
        self,
        customer_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        witness: NamedDependency[Witness],
    ) -> list[Stay]:
        """By name, with since when."""
        caller.check("customers.read")
        async with database.reading() as tx:
            await cases.check(tx, customer_id)
            found = await look_up.segments_of(tx, customer_id)
        await witness.viewed(customer_id)
        return found


def _definition(data: SegmentBody) -> Definition:
    return Definition(name=data.name, rule=rule_of(data.rule), description=data.description)


def _row(one: look_up.Segment, members: int, names: Mapping[UUID, str], locale: Locale) -> SegmentRow:
    return SegmentRow(
        id=one.id,
        name=one.name,
        description=one.description,
        sentence=sentence(one.rule, names, locale),
        state=one.state,
        members=members,
        changed_at=one.changed_at,
    )


async def _card(tx: Transaction, segment_id: UUID, cases: CaseSource, locale: Locale) -> SegmentCard:
    found = await look_up.segment(tx, segment_id)
    members = (await look_up.sizes(tx, [segment_id], cases.within)).get(segment_id, 0)
    row = _row(found, members, await look_up.names_of(tx), locale)
    return SegmentCard(
        **msgspec.structs.asdict(row),
        rule=msgspec.to_builtins(found.rule),
        created_at=found.created_at,
        counted_at=found.counted_at,
        sizes=await look_up.size_over_time(tx, segment_id, cases.within, since=found.created_at),
        overlaps=await look_up.overlaps(tx, segment_id, cases.within),
    )


CONTROLLERS: Sequence[ControllerRouterHandler] = (SegmentController, CustomerSegments)
