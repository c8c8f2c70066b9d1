"""Routes of orders: what customers bought, as far as the caller may see those customers.

The room of commerce knows people by identity ids; who they are, and who may see them, is put together here.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, SkipValidation
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from damso.commerce.api import Amount, amount_of
from damso.commerce.orders import Wanted, lines_of, list_orders, order, orders_of
from damso.commerce.status import word_of
from damso.commerce.types import OrderState, StoredLine, StoredOrder, Trust, Within
from damso.conversations.rows import customer_name
from damso.conversations.types import CustomerName
from damso.customers.card import identities_of
from damso.customers.types import CaseSource
from damso.kernel.database import Database, Transaction
from damso.kernel.pagination import Page
from damso.team.access import Caller, needs
from damso.team.records.witness import Witness

SHOWN = 3
"""Lines that a row of a list tells."""

Cases = NamedDependency[SkipValidation[CaseSource]]


class OrderedProduct(Struct, frozen=True, kw_only=True):
    """A line of an order. `product_id` is its product in the catalogue, where it is there."""

    number: int
    product_id: UUID | None
    pictured: bool
    sku: str
    variant: str
    name: str
    price: Amount
    quantity: int
    refunded: int
    url: str


class OrderRow(Struct, frozen=True, kw_only=True):
    """An order in a list, with its first three lines. `trust`: whether the company's systems told of it (`asserted`) or
    only the customer's browser did (`claimed`). `status` is the shop's own word for where it is, empty where that is a
    code of its system. `place` is the shop that sold it over the counter."""

    id: UUID
    number: str
    state: OrderState
    trust: Trust
    status: str
    shop: str
    place: str
    total: Amount
    refunded: Amount
    placed_at: datetime
    delivered_at: datetime | None
    changed_at: datetime
    line_count: int
    lines: list[OrderedProduct]
    customer: CustomerName


class OrderView(OrderRow, frozen=True, kw_only=True):
    """An order with all of its lines. `problems`: what could not be read of what the shop sent."""

    shipping: Amount | None
    tax: Amount | None
    discount: Amount | None
    coupon: str
    problems: list[str]


class CustomerOrders(Struct, frozen=True, kw_only=True):
    """What somebody bought, newest first, and what lies in their carts."""

    orders: list[OrderRow]
    carts: list[OrderRow]


class OrderController(Controller):
    """What customers bought."""

    path = "/api"
    tags = ("commerce",)
    guards = (needs("commerce.read"), needs("customers.read"))

    @get("/orders")
    async def list_orders(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        witness: NamedDependency[Witness],
        q: FromQuery[str] = "",
        in_state: FromQuery[Literal["", "placed", "cancelled", "partly_refunded", "refunded"]] = "",
        cursor: FromQuery[str | None] = None,
    ) -> Page[OrderRow]:
        """Orders, newest first; `q` begins an order's number, or is part of a product's name or its SKU."""
        async with database.reading() as tx:
            wanted = Wanted(q=q, state=in_state)
            page = await list_orders(tx, wanted, cursor=cursor, within=orders_within(caller, cases))
            rows = await _rows(tx, page.items)
        witness.listed({row.customer.id for row in rows})
        return Page(items=rows, next=page.next)

    @get("/orders/{order_id:uuid}")
    async def get_order(
        self,
        order_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        witness: NamedDependency[Witness],
    ) -> OrderView:
        """One order with its lines."""
        async with database.reading() as tx:
            found = await order(tx, order_id, orders_within(caller, cases))
            lines = (await lines_of(tx, [found.id]))[found.id]
            people = await people_of(tx, [found.identity_id])
        view = OrderView(
            **_fields(found, lines, people),
            lines=[_line(line, found.currency) for line in lines],
            shipping=_maybe(found.shipping, found.currency),
            tax=_maybe(found.tax, found.currency),
            discount=_maybe(found.discount, found.currency),
            coupon=found.coupon,
            problems=found.problems,
        )
        await witness.viewed(view.customer.id)
        return view

    @get("/customers/{customer_id:uuid}/orders")
    async def get_customer_orders(
        self,
        customer_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        witness: NamedDependency[Witness],
    ) -> CustomerOrders:
        """The newest 30 orders of a customer, and their carts."""
        async with database.reading() as tx:
            await cases.check(tx, customer_id)
            ids = await identities_of(tx, customer_id)
            within = orders_within(caller, cases)
            orders = await orders_of(tx, ids, "order", within=within)
            carts = await orders_of(tx, ids, "cart", within=within)
            rows = await _rows(tx, [*orders, *carts])
        await witness.viewed(customer_id)
        return CustomerOrders(orders=rows[: len(orders)], carts=rows[len(orders) :])


def orders_within(caller: Caller, cases: CaseSource) -> Within:
    """Orders of customers in reach; of a brand only where the brand is."""

    def within(args: list[object]) -> str:
        conditions = []
        if person := cases.within(args, "u"):
            conditions.append(
                f"""EXISTS (SELECT FROM identity i JOIN customer u ON u.id = i.customer_id
                WHERE i.id = o.identity_id AND {person})"""
            )
        if caller.limits.brands:
            args.append(list(caller.limits.brands))
            conditions.append(f"(o.brand_id IS NULL OR o.brand_id = ANY (${len(args)}))")
        return " AND ".join(conditions)

    return within


async def _rows(tx: Transaction, orders: Sequence[StoredOrder]) -> list[OrderRow]:
    lines = await lines_of(tx, [one.id for one in orders])
    people = await people_of(tx, [one.identity_id for one in orders])
    return [
        OrderRow(
            **_fields(one, lines[one.id], people),
            lines=[_line(line, one.currency) for line in lines[one.id][:SHOWN]],
        )
        for one in orders
    ]


async def people_of(tx: Transaction, identity_ids: Iterable[int]) -> Mapping[int, CustomerName]:
    """Whose these identities are."""
    rows = await tx.rows(
        """SELECT i.id AS identity_id, u.id, u.name FROM identity i JOIN customer u ON u.id = i.customer_id
        WHERE i.id = ANY ($1)""",
        sorted(set(identity_ids)),
    )
    return {row["identity_id"]: customer_name(row["id"], row["name"]) for row in rows}


def _fields(found: StoredOrder, lines: Sequence[StoredLine], people: Mapping[int, CustomerName]) -> dict[str, Any]:
    return {
        "id": found.id,
        "number": found.number,
        "state": found.state,
        "trust": found.trust,
        "status": word_of(found.status),
        "shop": found.shop,
        "place": found.place,
        "total": amount_of(found.total, found.currency),
        "refunded": amount_of(found.refunded, found.currency),
        "placed_at": found.placed_at,
        "delivered_at": found.delivered_at,
        "changed_at": found.changed_at,
        "line_count": len(lines),
        "customer": people[found.identity_id],
    }


def _line(line: StoredLine, currency: str) -> OrderedProduct:
    return OrderedProduct(
        number=line.number,
        product_id=line.product_id,
        pictured=line.pictured,
        sku=line.sku,
        variant=line.variant,
        name=line.name,
        price=amount_of(line.price, currency),
        quantity=line.quantity,
        refunded=line.refunded,
        url=line.url,
    )


def _maybe(minor: int | None, currency: str) -> Amount | None:
    return None if minor is None else amount_of(minor, currency)


CONTROLLERS: tuple[ControllerRouterHandler, ...] = (OrderController,)
