"""Consultation talk (상담톡): people answer on KakaoTalk for thirty days, by a dealer's relay
(docs/channels/kakao_consult.md). Beta: nothing of it was tried with a contract."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

from httpx import AsyncClient

from damso.channels.adapters.kakao_consult import state
from damso.channels.adapters.kakao_consult.config import ConsultConfig
from damso.channels.adapters.kakao_consult.happytalk_api import MAX_BUTTONS, MAX_FILE, MAX_LABEL, MAX_TEXT
from damso.channels.adapters.kakao_consult.happytalk_inbound import is_file
from damso.channels.adapters.kakao_consult.relay import RELAYS
from damso.channels.adapters.kakao_consult.simulator import ConsultSimulator
from damso.channels.calls import fetch
from damso.channels.failures import ContentRejected
from damso.channels.items import Address, Item
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


class ConsultAdapter:
    """Implements `Opens`, `Ends`, `Uploads`, `Fetches` and `Simulated`."""

    channel: ClassVar[str] = "kakao_consult"
    name: ClassVar[Text] = Text("카카오톡 상담톡 (베타)", "KakaoTalk consultation talk (beta)")
    description: ClassVar[Text] = Text(
        "카카오톡에서 30일 동안 상담을 이어가요. 해피톡과 상담톡 계약이 있어야 하고, 실제 계약으로는 아직 시험하지 "
        "못했어요.",
        "Conversations on KakaoTalk for thirty days. Needs a contract for consultation talk with HappyTalk; never "
        "tried with one.",
    )
    policy: ClassVar[ChannelPolicy] = ChannelPolicy(
        text_limit=MAX_TEXT,
        media=MediaRule(types=("*/*",), max_bytes=MAX_FILE, max_files=1),
        window=state.SESSION,
        receipts=frozenset({"sent"}),
        repeatable=True,
        kinds=frozenset({"buttons"}),
        buttons=MAX_BUTTONS,
        button_length=MAX_LABEL,
    )
    config: ClassVar[type[InboxConfig]] = ConsultConfig
    hosts: ClassVar[tuple[str, ...]] = ConsultSimulator.hosts

    def handshake(self, request: Request, config: ConsultConfig) -> Response | None:
        """Dealers make none."""
        return None

    def verify(self, request: Request, config: ConsultConfig) -> None:
        RELAYS[config.relay].verify(request, config)

    def delivery_key(self, request: Request) -> str:
        """What the dealer repeats, word by word. Where only the time of passing it on differs, the ids of what it tells
        are the same."""
        return hashlib.sha256(request.body).hexdigest()

    def parse(self, request: Request, config: ConsultConfig) -> Sequence[Item]:
        return RELAYS[config.relay].parse(request, config)

    def window(self, thread: Thread, config: ConsultConfig, now: datetime) -> Window:
        return state.window(thread, now)

    async def send(self, message: OutboundMessage, thread: Thread, config: ConsultConfig, http: AsyncClient) -> Receipt:
        return await RELAYS[config.relay].write(message, config, http)

    async def end(self, to: Address, thread: Thread, config: ConsultConfig, http: AsyncClient) -> None:
        """Where a bot's event is set, the bot goes on."""
        relay = RELAYS[config.relay]
        if config.bot_event:
            await relay.end_with_bot(to.value, config.bot_event, config, http)
        else:
            await relay.end(to.value, config, http)

    async def upload(self, blob: Blob, config: ConsultConfig, http: AsyncClient) -> str:
        return await RELAYS[config.relay].upload(blob, config, http)

    async def fetch_media(self, ref: str, config: ConsultConfig, http: AsyncClient) -> Blob:
        if not is_file(ref):
            raise ContentRejected("not a file at Kakao")
        return await fetch(ref, http)

    async def check(self, config: ConsultConfig, http: AsyncClient) -> Health:
        return await RELAYS[config.relay].check(config, http)

    def simulator(self, now: Callable[[], datetime]) -> ConsultSimulator:
        return ConsultSimulator(now)
