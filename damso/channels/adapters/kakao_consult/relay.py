"""A dealer between us and KakaoTalk: Kakao lets nobody else carry consultation talk.

Each dealer has an API of its own for the same thing, so a driver is all that a further one needs.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from httpx import AsyncClient

from damso.channels.adapters.kakao_consult.config import ConsultConfig, RelayName
from damso.channels.adapters.kakao_consult.happytalk import HappyTalk
from damso.channels.items import Item
from damso.channels.types import Blob, Health, OutboundMessage, Receipt, Request


class Relay(Protocol):
    """What a dealer's driver does. Facts are raised as `ChannelError`s."""

    def verify(self, request: Request, config: ConsultConfig) -> None:
        """Raise `SignatureInvalid` unless the call is the dealer's, as far as that can be told."""

    def parse(self, request: Request, config: ConsultConfig) -> Sequence[Item]:
        """What the call tells. Raises `Unparsable`."""

    async def upload(self, blob: Blob, config: ConsultConfig, http: AsyncClient) -> str:
        """Put a file where KakaoTalk shows it from; the address it has there."""

    async def write(self, message: OutboundMessage, config: ConsultConfig, http: AsyncClient) -> Receipt:
        """Hand a message over: again under the same send key it reaches nobody twice."""

    async def end(self, user_key: str, config: ConsultConfig, http: AsyncClient) -> None:
        """End the session of a customer; does nothing where there is none."""

    async def end_with_bot(self, user_key: str, event: str, config: ConsultConfig, http: AsyncClient) -> None:
        """The same, and let the channel's bot go on with the block of an event."""

    async def check(self, config: ConsultConfig, http: AsyncClient) -> Health:
        """Whether the dealer knows the profile, and what is wrong with it."""


RELAYS: Mapping[RelayName, Relay] = {"happytalk": HappyTalk()}
