"""Naver TalkTalk by its chatbot API (docs/channels/talktalk.md). What is proven, and what is not: QUALITY.md."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

from httpx import AsyncClient

from damso.channels.adapters.talktalk import bubbles, client
from damso.channels.adapters.talktalk.config import TalkTalkConfig
from damso.channels.adapters.talktalk.parse import dedupe_scope, identifier, parse_event
from damso.channels.adapters.talktalk.simulator import TalkTalkSimulator
from damso.channels.failures import (
    ChannelError,
    ContentRejected,
    CredentialsRejected,
    OutcomeUnknown,
    SignatureInvalid,
)
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
)
from damso.kernel.i18n import Text

_NO_RANGES = Text(
    ko="네이버가 호출하는 IP 대역이 비어 있어서 메시지를 하나도 받지 않아요.",
    en="There are no addresses that Naver calls from, so no message is let in.",
)
_REFUSED = Text(
    ko="네이버가 보내기 API 인증 키를 받아들이지 않았어요. 파트너센터의 챗봇API 설정에서 다시 복사해 주세요.",
    en="Naver refuses the key of the sending API. Copy it again from the chatbot API settings of the partner centre.",
)
_UNREACHABLE = Text(
    ko="네이버({host})에 연결해 보았지만 알 수 있는 답을 받지 못했어요. ({why})",
    en="We called Naver ({host}) and got no answer that we understand. ({why})",
)


class TalkTalkAdapter:
    """Implements `Adapter`, `Fetches`, `HandsOver` and `Simulated`."""

    channel: ClassVar[str] = "talktalk"
    name: ClassVar[Text] = Text("네이버 톡톡", "Naver TalkTalk")
    description: ClassVar[Text] = Text(
        "스마트스토어와 네이버에서 톡톡으로 온 문의를 받고 답해요.",
        "Customers who write by TalkTalk, from SmartStore and all of Naver.",
    )
    policy: ClassVar[ChannelPolicy] = ChannelPolicy(
        text_limit=bubbles.TEXT,
        media=MediaRule(
            types=("image/jpeg", "image/png", "image/gif"),
            # 20 MB are documented, but above 10 MB customers were shown an address instead of a picture (issue 203).
            max_bytes=10 * 1024 * 1024,
            max_files=1,
        ),
        reaches="talktalk",
        kinds=frozenset({"buttons", "card", "product", "list", "carousel"}),
        buttons=bubbles.BUTTONS,
        button_length=bubbles.LABEL,
        media_by_url=True,
        # Whoever calls 30 times in 3 s may be blocked (issue 268), and a message takes up to three calls.
        rate=3.0,
    )
    config: ClassVar[type[InboxConfig]] = TalkTalkConfig
    hosts: ClassVar[tuple[str, ...]] = TalkTalkSimulator.hosts

    def handshake(self, request: Request, config: TalkTalkConfig) -> Response | None:
        """None is documented; but an address that was just registered was seen to be asked for by GET (issue 79)."""
        return None if request.body else Response()

    def verify(self, request: Request, config: TalkTalkConfig) -> None:
        """Nothing is signed: what speaks for a call is that it knows our address, and where it comes from."""
        if not config.authorization:
            raise SignatureInvalid("the connection has no key yet")
        if not config.lets_in(request.peer):
            raise SignatureInvalid("not from Naver's addresses")

    def delivery_key(self, request: Request) -> str:
        return identifier(request)

    def parse(self, request: Request, config: TalkTalkConfig) -> Sequence[Item]:
        return parse_event(request, config)

    async def send(
        self, message: OutboundMessage, thread: Thread, config: TalkTalkConfig, http: AsyncClient
    ) -> Receipt:
        """One call for each bubble. Naver tells no id; once one bubble is taken, the message is partly delivered."""
        status = None
        for number, content in enumerate(_bubbles(message)):
            try:
                status = await client.say(content, message.to.value, config, http)
            except ChannelError as error:
                if number == 0:
                    raise
                raise OutcomeUnknown(f"{number} of its bubbles were taken, then: {error}") from error
        return Receipt(external_id=message.send_key, dedupe_scope=f"{dedupe_scope(config)}:sent", status_code=status)

    async def fetch_media(self, ref: str, config: TalkTalkConfig, http: AsyncClient) -> Blob:
        return await client.fetch(ref, http)

    async def give(self, to: Address, thread: Thread, config: TalkTalkConfig, http: AsyncClient) -> None:
        await client.hand_over("passThread", to.value, config, http)

    async def take(self, to: Address, thread: Thread, config: TalkTalkConfig, http: AsyncClient) -> None:
        await client.hand_over("takeThread", to.value, config, http)

    async def check(self, config: TalkTalkConfig, http: AsyncClient) -> Health:
        """Whether anything can come in, and whether Naver takes the key."""
        if not config.ranges:
            return _ill(_NO_RANGES)
        try:
            await client.try_key(config, http)
        except CredentialsRejected:
            return _ill(_REFUSED)
        except ChannelError as error:
            return _ill(_UNREACHABLE, host=client.HOST, why=str(error))
        return Health(ok=True, facts={"key": "accepted"})

    def simulator(self, now: Callable[[], datetime]) -> TalkTalkSimulator:
        return TalkTalkSimulator(now)


def _bubbles(message: OutboundMessage) -> list[bubbles.Form]:
    if not all(file.url for file in message.attachments):
        raise ContentRejected("a picture has no address that Naver could fetch")
    if found := bubbles.bubbles_of(message):
        return found
    raise ContentRejected("there is nothing to say")


def _ill(problem: Text, **fields: object) -> Health:
    return Health(ok=False, problems=((problem.say("ko", **fields), problem.say("en", **fields)),))
