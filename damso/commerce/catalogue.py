"""Products, places and stock as the shop's system tells them: set-wise, and idempotent by SKU and version."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from damso.commerce.money import AmountInvalid, as_currency, as_decimal, money_of
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.ids import new_id

MOST = 500
"""Of what is sent at once."""

Key = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]
Words = Annotated[str, Meta(max_length=300)]
Address = Annotated[str, Meta(max_length=2000, pattern=r"^(https?://\S+)?$")]
Version = Annotated[int, Meta(ge=0, lt=2**53)]
PlaceKind = Literal["warehouse", "shop"]


class NewProduct(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A product as its source has it. `price` is a number or a text such as `12,000`, in `currency` (ISO 4217).

    `version` grows with each change there, e.g. the time of the change in seconds; an older one changes nothing.
    """

    sku: Key
    name: Annotated[str, Meta(min_length=1, max_length=300)]
    version: Version
    product_id: Words = ""
    variant: Words = ""
    maker: Words = ""
    category: Words = ""
    price: int | float | str | None = None
    currency: str = ""
    url: Address = ""
    image_url: Address = ""
    sold: bool = True


class NewPlace(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A warehouse or a shop. `key` is the company's own name for it."""

    key: Key
    name: Annotated[str, Meta(min_length=1, max_length=300)]
    kind: PlaceKind


class NewStock(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many of a product are at a place, as of a version."""

    sku: Key
    place: Key
    quantity: Annotated[int, Meta(ge=0, lt=2**53)]
    version: Version


class Taken(Struct, frozen=True, kw_only=True):
    """What became of what was sent: `written`, or `unchanged` because the same or a newer version was there."""

    written: int
    unchanged: int


class BatchTooLarge(AppError):
    code = "BATCH_TOO_LARGE"
    status = 422
    text = Text("한 번에 {limit}개까지 보낼 수 있어요.", "At most {limit} at once.")


class PriceInvalid(AppError):
    code = "PRICE_INVALID"
    status = 422
    text = Text("{sku}: 가격과 통화(예: 12000, KRW)를 확인해 주세요.", "{sku}: check price and currency (12000, KRW).")


class StockOfUnknown(AppError):
    """A SKU or a place that nobody told us of; nothing was written."""

    code = "STOCK_OF_UNKNOWN"
    status = 422
    text = Text(
        "먼저 상품과 장소를 등록해 주세요. 모르는 값: {unknown}", "Send products and places first. Unknown: {unknown}"
    )


_PRODUCTS = """
INSERT INTO product AS p (id, sku, product_key, variant, name, maker, category, price, currency, url, image_url, sold,
    version, changed_at)
SELECT id, sku, product_key, variant, name, maker, category, price, currency, url, image_url, sold, version, $2
FROM jsonb_to_recordset($1) AS g(id uuid, sku text, product_key text, variant text, name text, maker text,
    category text, price bigint, currency text, url text, image_url text, sold boolean, version bigint)
ORDER BY sku
ON CONFLICT (sku) DO UPDATE SET product_key = excluded.product_key, variant = excluded.variant, name = excluded.name,
    maker = excluded.maker, category = excluded.category, price = excluded.price, currency = excluded.currency,
    url = excluded.url, image_url = excluded.image_url, sold = excluded.sold, version = excluded.version,
    changed_at = excluded.changed_at
WHERE p.version < excluded.version
"""


async def put_products(tx: Transaction, products: Sequence[NewProduct]) -> Taken:
    """Add or change products. Raises `BatchTooLarge`, `PriceInvalid`; then nothing is written."""
    check_size(products)
    newest: dict[str, NewProduct] = {}
    for one in products:
        if one.sku not in newest or newest[one.sku].version < one.version:
            newest[one.sku] = one
    written = await tx.execute(_PRODUCTS, [_row(one) for one in newest.values()], tx.now)
    return Taken(written=written, unchanged=len(products) - written)


def check_size(batch: Sequence[object]) -> None:
    """Raises `BatchTooLarge`."""
    if len(batch) > MOST:
        raise BatchTooLarge(limit=MOST)


def price_of(product: NewProduct) -> tuple[int | None, str]:
    """Minor units and currency. Raises `PriceInvalid`."""
    if product.price in (None, ""):
        return None, ""
    number, currency = as_decimal(product.price), as_currency(product.currency)
    if number is None or number < 0 or currency is None:
        raise PriceInvalid(sku=product.sku)
    try:
        return money_of(number, currency).minor, currency
    except AmountInvalid as error:
        raise PriceInvalid(sku=product.sku) from error


def _row(product: NewProduct) -> Mapping[str, Any]:
    price, currency = price_of(product)
    return msgspec.structs.asdict(product) | {
        "id": new_id(),
        "product_key": product.product_id,
        "price": price,
        "currency": currency,
    }


async def put_places(tx: Transaction, places: Sequence[NewPlace]) -> Taken:
    """Add or change warehouses and shops, known by their keys. Raises `BatchTooLarge`."""
    check_size(places)
    last = {place.key: place for place in places}
    written = await tx.execute(
        """INSERT INTO place AS p (id, key, name, kind, changed_at)
        SELECT id, key, name, kind, $2 FROM jsonb_to_recordset($1) AS g(id uuid, key text, name text, kind text)
        ORDER BY key ON CONFLICT (key) DO UPDATE
        SET name = excluded.name, kind = excluded.kind, changed_at = excluded.changed_at
        WHERE (p.name, p.kind) <> (excluded.name, excluded.kind)""",
        [msgspec.structs.asdict(place) | {"id": new_id()} for place in last.values()],
        tx.now,
    )
    return Taken(written=written, unchanged=len(places) - written)


_UNKNOWN = """
SELECT g.sku FROM jsonb_to_recordset($1) AS g(sku text, place text) WHERE g.sku NOT IN (SELECT sku FROM product)
UNION SELECT g.place FROM jsonb_to_recordset($1) AS g(sku text, place text)
    WHERE g.place NOT IN (SELECT key FROM place) ORDER BY 1 LIMIT 5
"""
_STOCK = """
INSERT INTO stock AS s (product_id, place_id, quantity, version, changed_at)
SELECT p.id, l.id, g.quantity, g.version, $2
FROM jsonb_to_recordset($1) AS g(sku text, place text, quantity bigint, version bigint)
JOIN product p ON p.sku = g.sku JOIN place l ON l.key = g.place ORDER BY p.id, l.id
ON CONFLICT (product_id, place_id) DO UPDATE
SET quantity = excluded.quantity, version = excluded.version, changed_at = excluded.changed_at
WHERE s.version < excluded.version
"""


async def put_stock(tx: Transaction, stock: Sequence[NewStock]) -> Taken:
    """Say how many are where. Raises `BatchTooLarge`, `StockOfUnknown`; then nothing is written."""
    check_size(stock)
    newest: dict[tuple[str, str], NewStock] = {}
    for one in sorted(stock, key=lambda one: one.version):
        newest[one.sku, one.place] = one
    rows = [msgspec.structs.asdict(one) for one in newest.values()]
    if unknown := await tx.values(_UNKNOWN, rows):
        raise StockOfUnknown(unknown=", ".join(unknown))
    written = await tx.execute(_STOCK, rows, tx.now)
    return Taken(written=written, unchanged=len(stock) - written)
