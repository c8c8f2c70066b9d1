"""The catalogue as the desk and programs look at it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from damso.kernel.database import Transaction
from damso.kernel.pagination import Page, decode_cursor, encode_cursor

PAGE = 50


class StoredProduct(Struct, frozen=True, kw_only=True):
    """A product as it stands in the catalogue; `price` in minor units, `stock` over all places (None: nobody said)."""

    id: UUID
    sku: str
    product_key: str
    variant: str
    name: str
    maker: str
    category: str
    price: int | None
    currency: str
    url: str
    image_url: str
    sold: bool
    version: int
    changed_at: datetime
    stock: int | None


class StoredPlace(Struct, frozen=True, kw_only=True):
    """A warehouse or a shop."""

    id: UUID
    key: str
    name: str
    kind: str


class StockAt(Struct, frozen=True, kw_only=True):
    """How many are at a place."""

    place_id: UUID
    place: str
    kind: str
    quantity: int
    changed_at: datetime


_COLUMNS = """p.id, sku, product_key, variant, name, maker, category, price, currency, url, image_url, sold, version,
    changed_at, (SELECT sum(quantity)::bigint FROM stock s WHERE s.product_id = p.id) AS stock"""


async def list_products(
    tx: Transaction, *, q: str = "", category: str = "", cursor: str | None = None, limit: int = PAGE
) -> Page[StoredProduct]:
    """A page of products by name; `q` is part of a name, or a SKU."""
    after = decode_cursor(cursor, str, UUID) if cursor else ["", UUID(int=0)]
    rows = await tx.all(
        StoredProduct,
        f"""SELECT {_COLUMNS} FROM product p WHERE (lower(name), p.id) > ($1, $2::uuid)
            AND ($3 = '' OR position(lower($3) IN lower(name)) > 0 OR lower(sku) = lower($3))
            AND ($4 = '' OR category = $4)
        ORDER BY lower(name), p.id LIMIT $5""",
        *after,
        q.strip(),
        category,
        limit + 1,
    )
    shown = rows[:limit]
    more = encode_cursor(shown[-1].name.lower(), shown[-1].id) if len(rows) > limit else None
    return Page(items=shown, next=more)


async def product(tx: Transaction, product_id: UUID) -> StoredProduct:
    """Raises `NotFound`."""
    return await tx.one(StoredProduct, f"SELECT {_COLUMNS} FROM product p WHERE p.id = $1", product_id)


async def stock_of(tx: Transaction, product_ids: Sequence[UUID]) -> dict[UUID, list[StockAt]]:
    """How many of each product are where, shops first; every product is among them."""
    rows = await tx.rows(
        """SELECT s.product_id, l.id AS place_id, l.name AS place, l.kind, s.quantity, s.changed_at FROM stock s
        JOIN place l ON l.id = s.place_id WHERE s.product_id = ANY ($1) ORDER BY l.kind, l.name, l.id""",
        list(product_ids),
    )
    found: dict[UUID, list[StockAt]] = {product_id: [] for product_id in product_ids}
    for row in rows:
        fields = dict(row)
        found[fields.pop("product_id")].append(StockAt(**fields))
    return found


MOST_CATEGORIES = 500


async def categories(tx: Transaction) -> list[str]:
    """The categories that there are products in, by name."""
    return await tx.values(
        "SELECT DISTINCT category FROM product WHERE category <> '' ORDER BY category LIMIT $1", MOST_CATEGORIES
    )


async def places(tx: Transaction) -> Sequence[StoredPlace]:
    """All warehouses and shops."""
    return await tx.all(StoredPlace, "SELECT id, key, name, kind FROM place ORDER BY kind, name, id")
