"""From the log to orders: whole, once, whoever says it, and gone with the person."""

import itertools
from datetime import timedelta
from uuid import uuid4

import pytest
from msgspec.structs import replace

from damso.commerce.buyers import BUYERS
from damso.commerce.catalogue import NewProduct, put_products
from damso.commerce.erase import CommerceEraser
from damso.commerce.keep import MOST_CHANGES
from damso.commerce.money import LIMIT
from damso.kernel.database import Database
from damso.kernel.erasure import Person
from tests.commerce.shop import BROWSER, MUG, OPENED, TEA, bought_by, buys, follows, says, sends
from tests.customers.people import email, seen, visitor


@pytest.fixture
async def mina(database: Database) -> int:
    async with database.transaction() as tx:
        return (await seen(tx, email("mina"))).identity_id


@pytest.fixture
async def dana(database: Database) -> int:
    async with database.transaction() as tx:
        return (await seen(tx, visitor())).identity_id


def person(*identity_ids: int) -> Person:
    return Person(erasure_id=uuid4(), customer_ids=(), identity_ids=identity_ids, since=OPENED)


async def test_an_order_stands_with_its_lines(database: Database, mina: int) -> None:
    await sends(database, buys(mina))

    [bought] = await bought_by(database, mina)
    order = bought.order
    assert (order.number, order.state, order.trust, order.currency) == ("2026-1", "placed", "asserted", "KRW")
    assert (order.total, order.shipping, order.placed_at) == (35000, 3000, OPENED)
    assert [(line.name, line.price, line.quantity) for line in bought.lines] == [
        ("달빛 머그컵", 12000, 2),
        ("우롱차", 8000, 1),
    ]


async def test_every_way_of_coming_leaves_the_same(database: Database, mina: int) -> None:
    story = [
        buys(mina),
        says("Order Updated", mina, minute=1, order_id="2026-1", total=27000, products=[MUG]),
        says("Order Refunded", mina, minute=2, order_id="2026-1", products=[{"sku": "MUG", "quantity": 1}]),
    ]
    left = set()
    for number, way in enumerate(itertools.permutations(story), start=10):
        told = [replace(event, properties={**event.properties, "order_id": str(number)}) for event in way]
        for event in [*told, told[0]]:
            await sends(database, event)
        found = next(one for one in await bought_by(database, mina) if one.order.number == str(number))
        lines = tuple((line.sku, line.quantity, line.refunded) for line in found.lines)
        left.add((found.order.state, found.order.total, found.order.refunded, found.order.placed_at, lines))

    assert left == {("partly_refunded", 27000, 12000, OPENED, (("MUG", 2, 1),))}


async def test_a_browser_changes_nobody_elses_order(database: Database, mina: int, dana: int) -> None:
    await sends(database, buys(mina), buys(dana, total=1, actor=BROWSER))
    await sends(database, says("Order Cancelled", dana, minute=5, order_id="2026-1", actor=BROWSER))

    [own], [claimed] = await bought_by(database, mina), await bought_by(database, dana)
    assert (own.order.state, own.order.total, own.order.trust) == ("placed", 35000, "asserted")
    assert (claimed.order.state, claimed.order.trust) == ("cancelled", "claimed")


async def test_what_a_browser_claims_gives_way_to_the_shops_own_word(database: Database, mina: int) -> None:
    await sends(database, buys(mina, actor=BROWSER))
    assert [one.order.trust for one in await bought_by(database, mina)] == ["claimed"]
    await sends(database, buys(mina))

    assert [one.order.trust for one in await bought_by(database, mina)] == ["asserted"]


async def test_an_order_empties_the_cart(database: Database, mina: int) -> None:
    await sends(database, says("Product Added", mina, cart_id="c1", **MUG), says("Product Added", mina, **TEA))
    carts = await bought_by(database, mina, kind="cart")
    assert sorted((one.order.number, one.order.total) for one in carts) == [("", 8000), ("c1", 24000)]

    await sends(database, buys(mina, minute=3, cart_id="c1"))
    assert [one.order.number for one in await bought_by(database, mina, kind="cart")] == [""]


async def test_what_tells_of_no_order_is_passed_over(database: Database, mina: int) -> None:
    await sends(
        database, buys(None), says("Order Completed", mina, total=1), says("Order Completed", mina, order_id=[])
    )

    async with database.reading() as tx:
        assert await tx.value("SELECT count(*) FROM customer_order") == 0
        assert await tx.value("SELECT count(*) FROM reader_parked") == 0


async def test_a_cart_keeps_only_so_many_changes(database: Database, mina: int) -> None:
    steps = [says("Product Added", mina, minute=minute, **TEA) for minute in range(MOST_CHANGES + 20)]
    await sends(database, *steps)

    async with database.reading() as tx:
        assert await tx.value("SELECT count(*) FROM order_change") == MOST_CHANGES


async def test_the_catalogue_names_and_pictures_what_was_bought(database: Database, mina: int) -> None:
    async with database.transaction() as tx:
        await put_products(
            tx, [NewProduct(sku="MUG", name="머그컵", version=1, image_url="https://shop.example/mug.jpg")]
        )
    await sends(database, buys(mina, products=[{"sku": "MUG", "quantity": 1}, TEA]))

    [bought] = await bought_by(database, mina)
    assert [(line.name, line.pictured) for line in bought.lines] == [("머그컵", True), ("우롱차", False)]


async def test_erased_orders_go_and_do_not_come_back(database: Database, mina: int, dana: int) -> None:
    await sends(
        database, buys(mina), buys(dana, "2026-2"), says("Order Updated", mina, minute=1, order_id="2026-2", total=1)
    )
    async with database.transaction() as tx:
        assert await CommerceEraser().count(tx, person(mina)) == {"orders": 1, "carts": 1}
        await CommerceEraser().erase(tx, person(mina))
        await tx.execute("UPDATE identity SET value = 'erased:' || id WHERE id = $1", mina)
    await sends(database, buys(mina, "2026-3"))

    assert await bought_by(database, mina) == []
    assert [(one.order.number, one.order.total) for one in await bought_by(database, dana)] == [("2026-2", 35000)]


async def test_nothing_is_doubled_when_a_reader_begins_anew(database: Database, mina: int) -> None:
    await sends(database, buys(mina), says("Order Refunded", mina, minute=1, order_id="2026-1", total=5000))
    before = await bought_by(database, mina)
    async with database.transaction() as tx:
        await tx.execute("UPDATE reader_position SET epoch = 0, xid = 0, id = 0 WHERE reader = 'orders'")
    await follows(database)

    assert await bought_by(database, mina) == before


async def test_what_somebody_claims_to_have_spent_breaks_no_sum(database: Database, mina: int) -> None:
    """Ten thousand orders, each of the largest amount there is."""
    async with database.transaction() as tx:
        await tx.execute(
            """INSERT INTO customer_order (id, kind, number, claimed_by, identity_id, state, currency, total, refunded,
                coupon, shop, status, problems, placed_at, changed_at)
            SELECT gen_random_uuid(), 'order', n::text, $1, $1, 'placed', 'KRW', $2, 0, '', '', '', '{}', $3, $3
            FROM generate_series(1, 10000) AS n""",
            mina,
            LIMIT - 1,
            OPENED,
        )
        [buyer] = await tx.rows(BUYERS, OPENED - timedelta(days=1), "KRW")
    assert (buyer["orders"], buyer["spent"]) == (10_000, 10**18)
