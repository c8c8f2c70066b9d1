"""A fictional shop that sends events into the log, and what is kept of them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

from damso.commerce.follow import OrderReader, OwnWord
from damso.commerce.orders import lines_of, orders_of
from damso.commerce.types import OrderKind, StoredLine, StoredOrder
from damso.customers.tracking.vouch import ServerSources
from damso.kernel import log
from damso.kernel.database import Database
from damso.kernel.log import Actor, Event
from damso.kernel.readers import advance

OPENED = datetime(2026, 11, 2, tzinfo=UTC)
SHOP = Actor("key", "shop")
BROWSER = Actor("source", "site")
MUG = {"product_id": "p1", "sku": "MUG", "name": "달빛 머그컵", "price": 12000, "quantity": 2}
TEA = {"product_id": "p2", "sku": "TEA", "name": "우롱차", "price": "8,000", "quantity": 1}


def says(name: str, identity_id: int | None, /, *, minute: int = 0, actor: Actor = SHOP, **properties: Any) -> Event:
    return Event(
        stream="tracked",
        name=name,
        subject_kind="track",
        subject_id="1",
        actor=actor,
        occurred_at=OPENED + timedelta(minutes=minute),
        identity_id=identity_id,
        properties=properties,
    )


def buys(identity_id: int | None, number: str = "2026-1", **fields: Any) -> Event:
    return says(
        "Order Completed",
        identity_id,
        **{"order_id": number, "total": 35000, "shipping": 3000, "currency": "KRW", "products": [MUG, TEA]} | fields,
    )


async def sends(database: Database, *events: Event) -> None:
    """Events come in and are followed."""
    async with database.transaction() as tx:
        await log.append(tx, *events)
    await follows(database)


async def follows(database: Database) -> None:
    async with database.reading() as tx:
        below = await log.horizon(tx)
    while await advance(database, OrderReader(OwnWord(), ServerSources()), below):
        pass


class Bought(Struct, frozen=True):
    order: StoredOrder
    lines: Sequence[StoredLine]


async def bought_by(database: Database, *identity_ids: int, kind: OrderKind = "order") -> list[Bought]:
    async with database.reading() as tx:
        orders = await orders_of(tx, identity_ids, kind)
        lines = await lines_of(tx, [one.id for one in orders])
    return [Bought(one, lines[one.id]) for one in orders]
