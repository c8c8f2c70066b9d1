"""Naver Cloud SENS on loopback: signature v2, SMS and AlimTalk. It posts nothing: results are asked for."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from damso.channels.adapters.sms import euckr
from damso.channels.adapters.sms.config import SmsConfig
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
from damso.channels.adapters.sms.sens.driver import HOST
from damso.channels.content import Filled
from damso.channels.simulator import Answer, Call, Delivery, Rule
from damso.channels.types import InboxConfig

KEY = "ncp_iam_double"
SECRET = "the secret key of the double"  # noqa: S105
SMS_SERVICE = "ncp:sms:kr:123456789012:double"
KAKAO_SERVICE = "ncp:kkobizmsg:kr:1234567:double"
CHANNEL = "@달빛상점"
OVERVIEW = "https://api.ncloud-docs.com/docs/sens-overview"
SMS_SEND = "https://api.ncloud-docs.com/docs/sens-sms-send"
ATTACHMENT = "https://api.ncloud-docs.com/docs/sens-sms-attachment-create"
ALIMTALK_SEND = "https://api.ncloud-docs.com/docs/sens-alimtalk-send"

_SMS = f"/sms/v2/services/{SMS_SERVICE}"
_ALIMTALK = f"/alimtalk/v2/services/{KAKAO_SERVICE}"
_STATES = {"draft": "REQUEST", "requested": "REQUEST", "reviewing": "INSPECT", "approved": "COMPLETE"}


class SensSimulator(Phones):
    channel: ClassVar[str] = "sms"
    hosts: ClassVar[tuple[str, ...]] = (HOST,)
    delivered = "0000"
    no_kakao = "3019"

    def config(self) -> InboxConfig:
        return SmsConfig(
            relay="sens",
            sender=SENDER,
            key=KEY,
            secret=SECRET,
            service=SMS_SERVICE,
            kakao_channel=CHANNEL,
            kakao_service=KAKAO_SERVICE,
        )

    @property
    def rules(self) -> Sequence[Rule]:
        return (
            Rule(name="signature", source=OVERVIEW, refuses=self._unsigned),
            Rule(name="service", source=OVERVIEW, refuses=_no_service),
            Rule(name="sender", source=SMS_SEND, refuses=_on(f"{_SMS}/messages", _no_sender)),
            Rule(name="title", source=SMS_SEND, refuses=_on(f"{_SMS}/messages", _long_title)),
            Rule(name="picture", source=ATTACHMENT, refuses=_on(f"{_SMS}/files", _large_picture)),
            Rule(name="channel", source=ALIMTALK_SEND, refuses=_on(f"{_ALIMTALK}/messages", _no_channel)),
            Rule(name="template", source=ALIMTALK_SEND, refuses=_on(f"{_ALIMTALK}/messages", self._other_text)),
        )

    # --- Calls

    def answer(self, call: Call) -> Answer:
        url = urlsplit(call.path)
        query = parse_qs(url.query)
        match (call.method, url.path):
            case ("POST", path) if path == f"{_SMS}/messages":
                return self._text(json_of(call))
            case ("POST", path) if path == f"{_ALIMTALK}/messages":
                return self._alimtalk(json_of(call))
            case ("GET", path) if path in (f"{_SMS}/messages", f"{_ALIMTALK}/messages"):
                return self._list("sms" if path.startswith("/sms/") else "alimtalk", query["requestId"][0])
            case ("POST", path) if path == f"{_SMS}/files":
                return self._store(json_of(call))
            case ("GET", path) if path == f"{_ALIMTALK}/templates":
                size, index = int(query.get("pageSize", ["100"])[0]), int(query.get("pageIndex", ["0"])[0])
                listed = [_template(one) for one in self.templates.values()]
                return answer(listed[size * index : size * (index + 1)])
        return Answer(status=404)

    def _text(self, body: Any) -> Answer:
        """Emoji and odd characters fail on their way, and too long a text is cut (sens-sms-send, 참고)."""
        phone = e164(body["messages"][0]["to"], body.get("countryCode", "82"))
        if phone is None:
            return answer({"errorMessage": "invalid recipient"}, 400)
        kind = body["type"]
        limit = euckr.SMS if kind == "SMS" else euckr.LMS
        odd = euckr.missing(body["content"])
        sent = Sent(
            id=f"sms:{self._request_id()}",
            phone=phone,
            kind=kind,
            text=body["content"] if odd else euckr.cut(body["content"], limit),
            at=self.now(),
            pictures=tuple(f"data:image/jpeg;base64,{self.files[one['fileId']]}" for one in body.get("files", ())),
            advertising=body.get("contentType") == "AD",
        )
        if odd:
            self.fates.setdefault(phone, []).insert(0, "3009")
        self.keep(sent)
        return self._accepted(sent)

    def _alimtalk(self, body: Any) -> Answer:
        [message] = body["messages"]
        phone = e164(message["to"], message.get("countryCode", "82"))
        if phone is None:
            return answer({"errorMessage": "invalid recipient"}, 400)
        template = self.templates[body["templateCode"]]
        sent = Sent(
            id=f"alimtalk:{self._request_id()}",
            phone=phone,
            kind="ALIMTALK",
            text=message["content"],
            at=self.now(),
            fallback=bool(message.get("useSmsFailover")),
            template=Filled(code=template.code, name=template.name, buttons=template.buttons),
        )
        natural = self.fates[phone][0] if self.fates.get(phone) else self._natural(sent)
        self.keep(sent)
        sent.custom = {"code": natural}
        return self._accepted(sent)

    def _accepted(self, sent: Sent) -> Answer:
        return answer(
            {
                "requestId": sent.id.partition(":")[2],
                "requestTime": sent.at.astimezone(KOREA).strftime("%Y-%m-%dT%H:%M:%S.000"),
                "statusCode": "202",
                "statusName": "success",
            },
            202,
        )

    def _list(self, kind: str, request_id: str) -> Answer:
        """An empty 404 where nothing is known of it, as was seen in life."""
        sent = self.sent.get(f"{kind}:{request_id}")
        return answer({"messages": [self._row(sent)]}) if sent else Answer(status=404)

    def _row(self, sent: Sent) -> dict[str, Any]:
        told = self.now() >= sent.at + self.report_after
        code = sent.custom.get("code", sent.code)
        row: dict[str, Any] = {
            "requestId": sent.id.partition(":")[2],
            "messageId": f"message-{sent.id}",
            "to": local(sent.phone),
            "countryCode": "82",
        }
        if told:
            at = (sent.at + self.report_after).astimezone(KOREA)
            row["completeTime"] = at.strftime("%Y-%m-%dT%H:%M:%S.000")
        name = "success" if code == self.delivered else "fail"
        if sent.id.startswith("sms:"):
            done = {"status": "COMPLETED", "statusCode": "0" if name == "success" else code, "statusName": name}
            return row | (done if told else {"status": "PROCESSING"})
        row |= {"requestStatusCode": "A000", "requestStatusName": "success", "useSmsFailover": sent.fallback}
        if not told:
            return row | {"messageStatusName": "processing"}
        row |= {"messageStatusCode": code, "messageStatusName": name}
        return row | ({"failover": {"messageStatusName": "success"}} if sent.replaced else {})

    def _store(self, body: Any) -> Answer:
        file_id = f"file-{len(self.files) + 1}"
        self.files[file_id] = body["fileBody"]
        until = (self.now() + timedelta(days=6)).astimezone(KOREA)
        return answer({"fileId": file_id, "expireTime": until.strftime("%Y-%m-%dT%H:%M:%S.000")})

    def _request_id(self) -> str:
        return f"{len(self.sent) + 1:08}-double"

    def due(self) -> Sequence[Delivery]:
        """SENS posts nothing."""
        self._unreported.clear()
        return ()

    # --- Rules that need what is kept

    def _unsigned(self, call: Call) -> Answer | None:
        at = call.headers.get("x-ncp-apigw-timestamp", "")
        text = f"{call.method} {call.path}\n{at}\n{KEY}".encode()
        expected = base64.b64encode(hmac.new(SECRET.encode(), text, hashlib.sha256).digest()).decode()
        late = not at.isdigit() or abs(self.now().timestamp() - int(at) / 1000) > 300
        given = call.headers.get("x-ncp-apigw-signature-v2", "")
        if late or call.headers.get("x-ncp-iam-access-key") != KEY or not hmac.compare_digest(expected, given):
            return answer({"error": {"errorCode": "200", "message": "Authentication Failed"}}, 401)
        return None

    def _other_text(self, body: Any) -> bool:
        """Each field has to be what was approved; a variable may stand for anything."""
        template = self.templates.get(body["templateCode"])
        if template is None or template.state != "approved":
            return True
        [message] = body["messages"]
        labels = [one["name"] for one in message.get("buttons", ())]
        return not _fits(template, message["content"]) or labels != [one.label for one in template.buttons]


def _on(path: str, breaks: Callable[[Any], bool]) -> Callable[[Call], Answer | None]:
    def refuses(call: Call) -> Answer | None:
        if (call.method, call.path) != ("POST", path) or not breaks(json_of(call)):
            return None
        return answer({"status": "400", "errorMessage": "Bad Request"}, 400)

    return refuses


def _no_service(call: Call) -> Answer | None:
    return None if call.path.startswith((_SMS, _ALIMTALK)) else Answer(status=404)


def _no_sender(body: Any) -> bool:
    return bool(body.get("from") != SENDER)


def _long_title(body: Any) -> bool:
    return euckr.size(body.get("subject", "")) > euckr.TITLE


def _large_picture(body: Any) -> bool:
    name = str(body["fileName"])
    return len(body["fileBody"]) * 3 // 4 > PICTURE_LIMIT or len(name) > 40 or not name.endswith((".jpg", ".jpeg"))


def _no_channel(body: Any) -> bool:
    return bool(body.get("plusFriendId") != CHANNEL)


def _fits(template: Template, text: str) -> bool:
    """Whether the text is the template with something in the place of its variables."""
    rest = text
    for number, fixed in enumerate(_fixed(template.text)):
        at = rest.find(fixed) if number else (0 if rest.startswith(fixed) else -1)
        if at < 0:
            return False
        rest = rest[at + len(fixed) :]
    return not rest or template.text.endswith("}")


def _fixed(text: str) -> list[str]:
    """What stands between the variables."""
    first, *others = text.split("#{")
    return [first, *(one.partition("}")[2] for one in others)]


def _template(template: Template) -> dict[str, Any]:
    return {
        "channelId": CHANNEL,
        "templateCode": template.code,
        "templateName": template.name,
        "content": template.text,
        "templateInspectionStatus": _STATES.get(template.state, "REJECT"),
        "templateStatus": "ACTIVE",
        "buttons": [
            {"type": "WL", "name": one.label, "linkMobile": one.value, "linkPc": one.value}
            if one.action == "link"
            else {"type": "BK", "name": one.label}
            for one in template.buttons
        ],
    }
