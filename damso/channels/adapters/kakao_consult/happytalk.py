"""HappyTalk (MBI Solution) as dealer: its "KakaoTalk webhook" product, which passes consultation talk through.

The documents: developer-center.happytalk.io (KakaoWebhook), and an older copy of their sources, published by the dealer
(github.com/happytalkLC/mkdocs-test, web/docs/kakaotalk_webhook).
"""

from collections.abc import Sequence

from httpx import AsyncClient

from damso.channels.adapters.kakao_consult import happytalk_api, happytalk_inbound
from damso.channels.adapters.kakao_consult.config import ConsultConfig
from damso.channels.items import Item
from damso.channels.types import Blob, Health, OutboundMessage, Receipt, Request


class HappyTalk:
    """Implements `Relay`."""

    def verify(self, request: Request, config: ConsultConfig) -> None:
        happytalk_inbound.verify(request, config)

    def parse(self, request: Request, config: ConsultConfig) -> Sequence[Item]:
        return happytalk_inbound.parse(request, config)

    async def upload(self, blob: Blob, config: ConsultConfig, http: AsyncClient) -> str:
        return await happytalk_api.upload(blob, config, http)

    async def write(self, message: OutboundMessage, config: ConsultConfig, http: AsyncClient) -> Receipt:
        return await happytalk_api.write(message, config, http)

    async def end(self, user_key: str, config: ConsultConfig, http: AsyncClient) -> None:
        await happytalk_api.end("/v1/chat/end", {"user_key": user_key}, config, http)

    async def end_with_bot(self, user_key: str, event: str, config: ConsultConfig, http: AsyncClient) -> None:
        fields = {"user_key": user_key, "bot_event": event}
        await happytalk_api.end("/kakaoWebhook/v3/bzc/chat/endWithBot", fields, config, http)

    async def check(self, config: ConsultConfig, http: AsyncClient) -> Health:
        return await happytalk_api.check(config, http)
