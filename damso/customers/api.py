"""Routes of customers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, SkipValidation
from litestar.types import ControllerRouterHandler
from msgspec import UNSET, Struct, UnsetType

from damso.customers.card import Card, customer_card, identities_of, internal_identity
from damso.customers.companies.memberships import Membership
from damso.customers.create import AddressTaken, create_customer
from damso.customers.faces import colour_of, initials_of
from damso.customers.rename import rename
from damso.customers.search import ListedCustomer, ListedIdentity, list_customers
from damso.customers.timeline import KINDS, Kind, KindInvalid, TimelineEntry, TimelineSource, timeline
from damso.customers.traits import Trait, set_traits
from damso.customers.types import CaseSource, CustomerCase, Identity, Proof
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import NotFound
from damso.kernel.i18n import Locale
from damso.kernel.pagination import Page
from damso.team.access import Caller, needs
from damso.team.records.witness import Witness

CASES = 20
"""Newest cases on a customer's card."""


class CustomerRow(Struct, frozen=True, kw_only=True):
    """A customer in the list. `name` is empty for somebody who gave none; `colour` is one of 0 to 11."""

    id: UUID
    name: str
    initials: str
    colour: int
    identities: list[ListedIdentity]
    last_seen_at: datetime
    open_conversations: int


class CustomerIdentity(Struct, frozen=True, kw_only=True):
    """An address of a customer; `proof` is how we know that it is theirs."""

    id: int
    kind: str
    scope: str
    value: str
    name: str
    proof: Proof
    reachable: bool
    bounced: bool
    first_seen_at: datetime
    last_seen_at: datetime
    source: str


class CustomerClaim(Struct, frozen=True, kw_only=True):
    """What somebody typed about themselves."""

    id: int
    kind: str
    value: str
    source: str
    at: datetime


class CustomerCard(Struct, frozen=True, kw_only=True):
    """Everything the desk shows of a customer. `merged_into` names the customer that this one became part of."""

    id: UUID
    name: str
    name_source: str
    initials: str
    colour: int
    locale: str | None
    timezone: str | None
    created_at: datetime
    last_seen_at: datetime
    identities: list[CustomerIdentity]
    claims: list[CustomerClaim]
    traits: list[Trait]
    companies: list[Membership]
    conversations: list[CustomerCase]
    merged_into: UUID | None


class TimelineLine(Struct, frozen=True, kw_only=True):
    """A line of a customer's timeline; `title` is in the caller's language, `text` as it was written."""

    id: str
    at: datetime
    kind: Kind
    title: str
    text: str
    channel: str | None
    conversation_id: UUID | None
    source: str


class NewCustomer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A customer to be made by hand."""

    name: str
    email: str | None = None
    phone: str | None = None


class CustomerPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change. A trait with the value null is taken away."""

    name: str | UnsetType = UNSET
    traits: dict[str, Any] | UnsetType = UNSET


Cases = NamedDependency[SkipValidation[CaseSource]]


class CustomerController(Controller):
    """People the company talks with."""

    path = "/api/customers"
    tags = ("customers",)

    @get(guards=[needs("customers.read")])
    async def list_customers(
        self,
        database: NamedDependency[Database],
        cases: Cases,
        witness: NamedDependency[Witness],
        q: FromQuery[str] = "",
        cursor: FromQuery[str | None] = None,
    ) -> Page[CustomerRow]:
        """Customers, seen last first; `q` is part of a name (initial consonants will do), address or phone number."""
        async with database.reading() as tx:
            page = await list_customers(tx, q=q, cursor=cursor, within=cases.within)
            counts = await cases.open_counts(tx, [customer.id for customer in page.items])
        (witness.searched if q else witness.listed)(customer.id for customer in page.items)
        return Page(
            items=[customer_row(customer, counts.get(customer.id, 0)) for customer in page.items], next=page.next
        )

    @post(guards=[needs("customers.write")])
    async def create_customer(
        self,
        data: JSONBody[NewCustomer],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        witness: NamedDependency[Witness],
    ) -> CustomerCard:
        """Make a customer by hand."""
        async with database.transaction() as tx:
            try:
                customer_id = await create_customer(
                    tx, name=data.name, email=data.email, phone=data.phone, actor=caller.actor
                )
            except AddressTaken as taken:
                raise await _without_strangers(tx, taken, cases) from taken
            witness.changed(customer_id)
            return await _card(tx, customer_id, cases)

    @get("/{customer_id:uuid}", guards=[needs("customers.read")])
    async def get_customer(
        self,
        customer_id: FromPath[UUID],
        database: NamedDependency[Database],
        cases: Cases,
        witness: NamedDependency[Witness],
    ) -> CustomerCard:
        """One customer."""
        async with database.reading() as tx:
            await cases.check(tx, customer_id)
            card = await _card(tx, customer_id, cases)
        await witness.viewed(customer_id)
        return card

    @patch("/{customer_id:uuid}", guards=[needs("customers.write")])
    async def update_customer(
        self,
        customer_id: FromPath[UUID],
        data: JSONBody[CustomerPatch],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        witness: NamedDependency[Witness],
    ) -> CustomerCard:
        """Give a customer a name, or change traits."""
        async with database.transaction() as tx:
            await cases.check(tx, customer_id)
            if isinstance(data.name, str):
                await rename(tx, customer_id, data.name, actor=caller.actor)
            if isinstance(data.traits, dict):
                inner = await internal_identity(tx, customer_id)
                await set_traits(tx, inner, data.traits, source=caller.actor.kind, actor=caller.actor)
            witness.changed(customer_id)
            return await _card(tx, customer_id, cases)

    @get("/{customer_id:uuid}/timeline", guards=[needs("customers.read")])
    async def get_customer_timeline(
        self,
        customer_id: FromPath[UUID],
        database: NamedDependency[Database],
        timeline_sources: NamedDependency[SkipValidation[Sequence[TimelineSource]]],
        cases: Cases,
        locale: NamedDependency[Locale],
        witness: NamedDependency[Witness],
        kinds: FromQuery[str] = "",
        cursor: FromQuery[str | None] = None,
    ) -> Page[TimelineLine]:
        """A customer's story, newest first; `kinds` narrows it, separated by commas."""
        async with database.reading() as tx:
            await cases.check(tx, customer_id)
            await internal_identity(tx, customer_id)
            page = await timeline(
                tx, timeline_sources, await identities_of(tx, customer_id), kinds=wanted_kinds(kinds), cursor=cursor
            )
        await witness.viewed(customer_id)
        return lines_of(page, locale)


