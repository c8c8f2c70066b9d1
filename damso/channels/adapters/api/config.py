"""What connects a system of one's own."""

from typing import Annotated

from msgspec import Meta

from damso.channels.types import InboxConfig, Secret


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
                "ko": {"title": "답변을 받을 주소", "description": "상담사가 답하면 이 주소로 보내 드려요."}
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
