"""Returns at a till: somebody who is known brings goods back, bought there or online."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from damso.commerce.orders import orders_of
from damso.commerce.returns.ask import AskedLine, Asking
from damso.commerce.returns.look_up import return_of
from damso.commerce.returns.quantities import OpenLine, open_lines_of
from damso.commerce.returns.step import StepWanted
from damso.commerce.returns.types import Condition, Reason, StoredReturn, Wanted
from damso.commerce.shops import Shop, shop
from damso.commerce.types import Within
from damso.conversations.counter.acts import (
    Act,
    Key,
    NewAct,
    PlaceKey,
    digest_of_request,
    keep_act,
    known_act,
    visit_of,
)
from damso.conversations.counter.visit import counter_event
from damso.conversations.returns.handle import move_return, open_return
from damso.customers.card import identities_of
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError, NotFound
from damso.kernel.i18n import Text
from damso.kernel.log import append
from damso.team.access import Caller

SHOWN = 20
"""Newest orders that a till is shown."""


class ProofNeeded(AppError):
    code = "COUNTER_PROOF_NEEDED"
    status = 403
    text = Text(
        "주문을 보려면 고객의 QR 코드가 필요해요. 전화번호만으로는 볼 수 없어요.",
        "To see orders, scan the customer's code. A phone number is not enough.",
    )


class CounterLine(Struct, frozen=True, kw_only=True):
    """A product of an order, and how many of it can come back."""

    line: int
    sku: str
    name: str
    variant: str
    open: int


class CounterOrder(Struct, frozen=True, kw_only=True):
    """An order of which something can come back; `shop` is where it was sold, empty where online."""

    number: str
    placed_at: datetime
    shop: str
    lines: list[CounterLine]


class CounterReturn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody brings back. `received`: the goods are on the counter."""

    key: Key
    visit_id: UUID
    place: PlaceKey
    order_number: Annotated[str, Meta(min_length=1, max_length=300)]
    lines: Annotated[list[AskedLine], Meta(min_length=1, max_length=100)]
    wanted: Wanted = "refund"
    reason: Reason = "changed_mind"
    condition: Condition = "unopened"
    note: Annotated[str, Meta(max_length=2000)] = ""
    received: bool = True


async def orders_at_counter(tx: Transaction, visit_id: UUID, within: Within) -> tuple[Act, list[CounterOrder]]:
    """The visit, and what of the customer's newest orders can come back. Raises `VisitOver`, `ProofNeeded`."""
    came = await visit_of(tx, visit_id)
    if came.known_by != "code":
        raise ProofNeeded
    found = await orders_of(tx, await _family(tx, came), "order", limit=SHOWN, within=within)
    returnable = [one for one in found if one.state != "cancelled" and one.trust == "asserted"]
    open_ = await open_lines_of(tx, [one.id for one in returnable])
    orders = [
        CounterOrder(number=one.number, placed_at=one.placed_at, shop=one.place, lines=lines)
        for one in returnable
        if (lines := [_line(line) for line in open_[one.id] if line.open])
    ]
    return came, orders


def _line(line: OpenLine) -> CounterLine:
    return CounterLine(line=line.number, sku=line.sku, name=line.name, variant=line.variant, open=line.open)


async def give_back(
    tx: Transaction, caller: Caller, wanted: CounterReturn, *, within: Within
) -> tuple[Act, StoredReturn]:
    """Open a return at a shop, and note that the goods are there where the policy allows it.

    Raises `ShopUnknown`, `VisitOver`, `NotFound` for an order of anybody else, `RequestKeyUsed`, and what `open_return`
    raises.
    """
    at = await shop(tx, wanted.place)
    digest = digest_of_request("return", wanted)
    if known := await known_act(tx, caller.actor, wanted.key, digest):
        assert known.return_id
        return known, await return_of(tx, known.return_id)
    came = await visit_of(tx, wanted.visit_id, at)
    order_id = await _order(tx, came, wanted.order_number)
    proven = came.known_by == "code"
    asked = await open_return(tx, caller, order_id, _asking(wanted, at), within=within, proven=proven)
    case = await return_of(tx, asked.id)
    new = NewAct(
        kind="return",
        key=wanted.key,
        digest=digest,
        identity_id=came.identity_id,
        known_by=came.known_by,
        visit_id=came.id,
        return_id=case.id,
    )
    kept = await keep_act(tx, caller.actor, at, new)
    if kept is None:  # the same, a moment ago: its transaction is over, since this one waited for its order
        known = await known_act(tx, caller.actor, wanted.key, digest)
        assert known
        return known, case
    said: dict[str, object] = {"order_id": case.order_number, "return_id": str(case.id), "wanted": case.wanted}
    await append(tx, counter_event("Order Returned", kept, at, caller.actor, said))
    if wanted.received and case.state == "approved":
        case = await move_return(tx, caller.actor, case.id, StepWanted(to="received", place=at.key), within=within)
    return kept, case


def _asking(wanted: CounterReturn, at: Shop) -> Asking:
    return Asking(
        key=wanted.key,
        lines=wanted.lines,
        wanted=wanted.wanted,
        reason=wanted.reason,
        condition=wanted.condition,
        return_to="shop",
        place=at.key,
        note=wanted.note,
    )


async def _order(tx: Transaction, came: Act, number: str) -> UUID:
    """The order of that number, if it is theirs: a receipt with somebody else's number is no order."""
    order_id: UUID | None = await tx.value(
        """SELECT id FROM customer_order WHERE kind = 'order' AND number = $1 AND claimed_by = 0
            AND identity_id = ANY ($2)""",
        number,
        await _family(tx, came),
    )
    if order_id is None:
        raise NotFound(field="order_number")
    return order_id


async def _family(tx: Transaction, came: Act) -> Sequence[int]:
    """All identities of whoever came. One who only said a number is nobody else, whatever they were joined to."""
    if came.known_by == "phone":
        return [came.identity_id]
    customer_id = await tx.value("SELECT customer_id FROM identity WHERE id = $1", came.identity_id)
    return await identities_of(tx, customer_id)
