"""A channel for the core's own tests: postcards. Its post office is a list in memory that can be told to misbehave.

It has what makes the core think: messages that do or do not prove their sender, subjects, copies, a window, sending
that cannot be repeated.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

import msgspec
from httpx import AsyncClient
from msgspec import Struct

from damso.channels.failures import ChannelError
from damso.channels.items import Address, InboundMessage, Item
from damso.channels.types import ChannelPolicy, Health, InboxConfig, OutboundMessage, Receipt, Request, Response, Thread
from damso.kernel.i18n import Text


class PostcardConfig(InboxConfig, frozen=True, kw_only=True):
    street: str = "Moonlight Lane"


class Delivery(Struct, frozen=True):
    items: list[Item]


class Postcards:
    channel: ClassVar[str] = "postcard"
    name: ClassVar[Text] = Text("엽서", "Postcard")
    policy: ClassVar[ChannelPolicy] = ChannelPolicy(
        text_limit=200,
        media=None,
        may_start=True,
        reaches="email",
        subject=True,
        copies=True,
        undo=timedelta(seconds=10),
        authenticates="message",
        receipts=frozenset({"sent", "delivered", "read"}),
    )
    config: ClassVar[type[InboxConfig]] = PostcardConfig

    def __init__(self) -> None:
        self.sent: list[OutboundMessage] = []
        self.faults: list[ChannelError] = []
        """What happens to the next sendings, one each; a fault that is an OutcomeUnknown still delivers."""

    def handshake(self, request: Request, config: PostcardConfig) -> Response | None:
        return None

    def verify(self, request: Request, config: PostcardConfig) -> None:
        return None

    def delivery_key(self, request: Request) -> str:
        return request.headers["postmark"]

    def parse(self, request: Request, config: PostcardConfig) -> Sequence[Item]:
        return msgspec.json.decode(request.body, type=Delivery).items

    async def send(
        self, message: OutboundMessage, thread: Thread, config: PostcardConfig, http: AsyncClient
    ) -> Receipt:
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append(message)
        return Receipt(external_id=f"out-{message.send_key}", dedupe_scope="postcards")

    async def check(self, config: PostcardConfig, http: AsyncClient) -> Health:
        return Health(ok=True)


def postcard(
    text: str = "배송 언제 되나요?",
    *,
    sender: str = "mina@naver.example",
    external_id: str = "card-1",
    **fields: Any,
) -> InboundMessage:
    """A card that proves its sender unless told otherwise."""
    given: Mapping[str, Any] = {"authenticated": True, "dedupe_scope": "postcards"} | fields
    return InboundMessage(
        external_id=external_id, sender=Address(kind="email", value=sender, name="김미나"), text=text, **given
    )
