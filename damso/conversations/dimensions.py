"""What analysts see of conversations, in the lake. Kept by month: of old ones little changes."""

from collections.abc import Sequence

from damso.kernel.dimensions import Column, Dimension
from damso.kernel.i18n import Text

_MONTH = "to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM')"

CONVERSATION = Dimension(
    name="conversation",
    title=Text("대화", "Conversations"),
    table="conversation",
    bucket=_MONTH,
    person=("identity", "anchor_identity_id"),
    case="id",
    columns=(
        Column("id", "id", Text("대화 번호.", "Id of the conversation.")),
        Column(
            "anchor_identity_id",
            "number",
            Text(
                "대화를 시작한 식별 정보. 고객은 identity.customer_id로 찾아요.",
                "The identity it began with; the customer is identity.customer_id.",
            ),
        ),
        Column("brand_id", "id", Text("브랜드.", "The brand.")),
        Column("inbox_id", "id", Text("편지함.", "The inbox.")),
        Column(
            "status",
            "text",
            Text(
                "open, pending, snoozed, resolved",
                "open, pending, snoozed or resolved.",
            ),
        ),
        Column("visibility", "text", Text("private, public", "private or public.")),
        Column("subject", "text", Text("제목.", "Subject."), personal=True),
        Column("team_id", "id", Text("맡은 팀.", "The team that has it.")),
        Column("assignee_id", "id", Text("맡은 상담사.", "The agent who has it.")),
        Column("priority", "text", Text("low, normal, high, urgent", "low, normal, high or urgent.")),
        Column(
            "waiting_since",
            "moment",
            Text(
                "고객이 답을 기다리기 시작한 시각.",
                "Since when the customer waits for an answer.",
            ),
        ),
        Column("record_class", "text", Text("보관 종류.", "Class of record, which decides how long it is kept.")),
        Column("last_message_at", "moment", Text("마지막 메시지의 시각.", "When the last message came or went.")),
        Column("last_channel", "text", Text("마지막 메시지의 채널.", "Channel of the last message.")),
        Column("resolved_at", "moment", Text("해결한 시각.", "When it was resolved.")),
        Column("joined_into", "id", Text("합쳐진 대화.", "The conversation it was joined into.")),
        Column("split_from", "id", Text("갈라져 나온 대화.", "The conversation it was split from.")),
        Column("created_at", "moment", Text("시작한 시각.", "When it began.")),
    ),
)

MESSAGE = Dimension(
    name="message",
    title=Text("메시지", "Messages"),
    table="message",
    bucket=_MONTH,
    person=("identity", "identity_id"),
    case="conversation_id",
    columns=(
        Column("id", "id", Text("메시지 번호.", "Id of the message.")),
        Column("conversation_id", "id", Text("대화. conversation.id", "The conversation: conversation.id.")),
        Column(
            "kind",
            "text",
            Text(
                "message: 고객과 나눈 말, note: 내부 메모, activity: 시스템 기록",
                "message: said to or by the customer; note: among ourselves; activity: by the system.",
            ),
        ),
        Column("direction", "text", Text("in: 받은 것, out: 보낸 것", "in or out.")),
        Column(
            "author_kind",
            "text",
            Text(
                "customer, agent, bot, system",
                "customer, agent, bot or system.",
            ),
        ),
        Column("author_id", "id", Text("쓴 상담사.", "The agent who wrote it.")),
        Column(
            "identity_id",
            "number",
            Text(
                "보냈거나 받은 식별 정보. identity.id",
                "The identity that sent or gets it: identity.id.",
            ),
        ),
        Column("inbox_id", "id", Text("편지함.", "The inbox.")),
        Column("channel", "text", Text("채널.", "The channel.")),
        Column(
            "purpose",
            "text",
            Text(
                "service, transactional, marketing",
                "service, transactional or marketing.",
            ),
        ),
        Column("subject", "text", Text("제목.", "Subject."), personal=True),
        Column("text", "text", Text("내용.", "What was said."), personal=True),
        Column(
            "fresh",
            "number",
            Text(
                "새로 쓴 글자 수. 그 뒤는 인용이에요.",
                "Characters that are new; the rest is quoted.",
            ),
        ),
        Column(
            "status",
            "text",
            Text(
                "queued, sent, delivered, read, failed, unknown",
                "queued, sent, delivered, read, failed or unknown.",
            ),
        ),
        Column("reason", "text", Text("보내지 못한 까닭.", "Why it could not be sent.")),
        Column("automation", "text", Text("자동으로 쓰였는지.", "Whether a machine wrote it, and which kind.")),
        Column("provider_at", "moment", Text("채널이 말한 시각.", "When, as the channel says.")),
        Column("position_at", "moment", Text("대화에서의 자리.", "Its place in the conversation.")),
        Column("sent_at", "moment", Text("보낸 시각.", "When it was sent.")),
        Column("edited_at", "moment", Text("고친 시각.", "When it was edited.")),
        Column("deleted_at", "moment", Text("지운 시각.", "When it was deleted.")),
        Column("created_at", "moment", Text("저장한 시각.", "When it was stored.")),
    ),
)

DIMENSIONS: Sequence[Dimension] = (CONVERSATION, MESSAGE)
