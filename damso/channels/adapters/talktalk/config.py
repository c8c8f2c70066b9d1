"""What connects a Naver TalkTalk account, and who may call for it: nothing that Naver posts is signed."""

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Annotated

from msgspec import Meta

from damso.channels.types import InboxConfig, Secret
from damso.kernel.i18n import Text

NAVER = ("211.249.40.0/27", "211.249.68.0/27", "220.230.168.0/27", "103.6.173.0/27")
"""Where Naver calls from. The first three: navertalk/chatbot-api, README, "Webhook 요구 사항", and issue 158. The last
one stands only in public code that quotes the partner centre."""
WIDEST = 8
"""Bits of the shortest prefix that is taken: a wider network is nobody's own."""

NO_NETWORK = Text(
    "IP 대역이 아닌 값이 있어요. 211.249.40.0/27처럼 적어 주세요.",
    "One of these is not a range of addresses. Write them like 211.249.40.0/27.",
)
TOO_WIDE = Text(
    "너무 넓은 대역이 있어요. 네이버가 서명을 하지 않아서, 이 대역으로만 네이버가 보낸 것인지 알 수 있어요.",
    "One of these ranges is too wide. Naver signs nothing, so they are what tells its calls from others.",
)


class TalkTalkConfig(InboxConfig, frozen=True, kw_only=True):
    """One partner account. Without the key nothing is sent and nothing let in; without ranges nothing is let in."""

    account: Annotated[
        str,
        Meta(
            pattern=r"^[wW][0-9A-Za-z]{3,19}$",
            title="Partner id",
            description="What stands behind talk.naver.com/ct/ in the address of your chat, for example wmoon01.",
            extra_json_schema={
                "ko": {
                    "title": "파트너 아이디",
                    "description": "톡톡 채팅 주소에서 talk.naver.com/ct/ 뒤에 있는 값이에요. 예: wmoon01",
                }
            },
        ),
    ]
    authorization: Annotated[
        Secret,
        Meta(
            pattern=r"^[!-~]{0,300}$",
            title="Key of the sending API",
            description="From the chatbot API settings of the partner centre, as it is shown there.",
            extra_json_schema={
                "ko": {
                    "title": "보내기 API 인증 키",
                    "description": "파트너센터의 챗봇API 설정에서 만든 값을 그대로 넣어 주세요.",
                }
            },
        ),
    ] = ""
    notify: Annotated[
        bool,
        Meta(
            title="Tell customers of answers who have left the chat",
            description="By a notification in Naver's app. Whoever has the chat open gets none.",
            extra_json_schema={
                "ko": {
                    "title": "채팅창을 나간 고객에게 알림 보내기",
                    "description": "네이버 앱 알림으로 알려요. 채팅창을 보고 있는 고객에게는 가지 않아요.",
                }
            },
        ),
    ] = True
    ranges: Annotated[
        tuple[str, ...],
        Meta(
            title="Addresses that Naver calls from",
            description="Only calls from here are let in. Empty: none.",
            extra_json_schema={
                "ko": {
                    "title": "네이버가 호출하는 IP 대역",
                    "description": "이 대역에서 온 것만 받아요. 비우면 아무것도 받지 않아요.",
                }
            },
        ),
    ] = NAVER

    @property
    def scope(self) -> str:
        """Where user ids are unique: one person has another id with every partner (chatbot-api issues 42, 114)."""
        return self.account.lower()

    def wrong_fields(self) -> Mapping[str, Text]:
        problem = next(filter(None, map(_problem, self.ranges)), None)
        return {"ranges": problem} if problem else {}

    def lets_in(self, peer: str) -> bool:
        """Whether a call from this address may be Naver's."""
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        plain = getattr(address, "ipv4_mapped", None) or address
        return any(plain in ip_network(value, strict=False) for value in self.ranges if _problem(value) is None)


def _problem(value: str) -> Text | None:
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        return NO_NETWORK
    return TOO_WIDE if network.prefixlen < WIDEST else None
