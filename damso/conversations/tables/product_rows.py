"""Rows of products. What a file does not tell of a product that is there stays as it is.

A row without a version is as new as its import, so a file that is brought in later counts, and one that is brought in
twice changes nothing.
"""

from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from damso.commerce.catalogue import NewProduct, PriceInvalid, price_of, put_products
from damso.commerce.money import digits_of
from damso.conversations.tables.mapping import Uses
from damso.conversations.tables.types import Filing, Refusal, Row, Tally
from damso.conversations.tables.values import as_yes_no
from damso.kernel.database import Database, Transaction

_WORDS = ("name", "category", "variant", "maker", "product_id", "url", "image_url")


class ProductRow(Struct, frozen=True, kw_only=True):
    """What a row tells of a product; `dated` that it has a version of its own, `again` that the file told of it
    before."""

    line: int
    sku: str
    fields: Mapping[str, Any]
    dated: bool
    surplus: bool = False
    again: bool = False


class ProductRows:
    kind: ClassVar[str] = "product"
    largest: ClassVar[int] = 400

    def __init__(self, filing: Filing) -> None:
        self._uses = Uses(filing.mapping)
        self._version = int(filing.begun_at.timestamp())
        self._seen: set[int] = set()

    def read(self, row: Row) -> ProductRow | Refusal:
        cells = self._uses.cells(row)
        if not (sku := str(cells.get("sku", "")).strip()):
            return Refusal(row.line, "NO_SKU")
        fields: dict[str, Any] = {word: str(cells[word]).strip() for word in _WORDS if word in cells}
        fields |= {"sku": sku, "version": cells.get("version", self._version)}
        if "price" in cells:
            price = cells["price"]
            fields["price"] = price.removesuffix("원").strip("₩ ") if isinstance(price, str) else price
            fields["currency"] = str(cells.get("currency", "")).strip().upper()
        if "sold" in cells:
            if (sold := _sold(cells["sold"])) is None:
                return Refusal(row.line, "SOLD_UNREADABLE")
            fields["sold"] = sold
        try:
            product = msgspec.convert({"name": "–"} | fields, NewProduct, strict=False)
            if fields.get("currency"):
                price_of(product)
        except PriceInvalid:
            return Refusal(row.line, "PRICE_INVALID")
        except msgspec.ValidationError:
            return Refusal(row.line, "PRODUCT_INVALID")
        return ProductRow(line=row.line, sku=sku, fields=fields, dated="version" in cells, surplus=row.surplus)

    def keys(self, item: ProductRow) -> Sequence[Hashable]:
        return (item.sku,)

    def remember(self, item: ProductRow) -> ProductRow:
        number = hash(item.sku)
        if number in self._seen:
            return replace(item, again=True)
        self._seen.add(number)
        return item

    async def foresee(self, tx: Transaction, items: Sequence[ProductRow]) -> Tally:
        tally, _ = await self._plan(tx, items)
        return tally

    async def before(self, database: Database, items: Sequence[ProductRow]) -> Sequence[ProductRow]:
        return items

    async def bring(self, tx: Transaction, items: Sequence[ProductRow]) -> Tally:
        tally, products = await self._plan(tx, items)
        await put_products(tx, products)
        return tally

    async def _plan(self, tx: Transaction, items: Sequence[ProductRow]) -> tuple[Tally, list[NewProduct]]:
        tally, products = Tally(), []
        there = await _there(tx, [item.sku for item in items])
        for item in items:
            if item.again and not item.dated:
                tally.refuse(item.line, "SKU_AGAIN")
                continue
            before = there.get(item.sku)
            if before is None and "name" not in item.fields and not item.again:
                tally.refuse(item.line, "NAME_MISSING")
                continue
            product = msgspec.convert({"name": "–"} | (before or {}) | _told(item, before), NewProduct, strict=False)
            try:
                price_of(product)
            except PriceInvalid:
                tally.refuse(item.line, "PRICE_INVALID")
                continue
            if item.surplus:
                tally.warn(item.line, "COLUMN_UNKNOWN")
            state = _state(before, product)
            tally.count("repeated" if item.again else state)
            if state != "same":
                products.append(product)
        return tally, products


def _told(item: ProductRow, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the row says; a price without a currency is in the one that the product has."""
    fields = dict(item.fields)
    if before and not fields.get("currency"):
        fields["currency"] = before["currency"]
    return fields


def _state(before: Mapping[str, Any] | None, product: NewProduct) -> str:
    if before is None:
        return "new"
    if before["version"] >= product.version:
        return "same"
    old = msgspec.convert({**before}, NewProduct, strict=False)
    alike = replace(old, version=0, price=None) == replace(product, version=0, price=None)
    return "same" if alike and price_of(old) == price_of(product) else "changed"


async def _there(tx: Transaction, skus: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Products that are there, as they were told to us."""
    rows = await tx.rows(
        """SELECT sku, name, version, product_key AS product_id, variant, maker, category, price, currency, url,
            image_url, sold FROM product WHERE sku = ANY ($1)""",
        list(skus),
    )
    return {row["sku"]: dict(row) | {"price": _as_told(row["price"], row["currency"])} for row in rows}


def _as_told(minor: int | None, currency: str) -> str | None:
    return None if minor is None else str(Decimal(minor).scaleb(-digits_of(currency)))


_SOLD = {
    "판매중": True,
    "판매함": True,
    "진열": True,
    "active": True,
    "품절": False,
    "판매중지": False,
    "미진열": False,
}
_SOLD |= {"archived": False, "draft": False, "판매안함": False, "단종": False}


def _sold(cell: Any) -> bool | None:
    known = _SOLD.get(str(cell).strip().lower().replace(" ", ""))
    return as_yes_no(cell) if known is None else known
