"""Routes of tills, and of the link to a customer's code. A till is told as little as it can do its work with."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from damso.commerce.returns.types import Judgement, ReturnState, StoredReturn
from damso.commerce.shops import Shop, shops
from damso.conversations.counter.acts import Act
from damso.conversations.counter.codes import MemberCodes, make_link, revoke_links
from damso.conversations.counter.give_back import CounterOrder, CounterReturn, give_back, orders_at_counter
from damso.conversations.counter.sell import NewSale, sell
from damso.conversations.counter.shown import CounterPerson, person_of
from damso.conversations.counter.visit import NewVisit, visit
from damso.conversations.order_api import orders_within
from damso.conversations.returns.view import Judged, judged
from damso.customers.types import CaseSource
from damso.kernel.database import Database, Transaction
from damso.kernel.i18n import Locale
from damso.kernel.log import Event, append
from damso.team.access import Caller, needs
from damso.team.records.witness import Witness

Cases = NamedDependency[SkipValidation[CaseSource]]
Codes = NamedDependency[SkipValidation[MemberCodes]]


class CounterShop(Struct, frozen=True, kw_only=True):
    key: str
    name: str


class CounterVisit(Struct, frozen=True, kw_only=True):
    """A visit: its id goes with the sales and returns of the next two hours."""

    id: UUID
    at: datetime
    person: CounterPerson


class CounterSale(Struct, frozen=True, kw_only=True):
    """A sale that was taken; `order_number` is what its order is known by."""

    id: UUID
    order_number: str


class CounterReturned(Struct, frozen=True, kw_only=True):
    """What became of a return: `asked` means that a person has yet to decide."""

    id: UUID
    state: ReturnState
    judged: Judged


class MemberLinkState(Struct, frozen=True, kw_only=True):
    """Whether a customer has a link to their code, and since when."""

    made_at: datetime | None


class MadeMemberLink(Struct, frozen=True, kw_only=True):
    """The link. It is shown once; a new one ends the old."""

    url: str
    made_at: datetime


class CounterController(Controller):
    """What a till sends. Every request carries a `key` of its own: the same one again changes nothing."""

    path = "/api/counter"
    tags = ("counter",)
    guards = (needs("commerce.counter"),)

    @get("/shops")
    async def list_counter_shops(self, database: NamedDependency[Database]) -> Sequence[CounterShop]:
        """The shops that a till can stand in."""
        async with database.reading() as tx:
            return [_shop(one) for one in await shops(tx)]

    @post("/visits")
    async def add_visit(
        self,
        data: JSONBody[NewVisit],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        codes: Codes,
        witness: NamedDependency[Witness],
    ) -> CounterVisit:
        """Somebody came: they showed their code, or said their phone number."""
        async with database.transaction() as tx:
            came = await visit(tx, codes, data, caller.actor)
            person = await person_of(tx, came)
            customer_id = await _customer(tx, came)
        await witness.viewed(customer_id)
        return CounterVisit(id=came.id, at=came.at, person=person)

    @get("/visits/{visit_id:uuid}/orders")
    async def list_visit_orders(
        self,
        visit_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        witness: NamedDependency[Witness],
    ) -> list[CounterOrder]:
        """What of their orders can come back, of somebody who showed their code."""
        async with database.reading() as tx:
            came, orders = await orders_at_counter(tx, visit_id, orders_within(caller, cases))
            customer_id = await _customer(tx, came)
        await witness.viewed(customer_id)
        return orders

    @post("/sales")
    async def add_sale(
        self, data: JSONBody[NewSale], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> CounterSale:
        """What they bought."""
        async with database.transaction() as tx:
            sold = await sell(tx, data, caller.actor)
        return CounterSale(id=sold.id, order_number=sold.number)

    @post("/returns")
    async def add_counter_return(
        self,
        data: JSONBody[CounterReturn],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        locale: NamedDependency[Locale],
    ) -> CounterReturned:
        """What they brought back. Goods that the policy takes are noted as received at once."""
        async with database.transaction() as tx:
            _, case = await give_back(tx, caller, data, within=orders_within(caller, cases))
        return _returned(case, locale)


class MemberLinkController(Controller):
    """The link to the page on which a customer's code stands."""

    path = "/api/customers/{customer_id:uuid}/member-link"
    tags = ("counter",)

    @get(guards=[needs("customers.read")])
    async def get_member_link(
        self, customer_id: FromPath[UUID], database: NamedDependency[Database], cases: Cases
    ) -> MemberLinkState:
        """Whether there is one."""
        async with database.reading() as tx:
            await cases.check(tx, customer_id)
            made_at = await tx.value(
                """SELECT max(m.made_at) FROM member_link m JOIN identity i ON i.id = m.identity_id
                WHERE i.customer_id = $1 AND m.revoked_at IS NULL""",
                customer_id,
            )
        return MemberLinkState(made_at=made_at)

    @post(guards=[needs("customers.write")])
    async def make_member_link(
        self,
        customer_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        codes: Codes,
    ) -> MadeMemberLink:
        """Make a new one; the old one and every code that it showed work no more."""
        async with database.transaction() as tx:
            await cases.check(tx, customer_id)
            link_id = await make_link(tx, customer_id)
            await _tell(tx, "member.link_made", link_id, caller)
            url = codes.page(link_id, await _brand(tx, customer_id, caller), tx.now)
            return MadeMemberLink(url=url, made_at=tx.now)

    @delete(guards=[needs("customers.write")])
    async def revoke_member_link(
        self,
        customer_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
    ) -> None:
        """From now on it shows nothing."""
        async with database.transaction() as tx:
            await cases.check(tx, customer_id)
            link_id = await tx.value(
                """SELECT m.id FROM member_link m JOIN identity i ON i.id = m.identity_id
                WHERE i.customer_id = $1 AND m.revoked_at IS NULL LIMIT 1""",
                customer_id,
            )
            if await revoke_links(tx, customer_id):
                await _tell(tx, "member.link_revoked", link_id, caller)