def lines_of(page: Page[TimelineEntry], locale: Locale) -> Page[TimelineLine]:
    """A page of a timeline as the desk gets it."""
    lines = [
        TimelineLine(
            id=entry.id,
            at=entry.at,
            kind=entry.kind,
            title=entry.title.say(locale),
            text=entry.text,
            channel=entry.channel,
            conversation_id=entry.conversation_id,
            source=entry.source,
        )
        for entry in page.items
    ]
    return Page(items=lines, next=page.next)


async def _without_strangers(tx: Transaction, taken: AddressTaken, cases: CaseSource) -> AddressTaken:
    """The refusal, without the id of a customer whom the caller may not see."""
    try:
        await cases.check(tx, UUID(taken.extra["customer_id"]))
    except NotFound:
        return AddressTaken(field=taken.field)
    return taken


def wanted_kinds(wanted: str) -> frozenset[Kind]:
    """Kinds of lines, separated by commas; all where none is named. Raises `KindInvalid`."""
    names = {name.strip() for name in wanted.split(",") if name.strip()}
    if names - KINDS:
        raise KindInvalid(field="kinds")
    return frozenset(kind for kind in KINDS if not names or kind in names)


def customer_row(customer: ListedCustomer, open_conversations: int) -> CustomerRow:
    """A line of a list of customers."""
    return CustomerRow(
        id=customer.id,
        name=customer.name,
        initials=initials_of(customer.name),
        colour=colour_of(customer.id),
        identities=customer.identities,
        last_seen_at=customer.last_seen_at,
        open_conversations=open_conversations,
    )


async def _card(tx: Transaction, customer_id: UUID, cases: CaseSource) -> CustomerCard:
    return card_view(await customer_card(tx, customer_id), await cases.cases(tx, customer_id, CASES))


def card_view(card: Card, cases: Sequence[CustomerCase]) -> CustomerCard:
    """The card as the desk gets it; conversations show the same."""
    customer = card.customer
    return CustomerCard(
        id=customer.id,
        name=customer.name,
        name_source=customer.name_source,
        initials=initials_of(customer.name),
        colour=colour_of(customer.id),
        locale=customer.locale,
        timezone=customer.timezone,
        created_at=customer.created_at,
        last_seen_at=customer.last_seen_at,
        identities=[identity_view(identity) for identity in card.identities],
        claims=[
            CustomerClaim(id=claim.id, kind=claim.kind, value=claim.value, source=claim.source, at=claim.at)
            for claim in card.claims
        ],
        traits=card.traits,
        companies=card.companies,
        conversations=list(cases),
        merged_into=customer.merged_into,
    )


def identity_view(identity: Identity) -> CustomerIdentity:
    """An identity as the desk gets it."""
    return CustomerIdentity(
        id=identity.id,
        kind=identity.kind,
        scope=identity.scope,
        value=identity.value,
        name=identity.name,
        proof=identity.proof,
        reachable=identity.reachable,
        bounced=identity.bounced_at is not None,
        first_seen_at=identity.first_seen_at,
        last_seen_at=identity.last_seen_at,
        source=identity.source,
    )


CONTROLLERS: Sequence[ControllerRouterHandler] = (CustomerController,)
