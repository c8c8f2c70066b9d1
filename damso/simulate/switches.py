"""What can go wrong on the lines between a provider and us, to be switched on by channel."""

from enum import StrEnum

from damso.kernel.i18n import Text

SLOW = 3.0
"""Seconds by which `slow` delays a call or a delivery, and for which `shuffled` collects."""


class Switch(StrEnum):
    """The first five are met by our calls to the provider, the last two by what it posts; `slow` by both."""

    SLOW = "slow"
    BUSY = "busy"
    BROKEN = "broken"
    SILENT = "silent"
    CUT = "cut"
    TWICE = "twice"
    SHUFFLED = "shuffled"


NAMES: dict[Switch, Text] = {
    Switch.SLOW: Text("느리게", "Slow"),
    Switch.BUSY: Text("너무 많은 요청 (429)", "Too many requests (429)"),
    Switch.BROKEN: Text("서버 오류 (500)", "Server error (500)"),
    Switch.SILENT: Text("응답 없음", "No answer"),
    Switch.CUT: Text("받고 나서 끊김", "Dropped after accepting"),
    Switch.TWICE: Text("두 번 보내기", "Sent twice"),
    Switch.SHUFFLED: Text("순서 뒤바꾸기", "Out of order"),
}

MEANINGS: dict[Switch, Text] = {
    Switch.SLOW: Text(
        "모든 요청과 알림이 3초 늦게 오가요.",
        "Every call and every delivery takes three seconds longer.",
    ),
    Switch.BUSY: Text(
        "보낸 메시지를 받지 않고 429로 거절해요. 끄면 담소가 다시 보낸 메시지가 도착해요.",
        "Messages are refused with 429. Switch it off, and they arrive when Damso tries again.",
    ),
    Switch.BROKEN: Text(
        "보낸 메시지를 받지 않고 500으로 답해요. 담소는 다시 보내거나, 알 수 없으면 사람에게 물어봐요.",
        "Messages are answered with 500 and not taken. Damso tries again, or asks a person where it cannot know.",
    ),
    Switch.SILENT: Text(
        "메시지를 받지도, 답하지도 않아요. 담소는 기다리다 포기해요.",
        "Messages are neither taken nor answered, until Damso gives up waiting.",
    ),
    Switch.CUT: Text(
        "메시지는 고객에게 도착하지만, 담소가 답을 듣기 전에 연결이 끊겨요.",
        "Messages reach the customer, but the line drops before Damso hears of it.",
    ),
    Switch.TWICE: Text(
        "고객이 한 일을 담소에 두 번 알려요. 상담에는 한 번만 보여야 해요.",
        "Everything is posted to Damso twice, and has to stand in the conversation once.",
    ),
    Switch.SHUFFLED: Text(
        "알림을 3초 동안 모았다가 뒤에서부터 보내요.",
        "Deliveries are collected for three seconds and posted last first.",
    ),
}
