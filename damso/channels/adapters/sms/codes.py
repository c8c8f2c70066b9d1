"""What the result codes of relays mean to an agent.

`permanent` is kept for what makes a number no good: nobody there, or not a number. A phone that is off, a block, a
limit or somebody without KakaoTalk is about this moment or this way of sending.

Sources: SOLAPI docs.solapi.com/api-reference/message-status-codes; NHN Cloud SMS "결과 코드" and KakaoTalk Bizmessage
"오류 코드" (docs.nhncloud.com, github.com/TOAST-DOCS). The codes of KakaoTalk itself are the same at NHN and SENS.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Why(NamedTuple):
    ko: str
    en: str
    permanent: bool = False

    def say(self, code: str) -> str:
        """As agents read it, whichever language they work in."""
        return f"{self.ko} · {self.en} ({code})"


OTHER = Why("중계사나 통신사가 전달하지 못했어요.", "The relay or carrier could not deliver it.")

_NOBODY = Why("없는 번호이거나 가입자가 없어요.", "Nobody has this number.", permanent=True)
_NOT_A_NUMBER = Why("전화번호 형식이 올바르지 않아요.", "This is not a phone number.", permanent=True)
_NO_KAKAO = Why("카카오톡을 쓰지 않는 번호예요.", "Not on KakaoTalk.")
_BLOCKED_KAKAO = Why("알림톡을 차단했거나 받을 수 없는 상태예요.", "Blocks AlimTalk, or cannot get it now.")
_NOT_FRIEND = Why("카카오톡 채널 친구가 아니에요.", "Not a friend of the KakaoTalk channel.")
_MISMATCH = Why("승인된 템플릿과 내용이 달라요.", "It differs from the approved template.")
_NO_TEMPLATE = Why("등록되지 않은 템플릿이에요.", "There is no such template.")
_CHANNEL = Why("카카오톡 채널을 쓸 수 없는 상태예요.", "The KakaoTalk channel cannot be used.")
_HOURS = Why("카카오톡 광고를 보낼 수 있는 시간이 아니에요.", "Outside KakaoTalk's hours for advertising.")
_OPTED_OUT = Why("080으로 수신을 거부한 번호예요.", "Opted out by the 080 number.")
_BLOCKED = Why("차단된 번호예요.", "The number is blocked.")
_SENDER = Why("등록되지 않았거나 쓸 수 없는 발신번호예요.", "The sender number is not registered, or blocked.")
_SPAM = Why("스팸으로 걸러졌어요.", "Filtered as spam.")
_OFF = Why("휴대폰이 꺼져 있거나 신호가 없어요.", "The phone is off or out of reach.")
_BUSY = Why("휴대폰이 지금 받을 수 없는 상태예요.", "The phone cannot take it now.")
_SUSPENDED = Why("서비스가 일시 정지된 번호예요.", "The number is suspended.")
_LATE = Why("정해진 시간 안에 전달되지 않았어요.", "It was not delivered in time.")
_REFUSED = Why("받는 쪽에서 거절했어요.", "The recipient refused it.")
_PHONE = Why("이 종류의 문자를 받지 못하는 휴대폰이에요.", "The phone cannot show this kind of text.")
_ROUTE = Why("보낼 경로가 없는 번호예요.", "There is no route to this number.")
_BALANCE = Why("잔액이 부족해요.", "The balance is used up.")
_ACCOUNT = Why("중계사 계정이 차단됐어요.", "The account at the relay is blocked.")
UNCERTAIN = Why("보냈지만 받았는지 확인되지 않았어요.", "It was sent, but nobody confirmed that it arrived.")

SOLAPI: Mapping[str, Why] = {
    "1060": _BLOCKED,
    "1061": _OPTED_OUT,
    "1062": _SENDER,
    "1064": _BLOCKED,
    "2060": _BLOCKED,
    "2061": _OPTED_OUT,
    "2062": _SENDER,
    "2063": _ACCOUNT,
    "2064": _BLOCKED,
    "2230": _BALANCE,
    "2254": _SPAM,
    "3010": _NOT_A_NUMBER,
    "3013": _SENDER,
    "3032": _NOBODY,
    "3040": _LATE,
    "3041": _BUSY,
    "3042": _OFF,
    "3043": _OFF,
    "3044": _BUSY,
    "3045": _SUSPENDED,
    "3046": _BUSY,
    "3047": _REFUSED,
    "3050": _PHONE,
    "3051": _BUSY,
    "3054": _SPAM,
    "3055": _SPAM,
    "3056": _OFF,
    "3057": _OFF,
    "3058": _ROUTE,
    "3059": _SENDER,
    "3101": _CHANNEL,
    "3102": _NOT_FRIEND,
    "3103": _MISMATCH,
    "3104": _NO_KAKAO,
    "3105": _NO_TEMPLATE,
    "3106": _CHANNEL,
    "3107": _BLOCKED_KAKAO,
    "3108": _HOURS,
}

NHN_TEXT: Mapping[str, Why] = {
    "1002": _NOT_A_NUMBER,
    "1003": _SENDER,
    "1019": _LATE,
    "2000": _LATE,
    "2001": _OFF,
    "2002": _OFF,
    "2003": _OFF,
    "2004": _BUSY,
    "2005": _OFF,
    "2007": _BUSY,
    "3001": _NOBODY,
    "3003": _NOBODY,
    "3004": _SUSPENDED,
    "3005": _BUSY,
    "3006": _REFUSED,
    "3008": _BUSY,
    "3010": _PHONE,
    "3012": _SPAM,
    "3013": _REFUSED,
    "3015": _ROUTE,
    "3017": _SENDER,
    "3018": _SENDER,
    "3019": _SENDER,
}

KAKAO: Mapping[str, Why] = {
    "1003": _CHANNEL,
    "1006": _CHANNEL,
    "1007": _CHANNEL,
    "1021": _CHANNEL,
    "1022": _CHANNEL,
    "1023": _CHANNEL,
    "1024": _CHANNEL,
    "1025": _CHANNEL,
    "1027": _CHANNEL,
    "3005": UNCERTAIN,
    "3008": _NOT_A_NUMBER,
    "3015": _NO_TEMPLATE,
    "3016": _MISMATCH,
    "3018": _BLOCKED_KAKAO,
    "3019": _NO_KAKAO,
    "3020": _BLOCKED_KAKAO,
    "3021": _PHONE,
    "3022": _HOURS,
    "3027": _MISMATCH,
    "3028": _MISMATCH,
}
