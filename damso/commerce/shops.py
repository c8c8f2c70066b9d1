"""Shops that people walk into, by the company's own names for them."""

from uuid import UUID

from msgspec import Struct

from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text


class Shop(Struct, frozen=True, kw_only=True):
    id: UUID
    key: str
    name: str


class ShopUnknown(AppError):
    code = "SHOP_UNKNOWN"
    status = 422
    text = Text("등록되지 않은 매장이에요.", "There is no such shop.")


async def shop(tx: Transaction, key: str) -> Shop:
    """Raises `ShopUnknown`, also for a warehouse."""
    found = await tx.maybe(Shop, "SELECT id, key, name FROM place WHERE key = $1 AND kind = 'shop'", key)
    if found is None:
        raise ShopUnknown(field="place")
    return found


async def shops(tx: Transaction) -> list[Shop]:
    """By name."""
    return await tx.all(Shop, "SELECT id, key, name FROM place WHERE kind = 'shop' ORDER BY name, id")
