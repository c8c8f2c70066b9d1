"""What Damso asks of a relay, whichever it is."""

from collections.abc import Sequence
from typing import Protocol

from httpx import AsyncClient

from damso.channels.abilities import ProviderTemplate
from damso.channels.adapters.sms.compose import Outgoing
from damso.channels.adapters.sms.config import SmsConfig
from damso.channels.items import InboundReceipt, Item
from damso.channels.types import Blob, Health, Receipt, Request


class Relay(Protocol):
    """One company that carries texts and AlimTalk. Success is its delivery report: `send` says only that it was taken.

    `secret_headers` are those in which it shows its secret.
    """

    secret_headers: frozenset[str]

    async def send(self, out: Outgoing, config: SmsConfig, http: AsyncClient) -> Receipt:
        """Raises a `ChannelError`: `OutcomeUnknown` whenever it may have been taken."""

    async def upload(self, blob: Blob, config: SmsConfig, http: AsyncClient) -> str:
        """Hand over the picture of a text, ahead of it."""

    def verify(self, request: Request, config: SmsConfig) -> None:
        """Raises `SignatureInvalid`."""

    def parse(self, request: Request, config: SmsConfig) -> Sequence[Item]:
        """Every report of a delivery. Raises `Unparsable`."""

    async def reports(self, identifier: str, config: SmsConfig, http: AsyncClient) -> Sequence[InboundReceipt]:
        """What became of a message, as far as it is known. Raises a `ChannelError`."""

    async def check(self, config: SmsConfig, http: AsyncClient) -> Health:
        """Whether keys, sender number and KakaoTalk channel can be used. Raises a `ChannelError`."""

    async def templates(self, config: SmsConfig, http: AsyncClient) -> Sequence[ProviderTemplate]:
        """All templates of the KakaoTalk channel."""

    async def submit(self, template: ProviderTemplate, config: SmsConfig, http: AsyncClient) -> ProviderTemplate:
        """Have one reviewed."""
