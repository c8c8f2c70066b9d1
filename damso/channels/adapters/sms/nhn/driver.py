"""NHN Cloud: SMS API v3.0 and KakaoTalk Bizmessage (AlimTalk) API v2.3, two services with keys of their own.

Documents: docs.nhncloud.com, Notification > SMS and > KakaoTalk Bizmessage (github.com/TOAST-DOCS/SMS and /Alimtalk).
"""

import base64
import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from httpx import AsyncClient
from msgspec import Struct

from damso.channels.abilities import ProviderTemplate
from damso.channels.adapters.sms import codes
from damso.channels.adapters.sms.calls import Reply, call, fact, read, unreadable
from damso.channels.adapters.sms.compose import Outgoing
from damso.channels.adapters.sms.config import SmsConfig
from damso.channels.adapters.sms.nhn.templates import Templates, template_of
from damso.channels.adapters.sms.numbers import HOME, from_relay
from damso.channels.adapters.sms.reading import KOREA, as_, body_of, each, moment
from damso.channels.adapters.sms.receipts import Told
from damso.channels.failures import (
    ChannelError,
    ContentRejected,
    CredentialsRejected,
    OutcomeUnknown,
    RecipientUnreachable,
    SignatureInvalid,
    TryLater,
    Unparsable,
)
from damso.channels.items import InboundReceipt, Item, ThreadChange, Unsupported
from damso.channels.types import Blob, Health, Receipt, Request
from damso.kernel.i18n import Text

SMS_HOST = "api-sms.cloud.toast.com"
KAKAO_HOST = "api-alimtalk.cloud.toast.com"
SIGNATURE = "x-toast-webhook-signature"
DELIVERED = "1000"
PAGE = 1000

_NOT_REGISTERED = Text(
    "발신번호 {sender}가 NHN Cloud SMS에 등록되어 있지 않아요.",
    "The sender number {sender} is not registered with NHN Cloud SMS.",
)


_Refusal = Callable[[int], type[ChannelError]]


class _Header(Struct, frozen=True, rename="camel"):
    is_successful: bool
    result_code: int
    result_message: str = ""


class _Taken(Struct, frozen=True, rename="camel"):
    """What became of one recipient when a request was taken."""

    result_code: int
    recipient_seq: int = 1
    result_message: str = ""


class _TextData(Struct, frozen=True, rename="camel"):
    request_id: str
    send_result_list: list[_Taken] = []


class _KakaoData(Struct, frozen=True, rename="camel"):
    request_id: str
    send_results: list[_Taken] = []


class _Result(Struct, frozen=True, rename="camel"):
    """A message as webhooks and lists have it; `message_status` is empty while it is on its way."""

    request_id: str
    recipient_seq: int = 1
    result_code: str | None = None
    message_status: str = ""
    recipient_no: str = ""
    receive_date: str | None = None
    result_date: str | None = None
    resend_status: str = ""
    resend_result_code: str | None = None
    kakao_message_type: str | None = None


class _OptedOut(Struct, frozen=True, rename="camel"):
    recipient_no: str
    unsubscribe_no: str = ""
    created_date_time: str | None = None


