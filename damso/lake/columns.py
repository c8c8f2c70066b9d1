"""The columns of a fact, in the order of the files. A promise to people outside: columns are added, never renamed."""

from damso.kernel.dimensions import Column
from damso.kernel.i18n import Text

EVENT: tuple[Column, ...] = (
    Column(
        "epoch",
        "number",
        Text(
            "데이터베이스의 세대. 복원하거나 옮기면 늘어나요.",
            "Life of the database; grows when it is restored or moved.",
        ),
    ),
    Column(
        "xid",
        "number",
        Text(
            "기록한 트랜잭션. (epoch, xid, id)가 로그의 순서예요.",
            "Transaction that wrote it; (epoch, xid, id) is the order of the log.",
        ),
    ),
    Column(
        "id",
        "number",
        Text(
            "이벤트 번호. 한 스트림 안에서 하나뿐이에요.",
            "Number of the event, unique within its stream.",
        ),
    ),
    Column(
        "name",
        "text",
        Text(
            "일어난 일. 예: message.received",
            "What happened, such as message.received.",
        ),
    ),
    Column("version", "small", Text("properties 형식의 버전.", "Version of the shape of properties.")),
    Column(
        "recorded_at",
        "moment",
        Text(
            "담소가 기록한 시각(UTC). 파일의 day는 이 시각의 날짜예요.",
            "When Damso recorded it, UTC; the folder `day` is its date.",
        ),
    ),
    Column("occurred_at", "moment", Text("실제로 일어난 시각(UTC).", "When it happened, UTC.")),
    Column(
        "identity_id",
        "number",
        Text(
            "누구의 일인지. identity.id와 이어지고, 고객은 identity.customer_id로 찾아요.",
            "Whose it is: identity.id; the customer is identity.customer_id.",
        ),
    ),
    Column("conversation_id", "id", Text("대화. conversation.id", "The conversation: conversation.id.")),
    Column("subject_kind", "text", Text("무엇에 대한 일인지. 예: message", "What it is about, such as message.")),
    Column("subject_id", "text", Text("그 대상의 id.", "Id of what it is about.")),
    Column(
        "actor_kind",
        "text",
        Text(
            "누가 했는지: agent, customer, bot, key, system",
            "Who did it: agent, customer, bot, key or system.",
        ),
    ),
    Column("actor_id", "text", Text("한 사람이나 키의 id.", "Id of who did it.")),
    Column("inbox_id", "id", Text("받은 편지함.", "The inbox.")),
    Column("brand_id", "id", Text("브랜드.", "The brand.")),
    Column("cause_id", "number", Text("이 일을 일으킨 이벤트의 id.", "Id of the event that caused it.")),
    Column(
        "properties",
        "json",
        Text(
            "그 밖의 내용(JSON). care에는 id와 종류만 있어요.",
            "What else there is, as JSON; in care ids and enums only.",
        ),
        personal=True,
    ),
)

PARTITIONS: tuple[Column, ...] = (
    Column(
        "stream",
        "text",
        Text(
            "care: 고객과 우리 사이의 일, tracked: 사이트·앱이 보낸 일. 폴더 이름에서 읽어요.",
            "care: what happens between people and you; tracked: what sites and apps sent. Read from the folder.",
        ),
    ),
    Column(
        "day",
        "text",
        Text(
            "기록된 날짜(UTC), 2026-11-22. 폴더 이름에서 읽어요.",
            "Day of recording, UTC, such as 2026-11-22. Read from the folder.",
        ),
    ),
)
