"""KakaoTalk by a channel's chatbot: its skill calls us with every word, and an answer may follow for one minute, later
ones by the Event API (docs/channels/kakao.md)."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from httpx import AsyncClient

from damso.channels.adapters.kakao import answers, bubbles, client, parse, proof, state
from damso.channels.adapters.kakao.config import MAX_TEXT, KakaoConfig
from damso.channels.adapters.kakao.simulator import KakaoSimulator
from damso.channels.items import InboundReceipt, Item
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
    Window,
)
from damso.kernel.i18n import Text


class KakaoAdapter:
    """Implements `Answers`, `Opens`, `Fetches`, `PollsReports`, `ShowsSecrets` and `Simulated`."""

    channel: ClassVar[str] = "kakao"
    name: ClassVar[Text] = Text("카카오톡 챗봇", "KakaoTalk chatbot")
    description: ClassVar[Text] = Text(
        "카카오톡 채널의 챗봇으로 문의를 받아요. 딜러사 계약이 없어도 돼요. 답변은 1분 안에(콜백 승인 필요), 그 뒤로는 "
        "건당 15원에 보낼 수 있어요.",
        "Takes what customers write to your KakaoTalk channel's chatbot, without a dealer's contract. Answers reach "
        "them for one minute (once callbacks are granted), later at 15 KRW each.",
    )
    policy: ClassVar[ChannelPolicy] = ChannelPolicy(
        text_limit=MAX_TEXT,
        media=MediaRule(types=("image/jpeg", "image/png"), max_bytes=5 * 1024 * 1024, max_files=2),
        receipts=frozenset({"sent", "delivered", "failed"}),
        answer_within=timedelta(seconds=5),
        kinds=frozenset({"buttons", "card", "product", "list", "carousel"}),
        buttons=10,
        button_length=bubbles.MAX_LABEL,
        media_by_url=True,
    )
    config: ClassVar[type[InboxConfig]] = KakaoConfig
    hosts: ClassVar[tuple[str, ...]] = KakaoSimulator.hosts

    def __init__(self, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now

    def handshake(self, request: Request, config: KakaoConfig) -> Response | None:
        """Kakao makes none."""
        return None

    def verify(self, request: Request, config: KakaoConfig) -> None:
        proof.verify(request, config)

    def secret_headers(self, config: KakaoConfig) -> frozenset[str]:
        return frozenset({config.header.lower()})

    def delivery_key(self, request: Request) -> str:
        return parse.delivery_key(request)

    def parse(self, request: Request, config: KakaoConfig) -> Sequence[Item]:
        return parse.parse(request, config)

    def answer(self, request: Request, config: KakaoConfig) -> Response:
        return answers.answer(request, config)

    def window(self, thread: Thread, config: KakaoConfig, now: datetime) -> Window:
        return state.window(thread, config, now)

    async def send(self, message: OutboundMessage, thread: Thread, config: KakaoConfig, http: AsyncClient) -> Receipt:
        return await client.send(message, thread, config, http, self._now())

    async def poll_reports(
        self, external_ids: Sequence[str], config: KakaoConfig, http: AsyncClient
    ) -> Sequence[InboundReceipt]:
        return await client.poll_reports(external_ids, config, http)

    async def fetch_media(self, ref: str, config: KakaoConfig, http: AsyncClient) -> Blob:
        return await client.fetch_picture(ref, http)

    async def check(self, config: KakaoConfig, http: AsyncClient) -> Health:
        return state.check(config)

    def simulator(self, now: Callable[[], datetime]) -> KakaoSimulator:
        return KakaoSimulator(now)
