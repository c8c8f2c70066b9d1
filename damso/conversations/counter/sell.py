"""A sale at a till becomes an order of whoever came, told by the same event as any other."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from damso.commerce.money import AmountInvalid, CurrencyUnknown, as_currency, as_decimal, money_of
from damso.commerce.shops import shop
from damso.conversations.counter.acts import (
    Act,
    Key,
    NewAct,
    PlaceKey,
    digest_of_request,
    keep_act,
    known_act,
    visit_of,
)
from damso.conversations.counter.visit import counter_event
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.log import Actor, append

Words = Annotated[str, Meta(max_length=300)]


class SoldProduct(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of the receipt: by its SKU, or by its name."""

    sku: Words = ""
    name: Words = ""
    variant: Words = ""
    price: int | float | str | None = None
    quantity: Annotated[int, Meta(ge=1, le=1_000_000)] = 1


class NewSale(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was sold in a visit. `number` is the receipt's: the order is known as `place/number`. Without `total` the
    products are added up."""

    key: Key
    visit_id: UUID
    place: PlaceKey
    number: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$")]
    total: int | float | str | None = None
    currency: Annotated[str, Meta(max_length=3)] = "KRW"
    products: Annotated[list[SoldProduct], Meta(max_length=200)] = []


class SaleKnown(AppError):
    code = "SALE_KNOWN"
    text = Text("이 매장에서 이미 받은 영수증 번호예요: {number}", "This shop told of that receipt before: {number}")


class NothingSold(AppError):
    code = "NOTHING_SOLD"
    status = 422
    text = Text("금액이나 상품을 입력해 주세요.", "Tell an amount or products.")


async def sell(tx: Transaction, wanted: NewSale, actor: Actor) -> Act:
    """Note a sale. Raises `ShopUnknown`, `VisitOver`, `AmountInvalid`, `CurrencyUnknown`, `NothingSold`, `SaleKnown`,
    `RequestKeyUsed`."""
    at = await shop(tx, wanted.place)
    digest = digest_of_request("sale", wanted)
    if known := await known_act(tx, actor, wanted.key, digest):
        return known
    came = await visit_of(tx, wanted.visit_id, at)
    said = _said(wanted)
    new = NewAct(
        kind="sale",
        key=wanted.key,
        digest=digest,
        identity_id=came.identity_id,
        known_by=came.known_by,
        visit_id=came.id,
        number=f"{at.key}/{wanted.number}",
    )
    kept = await keep_act(tx, actor, at, new)
    if kept is None:
        if known := await known_act(tx, actor, wanted.key, digest):
            return known
        raise SaleKnown(field="number", number=wanted.number)
    said |= {"order_id": kept.number, "affiliation": at.name}
    await append(tx, counter_event("Order Completed", kept, at, actor, said))
    return kept


def _said(wanted: NewSale) -> dict[str, object]:
    """The properties of the event; what cannot be read is refused here, where somebody can mend it."""
    currency = as_currency(wanted.currency)
    if currency is None:
        raise CurrencyUnknown(field="currency", currency=wanted.currency)
    if wanted.total in (None, "") and not wanted.products:
        raise NothingSold
    said: dict[str, object] = {"currency": currency}
    if wanted.total not in (None, ""):
        said["total"] = _amount(wanted.total, currency, "total")
    if wanted.products:
        said["products"] = [_product(one, currency) for one in wanted.products]
    return said


def _product(one: SoldProduct, currency: str) -> dict[str, object]:
    if not (one.sku or one.name):
        raise NothingSold(field="products")
    price = {} if one.price in (None, "") else {"price": _amount(one.price, currency, "products")}
    return {"sku": one.sku, "name": one.name, "variant": one.variant, "quantity": one.quantity} | price


def _amount(value: object, currency: str, field: str) -> str:
    number: Decimal | None = as_decimal(value)
    if number is None or number < 0:
        raise AmountInvalid(field=field)
    money_of(number, currency)
    return format(number, "f")