class Nhn:
    """Implements `Relay`."""

    secret_headers: frozenset[str] = frozenset({SIGNATURE})

    async def send(self, out: Outgoing, config: SmsConfig, http: AsyncClient) -> Receipt:
        if out.kind == "ALIMTALK":
            return await self._send_alimtalk(out, config, http)
        pictures = [int(one.ref or await self.upload(one, config, http)) for one in out.pictures]
        path = ("ad-" if out.advertising else "") + ("sms" if out.kind == "SMS" else "mms")
        body: dict[str, Any] = {
            "body": out.text,
            "sendNo": config.sender_digits,
            "recipientList": [{"recipientNo": out.to.digits, "countryCode": out.to.country}],
        }
        if out.kind != "SMS":
            body |= {"title": out.title, **({"attachFileIdList": pictures} if pictures else {})}
        reply = await _sms(http, config, "POST", f"/sender/{path}", body, hands_over=True)
        data = read(_TextData, _inside(reply, "body", "data"), hands_over=True)
        return _receipt("text", data.request_id, data.send_result_list, reply)

    async def _send_alimtalk(self, out: Outgoing, config: SmsConfig, http: AsyncClient) -> Receipt:
        """A repeated key within ten minutes is refused (-1005): then the first call was taken, and whether that one
        arrived is not known."""
        assert out.template is not None
        number = out.to.digits if out.to.country == HOME else out.to.country + out.to.digits
        resend = {"isResend": config.fallback, "resendSendNo": config.sender_digits} if config.fallback else {}
        recipient = {
            "recipientNo": number,
            "templateParameter": {
                name.removeprefix("#{").removesuffix("}"): value for name, value in out.template.variables.items()
            },
            "resendParameter": resend or {"isResend": False},
        }
        body = {
            "senderKey": config.kakao_channel,
            "templateCode": out.template.code,
            "recipientList": [recipient],
        }
        headers = {"x-nc-api-idempotency-key": out.send_key}
        reply = await _kakao(http, config, "POST", "/messages", body, hands_over=True, headers=headers)
        data = read(_KakaoData, _inside(reply, "message"), hands_over=True)
        return _receipt("kakao", data.request_id, data.send_results, reply)

    async def upload(self, blob: Blob, config: SmsConfig, http: AsyncClient) -> str:
        name = (blob.name.rpartition(".")[0] or "picture")[:40]
        body = {
            "fileName": f"{name}.jpg",
            "createUser": "damso",
            "fileBody": base64.b64encode(blob.data).decode(),
        }
        reply = await _sms(http, config, "POST", "/attachfile/binaryUpload", body)
        file_id = _inside(reply, "body", "data", "fileId").body
        if not isinstance(file_id, int | str):
            raise unreadable(reply)
        return str(file_id)

    def verify(self, request: Request, config: SmsConfig) -> None:
        """The signature is the string that was typed into the webhook's settings, the same in every call."""
        if not config.webhook_secret:
            raise SignatureInvalid("the webhook signature is not set")
        given = request.headers.get(SIGNATURE, "").encode("utf-8", "replace")
        if not hmac.compare_digest(config.webhook_secret.encode(), given):
            raise SignatureInvalid("X-Toast-Webhook-Signature does not fit")

    def parse(self, request: Request, config: SmsConfig) -> Sequence[Item]:
        body = body_of(request.body)
        if not isinstance(body, dict):
            raise Unparsable("no object")
        event = str(body.get("event", "unknown"))[:80]
        match event:
            case "MESSAGE_RESULT_UPDATE":
                return each(body.get("hooks", []), event, lambda hook: [_reported(as_(_Result, hook), config)])
            case "UNSUBSCRIBE":
                return each(body.get("hooks", []), event, lambda hook: _opted_out(hook, request))
            case _:
                return [Unsupported(kind=event, why="neither a report nor an opt-out")]

    async def reports(self, identifier: str, config: SmsConfig, http: AsyncClient) -> Sequence[InboundReceipt]:
        kind, _, rest = identifier.partition(":")
        request_id, _, seq = rest.partition(":")
        if kind != "kakao":
            return await _text_reports(request_id, config, http)
        path = f"/messages/{quote(request_id, safe='')}/{quote(seq, safe='')}"
        reply = _inside(await _kakao(http, config, "GET", path), "message")
        return _settled(read(_Result, reply), config) if reply.body else ()

    async def check(self, config: SmsConfig, http: AsyncClient) -> Health:
        query = urlencode({"sendNo": config.sender_digits})
        found = _inside(await _sms(http, config, "GET", f"/sendNos?{query}"), "body", "data").body
        numbers = found if isinstance(found, list) else []
        usable = [one for one in numbers if isinstance(one, dict) and one.get("blockYn") != "Y"]
        problems = []
        if not any(one.get("sendNo") == config.sender_digits for one in usable):
            text = {locale: _NOT_REGISTERED.say(locale, sender=config.sender) for locale in ("ko", "en")}
            problems.append((text["ko"], text["en"]))
        facts = {}
        if config.kakao_channel:
            approved = [one for one in await self.templates(config, http) if one.state == "approved"]
            facts["templates"] = str(len(approved))
        return Health(ok=not problems, problems=tuple(problems), facts=facts)

    async def templates(self, config: SmsConfig, http: AsyncClient) -> Sequence[ProviderTemplate]:
        if not config.kakao_channel:
            return ()
        path = f"/senders/{quote(config.kakao_channel, safe='')}/templates?pageSize={PAGE}"
        reply = _inside(await _kakao(http, config, "GET", path), "templateListResponse")
        return [template_of(one) for one in read(Templates, reply).templates]

    async def submit(self, template: ProviderTemplate, config: SmsConfig, http: AsyncClient) -> ProviderTemplate:
        raise ContentRejected("templates of NHN Cloud are submitted in its console")


async def _text_reports(request_id: str, config: SmsConfig, http: AsyncClient) -> Sequence[InboundReceipt]:
    """Short and long texts are in lists of their own, and the id does not tell which."""
    for kind in ("sms", "mms"):
        query = urlencode({"requestId": request_id})
        rows = _inside(await _sms(http, config, "GET", f"/sender/{kind}?{query}"), "body", "data")
        if rows.body:
            return [
                receipt
                for row in rows.body
                for receipt in _settled(read(_Result, Reply(status=rows.status, body=row)), config)
            ]
    return ()


