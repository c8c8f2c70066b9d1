"""SOLAPI on loopback: signed calls, registered senders, templates, bytes of EUC-KR, balance, reports by webhook."""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import msgspec

from damso.channels.adapters.sms.config import SmsConfig
from damso.channels.adapters.sms.phones import SENDER, Phones, Sent, Template, answer, e164, json_of, local
from damso.channels.adapters.sms.solapi import broken, signature
from damso.channels.adapters.sms.solapi.broken import CHANNEL, Message
from damso.channels.content import Button, Filled
from damso.channels.simulator import Answer, Call, Delivery, Rule
from damso.channels.types import InboxConfig

KEY = "NCSDOUBLEKEY0001"
SECRET = "a secret of the double"  # noqa: S105
WEBHOOK = "a webhook secret of the double"
STATUS_CODES = "https://docs.solapi.com/api-reference/message-status-codes"
API_KEY = "https://docs.solapi.com/authentication/api-key"
STORAGE = "https://solapi.com/developers/api/postStorage"
CONSTRAINTS = "https://github.com/solapi/solapi-nodejs, src/models/base/kakao/bms/bmsConstraints.ts"
PRICE = 13

_SIGNED = re.compile(
    r"^HMAC-SHA256 apiKey=(?P<key>\S+), date=(?P<date>\S+), salt=(?P<salt>\S{12,64}), signature=(?P<sig>[0-9a-f]{64})$",
    re.IGNORECASE,
)
_STATES = {"approved": "APPROVED", "reviewing": "INSPECTING", "rejected": "REJECTED", "draft": "PENDING"}


