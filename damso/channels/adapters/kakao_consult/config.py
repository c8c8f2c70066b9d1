"""What connects consultation talk (상담톡) of a KakaoTalk channel: a dealer's contract."""

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Annotated, Literal

from msgspec import Meta

from damso.channels.types import InboxConfig, Secret
from damso.kernel.i18n import Text

_NO_NETWORK = Text(
    "IP 주소나 대역(예: 203.0.113.0/24)만 적어 주세요.", "Write addresses or networks only, such as 203.0.113.0/24."
)

RelayName = Literal["happytalk"]
Server = Literal["production", "test"]


def _field(
    title: str,
    ko: str,
    description: str = "",
    ko_description: str = "",
    *,
    pattern: str | None = None,
    choices: Mapping[str, Mapping[str, str]] | None = None,
) -> Meta:
    extra = {"ko": {"title": ko, "description": ko_description}} | ({"choices": choices} if choices else {})
    return Meta(title=title, description=description, pattern=pattern, extra_json_schema=extra)


class ConsultConfig(InboxConfig, frozen=True, kw_only=True):
    """One sender profile at one dealer. Without `sender_key` nothing is let in: the dealer signs nothing, and only the
    profile's key in each call and the secret address of the inbox tell a genuine one."""

    relay: Annotated[
        RelayName,
        _field(
            "Dealer",
            "딜러사",
            "The official dealer your contract for consultation talk is with.",
            "상담톡을 계약한 공식 딜러사예요.",
            choices={"happytalk": {"ko": "해피톡(엠비아이솔루션)", "en": "HappyTalk (MBI Solution)"}},
        ),
    ] = "happytalk"
    server: Annotated[
        Server,
        _field(
            "Server",
            "서버",
            choices={"production": {"ko": "운영", "en": "Production"}, "test": {"ko": "개발·테스트", "en": "Test"}},
        ),
    ] = "production"
    channel_id: Annotated[
        str,
        _field(
            "Search id of the KakaoTalk channel",
            "카카오톡 채널 검색용 아이디",
            "Begins with @. Customers are told apart within it.",
            "@로 시작해요. 고객은 이 채널 안에서 구분돼요.",
            pattern=r"^@\S{1,60}$",
        ),
    ]
    sender_key: Annotated[
        Secret,
        _field(
            "Sender profile key",
            "발신프로필 키",
            "The dealer gives it out when the channel is registered. Keep it as you keep a password.",
            "채널을 등록하면 딜러사가 발급해요. 비밀번호처럼 관리해 주세요.",
            pattern=r"^([0-9A-Za-z]{20,40})?$",
        ),
    ] = ""
    client_id: Annotated[
        str, _field("HT-Client-Id", "HT-Client-Id", "From the dealer.", "딜러사에서 받아요.", pattern=r"^[!-~]{0,200}$")
    ] = ""
    client_secret: Annotated[
        Secret,
        _field(
            "HT-Client-Secret",
            "HT-Client-Secret",
            "From the dealer.",
            "딜러사에서 받아요.",
            pattern=r"^[!-~]{0,200}$",
        ),
    ] = ""
    sources: Annotated[
        tuple[str, ...],
        _field(
            "Addresses the dealer calls from",
            "딜러사가 요청을 보내는 IP",
            "Ask the dealer. Empty: any address, since none are published.",
            "딜러사에 문의해 주세요. 공개된 목록이 없어서, 비워 두면 확인하지 않아요.",
        ),
    ] = ()
    bot_event: Annotated[
        str,
        _field(
            "Event of the bot's block after a consultation",
            "상담이 끝난 뒤 실행할 봇 이벤트",
            "Empty: the consultation just ends.",
            "비워 두면 상담만 끝내요.",
            pattern=r"^\S{0,100}$",
        ),
    ] = ""

    def wrong_fields(self) -> Mapping[str, Text]:
        return {} if all(map(_is_network, self.sources)) else {"sources": _NO_NETWORK}


def _is_network(typed: str) -> bool:
    try:
        ip_network(typed, strict=False)
    except ValueError:
        return False
    return True
