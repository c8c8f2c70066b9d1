"""Routes of companies."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, SkipValidation
from msgspec import UNSET, Struct, UnsetType

from damso.customers.api import Cases, TimelineLine, lines_of, wanted_kinds
from damso.customers.companies.change import add_domain, change_company, create_company, remove_company, remove_domain
from damso.customers.companies.look_up import (
    SHOWN_PEOPLE,
    Person,
    Sight,
    check_company,
    company,
    identities_of_people,
    list_companies,
    people_of,
)
from damso.customers.companies.members import add_person, remove_person
from damso.customers.faces import colour_of, initials_of
from damso.customers.timeline import TimelineSource, timeline
from damso.customers.types import CaseSource, CompanyCase
from damso.kernel.database import Database, Transaction
from damso.kernel.i18n import Locale
from damso.kernel.pagination import Page
from damso.team.access import Caller, needs
from damso.team.records.witness import Witness

CASES = 30
"""Newest cases on a company's page."""


class CompanyRow(Struct, frozen=True, kw_only=True):
    """A company in the list; it counts the people whom the caller may see."""

    id: UUID
    name: str
    domains: list[str]
    people: int


class CompanyPerson(Struct, frozen=True, kw_only=True):
    """Somebody who belongs to a company. `source` is `domain` where their address says so, else who said it."""

    customer_id: UUID
    name: str
    initials: str
    colour: int
    role: str
    source: str
    at: datetime
    last_seen_at: datetime
    kind: str | None
    value: str | None
    open_conversations: int


class CompanyCard(Struct, frozen=True, kw_only=True):
    """A company's page: its people, seen last first and the newest 200 of them, and their newest cases; the figures
    are of all."""

    id: UUID
    name: str
    note: str
    domains: list[str]
    traits: dict[str, Any]
    trait_sources: dict[str, Any]
    created_at: datetime
    people: list[CompanyPerson]
    people_count: int
    open_conversations: int
    all_conversations: int
    conversations: list[CompanyCase]