class SolapiSimulator(Phones):
    """`balance` is in won; every message costs `PRICE`."""

    channel: ClassVar[str] = "sms"
    hosts: ClassVar[tuple[str, ...]] = ("api.solapi.com",)
    delivered = "4000"
    no_kakao = "3104"

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self.balance = 50_000
        self._signatures: set[str] = set()
        self._tries: dict[str, int] = {}

    def config(self) -> InboxConfig:
        return SmsConfig(sender=SENDER, key=KEY, secret=SECRET, webhook_secret=WEBHOOK, kakao_channel=CHANNEL)

    @property
    def rules(self) -> Sequence[Rule]:
        return (
            Rule(name="signature", source=API_KEY, refuses=self._unsigned),
            Rule(name="file", source=STORAGE, refuses=broken.file_rule),
            *(
                Rule(name=name, source=source, refuses=self._registered(code, said, breaks))
                for name, source, code, said, breaks in (
                    ("recipient", STATUS_CODES, "1011", "Format Error", broken.no_number),
                    ("type", STATUS_CODES, "1025", "잘못된 메시지 타입", broken.no_type),
                    ("sender", STATUS_CODES, "1062", "발신번호 미등록", broken.no_sender),
                    ("opted out", STATUS_CODES, "1061", "080 수신거부", self._opted_out),
                    ("title", STATUS_CODES, "1013", "SMS에는 제목을 쓸 수 없음", broken.titled_sms),
                    ("title length", STATUS_CODES, "1014", "제목은 40byte까지", broken.long_title),
                    ("characters", STATUS_CODES, "1029", "EUC-KR 범위 밖의 문자", broken.odd_letter),
                    ("length", STATUS_CODES, "1031", "길이 초과", broken.too_long),
                    ("custom field", STATUS_CODES, "1032", "커스텀 필드는 100자까지", broken.long_field),
                    ("picture", STATUS_CODES, "1034", "imageId가 존재하지 않음", self._no_picture),
                    ("channel", STATUS_CODES, "1041", "유효한 채널이 아님", broken.no_channel),
                    ("template", STATUS_CODES, "1042", "유효한 템플릿이 아님", self._no_template),
                    ("template text", STATUS_CODES, "1043", "등록한 템플릿과 내용이 다름", self._other_text),
                    ("brand message", CONSTRAINTS, "1031", "본문은 1300자까지", broken.long_brand),
                    ("balance", STATUS_CODES, "1030", "잔액 부족", self._no_money),
                )
            ),
        )

    # --- Calls

    def answer(self, call: Call) -> Answer:
        url = urlsplit(call.path)
        match (call.method, url.path):
            case ("POST", "/messages/v4/send-many/detail"):
                return self._take(json_of(call))
            case ("GET", "/messages/v4/list" | "/messages/v4/list-old"):
                return self._list(parse_qs(url.query))
            case ("GET", "/cash/v1/balance"):
                return answer({"balance": self.balance, "point": 0, "accountId": "12925149"})
            case ("GET", "/senderid/v1/numbers/active"):
                return answer([SENDER])
            case ("POST", "/storage/v1/files"):
                return self._store(json_of(call))
            case ("GET", "/kakao/v2/templates"):
                return answer({"limit": 100, "templateList": [_template(one) for one in self.templates.values()]})
            case ("POST", "/kakao/v2/templates"):
                return self._write_template(f"TP{len(self.templates) + 1:02}NEW", json_of(call))
            case (method, path) if path.startswith("/kakao/v2/templates/"):
                return self._one_template(method, path.removeprefix("/kakao/v2/templates/"), call)
        return answer({"errorCode": "ResourceNotFound", "errorMessage": call.path}, 404)

    def _take(self, body: Any) -> Answer:
        group = f"G4V{len(self.sent):029}"
        taken = [self._one(message, group) for message in body["messages"]]
        self.balance -= PRICE * len(taken)
        listed = [
            {
                "messageId": one.id,
                "statusCode": "2000",
                "statusMessage": "정상 접수(이통사로 접수 예정)",
                "customFields": one.custom,
            }
            for one in taken
        ]
        shown = listed if body.get("showMessageList") else None
        return answer({"failedMessageList": [], "groupInfo": self._group(group, len(taken), 0), "messageList": shown})

    def _one(self, message: Message, group: str) -> Sent:
        kakao = message.get("kakaoOptions") or {}
        template = self.templates.get(kakao.get("templateId", ""))
        phone = e164(message["to"], message.get("country", "82"))
        assert phone is not None
        variables = broken.variables(kakao)
        picture = self.files.get(message.get("imageId") or "")
        sent = Sent(
            id=f"M4V{len(self.sent):029}",
            phone=phone,
            kind=message.get("type") or broken.detected(message),
            text=message.get("text") or (template.filled(variables) if template else "") or "",
            at=self.now(),
            fallback=not kakao.get("disableSms", False) and bool(kakao),
            template=_filled(template, variables) if template else None,
            pictures=(f"data:image/jpeg;base64,{picture}",) if picture else (),
            advertising=bool(kakao.get("bms")),
            group=group,
            custom=message.get("customFields") or {},
        )
        self.keep(sent)
        return sent

    def _list(self, query: Mapping[str, list[str]]) -> Answer:
        wanted = query.get("value") or query.get("messageId") or list(self.sent)
        found = {one: self._listed(self.sent[one]) for one in wanted if one in self.sent}
        return answer({"startKey": None, "nextKey": None, "limit": 20, "messageList": found})

    def _listed(self, sent: Sent) -> dict[str, Any]:
        """Reports take a while, here as in life."""
        told = self.now() >= sent.at + self.report_after
        return self._data(sent, sent.code if told else "3000") | {"replacement": sent.replaced, "log": []}

    def _store(self, body: Any) -> Answer:
        file_id = f"ST01FZ{len(self.files):026}"
        self.files[file_id] = body["file"]
        return answer(
            {
                "fileId": file_id,
                "type": body.get("type") or "DOCUMENT",
                "name": body.get("name") or file_id,
                "originalName": body.get("name") or file_id,
                "url": f"https://files.solapi.example/{file_id}",
                "accountId": "12925149",
                "references": [],
            }
        )

    def _one_template(self, method: str, rest: str, call: Call) -> Answer:
        code, _, verb = rest.partition("/")
        known = self.templates.get(code)
        if known is None:
            return answer({"errorCode": "TemplateNotFound", "errorMessage": code}, 404)
        if verb == "inspection":
            self.templates[code] = msgspec.structs.replace(known, state="reviewing")
        elif method == "PUT":
            return self._write_template(code, json_of(call))
        return answer(_template(self.templates[code]))

    def _write_template(self, code: str, body: Any) -> Answer:
        buttons = tuple(
            Button(label=one["buttonName"], action="link", value=one["linkMo"])
            if one["buttonType"] == "WL"
            else Button(label=one["buttonName"])
            for one in body.get("buttons") or ()
        )
        self.templates[code] = Template(
            code=code, name=body["name"], text=body["content"], buttons=buttons, state="draft"
        )
        return answer(_template(self.templates[code]))

    # --- Reports

    def report(self, sent: Sent) -> Delivery:
        """Of the last state: whether SOLAPI also tells of the AlimTalk that failed before is not documented."""
        return self._post(sent, 0)

    def again(self, sent: Sent) -> Delivery:
        """The same event once more, counted: up to five tries follow an answer that is not 200."""
        self._tries[sent.id] = self._tries.get(sent.id, 0) + 1
        return self._post(sent, self._tries[sent.id])

    def _post(self, sent: Sent, tries: int) -> Delivery:
        event = {"eventDataId": f"EV-{sent.id}", "retryCount": tries, "data": self._data(sent, sent.code)}
        return Delivery(
            headers={
                "content-type": "application/json",
                signature.EVENT: "SINGLE-REPORT",
                signature.SECRET: signature.shown(WEBHOOK),
            },
            body=msgspec.json.encode([event]),
            due=sent.at + self.report_after,
        )

    def _data(self, sent: Sent, code: str) -> dict[str, Any]:
        at = (sent.at + self.report_after).isoformat()
        return {
            "messageId": sent.id,
            "groupId": sent.group,
            "type": sent.kind,
            "to": local(sent.phone),
            "from": SENDER,
            "country": "82",
            "statusCode": code,
            "statusMessage": "수신 완료" if code == "4000" else "전달하지 못함",
            "dateProcessed": sent.at.isoformat(),
            "dateReported": at,
            "dateReceived": at if code == "4000" else None,
            "networkCode": None,
            "customFields": sent.custom,
        }

    # --- Rules

    def _unsigned(self, call: Call) -> Answer | None:
        found = _SIGNED.match(call.headers.get("authorization", ""))
        if found is None or found["key"] != KEY:
            return answer({"errorCode": "InvalidAPIKey", "errorMessage": "유효한 API Key가 아닙니다."}, 403)
        text = (found["date"] + found["salt"]).encode()
        if not hmac.compare_digest(hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest(), found["sig"]):
            return answer({"errorCode": "SignatureDoesNotMatch", "errorMessage": "서명이 다릅니다."}, 403)
        at = datetime.fromisoformat(found["date"].replace("Z", "+00:00"))
        if abs(self.now() - at) > timedelta(minutes=15):
            return answer({"errorCode": "RequestTimeTooSkewed", "errorMessage": "시각이 다릅니다."}, 403)
        if found["sig"] in self._signatures:
            return answer({"errorCode": "DuplicatedSignature", "errorMessage": "이미 쓴 서명입니다."}, 403)
        self._signatures.add(found["sig"])
        return None

    def _registered(self, code: str, said: str, breaks: Callable[[Message], bool]) -> Callable[[Call], Answer | None]:
        """A message that breaks a rule is registered as failed: the call itself succeeds."""

        def refuses(call: Call) -> Answer | None:
            if urlsplit(call.path).path != "/messages/v4/send-many/detail":
                return None
            messages = (json_of(call) or {}).get("messages", [])
            bad = [message for message in messages if breaks(message)]
            if not bad:
                return None
            failed = [_failed(message, code, said) for message in bad]
            group = self._group(f"G4V{len(self.sent):029}", len(messages), len(bad))
            return answer({"failedMessageList": failed, "groupInfo": group, "messageList": []})

        return refuses

    def _group(self, identifier: str, total: int, failed: int) -> dict[str, Any]:
        """As much of a group as SOLAPI's own SDK needs."""
        money = {"requested": 0, "replacement": 0, "refund": 0, "sum": 0}
        at = self.now().isoformat()
        return {
            "count": {
                "total": total,
                "sentTotal": 0,
                "sentFailed": 0,
                "sentSuccess": 0,
                "sentPending": 0,
                "sentReplacement": 0,
                "refund": 0,
                "registeredFailed": failed,
                "registeredSuccess": total - failed,
            },
            "countForCharge": {"sms": {}, "lms": {}, "mms": {}, "ata": {}},
            "balance": money,
            "point": money,
            "app": {"profit": {}, "appId": None},
            "log": [],
            "status": "SENDING",
            "allowDuplicates": True,
            "isRefunded": False,
            "accountId": "12925149",
            "masterAccountId": None,
            "apiVersion": "4",
            "groupId": identifier,
            "price": {},
            "dateCreated": at,
            "dateUpdated": at,
        }

    def _opted_out(self, message: Message) -> bool:
        return e164(message["to"], message.get("country", "82")) in self.opted_out

    def _no_picture(self, message: Message) -> bool:
        return message.get("type") == "MMS" and message.get("imageId") not in self.files

    def _no_template(self, message: Message) -> bool:
        template = self.templates.get((message.get("kakaoOptions") or {}).get("templateId", ""))
        return message.get("type") == "ATA" and (template is None or template.state != "approved")

    def _other_text(self, message: Message) -> bool:
        if message.get("type") != "ATA":
            return False
        kakao = message["kakaoOptions"]
        filled = self.templates[kakao["templateId"]].filled(broken.variables(kakao))
        return filled is None or message.get("text") not in (None, "", filled)

    def _no_money(self, message: Message) -> bool:
        return self.balance < PRICE


def _failed(message: Message, code: str, said: str) -> dict[str, Any]:
    return {
        "to": str(message.get("to")),
        "from": str(message.get("from")),
        "type": message.get("type") or "SMS",
        "country": message.get("country", "82"),
        "messageId": "M4V00000000000000000000000000000",
        "accountId": "12925149",
        "statusCode": code,
        "statusMessage": said,
    }


def _filled(template: Template, variables: dict[str, str]) -> Filled:
    return Filled(code=template.code, name=template.name, variables=variables, buttons=template.buttons)


def _template(template: Template) -> dict[str, Any]:
    return {
        "templateId": template.code,
        "name": template.name,
        "channelId": CHANNEL,
        "content": template.text,
        "status": _STATES[template.state],
        "messageType": "BA",
        "emphasizeType": "NONE",
        "securityFlag": False,
        "isHidden": False,
        "comments": [],
        "buttons": [
            {"buttonName": one.label, "buttonType": "WL", "linkMo": one.value, "linkPc": one.value}
            if one.action == "link"
            else {"buttonName": one.label, "buttonType": "BK"}
            for one in template.buttons
        ],
    }