def _receipt(kind: str, request_id: str, taken: Sequence[_Taken], reply: Reply) -> Receipt:
    if taken and taken[0].result_code != 0:
        refusal = _kakao_refusal if kind == "kakao" else _text_refusal
        raise _refused(refusal, taken[0].result_code, taken[0].result_message, reply.status)
    seq = taken[0].recipient_seq if taken else 1
    return Receipt(external_id=f"{kind}:{request_id}:{seq}", dedupe_scope="nhn", status_code=reply.status)


def _settled(result: _Result, config: SmsConfig) -> Sequence[InboundReceipt]:
    """Nothing while it is on its way."""
    return [_reported(result, config)] if result.result_code else []


def _reported(result: _Result, config: SmsConfig) -> InboundReceipt:
    """AlimTalk that failed goes on as a text where that was asked for; RSC04 says that the text arrived, RSC05 that it
    did not (AlimTalk API v2.3, "대체 발송 상태 코드")."""
    code = result.result_code or ""
    is_kakao = result.kakao_message_type is not None or bool(result.resend_status)
    told = Told(
        external_id=f"{'kakao' if is_kakao else 'text'}:{result.request_id}:{result.recipient_seq}",
        at=moment(result.receive_date or result.result_date),
        recipient=from_relay(result.recipient_no),
    )
    if code == DELIVERED or result.resend_status == "RSC04":
        return told.arrived()
    why = (codes.KAKAO if is_kakao else codes.NHN_TEXT).get(code, codes.OTHER)
    goes_on = is_kakao and config.fallback and result.resend_status in ("", "RSC02", "RSC03")
    return told.left(why.say(code)) if why is codes.UNCERTAIN or goes_on else told.failed(why, code)


def _opted_out(hook: Any, request: Request) -> Iterator[Item]:
    """Somebody called the free number for opting out of advertising."""
    told = as_(_OptedOut, hook)
    sender = from_relay(told.recipient_no)
    if sender is None:
        yield Unsupported(kind="UNSUBSCRIBE", why="not a phone number")
        return
    at = moment(told.created_date_time) or request.received_at.astimezone(KOREA)
    yield ThreadChange(sender=sender, change="unfriended", at=at, facts={"unsubscribe_no": told.unsubscribe_no})


async def _sms(
    http: AsyncClient, config: SmsConfig, method: str, path: str, body: Any = None, *, hands_over: bool = False
) -> Reply:
    url = f"https://{SMS_HOST}/sms/v3.0/appKeys/{quote(config.key, safe='')}{path}"
    return await _call(http, method, url, config.secret, body, hands_over, {}, _text_refusal)


async def _kakao(
    http: AsyncClient,
    config: SmsConfig,
    method: str,
    path: str,
    body: Any = None,
    *,
    hands_over: bool = False,
    headers: Mapping[str, str] = {},
) -> Reply:
    url = f"https://{KAKAO_HOST}/alimtalk/v2.3/appkeys/{quote(config.kakao_service, safe='')}{path}"
    return await _call(http, method, url, config.kakao_secret, body, hands_over, headers, _kakao_refusal)


async def _call(
    http: AsyncClient,
    method: str,
    url: str,
    secret: str,
    body: Any,
    hands_over: bool,
    headers: Mapping[str, str],
    refusal: _Refusal,
) -> Reply:
    """Raises what the header of the answer says: NHN Cloud answers 200 to what it refuses."""
    if not secret:
        raise CredentialsRejected("the secret key is not set")
    sent = {"x-secret-key": secret, **headers}
    reply = await call(http, method, url, headers=sent, json=body, hands_over=hands_over)
    if not reply.ok:
        raise fact(reply, hands_over=hands_over)
    header = read(_Header, _inside(reply, "header"), hands_over=hands_over)
    if not header.is_successful:
        raise _refused(refusal, header.result_code, header.result_message, reply.status)
    return reply


def _inside(reply: Reply, *names: str) -> Reply:
    body = reply.body
    for name in names:
        body = body.get(name) if isinstance(body, dict) else None
    return Reply(status=reply.status, body=body)


def _text_refusal(code: int) -> type[ChannelError]:
    """SMS, "API 결과 코드". A system error (-9999) says nothing of whether the message was taken before."""
    match code:
        case -1000 | -1001 | -1002 | -1003 | -1004 | -1007 | -1008 | -2312 | -2313:
            return CredentialsRejected
        case -9999:
            return OutcomeUnknown
        case -2021:
            return TryLater
        case -2018 | -2019:
            return RecipientUnreachable
        case _:
            return ContentRejected


def _kakao_refusal(code: int) -> type[ChannelError]:
    """KakaoTalk Bizmessage, "API 응답 코드"."""
    match code:
        case -1000 | -1001 | -1002 | -1003 | -1006 | -1027 | -2017:
            return CredentialsRejected
        case -1005:
            return OutcomeUnknown
        case _:
            return ContentRejected


def _refused(refusal: _Refusal, code: int, said: str, status: int) -> ChannelError:
    error = refusal(code)(f"NHN Cloud {code}: {said}"[:200])
    error.status_code = status
    return error
