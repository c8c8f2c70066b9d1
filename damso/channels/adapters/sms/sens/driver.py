"""Naver Cloud SENS: SMS API v2 and AlimTalk API v2. It posts nothing: what became of a message has to be asked for.

Documents: api.ncloud-docs.com, sens-overview (headers), sens-sms-send, sens-sms-get, sens-sms-attachment-create,
sens-alimtalk-send, sens-alimtalk-get, sens-alimtalk-list, sens-alimtalk-template-get.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from httpx import AsyncClient
from msgspec import Struct

from damso.channels.abilities import ProviderTemplate, TemplateState
from damso.channels.adapters.sms import codes
from damso.channels.adapters.sms.calls import Reply, call, fact, read
from damso.channels.adapters.sms.compose import Outgoing
from damso.channels.adapters.sms.config import SmsConfig
from damso.channels.adapters.sms.numbers import HOME, from_relay
from damso.channels.adapters.sms.reading import moment
from damso.channels.adapters.sms.receipts import Told
from damso.channels.content import Button
from damso.channels.failures import ContentRejected, CredentialsRejected, SignatureInvalid, Unparsable
from damso.channels.items import InboundReceipt, Item
from damso.channels.types import Blob, Health, Receipt, Request

HOST = "sens.apigw.ntruss.com"
DELIVERED = "success"
ON_ITS_WAY = ("READY", "PROCESSING", "processing")
PAGE = 100
PAGES = 20

_STATES: Mapping[str, TemplateState] = {
    "REQUEST": "requested",
    "INSPECT": "reviewing",
    "ACCEPT": "approved",
    "COMPLETE": "approved",
    "REJECT": "rejected",
}
"""Of `templateInspectionStatus`; only COMPLETE was seen in public code."""


class _Sent(Struct, frozen=True, rename="camel"):
    request_id: str


class _Failover(Struct, frozen=True, rename="camel"):
    message_status_name: str | None = None


class _Message(Struct, frozen=True, rename="camel"):
    """A text has `status`, `status_code` and `status_name`; an AlimTalk `message_status_code` and `_name`."""

    request_id: str
    to: str = ""
    country_code: str | None = None
    status: str | None = None
    status_code: str | None = None
    status_name: str | None = None
    request_status_code: str | None = None
    request_status_name: str | None = None
    message_status_code: str | None = None
    message_status_name: str | None = None
    complete_time: str | None = None
    use_sms_failover: bool = False
    failover: _Failover | None = None


class _Listed(Struct, frozen=True):
    messages: list[_Message] = []


class _File(Struct, frozen=True, rename="camel"):
    file_id: str


class _Button(Struct, frozen=True, rename="camel"):
    type: str
    name: str
    link_mobile: str | None = None
    scheme_android: str | None = None


class _Template(Struct, frozen=True, rename="camel"):
    template_code: str
    template_name: str = ""
    content: str | None = ""
    template_inspection_status: str = ""
    buttons: list[_Button] | None = None


class Sens:
    """Implements `Relay`. `now` is the time that calls are signed with."""

    secret_headers: frozenset[str] = frozenset()

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    async def send(self, out: Outgoing, config: SmsConfig, http: AsyncClient) -> Receipt:
        if out.kind == "ALIMTALK":
            path, body, kind = _alimtalk(config), _alimtalk_body(out, config), "alimtalk"
        else:
            files = [one.ref or await self.upload(one, config, http) for one in out.pictures]
            path, body, kind = _sms(config), _text_body(out, files, config), "sms"
        reply = await self._call(http, config, "POST", f"{path}/messages", body, hands_over=True)
        sent = read(_Sent, reply, hands_over=True)
        return Receipt(external_id=f"{kind}:{sent.request_id}", dedupe_scope="sens", status_code=reply.status)

    async def upload(self, blob: Blob, config: SmsConfig, http: AsyncClient) -> str:
        name = (blob.name.rpartition(".")[0] or "picture")[:36]
        body = {"fileName": f"{name}.jpg", "fileBody": base64.b64encode(blob.data).decode()}
        return read(_File, await self._call(http, config, "POST", f"{_sms(config)}/files", body)).file_id

    def verify(self, request: Request, config: SmsConfig) -> None:
        raise SignatureInvalid("SENS posts nothing, so nothing is let in")

    def parse(self, request: Request, config: SmsConfig) -> Sequence[Item]:
        raise Unparsable("SENS posts nothing")

    async def reports(self, identifier: str, config: SmsConfig, http: AsyncClient) -> Sequence[InboundReceipt]:
        """The list of its request, which holds one message. An empty 404 means that nothing is known."""
        kind, _, request_id = identifier.partition(":")
        base = _alimtalk(config) if kind == "alimtalk" else _sms(config)
        query = urlencode({"requestId": request_id})
        reply = await self._call(http, config, "GET", f"{base}/messages?{query}", may_lack=True)
        listed = read(_Listed, reply).messages if reply.ok else ()
        return [receipt for message in listed if (receipt := _receipt(kind, message))]

    async def check(self, config: SmsConfig, http: AsyncClient) -> Health:
        """There is nothing to ask for the registered numbers, so a list that is certainly empty tells of the keys."""
        await self._call(http, config, "GET", f"{_sms(config)}/messages?requestId=check", may_lack=True)
        facts = {}
        if config.kakao_channel:
            approved = [one for one in await self.templates(config, http) if one.state == "approved"]
            facts["templates"] = str(len(approved))
        return Health(ok=True, facts=facts)

    async def templates(self, config: SmsConfig, http: AsyncClient) -> Sequence[ProviderTemplate]:
        if not config.kakao_channel:
            return ()
        found: list[ProviderTemplate] = []
        for page in range(PAGES):
            query = urlencode({"channelId": config.kakao_channel, "pageSize": PAGE, "pageIndex": page})
            reply = await self._call(http, config, "GET", f"{_alimtalk(config)}/templates?{query}")
            listed = read(list[_Template], reply)
            found += map(_template, listed)
            if len(listed) < PAGE:
                break
        return found

    async def submit(self, template: ProviderTemplate, config: SmsConfig, http: AsyncClient) -> ProviderTemplate:
        raise ContentRejected("templates of SENS are submitted in its console")

    async def _call(
        self,
        http: AsyncClient,
        config: SmsConfig,
        method: str,
        path: str,
        body: Any = None,
        *,
        hands_over: bool = False,
        may_lack: bool = False,
    ) -> Reply:
        if not config.secret:
            raise CredentialsRejected("the secret key is not set")
        headers = signed(method, path, config.key, config.secret, self._now())
        reply = await call(http, method, f"https://{HOST}{path}", headers=headers, json=body, hands_over=hands_over)
        if reply.ok or (may_lack and reply.status == 404):
            return reply
        if reply.status == 404 and hands_over:
            error = CredentialsRejected("HTTP 404: there is no such service")
            error.status_code = 404
            raise error
        raise fact(reply, _why(reply), hands_over=hands_over)


def signed(method: str, path: str, key: str, secret: str, now: datetime) -> dict[str, str]:
    """Signature v2 of Naver Cloud: method, path with its query, time in milliseconds and key. Good for 5 minutes."""
    at = str(int(now.timestamp() * 1000))
    text = f"{method} {path}\n{at}\n{key}"
    signature = base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()
    return {
        "x-ncp-apigw-timestamp": at,
        "x-ncp-iam-access-key": key,
        "x-ncp-apigw-signature-v2": signature,
    }


def _sms(config: SmsConfig) -> str:
    return f"/sms/v2/services/{quote(config.service, safe=':')}"


def _alimtalk(config: SmsConfig) -> str:
    return f"/alimtalk/v2/services/{quote(config.kakao_service, safe=':')}"


def _text_body(out: Outgoing, files: Sequence[str], config: SmsConfig) -> Mapping[str, Any]:
    return {
        "type": out.kind,
        "contentType": "AD" if out.advertising else "COMM",
        "countryCode": out.to.country,
        "from": config.sender_digits,
        "content": out.text,
        "messages": [{"to": out.to.digits}],
        **({"subject": out.subject} if out.subject and out.kind != "SMS" else {}),
        **({"files": [{"fileId": one} for one in files]} if files else {}),
    }


def _alimtalk_body(out: Outgoing, config: SmsConfig) -> Mapping[str, Any]:
    """Text and buttons are compared with the template, so both are sent as they were filled in."""
    assert out.template is not None
    message: dict[str, Any] = {
        "countryCode": out.to.country,
        "to": out.to.digits,
        "content": out.text,
        "useSmsFailover": config.fallback,
    }
    if config.fallback:
        message["failoverConfig"] = {"from": config.sender_digits}
    if out.template.buttons:
        message["buttons"] = [_written(one) for one in out.template.buttons]
    return {
        "plusFriendId": config.kakao_channel,
        "templateCode": out.template.code,
        "messages": [message],
    }


def _written(button: Button) -> Mapping[str, str]:
    if button.action == "link":
        return {"type": "WL", "name": button.label, "linkMobile": button.value, "linkPc": button.value}
    return {"type": "BK", "name": button.label}


def _receipt(kind: str, message: _Message) -> InboundReceipt | None:
    """None while it is on its way."""
    told = Told(
        external_id=f"{kind}:{message.request_id}",
        at=moment(message.complete_time),
        recipient=from_relay(message.to, message.country_code or HOME),
    )
    if kind == "sms":
        name, code, why = message.status_name, message.status_code or "", codes.OTHER
    elif message.request_status_name == "fail":
        name, code, why = "fail", message.request_status_code or "", codes.OTHER
    else:
        name, code = message.message_status_name, message.message_status_code or ""
        why = codes.KAKAO.get(code, codes.OTHER)
    instead = message.failover.message_status_name if message.failover else None
    if DELIVERED in (name, instead):
        return told.arrived()
    if name != "fail" or message.status in ON_ITS_WAY:
        return None
    goes_on = message.use_sms_failover and instead in ON_ITS_WAY
    return told.left(why.say(code)) if why is codes.UNCERTAIN or goes_on else told.failed(why, code)


def _template(template: _Template) -> ProviderTemplate:
    return ProviderTemplate(
        code=template.template_code,
        name=template.template_name,
        text=template.content or "",
        state=_STATES.get(template.template_inspection_status, "requested"),
        buttons=tuple(
            Button(label=one.name, action="link", value=one.link_mobile or one.scheme_android or "")
            if one.type in ("WL", "AL")
            else Button(label=one.name)
            for one in template.buttons or ()
        ),
    )


def _why(reply: Reply) -> str:
    """The gateway's own words, where it has some."""
    body = reply.body if isinstance(reply.body, dict) else {}
    error = body.get("error")
    said = error.get("message") if isinstance(error, dict) else body.get("errorMessage")
    return str(said or "")[:160]
