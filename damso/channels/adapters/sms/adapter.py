"""Texts to phone numbers, AlimTalk and brand messages of KakaoTalk, through one account at a relay."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from httpx import AsyncClient

from damso.channels.abilities import ProviderTemplate
from damso.channels.adapters.sms import reading
from damso.channels.adapters.sms.compose import PICTURE_BYTES, outgoing
from damso.channels.adapters.sms.config import RelayName, SmsConfig
from damso.channels.adapters.sms.euckr import LMS, SMS
from damso.channels.adapters.sms.nhn.driver import Nhn
from damso.channels.adapters.sms.nhn.simulator import NhnSimulator
from damso.channels.adapters.sms.relay import Relay
from damso.channels.adapters.sms.sens.driver import Sens
from damso.channels.adapters.sms.sens.simulator import SensSimulator
from damso.channels.adapters.sms.solapi.driver import Solapi
from damso.channels.adapters.sms.solapi.simulator import SolapiSimulator
from damso.channels.failures import ChannelError, ContentRejected, CredentialsRejected
from damso.channels.items import InboundReceipt, Item
from damso.channels.simulator import PhoneSimulator
from damso.channels.types import (
    Blob,
    ChannelPolicy,
    Health,
    InboxConfig,
    LengthStep,
    MediaRule,
    OutboundMessage,
    Receipt,
    Request,
    Response,
    Thread,
)
from damso.kernel.i18n import Text

_REFUSED = Text(
    "중계사가 키를 받아들이지 않아요. API 키와 시크릿을 확인해 주세요. ({why})",
    "The relay refuses the keys. Please check API key and secret. ({why})",
)
_UNREACHABLE = Text("중계사에 확인하지 못했어요. ({why})", "The relay could not be asked. ({why})")


class SmsAdapter:
    """Implements `Adapter`, `Uploads`, `PollsReports`, `Templated`, `ShowsSecrets` and `Simulated`. `now` is the time
    that calls are signed with."""

    channel: ClassVar[str] = "sms"
    name: ClassVar[Text] = Text("문자·알림톡", "Text and AlimTalk")
    description: ClassVar[Text] = Text(
        "SOLAPI, NHN Cloud, 네이버 클라우드 SENS로 문자와 알림톡을 보내요. 고객의 답장 문자는 받을 수 없어요.",
        "Texts and KakaoTalk AlimTalk through SOLAPI, NHN Cloud or Naver SENS. Customers' texts back do not arrive.",
    )
    policy: ClassVar[ChannelPolicy] = ChannelPolicy(
        text_limit=LMS,
        measure="euc-kr",
        steps=(LengthStep(name="SMS", limit=SMS), LengthStep(name="LMS", limit=LMS)),
        media=MediaRule(types=("image/jpeg",), max_bytes=PICTURE_BYTES, max_files=1),
        may_start=True,
        reaches="phone",
        receipts=frozenset({"sent", "delivered", "failed"}),
        undo=timedelta(seconds=10),
        kinds=frozenset({"template"}),
        buttons=5,
        button_length=14,
    )
    config: ClassVar[type[InboxConfig]] = SmsConfig
    hosts: ClassVar[tuple[str, ...]] = (*SolapiSimulator.hosts, *NhnSimulator.hosts, *SensSimulator.hosts)

    def __init__(self, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._relays: Mapping[RelayName, Relay] = {"solapi": Solapi(now), "nhn": Nhn(), "sens": Sens(now)}

    def handshake(self, request: Request, config: SmsConfig) -> Response | None:
        """None of the relays has one."""
        return None

    def secret_headers(self, config: SmsConfig) -> frozenset[str]:
        return self._relays[config.relay].secret_headers

    def verify(self, request: Request, config: SmsConfig) -> None:
        self._relays[config.relay].verify(request, config)

    def delivery_key(self, request: Request) -> str:
        return reading.delivery_key(request.body)

    def parse(self, request: Request, config: SmsConfig) -> Sequence[Item]:
        return self._relays[config.relay].parse(request, config)

    async def send(self, message: OutboundMessage, thread: Thread, config: SmsConfig, http: AsyncClient) -> Receipt:
        return await self._relays[config.relay].send(outgoing(message, config), config, http)

    async def upload(self, blob: Blob, config: SmsConfig, http: AsyncClient) -> str:
        return await self._relays[config.relay].upload(blob, config, http)

    async def poll_reports(
        self, external_ids: Sequence[str], config: SmsConfig, http: AsyncClient
    ) -> Sequence[InboundReceipt]:
        """One that the relay does not know keeps nothing of the others back."""
        found: list[InboundReceipt] = []
        for identifier in external_ids:
            with suppress(ContentRejected):
                found += await self._relays[config.relay].reports(identifier, config, http)
        return found

    async def templates(self, config: SmsConfig, http: AsyncClient) -> Sequence[ProviderTemplate]:
        return await self._relays[config.relay].templates(config, http)

    async def submit(self, template: ProviderTemplate, config: SmsConfig, http: AsyncClient) -> ProviderTemplate:
        return await self._relays[config.relay].submit(template, config, http)

    async def check(self, config: SmsConfig, http: AsyncClient) -> Health:
        try:
            return await self._relays[config.relay].check(config, http)
        except ChannelError as error:
            text = _REFUSED if isinstance(error, CredentialsRejected) else _UNREACHABLE
            return Health(ok=False, problems=((text.say("ko", why=error), text.say("en", why=error)),))

    def simulator(self, now: Callable[[], datetime]) -> PhoneSimulator:
        """SOLAPI's. The hosts of the other relays are taken too, so that practising with them reaches nobody."""
        return SolapiSimulator(now)
