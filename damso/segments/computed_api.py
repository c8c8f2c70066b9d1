"""Routes of computed traits, and of buyers by recency, frequency and monetary value."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from damso.customers.api import Cases
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import NotFound
from damso.kernel.i18n import Locale
from damso.segments.computed import (
    change_computed,
    computed_of,
    computed_traits,
    create_computed,
    preview_computed,
    remove_computed,
)
from damso.segments.measures import Worked
from damso.segments.people import SegmentPerson, people_of
from damso.segments.rfm import Reckoned, ask_for_reckoning, reckoned, score_of
from damso.segments.rfm_groups import GROUP_NAMES
from damso.segments.rule import Group
from damso.segments.rule_json import computation_of
from damso.segments.sentence import computation_sentence
from damso.team.access import Caller, needs
from damso.team.records.witness import Witness

LISTED = 50
"""Values of a list that are told."""


class ComputedRow(Struct, frozen=True, kw_only=True):
    """A computed trait; `used_by` are the names of segments that go by it."""

    id: UUID
    name: str
    computation: dict[str, Any]
    sentence: str
    used_by: Sequence[str]
    changed_at: datetime


class ComputedBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A computed trait to be made or changed; `computation` is told in docs/segments.md."""

    name: str
    computation: dict[str, Any]


class ComputedDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A computation that is being written."""

    computation: dict[str, Any]


class ComputedValue(Struct, frozen=True, kw_only=True):
    """A value, and what it was worked out of: so many `events`, the newest at `newest`. `next_change_at` is when it may
    change although nothing happens; of a list, `more` values are left off."""

    value: Any
    events: int
    newest: datetime | None
    next_change_at: datetime | None
    more: int


class ComputedSample(Struct, frozen=True, kw_only=True):
    """What a computation comes to for one customer."""

    person: SegmentPerson
    worked: ComputedValue


class ComputedPreview(Struct, frozen=True, kw_only=True):
    """A computation in words, and what it comes to for some customers of those who were seen last."""

    sentence: str
    sample: list[ComputedSample]


class CustomerComputed(Struct, frozen=True, kw_only=True):
    """A computed trait of a customer."""

    id: UUID
    name: str
    sentence: str
    worked: ComputedValue


class CustomerRfm(Struct, frozen=True, kw_only=True):
    """Where the reckoning of `computed_at` put a customer: scores from 1 to 5."""

    group: Group
    name: str
    recency: int
    frequency: int
    monetary: int
    orders: int
    last_at: datetime
    computed_at: datetime | None


class CustomerFigures(Struct, frozen=True, kw_only=True):
    """What is worked out about a customer; `rfm` null for whoever has bought nothing in a year."""

    computed: list[CustomerComputed]
    rfm: CustomerRfm | None


class RfmGroup(Struct, frozen=True, kw_only=True):
    """A group of buyers, and how many they are."""

    group: Group
    name: str
    customers: int


class RfmPicture(Reckoned, frozen=True, kw_only=True):
    """The last reckoning as a grid of 25 cells, and its groups."""

    groups: list[RfmGroup]


class ComputedController(Controller):
    """Traits that are worked out of events."""

    path = "/api/computed-traits"
    tags = ("segments",)

    @get(guards=[needs("segments.read")])
    async def list_computed(
        self, database: NamedDependency[Database], locale: NamedDependency[Locale]
    ) -> list[ComputedRow]:
        """All computed traits by name."""
        async with database.reading() as tx:
            return await _rows(tx, locale)

    @post(guards=[needs("segments.write")])
    async def create_computed(
        self,
        data: JSONBody[ComputedBody],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        locale: NamedDependency[Locale],
    ) -> ComputedRow:
        """Make a computed trait; it is true of everybody at once."""
        async with database.transaction() as tx:
            made = await create_computed(tx, data.name, computation_of(data.computation), actor=caller.actor)
            return await _row(tx, made, locale)

    @post("/preview", guards=[needs("segments.read")], status_code=200)
    async def preview_computed(
        self,
        data: JSONBody[ComputedDraft],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        witness: NamedDependency[Witness],
        locale: NamedDependency[Locale],
    ) -> ComputedPreview:
        """What a computation comes to; nothing is kept."""
        caller.check("customers.read")
        of = computation_of(data.computation)
        async with database.reading() as tx:
            found = await preview_computed(tx, of, cases.within)
            people = await people_of(tx, [one for one, _ in found])
        witness.listed(people)
        return ComputedPreview(
            sentence=computation_sentence(of, locale),
            sample=[
                ComputedSample(person=people[one], worked=_value(worked)) for one, worked in found if one in people
            ],
        )

    @put("/{computed_id:uuid}", guards=[needs("segments.write")])
    async def update_computed(
        self,
        computed_id: FromPath[UUID],
        data: JSONBody[ComputedBody],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        locale: NamedDependency[Locale],
    ) -> ComputedRow:
        """Change name or computation; segments that go by it are worked out anew."""
        async with database.transaction() as tx:
            await change_computed(tx, computed_id, data.name, computation_of(data.computation), actor=caller.actor)
            return await _row(tx, computed_id, locale)

    @delete("/{computed_id:uuid}", guards=[needs("segments.write")])
    async def delete_computed(
        self, computed_id: FromPath[UUID], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> None:
        """Remove a computed trait; refused while a segment goes by it."""
        async with database.transaction() as tx:
            await remove_computed(tx, computed_id, actor=caller.actor)


class FiguresController(Controller):
    """What is worked out about one customer."""

    path = "/api/customers/{customer_id:uuid}/computed"
    tags = ("segments",)

    @get(guards=[needs("segments.read")])
    async def get_figures(
        self,
        customer_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        witness: NamedDependency[Witness],
        locale: NamedDependency[Locale],
    ) -> CustomerFigures:
        """Computed traits by name, with what they were worked out of, and where the customer stands as a buyer."""
        caller.check("customers.read")
        async with database.reading() as tx:
            await cases.check(tx, customer_id)
            found = await computed_of(tx, customer_id)
            rfm = await _rfm(tx, customer_id, locale)
        await witness.viewed(customer_id)
        return CustomerFigures(
            computed=[
                CustomerComputed(
                    id=one.trait.id,
                    name=one.trait.name,
                    sentence=computation_sentence(one.trait.of, locale),
                    worked=_value(one.worked),
                )
                for one in found
            ],
            rfm=rfm,
        )


class RfmController(Controller):
    """Buyers by recency, frequency and monetary value."""

    path = "/api/rfm"
    tags = ("segments",)

    @get(guards=[needs("segments.read")])
    async def get_rfm(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        locale: NamedDependency[Locale],
    ) -> RfmPicture:
        """The last reckoning, of those whom the caller may see."""
        caller.check("customers.read")
        async with database.reading() as tx:
            return _picture(await reckoned(tx, cases.within), locale)

    @post(guards=[needs("segments.write")], status_code=202)
    async def refresh_rfm(self, database: NamedDependency[Database]) -> None:
        """Reckon anew in the background; otherwise it happens once a day."""
        async with database.transaction() as tx:
            await ask_for_reckoning(tx)


def _picture(found: Reckoned, locale: Locale) -> RfmPicture:
    groups = [
        RfmGroup(
            group=group,
            name=name.say(locale),
            customers=sum(cell.customers for cell in found.cells if cell.group == group),
        )
        for group, name in GROUP_NAMES.items()
    ]
    return RfmPicture(**msgspec.structs.asdict(found), groups=groups)


async def _rfm(tx: Transaction, customer_id: UUID, locale: Locale) -> CustomerRfm | None:
    score = await score_of(tx, customer_id)
    if score is None:
        return None
    return CustomerRfm(
        group=score.group,
        name=GROUP_NAMES[score.group].say(locale),
        recency=score.recency,
        frequency=score.frequency,
        monetary=score.monetary,
        orders=score.orders,
        last_at=score.last_at,
        computed_at=await tx.value("SELECT computed_at FROM rfm_run"),
    )


def _value(worked: Worked) -> ComputedValue:
    many = worked.value if isinstance(worked.value, list) else []
    return ComputedValue(
        value=many[:LISTED] if many else worked.value,
        events=worked.events,
        newest=worked.newest,
        next_change_at=worked.next_change_at,
        more=max(len(many) - LISTED, 0),
    )


async def _rows(tx: Transaction, locale: Locale) -> list[ComputedRow]:
    return [
        ComputedRow(
            id=one.id,
            name=one.name,
            computation=msgspec.to_builtins(one.of),
            sentence=computation_sentence(one.of, locale),
            used_by=one.used_by,
            changed_at=one.changed_at,
        )
        for one in await computed_traits(tx)
    ]


async def _row(tx: Transaction, computed_id: UUID, locale: Locale) -> ComputedRow:
    for one in await _rows(tx, locale):
        if one.id == computed_id:
            return one
    raise NotFound


CONTROLLERS: Sequence[ControllerRouterHandler] = (
    ComputedController,
    FiguresController,
    RfmController,
)
