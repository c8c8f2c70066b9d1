"""NHN Cloud on loopback: SMS v3.0 and AlimTalk v2.3, two services behind two hosts, reports by webhook.

It answers 200 to what it refuses, with the code in `header`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import msgspec

from damso.channels.adapters.sms import euckr
from damso.channels.adapters.sms.config import SmsConfig
from damso.channels.adapters.sms.nhn.driver import KAKAO_HOST, SIGNATURE, SMS_HOST
from damso.channels.adapters.sms.phones import (
    PICTURE_LIMIT,
    SENDER,
    Phones,
    Sent,
    Template,
    answer,
    e164,
    json_of,
    local,
)
from damso.channels.adapters.sms.reading import KOREA
from damso.channels.content import Filled
from damso.channels.simulator import Answer, Call, Delivery, Person, Rule
from damso.channels.types import InboxConfig

SMS_KEY, SMS_SECRET = "SMSAPPKEYDOUBLE", "the SMS secret of the double"
KAKAO_KEY, KAKAO_SECRET = "KAKAOAPPKEYDOUBLE", "the KakaoTalk secret of the double"
CHANNEL = "0123456789abcdef0123456789abcdef01234567"
WEBHOOK = "the webhook signature of the double"
SMS_CODES = "https://docs.nhncloud.com/ko/Notification/SMS/ko/error-code/"
SMS_GUIDE = "https://docs.nhncloud.com/ko/Notification/SMS/ko/api-guide/"
KAKAO_CODES = "https://docs.nhncloud.com/ko/Notification/KakaoTalk%20Bizmessage/ko/error-code/"
KAKAO_GUIDE = "https://docs.nhncloud.com/ko/Notification/KakaoTalk%20Bizmessage/ko/alimtalk-api-guide/"
IDEMPOTENT = timedelta(minutes=10)

_SMS = f"/sms/v3.0/appKeys/{SMS_KEY}"
_KAKAO = f"/alimtalk/v2.3/appkeys/{KAKAO_KEY}"
_STATES = {"draft": "TSC01", "requested": "TSC01", "reviewing": "TSC02", "approved": "TSC03", "rejected": "TSC04"}
_TEXTS = ("SMS", "LMS")
_ENDS = {"sms": "NORMAL_SMS", "mms": "NORMAL_MMS", "ad-sms": "AD_SMS", "ad-mms": "AD_MMS"}


class NhnSimulator(Phones):
    channel: ClassVar[str] = "sms"
    hosts: ClassVar[tuple[str, ...]] = (SMS_HOST, KAKAO_HOST)
    delivered = "1000"
    no_kakao = "3019"

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self._keys: dict[str, datetime] = {}

    def config(self) -> InboxConfig:
        return SmsConfig(
            relay="nhn",
            sender=SENDER,
            key=SMS_KEY,
            secret=SMS_SECRET,
            webhook_secret=WEBHOOK,
            kakao_channel=CHANNEL,
            kakao_service=KAKAO_KEY,
            kakao_secret=KAKAO_SECRET,
        )

    @property
    def rules(self) -> Sequence[Rule]:
        return (
            Rule(name="SMS key", source=SMS_CODES, refuses=_sms_key),
            Rule(name="KakaoTalk key", source=KAKAO_CODES, refuses=_kakao_key),
            Rule(name="sender", source=SMS_CODES, refuses=_on_text(-2312, "Not regist sendno.", _no_sender)),
            Rule(name="recipient", source=SMS_CODES, refuses=_on_text(-2019, "RecipientNo is invalid.", _no_number)),
            Rule(name="opted out", source=SMS_CODES, refuses=_on_text(-6001, "is refused.", self._opted_out)),
            Rule(name="characters", source=SMS_CODES, refuses=_on_text(-2023, "Unacceptable characters", _odd)),
            Rule(name="length", source=SMS_GUIDE, refuses=_on_text(-2015, "exceed maximum byte.", _too_long)),
            Rule(name="picture", source=SMS_CODES, refuses=_on_text(-2004, "File does not exist.", self._no_file)),
            Rule(name="picture size", source=SMS_CODES, refuses=_large_picture),
            Rule(name="idempotency", source=KAKAO_GUIDE, refuses=self._repeated),
            Rule(name="profile", source=KAKAO_CODES, refuses=_on_kakao(-2017, "Not exist plus friend.", _no_profile)),
            Rule(name="template", source=KAKAO_CODES, refuses=_on_kakao(4, "template", self._no_template)),
        )

    # --- Calls

    def answer(self, call: Call) -> Answer:
        url = urlsplit(call.path)
        query, body = parse_qs(url.query), json_of(call)
        path = url.path.removeprefix(_SMS).removeprefix(_KAKAO)
        if url.path.startswith(_KAKAO):
            return self._kakao(call.method, path, body)
        match (call.method, path):
            case ("POST", kind) if kind.startswith("/sender/"):
                return self._text(body, kind.removeprefix("/sender/"))
            case ("GET", "/sender/sms" | "/sender/mms"):
                return self._texts(path[-3:], query.get("requestId", [""])[0])
            case ("GET", "/sendNos"):
                rows = [{"sendNo": SENDER, "useYn": "Y", "blockYn": "N"}]
                return _good(body={"data": [one for one in rows if one["sendNo"] in query.get("sendNo", [SENDER])]})
            case ("POST", "/attachfile/binaryUpload"):
                file_id = len(self.files) + 1
                self.files[str(file_id)] = body["fileBody"]
                return _good(body={"data": {"fileId": file_id, "fileName": body["fileName"]}})
        return _bad(-9998, "Not exist API.")

    def _text(self, body: Any, end: str) -> Answer:
        [recipient] = body["recipientList"]
        phone = e164(recipient["recipientNo"], recipient.get("countryCode", "82"))
        assert phone is not None
        pictures = tuple(f"data:image/jpeg;base64,{self.files[str(one)]}" for one in body.get("attachFileIdList", ()))
        sent = Sent(
            id=f"text:{self._request_id()}:1",
            phone=phone,
            kind="SMS" if end.endswith("sms") else "LMS",
            text=body["body"],
            at=self.now(),
            pictures=pictures,
            advertising=end.startswith("ad-"),
            group=_ENDS[end],
        )
        self.keep(sent)
        taken = [{"recipientNo": recipient["recipientNo"], **_taken()}]
        data = {"requestId": sent.id.split(":")[1], "statusCode": "2", "sendResultList": taken}
        return _good(body={"data": data})

    def _kakao(self, method: str, path: str, body: Any) -> Answer:
        if (method, path) == ("POST", "/messages"):
            return self._alimtalk(body)
        if path.startswith("/senders/"):
            listed = [_template(one) for one in self.templates.values()]
            return _good(templateListResponse={"templates": listed, "totalCount": len(listed)})
        if found := re.fullmatch(r"/messages/([^/]+)/(\d+)", path):
            sent = self.sent.get(f"kakao:{found[1]}:{found[2]}")
            return _good(message=self._row(sent)) if sent else _bad(-1016, "Message is not found")
        return _bad(-9998, "Not exist API.")

    def _alimtalk(self, body: Any) -> Answer:
        [recipient] = body["recipientList"]
        template = self.templates[body["templateCode"]]
        variables = recipient.get("templateParameter", {})
        phone = e164(recipient["recipientNo"])
        assert phone is not None
        sent = Sent(
            id=f"kakao:{self._request_id()}:1",
            phone=phone,
            kind="ALIMTALK",
            text=template.filled(variables) or "",
            at=self.now(),
            fallback=bool(recipient.get("resendParameter", {}).get("isResend")),
            template=Filled(code=template.code, name=template.name, variables=variables, buttons=template.buttons),
        )
        natural = self._natural(sent) if not self.fates.get(phone) else self.fates[phone][0]
        self.keep(sent)
        sent.custom = {"resultCode": natural}
        taken = [{"recipientNo": recipient["recipientNo"], **_taken()}]
        return _good(message={"requestId": sent.id.split(":")[1], "sendResults": taken})

    def _texts(self, kind: str, request_id: str) -> Answer:
        sent = self.sent.get(f"text:{request_id}:1")
        ours = sent is not None and (sent.kind == "SMS") == (kind == "sms")
        return _good(body={"data": [self._row(sent)] if ours and sent else [], "totalCount": int(ours)})

    def _row(self, sent: Sent) -> dict[str, Any]:
        """As lists have it; without a result while it is on its way."""
        kind, request_id, seq = sent.id.split(":")
        told = self.now() >= sent.at + self.report_after
        row = {
            "requestId": request_id,
            "recipientSeq": int(seq),
            "recipientNo": local(sent.phone),
            "requestDate": _written(sent.at),
            "receiveDate": _written(sent.at + self.report_after) if told else None,
            "resultCode": self._code(sent) if told else None,
            "messageStatus": ("COMPLETED" if self._code(sent) == "1000" else "FAILED") if told else "",
        }
        if kind == "kakao":
            row["resendStatus"] = "RSC04" if sent.replaced else ("RSC02" if sent.fallback else "RSC01")
        return row

    def _code(self, sent: Sent) -> str:
        return sent.custom.get("resultCode", sent.code)

    def _request_id(self) -> str:
        return f"{self.now().astimezone(KOREA):%Y%m%d%H%M%S}D{len(self.sent):06}"

    # --- Reports

    def report(self, sent: Sent) -> Delivery:
        """Of AlimTalk the result at KakaoTalk, also where a text went out instead."""
        kakao = sent.id.startswith("kakao:")
        row = self._row(sent) | {
            "hookId": f"hook-{sent.id}",
            "resultCode": self._code(sent),
            "receiveDate": _written(sent.at + self.report_after),
            "messageStatus": "COMPLETED" if self._code(sent) == "1000" else "FAILED",
        }
        row.pop("resendStatus", None)
        more = {"kakaoMessageType": "ALIMTALK_NORMAL"} if kakao else {"senderType": sent.group, "messageCount": 1}
        product = "KakaoTalk Bizmessage" if kakao else "SMS"
        return self._posted("MESSAGE_RESULT_UPDATE", product, [row | more], sent.at + self.report_after)

    def told_of_opting_out(self, person: Person) -> Sequence[Delivery]:
        hook = {
            "hookId": f"hook-080-{person.id}",
            "recipientNo": local(person.phone),
            "unsubscribeNo": "08012340000",
            "enterpriseName": "달빛상점",
            "createdDateTime": self.now().astimezone(KOREA).isoformat(timespec="milliseconds"),
        }
        return [self._posted("UNSUBSCRIBE", "SMS", [hook], self.now())]

    def _posted(self, event: str, product: str, hooks: Sequence[Mapping[str, Any]], due: datetime) -> Delivery:
        body = {
            "hooksId": f"hooks-{len(self.sent)}-{due.timestamp():.0f}",
            "webhookConfigId": "config-1",
            "productName": product,
            "appKey": SMS_KEY if product == "SMS" else KAKAO_KEY,
            "event": event,
            "hooks": hooks,
        }
        headers = {"content-type": "application/json;charset=UTF-8", SIGNATURE: WEBHOOK}
        return Delivery(headers=headers, body=msgspec.json.encode(body), due=due)

    # --- Rules that need what is kept

    def _opted_out(self, body: Any, end: str) -> bool:
        """Only advertising is held back (080 수신 거부 서비스)."""
        return end.startswith("ad-") and e164(body["recipientList"][0]["recipientNo"]) in self.opted_out

    def _no_file(self, body: Any, end: str) -> bool:
        return any(str(one) not in self.files for one in body.get("attachFileIdList", ()))

    def _no_template(self, body: Any) -> bool:
        template = self.templates.get(body["templateCode"])
        variables = body["recipientList"][0].get("templateParameter", {})
        return template is None or template.state != "approved" or template.filled(variables) is None

    def _repeated(self, call: Call) -> Answer | None:
        key = call.headers.get("x-nc-api-idempotency-key")
        if call.method != "POST" or not key:
            return None
        first = self._keys.get(key)
        if first and self.now() - first < IDEMPOTENT:
            return _bad(-1005, "The same 'X-NC-API-IDEMPOTENCY-KEY' was used within the last 10 minute.")
        self._keys[key] = self.now()
        return None


def _sms_key(call: Call) -> Answer | None:
    if not call.path.startswith("/sms/"):
        return None
    if not call.path.startswith(_SMS):
        return _bad(-1000, "Invalid appKey.")
    return None if call.headers.get("x-secret-key") == SMS_SECRET else _bad(-1001, "Invalid secretKey.")


def _kakao_key(call: Call) -> Answer | None:
    if not call.path.startswith("/alimtalk/"):
        return None
    if not call.path.startswith(_KAKAO):
        return _bad(-1000, "Invalid appKey.")
    return None if call.headers.get("x-secret-key") == KAKAO_SECRET else _bad(-1001, "Invalid secretKey.")


def _on_text(code: int, said: str, breaks: Callable[[Any, str], bool]) -> Callable[[Call], Answer | None]:
    def refuses(call: Call) -> Answer | None:
        end = call.path.removeprefix(f"{_SMS}/sender/")
        if call.method != "POST" or end not in _ENDS or not breaks(json_of(call), end):
            return None
        return _bad(code, said)

    return refuses


def _on_kakao(code: int, said: str, breaks: Callable[[Any], bool]) -> Callable[[Call], Answer | None]:
    def refuses(call: Call) -> Answer | None:
        if (call.method, call.path) != ("POST", f"{_KAKAO}/messages") or not breaks(json_of(call)):
            return None
        return _bad(code, said)

    return refuses


def _no_sender(body: Any, end: str) -> bool:
    return bool(body.get("sendNo") != SENDER)


def _no_number(body: Any, end: str) -> bool:
    one = body["recipientList"][0]
    return e164(one["recipientNo"], one.get("countryCode", "82")) is None


def _odd(body: Any, end: str) -> bool:
    return bool(euckr.missing(body["body"] + body.get("title", "")))


def _too_long(body: Any, end: str) -> bool:
    """What is stored at most; from 90 and 2,000 bytes on it is cut on its way, which we do not play."""
    return len(body["body"]) > (255 if end.endswith("sms") else 4000) or len(body.get("title", "")) > 120


def _large_picture(call: Call) -> Answer | None:
    if call.path != f"{_SMS}/attachfile/binaryUpload":
        return None
    large = len(json_of(call)["fileBody"]) * 3 // 4 > PICTURE_LIMIT
    return _bad(-2005, "The file size must be greater than 0 and less than 300KB.") if large else None


def _no_profile(body: Any) -> bool:
    return bool(body.get("senderKey") != CHANNEL)


def _taken() -> dict[str, Any]:
    return {"resultCode": 0, "resultMessage": "SUCCESS", "recipientSeq": 1}


def _good(**more: Any) -> Answer:
    return answer({"header": {"isSuccessful": True, "resultCode": 0, "resultMessage": "SUCCESS"}, **more})


def _bad(code: int, said: str) -> Answer:
    return answer({"header": {"isSuccessful": False, "resultCode": code, "resultMessage": said}})


def _written(at: datetime) -> str:
    return at.astimezone(KOREA).strftime("%Y-%m-%dT%H:%M:%S")


def _template(template: Template) -> dict[str, Any]:
    return {
        "senderKey": CHANNEL,
        "templateCode": template.code,
        "templateName": template.name,
        "templateContent": template.text,
        "status": _STATES[template.state],
        "comments": [],
        "buttons": [
            {"ordering": number, "type": "WL", "name": one.label, "linkMo": one.value}
            if one.action == "link"
            else {"ordering": number, "type": "BK", "name": one.label}
            for number, one in enumerate(template.buttons, 1)
        ],
    }
