"""What SOLAPI refuses in a message or a file: one function for each rule, and true where it is broken.

Which document each comes from stands with the rule in `simulator.py`.
"""

from collections.abc import Mapping
from typing import Any

from damso.channels.adapters.sms import euckr
from damso.channels.adapters.sms.phones import SENDER, answer, e164, json_of
from damso.channels.simulator import Answer, Call

CHANNEL = "PF01ID0000000000000000000000double"

_TEXTS = ("SMS", "LMS", "MMS")

Message = Mapping[str, Any]


def variables(kakao: Message) -> dict[str, str]:
    given = kakao.get("variables") or {}
    return {name.removeprefix("#{").removesuffix("}"): value for name, value in given.items()}


def detected(message: Message) -> str:
    if message.get("kakaoOptions"):
        return "ATA"
    return "SMS" if euckr.size(message.get("text") or "") <= euckr.SMS and not message.get("subject") else "LMS"


def no_number(message: Message) -> bool:
    return e164(str(message.get("to")), message.get("country", "82")) is None


def no_type(message: Message) -> bool:
    kind = message.get("type") or "SMS"
    return kind not in (*_TEXTS, "ATA", "BMS_FREE", "RCS_SMS", "RCS_LMS")


def no_sender(message: Message) -> bool:
    return message.get("from") != SENDER


def titled_sms(message: Message) -> bool:
    return message.get("type") == "SMS" and bool(message.get("subject"))


def long_title(message: Message) -> bool:
    return euckr.size(message.get("subject") or "") > euckr.TITLE


def odd_letter(message: Message) -> bool:
    kind = message.get("type") or detected(message)
    return kind in _TEXTS and bool(euckr.missing(message.get("text") or ""))


def too_long(message: Message) -> bool:
    kind, text = message.get("type") or detected(message), message.get("text") or ""
    limit = {"SMS": euckr.SMS, "LMS": euckr.LMS, "MMS": euckr.LMS}.get(kind)
    return len(text) > 1000 if kind == "ATA" else limit is not None and euckr.size(text) > limit


def long_field(message: Message) -> bool:
    fields = message.get("customFields") or {}
    return any(len(name) > 30 or len(value) > 100 for name, value in fields.items())


def no_channel(message: Message) -> bool:
    kakao = message.get("kakaoOptions")
    return bool(kakao) and kakao.get("pfId") != CHANNEL  # type: ignore[union-attr]


def long_brand(message: Message) -> bool:
    return len(((message.get("kakaoOptions") or {}).get("bms") or {}).get("content") or "") > 1300


def file_rule(call: Call) -> Answer | None:
    """MMS: JPEG up to 200 kB."""
    if (call.method, call.path) != ("POST", "/storage/v1/files"):
        return None
    body = json_of(call) or {}
    if body.get("type") == "MMS" and len(body.get("file") or "") * 3 // 4 > 200 * 1024:
        return answer({"errorCode": "FileSizeExceeded", "errorMessage": "200KB까지 올릴 수 있습니다."}, 400)
    return None
