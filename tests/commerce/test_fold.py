"""What an order is now: the same, however its changes came."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from damso.commerce.fold import fold
from damso.commerce.money import LIMIT
from damso.commerce.types import Change, ChangeName, Item, Said

DAY = datetime(2026, 11, 2, tzinfo=UTC)
MUG = Item(sku="MUG", name="머그컵", price=Decimal(12000), quantity=2)
TEA = Item(sku="TEA", name="우롱차", price=Decimal(8000), quantity=1)


def change(name: ChangeName, minute: int = 0, **said: Any) -> Change:
    wanted = Said(**{"currency": "KRW"} | said)
    return Change(
        name=name,
        occurred_at=DAY + timedelta(minutes=minute),
        digest=f"{name}{minute}{said}",
        identity_id=1,
        said=wanted,
    )


def test_a_completed_order_is_its_lines_and_what_was_paid() -> None:
    told = fold("order", [change("completed", total=Decimal(35000), shipping=Decimal(3000), items=(MUG, TEA))])

    assert (told.state, told.total.minor, told.total.currency, told.refunded.minor) == ("placed", 35000, "KRW", 0)
    assert [(line.item.sku, line.price.minor, line.quantity) for line in told.lines] == [
        ("MUG", 12000, 2),
        ("TEA", 8000, 1),
    ]


def test_without_a_total_it_is_added_up() -> None:
    lines = fold("order", [change("completed", shipping=Decimal(3000), discount=Decimal(2000), items=(MUG, TEA))])
    revenue = fold("order", [change("completed", revenue=Decimal(32000), shipping=Decimal(3000), items=(MUG, TEA))])

    assert (lines.total.minor, revenue.total.minor) == (33000, 35000)


def test_a_later_word_replaces_only_what_it_says() -> None:
    first = change("completed", total=Decimal(24000), coupon="AUTUMN", items=(MUG,))
    told = fold("order", [first, change("updated", 5, total=Decimal(32000), status="배송중", items=(MUG, TEA))])

    assert (told.total.minor, told.coupon, told.status, len(told.lines)) == (32000, "AUTUMN", "배송중", 2)
    assert told.placed_at == DAY


def test_a_part_comes_back_then_all_of_it() -> None:
    bought = change("completed", total=Decimal(32000), items=(MUG, TEA))
    one = change("refunded", 1, items=(Item(sku="MUG", quantity=1),))
    rest = change("refunded", 2, total=Decimal(20000))
    part, whole = fold("order", [bought, one]), fold("order", [bought, one, rest])

    assert (part.state, part.refunded.minor) == ("partly_refunded", 12000)
    assert [line.refunded for line in part.lines] == [1, 0]
    assert (whole.state, whole.refunded.minor) == ("refunded", 32000)
    assert [line.refunded for line in whole.lines] == [2, 1]


def test_a_refund_that_says_nothing_is_of_all_and_none_is_of_more() -> None:
    bought = change("completed", total=Decimal(32000), items=(MUG, TEA))

    assert fold("order", [bought, change("refunded", 1)]).refunded.minor == 32000
    much = fold("order", [bought, change("refunded", 1, total=Decimal(99000))])
    assert (much.refunded.minor, much.problems) == (32000, ["REFUND_TOO_LARGE"])


def test_no_sum_is_more_than_an_amount_can_be() -> None:
    many = Item(sku="MUG", price=Decimal(0), quantity=1_000_000)
    dear = Item(sku="MUG", price=Decimal(9 * 10**14), quantity=1_000_000)
    told = fold("order", [change("completed", total=Decimal(0), items=(many,)), change("refunded", 1, items=(dear,))])

    assert (told.refunded.minor, told.problems) == (LIMIT - 1, ["AMOUNT_UNREADABLE"])


def test_a_refund_in_another_currency_is_not_added() -> None:
    told = fold(
        "order", [change("completed", total=Decimal(32000)), change("refunded", 1, total=Decimal(20), currency="USD")]
    )

    assert (told.refunded.minor, told.problems) == (0, ["REFUND_CURRENCY_DIFFERS"])


def test_a_cancelled_order_that_is_completed_again_stands() -> None:
    first, off = change("completed", total=Decimal(1)), change("cancelled", 1)

    assert fold("order", [first, off]).state == "cancelled"
    assert fold("order", [first, off, change("completed", 2, total=Decimal(1))]).state == "placed"


def test_a_cart_is_laid_into_and_taken_out_of_until_it_is_ordered() -> None:
    steps = [
        change("added", 0, items=(Item(sku="MUG", price=Decimal(12000)),)),
        change("added", 1, items=(Item(sku="MUG", price=Decimal(12000), quantity=2),)),
        change("added", 2, items=(TEA,)),
        change("removed", 3, items=(Item(sku="TEA"),)),
    ]
    cart = fold("cart", steps)
    ordered = fold("cart", [*steps, change("ordered", 4)])
    again = fold("cart", [*steps, change("ordered", 4), change("added", 5, items=(TEA,))])

    assert (cart.state, [(one.item.sku, one.quantity) for one in cart.lines], cart.total.minor) == (
        "cart",
        [("MUG", 3)],
        36000,
    )
    assert ordered.state == "ordered"
    assert [line.item.sku for line in again.lines] == ["TEA"]


ITEMS = st.lists(
    st.builds(
        Item,
        sku=st.sampled_from(["A", "B", "C"]),
        price=st.none() | st.decimals(0, 10**6, places=2),
        quantity=st.none() | st.integers(0, 9),
    ),
    max_size=4,
).map(tuple)
MONEY = st.none() | st.decimals(0, 10**7, places=2)
SAID = st.builds(
    Said,
    currency=st.none() | st.sampled_from(["KRW", "USD"]),
    total=MONEY,
    revenue=MONEY,
    shipping=MONEY,
    refund_key=st.sampled_from(["", "r1"]),
    items=st.none() | ITEMS,
)


def changes_of(*names: ChangeName) -> st.SearchStrategy[list[Change]]:
    one = st.builds(
        Change,
        name=st.sampled_from(names),
        occurred_at=st.integers(0, 3).map(lambda minute: DAY + timedelta(minutes=minute)),
        digest=st.uuids().map(str),
        identity_id=st.integers(1, 2),
        said=SAID,
    )
    return st.lists(one, min_size=1, max_size=8, unique_by=lambda change: change.digest)


@given(changes_of("completed", "updated", "delivered", "cancelled", "refunded"), st.integers())
def test_orders_do_not_depend_on_how_their_changes_came(changes: list[Change], seed: int) -> None:
    mixed = random.Random(seed).sample(changes, len(changes))
    told = fold("order", changes)

    assert fold("order", mixed) == told
    assert told.refunded.minor >= 0
    assert told.total.minor == 0 or told.refunded.minor <= told.total.minor
    assert all(0 <= line.refunded <= line.quantity for line in told.lines)


@given(changes_of("filled", "added", "removed", "ordered"), st.integers())
def test_carts_do_not_depend_on_how_their_changes_came(changes: list[Change], seed: int) -> None:
    mixed = random.Random(seed).sample(changes, len(changes))
    told = fold("cart", changes)

    assert fold("cart", mixed) == told
    assert all(line.quantity > 0 for line in told.lines)
