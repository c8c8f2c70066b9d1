"""What connects a chatbot of a KakaoTalk channel."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from damso.channels.types import InboxConfig, Secret
from damso.kernel.i18n import Text

MAX_QUICK_REPLIES = 10
"""Kakao business guide, answer_json_format, SkillTemplate: at most ten."""
MAX_TEXT = 1000
"""The same, SimpleText."""

_TOO_MANY = Text("바로연결은 10개까지 넣을 수 있어요.", "There can be 10 quick replies at most.")
_BOTH = Text(
    "Event API를 쓰려면 REST API 키와 이벤트 이름이 모두 필요해요.",
    "The Event API needs both the REST API key and the event's name.",
)


def _field(title: str, ko: str, description: str, ko_description: str, pattern: str | None = None) -> Meta:
    return Meta(
        title=title,
        description=description,
        pattern=pattern,
        extra_json_schema={"ko": {"title": ko, "description": ko_description}},
    )


class KakaoConfig(InboxConfig, frozen=True, kw_only=True):
    """One bot. Without `secret` no skill call is let in, without `admin_key` no news of the channel."""

    bot_id: Annotated[
        str,
        _field(
            "Bot id",
            "봇 ID",
            "In the chatbot admin center under Settings.",
            "챗봇 관리자센터의 설정에서 볼 수 있어요.",
            r"^[A-Za-z0-9]{1,64}$",
        ),
    ]
    header: Annotated[
        str,
        _field(
            "Name of the skill's header",
            "스킬 헤더 이름",
            "Enter the same name as header key in the skill's settings.",
            "스킬 설정의 헤더 키에 같은 이름을 넣어 주세요.",
            r"^[A-Za-z][A-Za-z0-9-]{1,60}$",
        ),
    ] = "X-Damso-Skill"
    secret: Annotated[
        Secret,
        Meta(
            title="Secret in the skill's header",
            description="Kakao signs nothing: this value in the skill's header proves that a call is genuine.",
            pattern=r"^([!-~]{16,200})?$",
            extra_json_schema={
                "ko": {
                    "title": "스킬 헤더 비밀 값",
                    "description": "카카오는 요청에 서명하지 않아요. 스킬 헤더에 넣은 이 값으로 진짜인지 확인해요.",
                },
                "generate": "text",
            },
        ),
    ] = ""
    waiting: Annotated[
        str,
        Meta(
            title="While an answer is being written",
            description="Shown at once where callbacks are on: the answer may follow for one minute.",
            max_length=MAX_TEXT,
            extra_json_schema={
                "ko": {
                    "title": "답변을 준비하는 동안 보여 줄 말",
                    "description": "콜백을 쓸 때 바로 보여요. 이후 1분 안에 보낸 답변이 이어서 보여요.",
                }
            },
        ),
    ] = "담당자에게 전달했어요. 잠시만 기다려 주세요."
    received: Annotated[
        str,
        Meta(
            title="What is answered at once",
            description="Shown where no answer can follow by callback.",
            min_length=1,
            max_length=MAX_TEXT,
            extra_json_schema={
                "ko": {
                    "title": "바로 보여 줄 말",
                    "description": "콜백으로 답변을 이어 보낼 수 없을 때 보여요.",
                }
            },
        ),
    ] = "문의가 접수됐어요. 담당자가 확인하고 있어요."
    quick_replies: Annotated[
        str,
        _field(
            "Quick replies",
            "바로연결",
            "Separated by commas, 10 at most. Shown below what is answered at once.",
            "쉼표로 나눠 10개까지 적어요. 바로 보여 주는 말 아래에 나와요.",
        ),
    ] = ""
    admin_key: Annotated[
        Secret,
        _field(
            "Primary admin key of the app",
            "앱의 대표 어드민 키",
            "Only for news of who added or blocked the channel: Kakao shows this key in these calls.",
            "채널 추가·차단 알림을 받을 때만 필요해요. 카카오가 이 키를 넣어 알림을 보내요.",
            r"^([!-~]{8,200})?$",
        ),
    ] = ""
    rest_api_key: Annotated[
        Secret,
        _field(
            "REST API key of the app",
            "앱의 REST API 키",
            "Only for the Event API, by which answers reach channel friends after the minute is over.",
            "Event API를 쓸 때만 필요해요. 1분이 지난 뒤에도 채널 친구에게 답할 수 있어요.",
            r"^([!-~]{8,200})?$",
        ),
    ] = ""
    event_name: Annotated[
        str,
        _field(
            "Event of the answer block",
            "답변 블록의 이벤트 이름",
            "The event's name of the block whose text is {{#current.event.data.text}}.",
            "텍스트가 {{#current.event.data.text}}인 블록에 설정한 이벤트 이름이에요.",
            r"^\S{0,100}$",
        ),
    ] = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """The quick replies one by one."""
        return tuple(label for part in self.quick_replies.split(",") if (label := part.strip()))

    @property
    def has_events(self) -> bool:
        """Whether the Event API can be called."""
        return bool(self.rest_api_key and self.event_name)

    def wrong_fields(self) -> Mapping[str, Text]:
        wrong = {}
        if len(self.labels) > MAX_QUICK_REPLIES:
            wrong["quick_replies"] = _TOO_MANY
        if self.rest_api_key and not self.event_name:
            wrong["event_name"] = _BOTH
        if self.event_name and not self.rest_api_key:
            wrong["rest_api_key"] = _BOTH
        return wrong
