"""Products, places and stock: set-wise, by version, and never half."""

from typing import Any

import pytest

from damso.commerce.catalogue import (
    BatchTooLarge,
    NewPlace,
    NewProduct,
    NewStock,
    PriceInvalid,
    StockOfUnknown,
    put_places,
    put_products,
    put_stock,
)
from damso.commerce.products import list_products, places, product, stock_of
from damso.kernel.database import Database


def mug(version: int = 1, **fields: Any) -> NewProduct:
    return NewProduct(
        **{"sku": "MUG", "name": "달빛 머그컵", "price": "12,000", "currency": "KRW"} | fields, version=version
    )


async def test_products_are_known_by_sku_and_version(database: Database) -> None:
    async with database.transaction() as tx:
        first = await put_products(tx, [mug(1), mug(3, name="새 머그컵"), mug(2)])
        again = await put_products(tx, [mug(3), mug(1)])
        page = await list_products(tx, q="머그")

    assert (first.written, first.unchanged, again.written, again.unchanged) == (1, 2, 0, 2)
    assert [(one.name, one.price, one.currency, one.version) for one in page.items] == [("새 머그컵", 12000, "KRW", 3)]


async def test_a_list_goes_on_where_it_ended(database: Database) -> None:
    async with database.transaction() as tx:
        await put_products(tx, [mug(sku=str(number), name=f"컵 {number:02}") for number in range(5)])
        first = await list_products(tx, limit=3)
        rest = await list_products(tx, limit=3, cursor=first.next)

    assert [one.name for one in (*first.items, *rest.items)] == [f"컵 {number:02}" for number in range(5)]
    assert rest.next is None


async def test_stock_is_by_place_and_an_old_word_changes_nothing(database: Database) -> None:
    async with database.transaction() as tx:
        await put_products(tx, [mug()])
        await put_places(
            tx, [NewPlace(key="w", name="창고", kind="warehouse"), NewPlace(key="s", name="서촌점", kind="shop")]
        )
        wanted = [("w", 10, 2), ("s", 3, 1), ("w", 99, 1)]
        await put_stock(tx, [NewStock(sku="MUG", place=at, quantity=n, version=v) for at, n, v in wanted])
        late = await put_stock(tx, [NewStock(sku="MUG", place="w", quantity=0, version=1)])
        [found] = (await list_products(tx)).items
        where = (await stock_of(tx, [found.id]))[found.id]

    assert [(one.place, one.quantity) for one in where] == [("서촌점", 3), ("창고", 10)]
    assert (found.stock, late.unchanged) == (13, 1)


async def test_places_keep_their_key_when_they_are_renamed(database: Database) -> None:
    async with database.transaction() as tx:
        await put_places(tx, [NewPlace(key="s", name="서촌점", kind="shop")])
        same = await put_places(tx, [NewPlace(key="s", name="서촌점", kind="shop")])
        await put_places(tx, [NewPlace(key="s", name="서촌 본점", kind="shop")])
        found = await places(tx)

    assert (same.unchanged, [one.name for one in found]) == (1, ["서촌 본점"])


async def test_what_is_wrong_is_refused_as_a_whole(database: Database) -> None:
    async with database.transaction() as tx:
        with pytest.raises(PriceInvalid):
            await put_products(tx, [mug(), mug(sku="TEA", price="싸요")])
        with pytest.raises(PriceInvalid):
            await put_products(tx, [mug(currency="")])
        with pytest.raises(BatchTooLarge):
            await put_products(tx, [mug(sku=str(number)) for number in range(501)])
        with pytest.raises(StockOfUnknown) as caught:
            await put_stock(tx, [NewStock(sku="MUG", place="s", quantity=1, version=1)])

        assert caught.value.fields == {"unknown": "MUG, s"}
        assert (await list_products(tx)).items == []


async def test_a_product_has_no_price_where_none_is_told(database: Database) -> None:
    async with database.transaction() as tx:
        await put_products(tx, [mug(price=None, currency="")])
        [found] = (await list_products(tx)).items
        assert (await product(tx, found.id)).price is None
