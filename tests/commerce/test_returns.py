"""Returns: never more than was bought, once however often they are sent, and each step with who and when."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from damso.commerce.catalogue import NewPlace, NewProduct, put_places, put_products
from damso.commerce.money import AmountInvalid
from damso.commerce.returns.ask import (
    Asked,
    AskedLine,
    Asker,
    Asking,
    DayInvalid,
    ExchangeUnknown,
    LineUnknown,
    NothingLeft,
    PlaceNeeded,
    RequestKeyUsed,
    ask,
)
from damso.commerce.returns.look_up import return_of, returned_lines, steps_of
from damso.commerce.returns.policy import BelowTheLaw, ReturnPolicy, change_policy, policy
from damso.commerce.returns.quantities import open_lines
from damso.commerce.returns.step import AmountTooLarge, LeftMeanwhile, StepImpossible, StepWanted, take_step
from damso.commerce.returns.types import ReturnState, StoredReturn
from damso.commerce.shops import ShopUnknown
from damso.kernel.database import Database
from damso.kernel.log import Actor
from tests.clock import ManualClock
from tests.commerce.shop import OPENED, bought_by, buys, says, sends
from tests.customers.people import email, facts, seen

AGENT = Actor("agent", str(uuid4()))
MUGS = AskedLine(sku="MUG", quantity=1)
TEA_LINE = AskedLine(sku="TEA", quantity=1)
DAY = 24 * 60


def minutes(clock: ManualClock) -> int:
    """What the shop calls now."""
    return int((clock.now() - OPENED) / timedelta(minutes=1))


class Shop:
    """An order of two mugs and a tea, delivered, and the verbs of returns."""

    def __init__(self, database: Database, order_id: UUID, buyer: int) -> None:
        self.database = database
        self.order_id = order_id
        self.buyer = buyer

    async def asks(self, *lines: AskedLine, key: str = "", by: Actor = AGENT, **fields: Any) -> Asked:
        asking = Asking(key=key or str(uuid4()), lines=list(lines or [MUGS]), **fields)
        async with self.database.transaction() as tx:
            return await ask(tx, self.order_id, asking, Asker(actor=by))

    async def goes(self, asked: Asked, *states: ReturnState, **fields: Any) -> None:
        for state in states:
            async with self.database.transaction() as tx:
                await take_step(tx, asked.id, StepWanted(to=state, **fields), AGENT)  # type: ignore[arg-type]

    async def case(self, asked: Asked) -> StoredReturn:
        async with self.database.reading() as tx:
            return await return_of(tx, asked.id)

    async def left(self) -> Sequence[int]:
        async with self.database.reading() as tx:
            return [line.open for line in await open_lines(tx, self.order_id)]


@pytest.fixture
async def shop(database: Database, clock: ManualClock) -> Shop:
    async with database.transaction() as tx:
        mina = (await seen(tx, email("mina"))).identity_id
        await put_products(tx, [NewProduct(sku="MUG-L", name="달빛 머그컵", variant="대", version=1)])
        await put_places(
            tx, [NewPlace(key="s1", name="서촌점", kind="shop"), NewPlace(key="w1", name="창고", kind="warehouse")]
        )
    ordered = minutes(clock) - 3 * DAY
    delivered = says("Order Delivered", mina, minute=ordered + DAY, order_id="2026-1")
    await sends(database, buys(mina, minute=ordered), delivered)
    [bought] = await bought_by(database, mina)
    return Shop(database, bought.order.id, mina)


async def test_what_the_policy_allows_is_approved_and_followed_to_its_end(shop: Shop) -> None:
    asked = await shop.asks(MUGS, AskedLine(line=1, quantity=1), note="색이 달라요")
    await shop.goes(asked, "received", place="s1")
    await shop.goes(asked, "refunded", amount="20,000", reference="PG-1", note="카드 취소")

    case = await shop.case(asked)
    assert (case.verdict, case.why, case.state, case.payer) == ("allowed", "IN_TIME", "refunded", "customer")
    assert (case.amount, case.reference, case.place, case.note) == (20000, "PG-1", "서촌점", "색이 달라요")
    async with shop.database.reading() as tx:
        steps = (await steps_of(tx, [asked.id]))[asked.id]
        lines = (await returned_lines(tx, [asked.id]))[asked.id]
    assert [(one.state, one.actor_kind) for one in steps] == [
        ("asked", "agent"),
        ("approved", "system"),
        ("received", "agent"),
        ("refunded", "agent"),
    ]
    assert [(line.name, line.quantity) for line in lines] == [("달빛 머그컵", 1), ("우롱차", 1)]
    told = await facts(shop.database, "return.asked", "return.approved", "return.received", "return.refunded")
    assert [(one.name, one.identity_id) for one in told] == [(f"return.{one.state}", shop.buyer) for one in steps]


async def test_no_more_comes_back_than_was_bought(shop: Shop) -> None:
    first = await shop.asks(AskedLine(sku="MUG", quantity=2))
    for lines in ([MUGS], [AskedLine(sku="TEA", quantity=2)], [AskedLine(line=1, quantity=1), TEA_LINE]):
        with pytest.raises(NothingLeft):
            await shop.asks(*lines)
    assert await shop.left() == [0, 1]

    await shop.goes(first, "withdrawn")
    assert await shop.left() == [2, 1]


async def test_of_two_who_want_the_last_one_at_once_one_gets_it(shop: Shop) -> None:
    tries = [shop.asks(AskedLine(sku="MUG", quantity=2)) for _ in range(5)]
    ended = await asyncio.gather(*tries, return_exceptions=True)

    assert sorted(type(one).__name__ for one in ended) == ["Asked", *["NothingLeft"] * 4]
    assert await shop.left() == [0, 1]


async def test_the_same_request_is_one_return(shop: Shop) -> None:
    tries = [shop.asks(MUGS, key="request-1") for _ in range(4)]
    ended = await asyncio.gather(*tries)

    assert len({one.id for one in ended}) == 1
    assert sum(one.fresh for one in ended) == 1
    with pytest.raises(RequestKeyUsed):
        await shop.asks(TEA_LINE, key="request-1")
    other = await shop.asks(TEA_LINE, key="request-1", by=Actor("key", "till"))
    assert other.fresh


async def test_what_the_shop_refunded_by_itself_does_not_come_back_again(shop: Shop, clock: ManualClock) -> None:
    refund = {"order_id": "2026-1", "products": [{"sku": "MUG", "quantity": 1}]}
    await sends(shop.database, says("Order Refunded", shop.buyer, minute=minutes(clock), **refund))

    assert await shop.left() == [1, 1]
    asked = await shop.asks(MUGS)
    assert await shop.left() == [0, 1]
    # The refund of this very return, told by the shop with its number: it counts once.
    named = refund | {"refund_id": str(asked.id)}
    await sends(shop.database, says("Order Refunded", shop.buyer, minute=minutes(clock) + 1, **named))
    assert await shop.left() == [0, 1]


async def test_a_refusal_can_be_lifted_while_its_goods_are_there(shop: Shop, clock: ManualClock) -> None:
    clock.advance(timedelta(days=40))
    late = await shop.asks(AskedLine(sku="MUG", quantity=2))
    assert ((await shop.case(late)).state, (await shop.case(late)).why) == ("refused", "PERIOD_OVER")

    other = await shop.asks(MUGS, reason="faulty")
    with pytest.raises(LeftMeanwhile):
        await shop.goes(late, "approved")
    await shop.goes(other, "withdrawn")
    await shop.goes(late, "approved", "received", "refunded")
    assert (await shop.case(late)).state == "refunded"


async def test_steps_go_one_way_and_once(shop: Shop) -> None:
    asked = await shop.asks()
    for state in ("refunded", "exchanged", "refused"):
        with pytest.raises(StepImpossible):
            await shop.goes(asked, state)  # type: ignore[arg-type]
    await shop.goes(asked, "received", "received")
    for amount, error in (("99,999", AmountTooLarge), ("공짜", AmountInvalid), (-1, AmountInvalid)):
        with pytest.raises(error):
            await shop.goes(asked, "refunded", amount=amount)
    await shop.goes(asked, "exchanged")
    with pytest.raises(StepImpossible):
        await shop.goes(asked, "withdrawn")

    assert len(await facts(shop.database, "return.received")) == 1


async def test_an_exchange_is_for_something_of_the_catalogue(shop: Shop) -> None:
    with pytest.raises(ExchangeUnknown):
        await shop.asks(MUGS, wanted="exchange")
    with pytest.raises(ExchangeUnknown):
        await shop.asks(AskedLine(sku="MUG", quantity=1, exchange_sku="GONE"), wanted="exchange")
    asked = await shop.asks(AskedLine(sku="MUG", quantity=1, exchange_sku="MUG-L"), wanted="exchange")

    async with shop.database.reading() as tx:
        [line] = (await returned_lines(tx, [asked.id]))[asked.id]
    assert line.exchange_name == "달빛 머그컵 (대)"


async def test_what_does_not_fit_is_refused_with_its_reason(shop: Shop) -> None:
    for lines, fields, error in (
        ([AskedLine(sku="GONE", quantity=1)], {}, LineUnknown),
        ([AskedLine(quantity=1)], {}, LineUnknown),
        ([MUGS], {"return_to": "shop"}, PlaceNeeded),
        ([MUGS], {"return_to": "shop", "place": "w1"}, ShopUnknown),
        ([MUGS], {"delivered_on": OPENED.date() - timedelta(days=900)}, DayInvalid),
    ):
        with pytest.raises(error):
            await shop.asks(*lines, **fields)  # type: ignore[arg-type]
    assert await shop.left() == [2, 1]


async def test_no_policy_is_stricter_than_the_law(shop: Shop) -> None:
    async with shop.database.transaction() as tx:
        for strict in (ReturnPolicy(days=6), ReturnPolicy(fault_days=91)):
            with pytest.raises(BelowTheLaw):
                await change_policy(tx, strict, AGENT)
        assert await policy(tx) == ReturnPolicy()
        kind = ReturnPolicy(days=30, payer="company")
        await change_policy(tx, kind, AGENT)
        assert await policy(tx) == kind
    for column in ("days = 6", "fault_days = 91"):
        async with shop.database.transaction() as tx:
            with pytest.raises(asyncpg.CheckViolationError):
                async with tx.savepoint():
                    await tx.execute(f"UPDATE return_policy SET {column}")


async def test_a_return_is_of_whoever_its_order_turns_out_to_be(shop: Shop) -> None:
    asked = await shop.asks()
    async with shop.database.transaction() as tx:
        dana = (await seen(tx, email("dana"))).identity_id
    await sends(shop.database, buys(dana, minute=-DAY))

    [bought] = await bought_by(shop.database, dana)
    assert (bought.order.id, (await shop.case(asked)).identity_id) == (shop.order_id, dana)


async def test_several_refunds_give_no_more_than_was_paid(shop: Shop) -> None:
    one, other = await shop.asks(), await shop.asks(TEA_LINE)
    await shop.goes(one, "received")
    await shop.goes(other, "received")
    await shop.goes(one, "refunded", amount=30000)
    with pytest.raises(AmountTooLarge):
        await shop.goes(other, "refunded", amount=5001)
    await shop.goes(other, "refunded", amount=5000)


async def test_returns_go_with_their_order(shop: Shop) -> None:
    await shop.asks(MUGS)
    async with shop.database.transaction() as tx:
        await tx.execute("DELETE FROM customer_order WHERE id = $1", shop.order_id)
        assert await tx.value("SELECT count(*) FROM return_case") == 0
