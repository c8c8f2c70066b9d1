"""What the sample company's customers bought, told as a shop's system tells it."""

from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from damso.commerce.catalogue import NewPlace, NewProduct, NewStock, put_places, put_products, put_stock
from damso.kernel.database import Transaction
from damso.kernel.log import Event, append

PRODUCTS = (
    NewProduct(
        sku="MUG-01", name="달빛 머그컵", variant="크림", price=16000, currency="KRW", category="주방", version=1
    ),
    NewProduct(
        sku="MUG-02", name="달빛 머그컵", variant="먹색", price=16000, currency="KRW", category="주방", version=1
    ),
    NewProduct(sku="TEA-02", name="밤 우롱차 20g", price=12000, currency="KRW", category="차", version=1),
    NewProduct(sku="LMP-03", name="달항아리 조명", price=48000, currency="KRW", category="조명", version=1),
)
PLACES = (
    NewPlace(key="icheon", name="이천 창고", kind="warehouse"),
    NewPlace(key="seochon", name="서촌점", kind="shop"),
)
_STOCK = {
    ("MUG-01", "icheon"): 240,
    ("MUG-01", "seochon"): 6,
    ("MUG-02", "icheon"): 35,
    ("TEA-02", "icheon"): 80,
    ("LMP-03", "icheon"): 0,
    ("LMP-03", "seochon"): 2,
}
_EMAILS = ("jiho@daum.example", "dohyun@naver.example", "emma@gmail.example", "jaeha@gmail.example")


class _Sold(Struct, frozen=True):
    """An event of the shop: to whom, so many days ago."""

    email: str
    days: int
    name: str
    said: dict[str, Any]


def _products(*skus: str) -> list[dict[str, Any]]:
    known = {one.sku: one for one in PRODUCTS}
    return [
        {"sku": sku, "name": known[sku].name, "variant": known[sku].variant, "price": known[sku].price, "quantity": 1}
        for sku in skus
    ]


def _completed(number: str, total: int, *skus: str, **more: Any) -> dict[str, Any]:
    usual = {"order_id": number, "total": total, "shipping": 3000, "currency": "KRW", "affiliation": "달빛상점"}
    return usual | {"products": _products(*skus)} | more


_SOLD = (
    _Sold(_EMAILS[0], 6, "Order Completed", _completed("MS-20142", 51000, "LMP-03")),
    _Sold(_EMAILS[0], 5, "Order Updated", {"order_id": "MS-20142", "status": "배송 준비 중"}),
    _Sold(_EMAILS[0], 40, "Order Completed", _completed("MS-18077", 31000, "MUG-01", "TEA-02", status="배송 완료")),
    _Sold(_EMAILS[1], 9, "Order Completed", _completed("MS-19820", 31000, "MUG-01", "TEA-02")),
    _Sold(_EMAILS[1], 5, "Order Refunded", {"order_id": "MS-19820", "products": _products("MUG-01")}),
    _Sold(_EMAILS[3], 12, "Order Completed", _completed("MS-19604", 31000, "MUG-01", "TEA-02", status="배송 완료")),
    _Sold(_EMAILS[3], 8, "Order Delivered", {"order_id": "MS-19604"}),
    _Sold(_EMAILS[2], 6, "Order Completed", _completed("MS-20008", 51000, "LMP-03")),
    _Sold(_EMAILS[2], 4, "Order Cancelled", {"order_id": "MS-20008"}),
    _Sold(_EMAILS[3], 1, "Cart Viewed", {"cart_id": "demo-4", "currency": "KRW", "products": _products("LMP-03")}),
)


async def sell(tx: Transaction, now: datetime) -> None:
    """Fill the catalogue, and tell of what was sold to the people of the stories."""
    await put_products(tx, PRODUCTS)
    await put_places(tx, PLACES)
    await put_stock(
        tx, [NewStock(sku=sku, place=place, quantity=some, version=1) for (sku, place), some in _STOCK.items()]
    )
    rows = await tx.rows("SELECT value, id FROM identity WHERE kind = 'email' AND value = ANY ($1)", list(_EMAILS))
    people = {row["value"]: row["id"] for row in rows}
    await append(tx, *(_event(one, people[one.email], now) for one in _SOLD if one.email in people))


def _event(sold: _Sold, identity_id: int, now: datetime) -> Event:
    return Event(
        stream="tracked",
        name=sold.name,
        subject_kind="track",
        subject_id=f"demo-{sold.days}",
        occurred_at=now - timedelta(days=sold.days),
        identity_id=identity_id,
        properties=sold.said,
    )
