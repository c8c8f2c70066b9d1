"""SOLAPI (CoolSMS): texts, AlimTalk, brand messages and RCS by one call.

Documents: docs.solapi.com and developers.solapi.com/references (send-many/detail, list, balance, senderid, storage,
kakao/v2/templates), and the SDKs of SOLAPI itself (solapi-python 5.0.3, solapi-nodejs).
"""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from httpx import AsyncClient
from msgspec import Struct, field

from damso.channels.abilities import ProviderTemplate
from damso.channels.adapters.sms import codes
from damso.channels.adapters.sms.calls import Reply, call, fact, read, unreadable
from damso.channels.adapters.sms.compose import Outgoing
from damso.channels.adapters.sms.config import SmsConfig
from damso.channels.adapters.sms.numbers import HOME, from_relay
from damso.channels.adapters.sms.reading import as_, body_of, each, moment
from damso.channels.adapters.sms.receipts import Told
from damso.channels.adapters.sms.solapi import signature
from damso.channels.adapters.sms.solapi.templates import Ask, listed, submit
from damso.channels.failures import (
    ChannelError,
    ContentRejected,
    CredentialsRejected,
    TryLater,
)
from damso.channels.items import InboundReceipt, Item, Unsupported
from damso.channels.types import Blob, Health, Receipt, Request
from damso.kernel.i18n import Text

HOST = "api.solapi.com"
SINGLE_REPORT = "SINGLE-REPORT"
CUSTOM_FIELD = "damso"
CUSTOM_LENGTH = 100
"""Characters of a custom field (status code 1032)."""
NO_MONEY_WAIT = 900.0

_TOO_LITTLE = Text(
    "잔액이 {balance}원 남았어요. 충전해 주세요.", "The balance is down to {balance} won. Please top it up."
)
_NOT_REGISTERED = Text(
    "발신번호 {sender}가 SOLAPI에 등록되어 있지 않아요. 콘솔의 ‘발신번호 관리’에서 등록해 주세요.",
    "The sender number {sender} is not registered with SOLAPI. Register it in the console, under 발신번호 관리.",
)


class _Accepted(Struct, frozen=True, rename="camel"):
    message_id: str
    status_code: str = ""
    status_message: str = ""


class _Sent(Struct, frozen=True, rename="camel"):
    message_list: list[_Accepted] | None = None
    failed_message_list: list[_Accepted] | None = None


class _Message(Struct, frozen=True, rename="camel"):
    """A message as reports and lists have it."""

    message_id: str
    status_code: str
    type: str | None = None
    to: str = ""
    country: str | None = None
    date_received: str | None = None
    date_reported: str | None = None
    custom_fields: dict[str, Any] | None = None


class _Listed(Struct, frozen=True, rename="camel"):
    message_list: dict[str, _Message] = field(default_factory=dict)


class _Balance(Struct, frozen=True):
    balance: float = 0
    point: float = 0


class _File(Struct, frozen=True, rename="camel"):
    file_id: str


class Solapi:
    """Implements `Relay`. `now` is the time that calls are signed with."""

    secret_headers: frozenset[str] = frozenset({signature.SECRET})

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    async def send(self, out: Outgoing, config: SmsConfig, http: AsyncClient) -> Receipt:
        pictures = [picture.ref or await self.upload(picture, config, http) for picture in out.pictures]
        body = {"messages": [message_of(out, pictures, config)], "showMessageList": True, "allowDuplicates": True}
        reply = await self._call(http, config, "POST", "/messages/v4/send-many/detail", body, hands_over=True)
        sent = read(_Sent, reply, hands_over=True)
        if sent.failed_message_list:
            raise refusal(sent.failed_message_list[0].status_code, sent.failed_message_list[0].status_message)
        if not sent.message_list:
            raise unreadable(reply, hands_over=True)
        return Receipt(external_id=sent.message_list[0].message_id, dedupe_scope="solapi", status_code=reply.status)

    async def upload(self, blob: Blob, config: SmsConfig, http: AsyncClient) -> str:
        body = {"file": base64.b64encode(blob.data).decode(), "type": "MMS", "name": blob.name[:100]}
        reply = await self._call(http, config, "POST", "/storage/v1/files", body)
        return read(_File, reply).file_id

    def verify(self, request: Request, config: SmsConfig) -> None:
        signature.verify(request, config.webhook_secret)

    def parse(self, request: Request, config: SmsConfig) -> Sequence[Item]:
        """Reports of single messages. The event's data lies in `data` (solapi-python, SingleReport) or is the event
        itself (SOLAPI's own example for Node.js)."""
        event = request.headers.get(signature.EVENT, "")
        events = body_of(request.body)
        if event != SINGLE_REPORT:
            return [Unsupported(kind=event[:80] or "unknown", why="only reports of single messages are read")]
        return each(events, SINGLE_REPORT, _report)

    async def reports(self, identifier: str, config: SmsConfig, http: AsyncClient) -> Sequence[InboundReceipt]:
        query = urlencode({"criteria": "messageId", "cond": "eq", "value": identifier})
        reply = await self._call(http, config, "GET", f"/messages/v4/list?{query}")
        return [receipt_of(one) for one in read(_Listed, reply).message_list.values()]

    async def check(self, config: SmsConfig, http: AsyncClient) -> Health:
        reply = await self._call(http, config, "GET", "/cash/v1/balance")
        balance = read(_Balance, reply)
        left = int(balance.balance + balance.point)
        numbers = (await self._call(http, config, "GET", "/senderid/v1/numbers/active")).body
        problems = []
        if config.sender_digits not in (numbers if isinstance(numbers, list) else ()):
            problems.append(_both(_NOT_REGISTERED, sender=config.sender))
        if left < config.low_balance:
            problems.append(_both(_TOO_LITTLE, balance=f"{left:,}"))
        facts = {"balance": f"{left:,} KRW"}
        if config.kakao_channel:
            approved = [one for one in await self.templates(config, http) if one.state == "approved"]
            facts["templates"] = str(len(approved))
        return Health(ok=not problems, problems=tuple(problems), facts=facts)

    async def templates(self, config: SmsConfig, http: AsyncClient) -> Sequence[ProviderTemplate]:
        return await listed(config, self._asker(config, http))

    async def submit(self, template: ProviderTemplate, config: SmsConfig, http: AsyncClient) -> ProviderTemplate:
        return await submit(template, config, self._asker(config, http))

    def _asker(self, config: SmsConfig, http: AsyncClient) -> Ask:
        async def ask(method: str, path: str, body: Any = None) -> Reply:
            return await self._call(http, config, method, path, body)

        return ask

    async def _call(
        self,
        http: AsyncClient,
        config: SmsConfig,
        method: str,
        path: str,
        body: Any = None,
        *,
        hands_over: bool = False,
    ) -> Reply:
        """Raises what SOLAPI's `errorCode` says."""
        if not config.secret:
            raise CredentialsRejected("the API secret is not set")
        headers = {"authorization": signature.authorization(config.key, config.secret, self._now())}
        reply = await call(http, method, f"https://{HOST}{path}", headers=headers, json=body, hands_over=hands_over)
        if not reply.ok:
            raise _error(reply, hands_over)
        return reply


