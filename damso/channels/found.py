"""One thing found in a delivery, on its way to the room that acts on it: the payload of the lane `inbound`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.channels.identifiers import bounded
from damso.channels.items import (
    Address,
    InboundClaims,
    InboundEcho,
    InboundEdit,
    InboundMessage,
    InboundReaction,
    InboundReceipt,
    InboundWithdrawal,
    Item,
    ThreadChange,
)
from damso.channels.masking import SealedNumber

LANE = "inbound"


class FoundItem(Struct, frozen=True, kw_only=True):
    """The `index`-th item of a delivery; everything in it can be stored.

    Its HTML is the blob `html_ref`, its files are blobs (`Attachment.ref`), or `media:<id>` where the provider still
    keeps them. `source_ref` is the blob of the raw message, where the delivery was nothing but this message.
    `numbers` are what was masked in it.
    """

    delivery_id: UUID
    inbox_id: UUID
    index: int
    received_at: datetime
    item: Item
    html_ref: str | None = None
    source_ref: str | None = None
    numbers: tuple[SealedNumber, ...] = ()

    def encode(self) -> dict[str, Any]:
        payload: dict[str, Any] = msgspec.to_builtins(self)
        return payload

    @staticmethod
    def decode(payload: Mapping[str, Any]) -> "FoundItem":
        return msgspec.convert(payload, FoundItem)


def lane_key(channel: str, item: Item) -> str | None:
    """What must stay in order: all that one sender does, and all news of one message of ours."""
    match item:
        case InboundMessage() | InboundReaction() | ThreadChange() | InboundClaims() | InboundWithdrawal():
            return _sender_key(channel, item.sender)
        case InboundEcho():
            return _sender_key(channel, item.to)
        case InboundEdit():
            return _sender_key(channel, item.sender) if item.sender else _message_key(channel, item.external_id)
        case InboundReceipt():
            return _message_key(channel, item.external_id or item.token or "")
        case _:
            return None


def _sender_key(channel: str, sender: Address) -> str:
    return bounded(f"{channel}:{sender.scope}:{sender.value}")


def _message_key(channel: str, external_id: str) -> str:
    return bounded(f"{channel}#{external_id}")
