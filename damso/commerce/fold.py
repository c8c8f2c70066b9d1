"""What an order is now, from all that happened to it. The same set of changes gives the same order, however they came.

Changes are told in the order of when they happened (then by what they are, then by digest), never of when they arrived.
"""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Any, TypeAlias, get_args

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from damso.commerce.money import DEFAULT_CURRENCY, LIMIT, AmountInvalid, Money, money_of
from damso.commerce.types import Change, ChangeName, Item, Line, OrderKind, OrderState, Problem, Said, Told

_RANKED: tuple[ChangeName, ...] = get_args(ChangeName)
_RANK = {name: rank for rank, name in enumerate(_RANKED)}


def fold(kind: OrderKind, changes: Collection[Change]) -> Told:
    """The order or cart that these changes make; there is at least one."""
    ordered = sorted(changes, key=lambda change: (change.occurred_at, _RANK[change.name], change.digest))
    return _order(ordered) if kind == "order" else _cart(ordered)


def total_of(said: Said) -> Money:
    """What an order came to, as far as one event of it tells."""
    sheet = _Sheet(said.currency or DEFAULT_CURRENCY, set())
    return _total(sheet, msgspec.structs.asdict(said), sheet.lines(said.items or ()))


class _Sheet(Struct):
    """What is written down on the way."""

    currency: str
    problems: set[Problem]

    def money(self, number: Decimal) -> Money:
        try:
            return money_of(number, self.currency)
        except AmountInvalid:
            self.problems.add("AMOUNT_UNREADABLE")
            return Money(0, self.currency)

    def maybe(self, number: Decimal | None) -> Money | None:
        return None if number is None else self.money(number)

    def lines(self, items: Sequence[Item]) -> list[Line]:
        """Items of one kind and price become one line."""
        found: dict[tuple[object, ...], Line] = {}
        for item in items:
            price = self.money(item.price or Decimal(0))
            quantity = 1 if item.quantity is None else item.quantity
            key = (*item.key, price.minor)
            known = found.get(key)
            found[key] = (
                replace(known, quantity=known.quantity + quantity)
                if known
                else Line(item=item, price=price, quantity=quantity)
            )
        return [line for line in found.values() if line.quantity]

    def sum(self, lines: Sequence[Line]) -> Money:
        return self.capped(sum(line.price.minor * line.quantity for line in lines))

    def capped(self, minor: int) -> Money:
        """A sum, which may be more than any amount is."""
        if minor >= LIMIT:
            self.problems.add("AMOUNT_UNREADABLE")
        return Money(min(minor, LIMIT - 1), self.currency)


def _sheet(changes: Sequence[Change]) -> _Sheet:
    problems = {problem for change in changes for problem in change.said.problems}
    currencies = [change.said.currency for change in changes if change.said.currency]
    if not currencies:
        problems.add("CURRENCY_MISSING")
    return _Sheet(currencies[-1] if currencies else DEFAULT_CURRENCY, problems)


def _order(changes: Sequence[Change]) -> Told:
    # What a cancellation or a refund says of the order counts only where nothing else does: it may be about a part.
    telling = [one for one in changes if one.name in ("completed", "updated")] or list(changes)
    sheet = _sheet(telling)
    said = {
        field: next((value for one in reversed(telling) if (value := getattr(one.said, field)) not in (None, "")), None)
        for field in ("total", "revenue", "shipping", "tax", "discount", "coupon", "shop", "place", "status", "items")
    }
    lines = sheet.lines(said["items"] or ())
    total = _total(sheet, said, lines)
    refunds = [one for one in changes if one.name == "refunded"]
    lines, refunded = _refunded(sheet, lines, total, refunds)
    placed = next((one for one in changes if one.name == "completed"), changes[0])
    delivered = [one for one in changes if one.name == "delivered"]
    return Told(
        state=_state(changes, total, refunded),
        identity_id=changes[0].identity_id,
        total=total,
        refunded=refunded,
        shipping=sheet.maybe(said["shipping"]),
        tax=sheet.maybe(said["tax"]),
        discount=sheet.maybe(said["discount"]),
        coupon=said["coupon"] or "",
        shop=said["shop"] or "",
        place=said["place"] or "",
        status=said["status"] or "",
        lines=lines,
        placed_at=placed.occurred_at,
        # Of several parcels the last one counts: the law counts from there (E-Commerce Act, art. 17).
        delivered_at=delivered[-1].occurred_at if delivered else None,
        changed_at=changes[-1].occurred_at,
        problems=sorted(sheet.problems),
    )