async def _tell(tx: Transaction, name: str, link_id: int, caller: Caller) -> None:
    identity_id = await tx.value("SELECT identity_id FROM member_link WHERE id = $1", link_id)
    await append(
        tx,
        Event(
            name=name,
            subject_kind="member_link",
            subject_id=str(link_id),
            identity_id=identity_id,
            actor=caller.actor,
        ),
    )


async def _brand(tx: Transaction, customer_id: UUID, caller: Caller) -> UUID:
    """Whose look the page has: the brand they spoke with last, as far as the caller may see it, else the first."""
    found: UUID = await tx.value(
        """SELECT b.id FROM brand b LEFT JOIN LATERAL (
            SELECT max(c.last_message_at) AS at FROM conversation c JOIN identity i ON i.id = c.anchor_identity_id
            WHERE c.brand_id = b.id AND i.customer_id = $1) spoke ON true
        WHERE $2::uuid[] = '{}' OR b.id = ANY ($2) ORDER BY spoke.at DESC NULLS LAST, b.created_at, b.id LIMIT 1""",
        customer_id,
        list(caller.limits.brands),
    )
    return found


async def _customer(tx: Transaction, came: Act) -> UUID:
    found: UUID = await tx.value("SELECT customer_id FROM identity WHERE id = $1", came.identity_id)
    return found


def _shop(one: Shop) -> CounterShop:
    return CounterShop(key=one.key, name=one.name)


def _returned(case: StoredReturn, locale: Locale) -> CounterReturned:
    judgement = Judgement(verdict=case.verdict, why=case.why, payer=case.payer, until=case.until)
    return CounterReturned(id=case.id, state=case.state, judged=judged(judgement, locale))


CONTROLLERS: Sequence[ControllerRouterHandler] = (CounterController, MemberLinkController)