def message_of(out: Outgoing, pictures: Sequence[str], config: SmsConfig) -> Mapping[str, Any]:
    """One entry of `messages`."""
    message: dict[str, Any] = {"to": out.to.digits, "from": config.sender_digits, "country": out.to.country}
    if len(out.token) <= CUSTOM_LENGTH:
        message["customFields"] = {CUSTOM_FIELD: out.token}
    match out.kind:
        case "ALIMTALK":
            message |= {"type": "ATA", "kakaoOptions": _alimtalk(out, config)}
        case "BRAND":
            brand = {"targeting": config.brand_targeting, "chatBubbleType": "TEXT", "content": out.text}
            options = {"pfId": config.kakao_channel, "disableSms": not config.fallback, "bms": brand}
            message |= {"type": "BMS_FREE", "text": out.text, "kakaoOptions": options}
        case "MMS":
            message |= {"type": "MMS", "text": out.text, "imageId": pictures[0]}
        case kind if config.rcs_brand:
            options = {"brandId": config.rcs_brand, "copyAllowed": True, "disableSms": False}
            message |= {"type": f"RCS_{kind}", "text": out.text, "rcsOptions": options}
        case kind:
            message |= {"type": kind, "text": out.text}
    if out.subject and out.kind in ("LMS", "MMS"):
        message["subject"] = out.subject
    return message


def _alimtalk(out: Outgoing, config: SmsConfig) -> Mapping[str, Any]:
    """The relay fills the template in by itself, so that text and buttons are what was approved."""
    assert out.template is not None
    return {
        "pfId": config.kakao_channel,
        "templateId": out.template.code,
        "variables": {f"#{{{_bare(name)}}}": value for name, value in out.template.variables.items()},
        "disableSms": not config.fallback,
    }


def _bare(name: str) -> str:
    return name.removeprefix("#{").removesuffix("}")


def _report(event: Any) -> Iterator[Item]:
    data = event.get("data", event) if isinstance(event, dict) else event
    yield receipt_of(as_(_Message, data))


def receipt_of(message: _Message) -> InboundReceipt:
    """2000 and 3000 are on their way, 4000 has arrived, everything else has failed."""
    token = (message.custom_fields or {}).get(CUSTOM_FIELD)
    told = Told(
        external_id=message.message_id,
        at=moment(message.date_received) or moment(message.date_reported),
        token=token if isinstance(token, str) else None,
        recipient=from_relay(message.to, message.country or HOME),
    )
    match message.status_code:
        case "4000":
            return told.arrived()
        case "2000" | "3000":
            return told.left()
        case code:
            return told.failed(codes.SOLAPI.get(code, codes.OTHER), code)


def refusal(code: str, said: str) -> ChannelError:
    """Why a message was not even taken: codes 1xxx of message-status-codes. It certainly did not leave.

    Who opted out (1061) or is blocked keeps a good number: nothing is said against it.
    """
    why = f"SOLAPI {code}: {said}"[:200]
    match code:
        case "1020" | "1041" | "1062":
            return CredentialsRejected(why)
        case "1024":
            return TryLater(why)
        case "1030":
            return TryLater(why, after=NO_MONEY_WAIT)
        case _:
            return ContentRejected(why)


def _error(reply: Reply, hands_over: bool) -> ChannelError:
    body = reply.body if isinstance(reply.body, dict) else {}
    code, said = str(body.get("errorCode", "")), str(body.get("errorMessage", ""))
    error: ChannelError
    match code:
        case "DuplicatedSignature":
            error = TryLater(code)
        case "RequestTimeTooSkewed":
            error = CredentialsRejected("the clock of this machine is off by more than 15 minutes")
        case "NotEnoughBalance":
            error = TryLater(code, after=NO_MONEY_WAIT)
        case _:
            return fact(reply, f"{code} {said}".strip()[:200], hands_over=hands_over)
    error.status_code = reply.status
    return error


def _both(text: Text, **fields: object) -> tuple[str, str]:
    return text.say("ko", **fields), text.say("en", **fields)