def _total(sheet: _Sheet, said: Mapping[str, Any], lines: Sequence[Line]) -> Money:
    """What was paid. Where the shop says only its revenue, shipping and tax come on top of it; where it says neither,
    the lines are added up."""
    if said["total"] is not None:
        return sheet.money(said["total"])
    if said["revenue"] is not None:
        return sheet.money(said["revenue"] + (said["shipping"] or 0) + (said["tax"] or 0))
    extra = sheet.money((said["shipping"] or Decimal(0)) + (said["tax"] or Decimal(0)))
    paid = sheet.sum(lines) + extra - sheet.money(said["discount"] or Decimal(0))
    return paid if paid.minor > 0 else Money(0, sheet.currency)


def _state(changes: Sequence[Change], total: Money, refunded: Money) -> OrderState:
    deciding = [one.name for one in changes if one.name in ("completed", "cancelled")]
    if deciding and deciding[-1] == "cancelled":
        return "cancelled"
    if not any(one.name == "refunded" for one in changes):
        return "placed"
    return "refunded" if refunded.minor >= total.minor else "partly_refunded"


def _refunded(sheet: _Sheet, lines: list[Line], total: Money, refunds: Sequence[Change]) -> tuple[list[Line], Money]:
    """The lines with what came back of them, and the money that did: never more than there was."""
    given, seen = Money(0, sheet.currency), set[str]()
    for one in refunds:
        if one.said.refund_key and one.said.refund_key in seen:
            continue
        seen.add(one.said.refund_key)
        if one.said.currency not in (None, sheet.currency):
            sheet.problems.add("REFUND_CURRENCY_DIFFERS")
            continue
        lines, worth = _returned(sheet, lines, one.said.items)
        if one.said.total is not None:
            worth = sheet.money(one.said.total)
        elif one.said.items is None:
            worth = total - given
        given = sheet.capped(given.minor + worth.minor)
    if total.minor and given.minor > total.minor:
        sheet.problems.add("REFUND_TOO_LARGE")
        given = total
    if given == total and total.minor:
        lines = [replace(line, refunded=line.quantity) for line in lines]
    return lines, given


def _returned(sheet: _Sheet, lines: list[Line], items: Sequence[Item] | None) -> tuple[list[Line], Money]:
    """The lines after some of their products came back, and what those cost."""
    worth = 0
    for item in items or ():
        left = item.quantity if item.quantity is not None else None
        for place, line in enumerate(lines):
            if line.item.key != item.key:
                continue
            open_ = line.quantity - line.refunded
            back = open_ if left is None else min(left, open_)
            lines = [*lines[:place], replace(line, refunded=line.refunded + back), *lines[place + 1 :]]
            price = line.price if item.price is None else sheet.money(item.price)
            worth += price.minor * back
            left = 0 if left is None else left - back
    return lines, sheet.capped(worth)


def _cart(changes: Sequence[Change]) -> Told:
    sheet = _sheet(changes)
    empty: _Cart = ("cart", ())
    *_, (state, items) = accumulate(changes, _lay, initial=empty)
    lines = sheet.lines(items)
    return Told(
        state=state,
        identity_id=changes[0].identity_id,
        total=sheet.sum(lines),
        refunded=Money(0, sheet.currency),
        shipping=None,
        tax=None,
        discount=None,
        coupon=next((one.said.coupon for one in reversed(changes) if one.said.coupon), ""),
        shop="",
        place="",
        status="",
        lines=lines,
        placed_at=changes[0].occurred_at,
        delivered_at=None,
        changed_at=changes[-1].occurred_at,
        problems=sorted(sheet.problems),
    )


_Cart: TypeAlias = tuple[OrderState, tuple[Item, ...]]


def _lay(before: _Cart, change: Change) -> _Cart:
    """The cart after one change. What was ordered has left the cart: whatever is laid in afterwards begins anew."""
    state, items = before
    if change.name == "ordered":
        return "ordered", items
    if state == "ordered":
        items = ()
    given = tuple(change.said.items or ())
    match change.name:
        case "filled":
            return "cart", items if change.said.items is None else given
        case "added":
            return "cart", _put(items, given, 1)
        case _:
            return "cart", _put(items, given, -1)


def _put(items: tuple[Item, ...], given: tuple[Item, ...], sign: int) -> tuple[Item, ...]:
    """Lay products into a cart, or take them out; without a quantity one is laid in and all are taken out."""
    found = {item.key: replace(item, quantity=1 if item.quantity is None else item.quantity) for item in items}
    for item in given:
        known = found.get(item.key)
        have = (known.quantity or 0) if known else 0
        by = item.quantity if item.quantity is not None else 1 if sign > 0 else have
        left = have + sign * by
        if left > 0:
            found[item.key] = replace(item if sign > 0 else known or item, quantity=left)
        else:
            found.pop(item.key, None)
    return tuple(found.values())
