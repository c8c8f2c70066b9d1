"""Products of the catalogue, in columns that can be brought in again: as CSV and as JSON Lines. Nobody's data."""

from decimal import Decimal

from damso.commerce.money import digits_of
from damso.commerce.products import StoredProduct, list_products
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
)


async def catalogue_part(tx: Transaction, caller: Caller, chosen: Chosen, fmt: ExportFormat, place: str | None) -> Part:
    """The next products by name."""
    page = await list_products(tx, q=chosen.q, cursor=place, limit=CHUNK)
    records = [_record(one) for one in page.items]
    return Part(records_text(fmt, COLUMNS, records, first=place is None), len(records), (), page.next)


def _record(one: StoredProduct) -> dict[str, object]:
    record: dict[str, object] = {column: getattr(one, column, None) for column in COLUMNS}
    price = None if one.price is None else str(Decimal(one.price).scaleb(-digits_of(one.currency)))
    return record | {"price": price, "product_id": one.product_key}
