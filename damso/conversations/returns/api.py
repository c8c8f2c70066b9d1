"""Routes of returns, for agents and for shops' systems, and of the policy they are judged by."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, SkipValidation
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from damso.commerce.orders import order
from damso.commerce.returns.ask import Asker, Asking, preview
from damso.commerce.returns.look_up import list_returns, return_of, returns_of_order
from damso.commerce.returns.policy import ReturnPolicy, change_policy, policy
from damso.commerce.returns.quantities import open_lines
from damso.commerce.returns.step import StepWanted
from damso.conversations.order_api import orders_within
from damso.conversations.returns.handle import move_return, open_return
from damso.conversations.returns.view import Judged, ReturnView, judged, views_of
from damso.customers.types import CaseSource
from damso.kernel.database import Database
from damso.kernel.i18n import Locale
from damso.kernel.pagination import Page
from damso.team.access import Caller, needs
from damso.team.records.witness import Witness

Cases = NamedDependency[SkipValidation[CaseSource]]


class ReturnRequest(Asking, frozen=True, kw_only=True):
    """A wish to return, and the conversation that it came up in; without one it goes to the customer's open one."""

    conversation_id: UUID | None = None

    def asking(self) -> Asking:
        return Asking(**{name: getattr(self, name) for name in Asking.__struct_fields__})


class OpenQuantity(Struct, frozen=True, kw_only=True):
    """How many of a line of the order can still come back."""

    line: int
    quantity: int


class OrderReturns(Struct, frozen=True, kw_only=True):
    """The returns of an order, the newest first, and what of it can still come back."""

    returns: list[ReturnView]
    open: list[OpenQuantity]


class OrderReturnController(Controller):
    """Returns of one order."""

    path = "/api/orders/{order_id:uuid}/returns"
    tags = ("commerce",)
    guards = (needs("commerce.read"), needs("customers.read"))

    @get()
    async def get_order_returns(
        self,
        order_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        locale: NamedDependency[Locale],
        witness: NamedDependency[Witness],
    ) -> OrderReturns:
        """What came back of an order, is about to, and still can."""
        async with database.reading() as tx:
            await order(tx, order_id, orders_within(caller, cases))
            shown = await views_of(tx, caller, locale, await returns_of_order(tx, order_id))
            left = [OpenQuantity(line=one.number, quantity=one.open) for one in await open_lines(tx, order_id)]
        await witness.viewed(*{one.customer.id for one in shown})
        return OrderReturns(returns=shown, open=left)

    @post("/preview", guards=[needs("commerce.returns")], status_code=200)
    async def preview_return(
        self,
        order_id: FromPath[UUID],
        data: JSONBody[ReturnRequest],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        locale: NamedDependency[Locale],
    ) -> Judged:
        """What the policy would say of a return; nothing is written."""
        async with database.reading() as tx:
            await order(tx, order_id, orders_within(caller, cases))
            return judged(await preview(tx, order_id, data.asking(), Asker(actor=caller.actor)), locale)

    @post(guards=[needs("commerce.returns")])
    async def ask_return(
        self,
        order_id: FromPath[UUID],
        data: JSONBody[ReturnRequest],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        locale: NamedDependency[Locale],
        witness: NamedDependency[Witness],
    ) -> ReturnView:
        """Open a return. The same `key` again gives the same return."""
        async with database.transaction() as tx:
            asked = await open_return(
                tx,
                caller,
                order_id,
                data.asking(),
                within=orders_within(caller, cases),
                conversation_id=data.conversation_id,
            )
            [shown] = await views_of(tx, caller, locale, [await return_of(tx, asked.id)])
        witness.changed(shown.customer.id)
        return shown


class ReturnController(Controller):
    """Returns of all orders."""

    path = "/api/returns"
    tags = ("commerce",)
    guards = (needs("commerce.read"), needs("customers.read"))

    @get()
    async def list_returns(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        locale: NamedDependency[Locale],
        witness: NamedDependency[Witness],
        in_state: FromQuery[Literal["", "open", "asked", "approved", "received", "closed"]] = "",
        cursor: FromQuery[str | None] = None,
    ) -> Page[ReturnView]:
        """Returns, the newest first; `open` are those that somebody has to do something about."""
        async with database.reading() as tx:
            page = await list_returns(tx, in_state, cursor=cursor, within=orders_within(caller, cases))
            rows = await views_of(tx, caller, locale, page.items)
        witness.listed({row.customer.id for row in rows})
        return Page(items=rows, next=page.next)

    @get("/{return_id:uuid}")
    async def get_return(
        self,
        return_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        locale: NamedDependency[Locale],
        witness: NamedDependency[Witness],
    ) -> ReturnView:
        """One return with all that happened to it."""
        async with database.reading() as tx:
            found = await return_of(tx, return_id, orders_within(caller, cases))
            [shown] = await views_of(tx, caller, locale, [found])
        await witness.viewed(shown.customer.id)
        return shown

    @post("/{return_id:uuid}/steps", guards=[needs("commerce.returns")], status_code=200)
    async def move_return(
        self,
        return_id: FromPath[UUID],
        data: JSONBody[StepWanted],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        locale: NamedDependency[Locale],
        witness: NamedDependency[Witness],
    ) -> ReturnView:
        """Approve, refuse, note the receipt, the refund or the exchange. A step that was taken already changes nothing;
        money is given back by the shop's own system, and written down here."""
        async with database.transaction() as tx:
            moved = await move_return(tx, caller.actor, return_id, data, within=orders_within(caller, cases))
            [shown] = await views_of(tx, caller, locale, [moved])
        witness.changed(shown.customer.id)
        return shown


@get("/api/return-policy", guards=[needs("commerce.read")], tags=("commerce",))
async def get_return_policy(database: NamedDependency[Database]) -> ReturnPolicy:
    """What the company gives beyond the law."""
    async with database.reading() as tx:
        return await policy(tx)


@put("/api/return-policy", guards=[needs("commerce.manage")], tags=("commerce",))
async def put_return_policy(
    data: JSONBody[ReturnPolicy], database: NamedDependency[Database], caller: NamedDependency[Caller]
) -> ReturnPolicy:
    """Change it: kinder than the law or equal to it, never stricter."""
    async with database.transaction() as tx:
        return await change_policy(tx, data, caller.actor)


ROUTES: Sequence[ControllerRouterHandler] = (
    OrderReturnController,
    ReturnController,
    get_return_policy,
    put_return_policy,
)
