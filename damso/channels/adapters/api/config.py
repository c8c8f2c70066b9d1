"""What connects a system of one's own."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Annotated

import httpx
from msgspec import Meta

from damso.channels.types import InboxConfig, Secret
from damso.kernel.i18n import Text

ADDRESS_INVALID = (httpx.InvalidURL, ValueError)
"""What reading an address raises: names that IDNA (RFC 5891) does not know are told as `ValueError`."""
HIGHEST_PORT = 65_535
NO_ADDRESS = Text(
    "쓸 수 없는 주소예요. https://로 시작하는 서버 이름이나 보통의 IP 주소를 적어 주세요.",
    "This address cannot be used. Write a server's name, or an IP address in its usual form, after https://.",
)


class ApiConfig(InboxConfig, frozen=True, kw_only=True):
    """One system. `secret` signs both ways (Standard Webhooks); without it nothing is let in."""

    system: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9][a-z0-9-]{0,39}$",
            title="Name of your system",
            description="Small letters, digits and hyphens. User ids and message ids are unique within it.",
            extra_json_schema={
                "ko": {
                    "title": "시스템 이름",
                    "description": "영문 소문자, 숫자, 하이픈만 써 주세요. 사용자와 메시지 ID는 이 안에서 구분돼요.",
                }
            },
        ),
    ]
    url: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^\s/]+(/\S*)?$",
            title="Address that receives answers",
            description="We post every answer of an agent here.",
            extra_json_schema={
                "ko": {"title": "답변을 받을 주소", "description": "상담원이 답하면 이 주소로 보내 드려요."}
            },
        ),
    ]
    secret: Annotated[
        Secret,
        Meta(
            pattern=r"^(whsec_[A-Za-z0-9+/]{32,88}={0,2})?$",
            title="Signing secret",
            description="whsec_ and 24 to 64 random bytes in base64, as Standard Webhooks says.",
            extra_json_schema={
                "ko": {
                    "title": "서명 비밀 키",
                    "description": "whsec_ 뒤에 임의의 24~64바이트를 base64로 적어요 (Standard Webhooks 형식).",
                },
                "generate": "whsec",
            },
        ),
    ] = ""

    def wrong_fields(self) -> Mapping[str, Text]:
        return {} if _is_usable(self.url) else {"url": NO_ADDRESS}


def _is_usable(address: str) -> bool:
    """Whether a call to it could be made at all. Numbers in other forms (`0177.0.0.1`, `0x7f.1`, `2130706433`) are
    read by each system as it likes, so none is taken."""
    try:
        url = httpx.URL(address)
    except ADDRESS_INVALID:
        return False
    host, port = url.host, url.port or 1
    odd_number = not _is_ip(host) and host.rstrip(".").rpartition(".")[2][:1].isdigit()
    return bool(host.strip(".")) and ".." not in host and not odd_number and 1 <= port <= HIGHEST_PORT


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
