"""The reader that makes orders and carts of what shops, apps and tills send into the log."""

import hashlib
from collections.abc import Collection, Sequence
from typing import ClassVar, Protocol

import msgspec
from msgspec import Struct
from prometheus_client import Counter

from damso.commerce.keep import Arrived, keep
from damso.commerce.types import Change, OrderKey, Said
from damso.commerce.vocabulary import MEANINGS, Meaning, Read, read_event
from damso.kernel.database import Transaction
from damso.kernel.i18n import Text
from damso.kernel.log import Recorded, Stream

READER = "orders"
UNREAD = Counter("damso_commerce_unread_total", "Events of shops that told of no order", ["name", "why"])
OWN_ACTORS = frozenset({"key", "agent", "system"})
"""Programs with a key of ours and people of ours: what they say is the company's own word."""


class Vouching(Protocol):
    """Contribution point: which events are the company's own word, and not only what somebody's browser says."""

    async def vouched(self, tx: Transaction, events: Sequence[Recorded]) -> Collection[int]:
        """The ids of those events. What is not vouched for is kept as a claim of its identity."""


class OwnWord:
    """Vouches for what came by our own keys and people. A source that anybody can write to is not among them."""

    async def vouched(self, tx: Transaction, events: Sequence[Recorded]) -> Collection[int]:
        return {event.id for event in events if event.actor_kind in OWN_ACTORS}


class OrderReader:
    """Follows the shops' events. Late, repeated and mixed-up ones leave the same orders."""

    name: ClassVar[str] = READER
    title: ClassVar[Text] = Text("주문과 장바구니 정리", "Orders and carts")
    stream: ClassVar[Stream] = "tracked"
    names: ClassVar[Collection[str] | None] = frozenset(MEANINGS)

    def __init__(self, *vouching: Vouching) -> None:
        self._vouching = vouching

    async def read(self, tx: Transaction, events: Sequence[Recorded]) -> None:
        vouched: set[int] = set()
        for who in self._vouching:
            vouched |= set(await who.vouched(tx, events))
        await keep(tx, [one for event in events for one in _arrived(event, event.id in vouched)])


class _Of(Struct, frozen=True):
    """Whose event it is, and whether the company itself says it."""

    event: Recorded
    identity_id: int
    vouched: bool

    def arrived(self, key: OrderKey, meaning: Meaning, said: Said) -> Arrived:
        change = Change(
            name=meaning.change,
            occurred_at=self.event.occurred_at,
            digest=_digest(self.event, meaning, said),
            identity_id=self.identity_id,
            said=said,
        )
        return Arrived(key=key, change=change, brand_id=self.event.brand_id)


def _arrived(event: Recorded, vouched: bool) -> list[Arrived]:
    if event.identity_id is None:
        UNREAD.labels(event.name, "nobody").inc()
        return []
    read = read_event(event.name, event.properties)
    if read is None:
        UNREAD.labels(event.name, "unnumbered").inc()
        return []
    of = _Of(event, event.identity_id, vouched)
    if read.meaning.kind == "cart":
        return [of.arrived(OrderKey("cart", read.number, of.identity_id), read.meaning, read.said)]
    order = of.arrived(OrderKey("order", read.number, 0 if vouched else of.identity_id), read.meaning, read.said)
    return [order, *_emptied(of, read)]


def _emptied(of: _Of, read: Read) -> list[Arrived]:
    """An order takes what is in the cart that it names, or in the one without a name."""
    if read.meaning.change != "completed":
        return []
    key = OrderKey("cart", read.cart, of.identity_id)
    return [of.arrived(key, Meaning("cart", "ordered"), Said(currency=read.said.currency))]


def _digest(event: Recorded, meaning: Meaning, said: Said) -> str:
    """Equal for an event that is sent again with the time at which it happened."""
    text = msgspec.json.encode((meaning.change, event.occurred_at, said), order="deterministic")
    return hashlib.blake2b(text, digest_size=16).hexdigest()
