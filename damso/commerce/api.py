"""Routes of the catalogue: products, places and stock. Nothing of customers is told here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import msgspec
from litestar import Controller, Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from damso.commerce.catalogue import NewPlace, NewProduct, NewStock, Taken, put_places, put_products, put_stock
from damso.commerce.money import digits_of
from damso.commerce.picture import picture
from damso.commerce.products import (
    StockAt,
    StoredPlace,
    StoredProduct,
    categories,
    list_products,
    places,
    product,
    stock_of,
)
from damso.kernel.database import Database
from damso.kernel.downloads import download_response
from damso.kernel.pagination import Page
from damso.team.access import needs


class Amount(Struct, frozen=True):
    """Money: whole minor units, of which `digits` stand behind the point (KRW: none)."""

    minor: int
    digits: int
    currency: str


class ProductRow(Struct, frozen=True, kw_only=True):
    """A product of the catalogue. `stock` is over all places; null where nobody told us."""

    id: UUID
    sku: str
    product_id: str
    variant: str
    name: str
    maker: str
    category: str
    price: Amount | None
    url: str
    image_url: str
    sold: bool
    version: int
    changed_at: datetime
    stock: int | None


class ProductCard(ProductRow, frozen=True, kw_only=True):
    """A product, and how many of it are where."""

    places: Sequence[StockAt]


class ProductController(Controller):
    """What the company sells."""

    path = "/api/products"
    tags = ("commerce",)

    @get(guards=[needs("commerce.read")])
    async def list_products(
        self,
        database: NamedDependency[Database],
        q: FromQuery[str] = "",
        category: FromQuery[str] = "",
        cursor: FromQuery[str | None] = None,
    ) -> Page[ProductCard]:
        """Products by name, with how many of them are where; `q` is part of a name, or a SKU."""
        async with database.reading() as tx:
            page = await list_products(tx, q=q, category=category, cursor=cursor)
            where = await stock_of(tx, [one.id for one in page.items])
        cards = [ProductCard(**_fields(one), places=where[one.id]) for one in page.items]
        return Page(items=cards, next=page.next)

    @get("/categories", guards=[needs("commerce.read")])
    async def list_categories(self, database: NamedDependency[Database]) -> Sequence[str]:
        """The categories that there are products in."""
        async with database.reading() as tx:
            return await categories(tx)

    @put(guards=[needs("commerce.manage")])
    async def put_products(self, data: JSONBody[list[NewProduct]], database: NamedDependency[Database]) -> Taken:
        """Add or change up to 500 products. One that is no newer than what is there changes nothing."""
        async with database.transaction() as tx:
            return await put_products(tx, data)

    @get("/{product_id:uuid}", guards=[needs("commerce.read")])
    async def get_product(self, product_id: FromPath[UUID], database: NamedDependency[Database]) -> ProductCard:
        """One product with its stock."""
        async with database.reading() as tx:
            found = await product(tx, product_id)
            return ProductCard(**_fields(found), places=(await stock_of(tx, [product_id]))[product_id])

    @get("/{product_id:uuid}/picture", guards=[needs("commerce.read")], media_type="image/*")
    async def get_product_picture(
        self,
        product_id: FromPath[UUID],
        database: NamedDependency[Database],
        http: NamedDependency[httpx.AsyncClient],
    ) -> Response[bytes]:
        """A product's picture, fetched from its shop."""
        data, content_type = await picture(database, http, product_id)
        return download_response(data, str(product_id), content_type, shown=True)


class StockController(Controller):
    """Where goods are, and how many."""

    path = "/api"
    tags = ("commerce",)

    @get("/places", guards=[needs("commerce.read")])
    async def list_places(self, database: NamedDependency[Database]) -> Sequence[StoredPlace]:
        """All warehouses and shops."""
        async with database.reading() as tx:
            return await places(tx)

    @put("/places", guards=[needs("commerce.manage")])
    async def put_places(self, data: JSONBody[list[NewPlace]], database: NamedDependency[Database]) -> Taken:
        """Add or change up to 500 warehouses and shops, known by their keys."""
        async with database.transaction() as tx:
            return await put_places(tx, data)

    @put("/stock", guards=[needs("commerce.manage")])
    async def put_stock(self, data: JSONBody[list[NewStock]], database: NamedDependency[Database]) -> Taken:
        """Say how many of up to 500 products are where. An older version changes nothing."""
        async with database.transaction() as tx:
            return await put_stock(tx, data)


def amount_of(minor: int, currency: str) -> Amount:
    return Amount(minor, digits_of(currency), currency)


def _fields(found: StoredProduct) -> dict[str, Any]:
    fields = msgspec.structs.asdict(found) | {"product_id": found.product_key}
    fields["price"] = None if found.price is None else amount_of(found.price, found.currency)
    del fields["product_key"], fields["currency"]
    return fields


CONTROLLERS: tuple[ControllerRouterHandler, ...] = (ProductController, StockController)
