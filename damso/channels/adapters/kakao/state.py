"""What can be said of a connection and of a thread without asking Kakao."""

from datetime import datetime

from damso.channels.adapters.kakao.client import callback_of
from damso.channels.adapters.kakao.config import KakaoConfig
from damso.channels.types import Health, Thread, Window
from damso.kernel.i18n import Text

COST = Text(
    "Event API로 보내요. 1건당 15원(부가세 별도)이 들고, 채널을 추가한 고객에게만 가요.",
    "Leaves by the Event API: 15 KRW each before VAT, and only to customers who have added the channel.",
)
NOT_BEGUN = Text(
    "고객이 이 채널로 먼저 말을 걸어야 답할 수 있어요.", "The customer has to write on this channel first."
)
CLOSED = Text(
    "카카오톡 챗봇은 고객의 말 뒤 1분 동안 한 번만 답할 수 있어요. 그 뒤에도 답하려면 Event API를 설정하거나 상담톡을 "
    "이용해 주세요.",
    "A KakaoTalk chatbot can answer once, within a minute of the customer's words. To answer later, set the Event API "
    "up or use consultation talk.",
)
_NO_SECRET = Text(
    "스킬 헤더 비밀 값이 없어요. 값을 만들어 스킬 설정에도 똑같이 넣어야 메시지를 받을 수 있어요.",
    "There is no secret for the skill's header. Make one and enter it in the skill's settings too: until then nothing "
    "is let in.",
)


def window(thread: Thread, config: KakaoConfig, now: datetime) -> Window:
    """Open and free while the callback is good, then at a price where the Event API is set up."""
    if callback_of(thread, now):
        return Window(open=True, closes_at=thread.handle_until)
    if thread.last_inbound_at is None:
        return Window(open=False, reason=NOT_BEGUN)
    if config.has_events:
        return Window(open=True, cost=COST)
    return Window(open=False, reason=CLOSED)


def check(config: KakaoConfig) -> Health:
    """Kakao has no call that tries a connection: whether the bot calls us shows with the first word to it."""
    facts = {
        "unproven": "until a customer has written: Kakao has no call for trying a connection",
        "answers after a minute": "by the Event API" if config.has_events else "not possible",
        "channel added or blocked": "told" if config.admin_key else "not told",
    }
    if not config.secret:
        return Health(ok=False, problems=((_NO_SECRET.ko, _NO_SECRET.en),), facts=facts)
    return Health(ok=True, facts=facts)
