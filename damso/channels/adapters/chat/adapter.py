"""Site chat. We host it ourselves: messages come and go by the widget API, so here it is only declared."""

from collections.abc import Sequence
from typing import ClassVar

from httpx import AsyncClient

from damso.channels.adapters.chat.config import ChatConfig
from damso.channels.failures import ChannelError, SignatureInvalid, Unparsable
from damso.channels.items import Item
from damso.channels.types import (
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

FILES = MediaRule(
    types=(
        "image/*",
        "video/mp4",
        "application/pdf",
        "application/zip",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/x-hwp",
        "application/haansofthwp",
        "application/vnd.hancom.hwp",
        "application/vnd.hancom.hwpx",
        "text/plain",
        "text/csv",
    ),
    max_bytes=20 * 1024 * 1024,
    max_files=5,
)


class ChatAdapter:
    """Declares what site chat can do. Nothing reaches it from outside, and nothing is handed to it."""

    channel: ClassVar[str] = "chat"
    name: ClassVar[Text] = Text("사이트 채팅", "Site chat")
    description: ClassVar[Text] = Text(
        "쇼핑몰이나 홈페이지에 채팅 버튼을 띄워요. 한 줄만 붙여 넣으면 돼요.",
        "A chat button on your shop or site. One line of code puts it there.",
    )
    policy: ClassVar[ChannelPolicy] = ChannelPolicy(
        text_limit=5_000,
        media=FILES,
        receipts=frozenset({"delivered", "read"}),
        typing=True,
        recall=True,
        authenticates="message",
        repeatable=True,
        hosted=True,
    )
    config: ClassVar[type[InboxConfig]] = ChatConfig

    def handshake(self, request: Request, config: ChatConfig) -> Response | None:
        """Nobody checks our address."""
        return None

    def verify(self, request: Request, config: ChatConfig) -> None:
        """Visitors write by the widget API, which knows them by their token; whoever posts here is nobody."""
        raise SignatureInvalid("site chat has no webhook")

    def delivery_key(self, request: Request) -> str:
        raise Unparsable("site chat has no deliveries")

    def parse(self, request: Request, config: ChatConfig) -> Sequence[Item]:
        raise Unparsable("site chat has no deliveries")

    async def send(self, message: OutboundMessage, thread: Thread, config: ChatConfig, http: AsyncClient) -> Receipt:
        raise ChannelError("a stored chat message is a sent one")

    async def check(self, config: ChatConfig, http: AsyncClient) -> Health:
        """Nothing outside can be wrong with it; what is left out is told as a fact."""
        return Health(
            ok=True,
            facts={
                "sites": ", ".join(config.origins) or "any",
                "signed-in customers": "known" if config.identity_secret else "not known",
            },
        )
