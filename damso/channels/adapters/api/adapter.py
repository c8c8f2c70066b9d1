"""The API inbox: any system becomes a channel by signed calls in both directions (docs/channels/api.md)."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import ClassVar
from uuid import uuid4

import msgspec
from httpx import AsyncClient

from damso.channels.adapters.api import client, signature
from damso.channels.adapters.api.config import ApiConfig
from damso.channels.adapters.api.parse import dedupe_scope, parse_events
from damso.channels.failures import ChannelError, CredentialsRejected
from damso.channels.items import Item
from damso.channels.types import (
    Blob,
    ChannelPolicy,
    Health,
    InboxConfig,
    MediaRule,
    OutboundMessage,
    Receipt,
    Request,
    Response,
    Thread,
)
from damso.kernel.i18n import Text

_NO_SECRET = Text(
    ko="서명 비밀 키가 없어요. whsec_로 시작하는 키를 입력해야 메시지를 받을 수 있어요.",
    en="There is no signing secret. Nothing is let in until you enter one that starts with whsec_.",
)
_REFUSED = Text(
    ko="{url} 서버가 서명을 받아들이지 않았어요. 양쪽의 비밀 키가 같은지 확인해 주세요.",
    en="{url} refuses our signature. Check that both sides have the same secret.",
)
_UNREACHABLE = Text(
    ko="{url}에 시험 요청(ping)을 보냈지만 성공 응답을 받지 못했어요. ({why})",
    en="We posted a test call (ping) to {url} and got no success back. ({why})",
)


class ApiAdapter:
    """Implements `Adapter` and `Fetches`. `now` is the time that outgoing signatures carry."""

    channel: ClassVar[str] = "api"
    name: ClassVar[Text] = Text("API", "API")
    description: ClassVar[Text] = Text(
        "앱이나 사내 시스템을 직접 연결해요. 서명된 웹훅으로 메시지를 주고받아요.",
        "Connect an app or system of your own: messages go both ways by signed webhooks.",
    )
    policy: ClassVar[ChannelPolicy] = ChannelPolicy(
        text_limit=20_000,
        media=MediaRule(types=("*/*",), max_bytes=5 * 1024 * 1024, max_files=5),
        subject=True,
        receipts=frozenset({"sent", "delivered", "read", "failed"}),
        authenticates="channel",
        repeatable=True,
    )
    config: ClassVar[type[InboxConfig]] = ApiConfig

    def __init__(self, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now

    def handshake(self, request: Request, config: ApiConfig) -> Response | None:
        """Standard Webhooks knows none."""
        return None

    def verify(self, request: Request, config: ApiConfig) -> None:
        signature.verify(request, config.secret)

    def delivery_key(self, request: Request) -> str:
        """The sender's own id of the call, which the signature covers."""
        return request.headers[signature.ID]

    def parse(self, request: Request, config: ApiConfig) -> Sequence[Item]:
        return parse_events(request, config)

    async def send(self, message: OutboundMessage, thread: Thread, config: ApiConfig, http: AsyncClient) -> Receipt:
        """Post the message. The system's id for it, or ours, is what receipts name it by."""
        reply = await client.post(client.message_body(message, thread), message.send_key, config, http, self._now())
        return Receipt(
            external_id=client.external_id(reply) or message.send_key,
            dedupe_scope=f"{dedupe_scope(config)}:sent",
            status_code=reply.status,
        )

    async def fetch_media(self, ref: str, config: ApiConfig, http: AsyncClient) -> Blob:
        return await client.fetch(ref, http, self._now())

    async def check(self, config: ApiConfig, http: AsyncClient) -> Health:
        """Post a signed `ping`, which the system has to answer with any 2xx."""
        if not signature.is_usable(config.secret):
            return _ill(_NO_SECRET)
        ping = msgspec.json.encode({"type": "ping", "data": {}})
        try:
            reply = await client.post(ping, f"ping_{uuid4().hex}", config, http, self._now())
        except CredentialsRejected:
            return _ill(_REFUSED, url=config.url)
        except ChannelError as error:
            return _ill(_UNREACHABLE, url=config.url, why=str(error))
        return Health(ok=True, facts={"ping": f"HTTP {reply.status}"})


def _ill(problem: Text, **fields: object) -> Health:
    return Health(ok=False, problems=((problem.say("ko", **fields), problem.say("en", **fields)),))
