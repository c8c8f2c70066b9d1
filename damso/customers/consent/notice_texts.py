"""The notices in words: what decree arts. 62-2 and 62-3 have them say, and no advertising."""

from collections.abc import Sequence

from msgspec import Struct

from damso.customers.consent.days import day_of
from damso.customers.consent.notices import Kind
from damso.customers.consent.types import ALL, ALL_CHANNELS, PURPOSE_NAMES, Entry, Ways
from damso.kernel.i18n import Locale, Text


class NoticeText(Struct, frozen=True):
    subject: str
    body: str


_SUBJECTS: dict[Kind, Text] = {
    "result": Text("[{sender}] 광고성 정보 수신 의사 처리 결과 안내", "[{sender}] Your choice about advertising"),
    "confirm": Text("[{sender}] 광고성 정보 수신 동의 확인 안내", "[{sender}] Your consent to advertising"),
}
_OPENINGS: dict[Kind, Text] = {
    "result": Text(
        "고객님의 광고성 정보 수신 의사를 다음과 같이 처리하였습니다.",
        "We have recorded what you decided about advertising:",
    ),
    "confirm": Text(
        "고객님은 다음과 같이 광고성 정보 수신에 동의하셨습니다. 법에 따라 2년마다 확인해 드립니다.",
        "You have consented to advertising as follows. The law has us remind you every two years.",
    ),
}
_CLOSINGS: dict[Kind, Text] = {
    "result": Text(
        "수신 여부는 아래 주소에서 언제든지 무료로 바꾸실 수 있습니다.",
        "You can change this at any time, free of charge, here:",
    ),
    "confirm": Text(
        "동의를 유지하시려면 따로 하실 일이 없습니다. 철회하시려면 아래 주소에서 무료로 바꾸실 수 있습니다.",
        "To keep your consent you need do nothing. To withdraw it, free of charge, go here:",
    ),
}
_GIVEN, _WITHDRAWN = Text("동의", "consented"), Text("수신 거부(철회)", "refused")
_SENDER = Text("전송자: {sender}", "Sender: {sender}")


def notice_text(kind: Kind, told: Sequence[Entry], *, sender: str, link: str, ways: Ways, locale: Locale) -> NoticeText:
    """Who sends it, the fact and its date, the result or how to keep or withdraw the consent."""
    lines = "\n".join(f"- {_line(entry, ways, locale)}" for entry in told)
    body = "\n\n".join(
        (
            _OPENINGS[kind].say(locale),
            lines,
            f"{_CLOSINGS[kind].say(locale)}\n{link}",
            _SENDER.say(locale, sender=sender),
        )
    )
    return NoticeText(subject=_SUBJECTS[kind].say(locale, sender=sender), body=body)


def channel_name(channel: str, ways: Ways, locale: Locale) -> str:
    """What people call a channel; one that is installed no more by its code."""
    if channel == ALL:
        return ALL_CHANNELS.say(locale)
    return ways[channel].name.say(locale) if channel in ways else channel


def _line(entry: Entry, ways: Ways, locale: Locale) -> str:
    """`광고성 정보 수신 · 이메일: 동의 (2026년 11월 22일)`"""
    day = day_of(entry.at)
    said = f"{day.year}년 {day.month}월 {day.day}일" if locale == "ko" else f"{day.day} {day:%B %Y}"
    what = f"{PURPOSE_NAMES[entry.purpose].say(locale)} · {channel_name(entry.channel, ways, locale)}"
    return f"{what}: {(_GIVEN if entry.given else _WITHDRAWN).say(locale)} ({said})"
