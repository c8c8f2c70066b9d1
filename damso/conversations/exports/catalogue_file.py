"""Products of the catalogue, in columns that can be brought in again: as CSV and as JSON Lines. Nobody's data."""

from collections.abc import Sequence
from decimal import Decimal

from damso.commerce.money import digits_of
from damso.commerce.products import StockAt, StoredProduct, list_products, stock_of
from damso.conversations.exports.part import CHUNK, Part, records_text
from damso.conversations.exports.types import Chosen, ExportFormat
from damso.kernel.database import Transaction
from damso.team.access import Caller

COLUMNS = (
    "sku",
    "name",
    "price",
    "currency",
    "category",
    "variant",
    "maker",
    "product_id",
    "url",
    "image_url",
    "sold",
    "version",
    "stock",
    "places",
)


async def catalogue_part(tx: Transaction, caller: Caller, chosen: Chosen, fmt: ExportFormat, place: str | None) -> Part:
    """The next products by name, with how many are where."""
    page = await list_products(tx, q=chosen.q, cursor=place, limit=CHUNK)
    where = await stock_of(tx, [one.id for one in page.items])
    records = [_record(one, where[one.id], fmt) for one in page.items]
    return Part(records_text(fmt, COLUMNS, records, first=place is None), len(records), (), page.next)


def _record(one: StoredProduct, where: Sequence[StockAt], fmt: ExportFormat) -> dict[str, object]:
    record: dict[str, object] = {column: getattr(one, column, None) for column in COLUMNS}
    price = None if one.price is None else str(Decimal(one.price).scaleb(-digits_of(one.currency)))
    places: object = [{"place": at.place, "kind": at.kind, "quantity": at.quantity} for at in where]
    if fmt == "csv":
        places = tuple(f"{at.place}: {at.quantity}" for at in where)
    return record | {"price": price, "product_id": one.product_key, "places": places}
