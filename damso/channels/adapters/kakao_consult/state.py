"""A session of consultation talk: begun by the customer's words, over thirty days after the last of them
(doc.nexus.co.kr, consultation talk API, 2.2.3), or when somebody ends it."""

from datetime import datetime, timedelta

from damso.channels.types import Thread, Window
from damso.kernel.i18n import Text

SESSION = timedelta(days=30)

NOT_BEGUN = Text(
    "상담톡은 고객이 먼저 말을 걸어야 답할 수 있어요.",
    "Consultation talk begins with the customer: they have to write first.",
)
ENDED = Text(
    "상담이 끝났어요. 고객이 다시 말을 걸면 답할 수 있어요.",
    "The consultation has ended. You can answer again once the customer writes.",
)
EXPIRED = Text(
    "고객의 마지막 메시지 뒤 30일이 지나 상담이 끝났어요. 고객이 다시 말을 걸면 답할 수 있어요.",
    "Thirty days have passed since the customer's last message, so the consultation has ended. You can answer again "
    "once they write.",
)


def window(thread: Thread, now: datetime) -> Window:
    """Open as long as a session is."""
    if thread.last_inbound_at is None:
        return Window(open=False, reason=NOT_BEGUN)
    if thread.ended_at is not None and thread.ended_at >= thread.last_inbound_at:
        return Window(open=False, reason=ENDED)
    closes_at = thread.last_inbound_at + SESSION
    return Window(open=True, closes_at=closes_at) if now < closes_at else Window(open=False, reason=EXPIRED)