class NewCompany(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A company to be made. Whoever has an address at one of the domains belongs to it."""

    name: str
    domains: list[str] = []
    note: str = ""


class CompanyPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change. A trait with the value null is taken away."""

    name: str | UnsetType = UNSET
    note: str | UnsetType = UNSET
    traits: dict[str, Any] | UnsetType = UNSET


class NewDomain(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A domain whose e-mail addresses belong to the company."""

    domain: str


class PersonRole(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody is at a company, e.g. `구매 담당`; may be empty."""

    role: str = ""


class CompanyController(Controller):
    """Organisations that customers belong to."""

    path = "/api/companies"
    tags = ("companies",)

    @get(guards=[needs("customers.read")])
    async def list_companies(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        q: FromQuery[str] = "",
        cursor: FromQuery[str | None] = None,
    ) -> Page[CompanyRow]:
        """Companies by name; `q` is part of a name or a domain."""
        async with database.reading() as tx:
            page = await list_companies(tx, q=q, cursor=cursor, sight=_sight(caller, cases))
        rows = [CompanyRow(id=one.id, name=one.name, domains=one.domains, people=one.people) for one in page.items]
        return Page(items=rows, next=page.next)

    @post(guards=[needs("customers.write")])
    async def create_company(
        self,
        data: JSONBody[NewCompany],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        witness: NamedDependency[Witness],
    ) -> CompanyCard:
        """Make a company."""
        async with database.transaction() as tx:
            company_id = await create_company(
                tx, name=data.name, domains=data.domains, note=data.note, actor=caller.actor
            )
            card = await _card(tx, company_id, _sight(caller, cases), cases)
        witness.changed(*(person.customer_id for person in card.people))
        return card

    @get("/{company_id:uuid}", guards=[needs("customers.read")])
    async def get_company(
        self,
        company_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        witness: NamedDependency[Witness],
    ) -> CompanyCard:
        """One company with its people and their cases."""
        async with database.reading() as tx:
            card = await _card(tx, company_id, _sight(caller, cases), cases)
        witness.listed(person.customer_id for person in card.people)
        return card

    @patch("/{company_id:uuid}", guards=[needs("customers.write")])
    async def update_company(
        self,
        company_id: FromPath[UUID],
        data: JSONBody[CompanyPatch],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        witness: NamedDependency[Witness],
    ) -> CompanyCard:
        """Change name, note or traits."""
        async with database.transaction() as tx:
            await check_company(tx, company_id, _sight(caller, cases))
            await change_company(
                tx,
                company_id,
                actor=caller.actor,
                name=data.name if isinstance(data.name, str) else None,
                note=data.note if isinstance(data.note, str) else None,
                traits=data.traits if isinstance(data.traits, dict) else None,
            )
            card = await _card(tx, company_id, _sight(caller, cases), cases)
        witness.changed(*(person.customer_id for person in card.people))
        return card

    @delete("/{company_id:uuid}", guards=[needs("customers.write")])
    async def delete_company(
        self,
        company_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
    ) -> None:
        """Remove a company; its people and their cases stay."""
        async with database.transaction() as tx:
            await check_company(tx, company_id, _sight(caller, cases))
            await remove_company(tx, company_id, actor=caller.actor)

    @post("/{company_id:uuid}/domains", guards=[needs("customers.write")])
    async def add_company_domain(
        self,
        company_id: FromPath[UUID],
        data: JSONBody[NewDomain],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        witness: NamedDependency[Witness],
    ) -> CompanyCard:
        """Give a company a domain; whoever has an address there belongs to it."""
        async with database.transaction() as tx:
            await check_company(tx, company_id, _sight(caller, cases))
            await add_domain(tx, company_id, data.domain, actor=caller.actor)
            card = await _card(tx, company_id, _sight(caller, cases), cases)
        witness.changed(*(person.customer_id for person in card.people))
        return card

    @delete("/{company_id:uuid}/domains/{domain:str}", guards=[needs("customers.write")])
    async def remove_company_domain(
        self,
        company_id: FromPath[UUID],
        domain: FromPath[str],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
    ) -> None:
        """Take a domain away, and with it whoever belonged to the company by it alone."""
        async with database.transaction() as tx:
            await check_company(tx, company_id, _sight(caller, cases))
            await remove_domain(tx, company_id, domain, actor=caller.actor)

    @put("/{company_id:uuid}/people/{customer_id:uuid}", guards=[needs("customers.write")], status_code=204)
    async def put_company_person(
        self,
        company_id: FromPath[UUID],
        customer_id: FromPath[UUID],
        data: JSONBody[PersonRole],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
    ) -> None:
        """Let a customer belong to a company, or change what they are there."""
        async with database.transaction() as tx:
            await check_company(tx, company_id, _sight(caller, cases))
            await cases.check(tx, customer_id)
            await add_person(tx, company_id, customer_id, data.role, actor=caller.actor)

    @delete("/{company_id:uuid}/people/{customer_id:uuid}", guards=[needs("customers.write")])
    async def remove_company_person(
        self,
        company_id: FromPath[UUID],
        customer_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
    ) -> None:
        """Let a customer belong to a company no more; their address does not bring them back."""
        async with database.transaction() as tx:
            await check_company(tx, company_id, _sight(caller, cases))
            await cases.check(tx, customer_id)
            await remove_person(tx, company_id, customer_id, actor=caller.actor)

    @get("/{company_id:uuid}/timeline", guards=[needs("customers.read")])
    async def get_company_timeline(
        self,
        company_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        timeline_sources: NamedDependency[SkipValidation[Sequence[TimelineSource]]],
        cases: Cases,
        witness: NamedDependency[Witness],
        locale: NamedDependency[Locale],
        kinds: FromQuery[str] = "",
        cursor: FromQuery[str | None] = None,
    ) -> Page[TimelineLine]:
        """The story of a company's people, newest first; of the 200 who were seen last."""
        async with database.reading() as tx:
            sight = _sight(caller, cases)
            await check_company(tx, company_id, sight)
            people = (await people_of(tx, company_id, sight))[:SHOWN_PEOPLE]
            identity_ids = await identities_of_people(tx, people)
            page = await timeline(tx, timeline_sources, identity_ids, kinds=wanted_kinds(kinds), cursor=cursor)
        witness.listed(person.id for person in people)
        return lines_of(page, locale)


def _sight(caller: Caller, cases: CaseSource) -> Sight:
    return Sight(cases.within, str(caller.id))


async def _card(tx: Transaction, company_id: UUID, sight: Sight, cases: CaseSource) -> CompanyCard:
    found = await company(tx, company_id, sight)
    people = await people_of(tx, company_id, sight)
    ids = [person.id for person in people]
    totals = await cases.totals(tx, ids)
    open_counts = await cases.open_counts(tx, ids[:SHOWN_PEOPLE])
    return CompanyCard(
        id=found.id,
        name=found.name,
        note=found.note,
        domains=found.domains,
        traits=found.traits,
        trait_sources=found.trait_sources,
        created_at=found.created_at,
        people=[_person(person, open_counts.get(person.id, 0)) for person in people[:SHOWN_PEOPLE]],
        people_count=len(people),
        open_conversations=totals.open,
        all_conversations=totals.all,
        conversations=list(await cases.cases_of_all(tx, ids, CASES)),
    )


def _person(person: Person, open_conversations: int) -> CompanyPerson:
    return CompanyPerson(
        customer_id=person.id,
        name=person.name,
        initials=initials_of(person.name),
        colour=colour_of(person.id),
        role=person.role,
        source=person.source,
        at=person.at,
        last_seen_at=person.last_seen_at,
        kind=person.kind,
        value=person.value,
        open_conversations=open_conversations,
    )
