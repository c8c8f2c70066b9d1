"""What a site chat needs to know. Its colours and its greeting are the brand's."""

from typing import Annotated, Literal

from msgspec import Meta

from damso.channels.types import InboxConfig, Secret


class ChatConfig(InboxConfig, frozen=True, kw_only=True):
    """One site. Without `origins` any page may show the chat; without the secret nobody is known by a token."""

    origins: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^https?://[^/\s;,'\"]+$")], ...],
        Meta(
            title="Sites that may show the chat",
            description="For example https://shop.example. Empty: any site.",
            extra_json_schema={
                "ko": {
                    "title": "채팅을 띄울 수 있는 사이트",
                    "description": "예: https://shop.example. 비워 두면 어느 사이트에서나 쓸 수 있어요.",
                }
            },
        ),
    ] = ()
    identity_secret: Annotated[
        Secret,
        Meta(
            pattern=r"^(.{32,})?$",
            title="Secret for signed-in customers",
            description="Your server signs who is signed in with it (JWT, HS256). At least 32 characters.",
            extra_json_schema={
                "ko": {
                    "title": "로그인 고객 확인용 비밀 키",
                    "description": "쇼핑몰 서버가 로그인한 고객 정보를 이 키로 서명해요 (JWT, HS256). 32자 이상이에요.",
                },
                "generate": "text",
            },
        ),
    ] = ""
    launcher: Annotated[
        Literal["right", "left"],
        Meta(
            title="Side of the chat button",
            description="",
            extra_json_schema={
                "ko": {"title": "채팅 버튼 위치", "description": ""},
                "choices": {"right": {"ko": "오른쪽", "en": "Right"}, "left": {"ko": "왼쪽", "en": "Left"}},
            },
        ),
    ] = "right"
    ask_email_when_closed: Annotated[
        bool,
        Meta(
            title="Ask for an e-mail address outside opening hours",
            description="So that the answer reaches customers who have left the site.",
            extra_json_schema={
                "ko": {
                    "title": "상담 시간이 아니면 이메일 주소 물어보기",
                    "description": "고객이 사이트를 떠나도 답변을 받을 수 있어요.",
                }
            },
        ),
    ] = True
