"""Asking for a return: judged by the policy, never for more than was bought, and once however often it is sent."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

from damso.commerce.orders import order
from damso.commerce.returns.judge import Facts, judge
from damso.commerce.returns.policy import policy
from damso.commerce.returns.quantities import OpenLine, lock_order, open_lines
from damso.commerce.returns.step import tell
from damso.commerce.returns.types import BoughtAt, Condition, Judgement, Reason, ReturnState, Wanted, Way
from damso.commerce.shops import shop
from damso.commerce.types import StoredOrder
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError, NotFound
from damso.kernel.i18n import Text
from damso.kernel.ids import new_id
from damso.kernel.log import SYSTEM, Actor
from damso.kernel.masking import mask_kept

Words = Annotated[str, Meta(max_length=2000)]
Key = Annotated[str, Meta(min_length=8, max_length=100)]


class AskedLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of the order by its number, or by its SKU; `exchange_sku` is what shall come in its place."""

    quantity: Annotated[int, Meta(ge=1, le=1_000_000)]
    line: int | None = None
    sku: Annotated[str, Meta(max_length=300)] = ""
    exchange_sku: Annotated[str, Meta(max_length=200)] = ""


class Asking(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A wish to return. `key` is made by whoever sends it: the same one again is the same return. `place` is the key of
    the shop that it goes to, `delivered_on` when the goods arrived, where no system told."""

    key: Key
    lines: Annotated[list[AskedLine], Meta(min_length=1, max_length=100)]
    wanted: Wanted = "refund"
    reason: Reason = "changed_mind"
    condition: Condition = "unopened"
    return_to: Way = "post"
    place: Annotated[str, Meta(max_length=200)] = ""
    delivered_on: date | None = None
    note: Words = ""


class Asker(Struct, frozen=True, kw_only=True):
    """Who asks, in which case, and whether whoever stands behind it is known to be the customer."""

    actor: Actor
    conversation_id: UUID | None = None
    proven: bool = True

    @property
    def name(self) -> str:
        return f"{self.actor.kind}:{self.actor.id}"


class Asked(Struct, frozen=True):
    """A return, and whether it was asked for just now."""

    id: UUID
    fresh: bool


class NothingLeft(AppError):
    code = "RETURN_TOO_MANY"
    status = 422
    text = Text(
        "{name}: 돌려받을 수 있는 수량은 {left}개예요. 이미 환불했거나 반품 중인 수량은 빼요.",
        "{name}: {left} can come back. What was refunded or is on its way back is not counted.",
    )


class LineUnknown(AppError):
    code = "RETURN_LINE_UNKNOWN"
    status = 422
    text = Text("이 주문에 없는 상품이에요: {line}", "The order has no such product: {line}")


class ExchangeUnknown(AppError):
    code = "RETURN_EXCHANGE_UNKNOWN"
    status = 422
    text = Text(
        "교환할 상품을 상품 목록에서 골라 주세요. {sku}", "Choose a product of the catalogue in its place. {sku}"
    )


class PlaceNeeded(AppError):
    code = "RETURN_PLACE_NEEDED"
    status = 422
    text = Text("어느 매장으로 가져오는지 골라 주세요.", "Choose the shop that it goes to.")


class DayInvalid(AppError):
    code = "RETURN_DAY_INVALID"
    status = 422
    text = Text("받은 날은 주문한 날과 오늘 사이여야 해요.", "Goods arrive between the day of the order and today.")


class RequestKeyUsed(AppError):
    """The key is that of another return."""

    code = "REQUEST_KEY_USED"
    text = Text("같은 키로 다른 내용을 이미 받았어요.", "Something else was sent with this key before.")


async def preview(tx: Transaction, order_id: UUID, asking: Asking, asker: Asker) -> Judgement:
    """What would be said of it, before the products to exchange for are chosen.

    Raises `NotFound`, `NothingLeft`, `LineUnknown`, `PlaceNeeded`, `ShopUnknown`, `DayInvalid`.
    """
    found = await _order(tx, order_id)
    await _place_of(tx, asking)
    _chosen(await open_lines(tx, order_id), asking)
    return judge(await policy(tx), await _facts(tx, found, asking, asker))


async def ask(tx: Transaction, order_id: UUID, asking: Asking, asker: Asker) -> Asked:
    """Open a return. What the policy allows is approved at once, what it refuses is refused at once, and an agent
    may still approve that.

    Raises `NotFound`, `NothingLeft`, `LineUnknown`, `ExchangeUnknown`, `PlaceNeeded`, `ShopUnknown`, `DayInvalid`,
    `RequestKeyUsed`.
    """
    await lock_order(tx, order_id)
    found = await _order(tx, order_id)
    digest = _digest(order_id, asking)
    if known := await _known(tx, asker, asking.key, digest):
        return Asked(known, fresh=False)
    place_id = await _place_of(tx, asking)
    lines = _chosen(await open_lines(tx, order_id), asking)
    await _check_exchanges(tx, asking)
    judgement = judge(await policy(tx), await _facts(tx, found, asking, asker))
    return_id = await _store(tx, found, asking, asker, judgement, place_id, digest)
    await tx.execute(_LINES, [_row(return_id, number, *pair) for number, pair in enumerate(lines)])
    await tell(tx, return_id, "asked", asker.actor)
    decided: dict[str, ReturnState] = {"allowed": "approved", "refused": "refused"}
    if state := decided.get(judgement.verdict):
        await tell(tx, return_id, state, SYSTEM)
    return Asked(return_id, fresh=True)


async def _order(tx: Transaction, order_id: UUID) -> StoredOrder:
    """Nothing comes back of a cart: `NotFound`."""
    found = await order(tx, order_id)
    if found.kind != "order":
        raise NotFound
    return found


async def _known(tx: Transaction, asker: Asker, key: str, digest: str) -> UUID | None:
    row = await tx.row("SELECT id, digest FROM return_case WHERE asked_by = $1 AND key = $2", asker.name, key)
    if row and row["digest"] != digest:
        raise RequestKeyUsed
    return row["id"] if row else None


_CASE = """
INSERT INTO return_case (id, order_id, identity_id, conversation_id, asked_by, key, digest, wanted, reason, condition,
    bought_at, return_to, place_id, delivered_on, note, verdict, why, payer, until, state, reference, asked_at,
    changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 'asked', '', $20, $20)
ON CONFLICT (asked_by, key) DO NOTHING RETURNING id
"""

_LINES = """
INSERT INTO return_line (return_id, number, item, product_key, sku, variant, name, price, quantity, exchange_sku)
SELECT return_id, number, item, product_key, sku, variant, name, price, quantity, exchange_sku
FROM jsonb_to_recordset($1) AS g(return_id uuid, number smallint, item text, product_key text, sku text, variant text,
    name text, price bigint, quantity bigint, exchange_sku text)
"""


async def _store(
    tx: Transaction,
    found: StoredOrder,
    asking: Asking,
    asker: Asker,
    judgement: Judgement,
    place_id: UUID | None,
    digest: str,
) -> UUID:
    stored: UUID | None = await tx.value(
        _CASE,
        new_id(),
        found.id,
        found.identity_id,
        asker.conversation_id,
        asker.name,
        asking.key,
        digest,
        asking.wanted,
        asking.reason,
        asking.condition,
        bought_at(found),
        asking.return_to,
        place_id,
        asking.delivered_on,
        await mask_kept(tx, asking.note.strip()),
        judgement.verdict,
        judgement.why,
        judgement.payer,
        judgement.until,
        tx.now,
    )
    if stored is None:  # of another order
        raise RequestKeyUsed
    return stored


def bought_at(found: StoredOrder) -> BoughtAt:
    """A till names its shop with every sale."""
    return "shop" if found.place else "online"


async def _facts(tx: Transaction, found: StoredOrder, asking: Asking, asker: Asker) -> Facts:
    zone = ZoneInfo(await tx.value("SELECT timezone FROM installation") or "Asia/Seoul")

    def day(at: datetime) -> date:
        return at.astimezone(zone).date()

    delivered_on = day(found.delivered_at) if found.delivered_at else asking.delivered_on
    today, placed_on = day(tx.now), day(found.placed_at)
    if asking.delivered_on and not placed_on <= asking.delivered_on <= today:
        raise DayInvalid(field="delivered_on")
    return Facts(
        today=today,
        placed_on=placed_on,
        delivered_on=delivered_on,
        bought_at=bought_at(found),
        state=found.state,
        trust=found.trust,
        wanted=asking.wanted,
        reason=asking.reason,
        condition=asking.condition,
        return_to=asking.return_to,
        proven=asker.proven,
    )


async def _place_of(tx: Transaction, asking: Asking) -> UUID | None:
    if asking.return_to == "post":
        return None
    if not asking.place:
        raise PlaceNeeded(field="place")
    return (await shop(tx, asking.place)).id


def _chosen(open_: Sequence[OpenLine], asking: Asking) -> list[tuple[OpenLine, AskedLine]]:
    """The order's lines that are asked for. Raises `LineUnknown`, `NothingLeft`."""
    chosen = [(_line_of(open_, one), one) for one in asking.lines]
    in_all, of_line = Counter[str](), Counter[int]()
    for line, one in chosen:
        in_all[line.item] += one.quantity
        of_line[line.number] += one.quantity
        if of_line[line.number] > line.open or in_all[line.item] > line.open_in_all:
            raise NothingLeft(field="lines", name=line.name or line.sku, left=line.open, extra={"left": line.open})
    return chosen


def _line_of(open_: Sequence[OpenLine], asked: AskedLine) -> OpenLine:
    of_it = [one for one in open_ if (one.number == asked.line if asked.line is not None else one.sku == asked.sku)]
    if not of_it or (asked.line is None and not asked.sku):
        raise LineUnknown(field="lines", line=asked.sku or asked.line)
    return next((one for one in of_it if one.open >= asked.quantity), of_it[0])


async def _check_exchanges(tx: Transaction, asking: Asking) -> None:
    wanted = {one.exchange_sku for one in asking.lines}
    if asking.wanted == "refund":
        if wanted != {""}:
            raise ExchangeUnknown(field="lines", sku="")
        return
    known = set(await tx.values("SELECT sku FROM product WHERE sku = ANY ($1)", sorted(wanted)))
    if missing := sorted(wanted - known):
        raise ExchangeUnknown(field="lines", sku=missing[0])


def _row(return_id: UUID, number: int, line: OpenLine, asked: AskedLine) -> dict[str, object]:
    return {
        "return_id": return_id,
        "number": number,
        "item": line.item,
        "product_key": line.product_key,
        "sku": line.sku,
        "variant": line.variant,
        "name": line.name,
        "price": line.price,
        "quantity": asked.quantity,
        "exchange_sku": asked.exchange_sku,
    }


def _digest(order_id: UUID, asking: Asking) -> str:
    text = msgspec.json.encode((order_id, asking), order="deterministic")
    return hashlib.blake2b(text, digest_size=16).hexdigest()
