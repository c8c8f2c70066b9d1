"""What Naver posts: one event in each call, as https://github.com/navertalk/chatbot-api describes it.

Its README, handover_v1.md and profile_api_v1.md are the documents; "issue N" below is what Naver's people answered in
that repository. No event carries a time, and a message's own number (`messageId`, issue 228) may be missing.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from json import loads
from mimetypes import guess_type
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec import Meta, Struct

from damso.channels.adapters.talktalk.bubbles import read_back, said_of
from damso.channels.adapters.talktalk.config import TalkTalkConfig
from damso.channels.content import Contact, Content, Product, Sticker, with_text
from damso.channels.failures import Unparsable
from damso.channels.items import (
    Address,
    Attachment,
    InboundClaims,
    InboundEcho,
    InboundMessage,
    InboundWithdrawal,
    Item,
    Owner,
    ThreadChange,
    Unsupported,
)
from damso.channels.types import Request

IDENTITY = "talktalk"
CLAIMS = {"nickname": "name", "cellphone": "phone", "address": "address"}
"""What Naver calls what it may tell of a customer, and what we call a claim of it."""


class Words(Struct, frozen=True, rename="camel"):
    text: str | None = None
    code: str | None = None
    input_type: str | None = None


class Picture(Struct, frozen=True, rename="camel"):
    image_url: str | None = None


class File(Struct, frozen=True, rename="camel"):
    """Not in the README; issues 222 and 239."""

    download_url: str | None = None
    file_name: str | None = None


class Campaign(Struct, frozen=True, rename="camel"):
    """Not in the README; issue 209."""

    marketing_text: str | None = None


class Goods(Struct, frozen=True, rename="camel"):
    """What a customer asks about, in the words of their shop."""

    name: str | None = None
    url: str | None = None
    thumb_url: str | None = None
    currency_price: str | None = None
    currency_original_price: str | None = None


class Options(Struct, frozen=True, rename="camel"):
    """What an event has besides; which of it depends on the event."""

    inflow: str | None = None
    referer: str | None = None
    from_: str | None = msgspec.field(name="from", default=None)
    under14: bool | None = None
    turned: str | None = msgspec.field(name="set", default=None)
    product: Goods | None = None
    control: str | None = None
    manager_nickname: str | None = None
    result: str | None = None
    nickname: str | None = None
    cellphone: str | None = None
    address: dict[str, Any] | None = None
    withdrawals: Any = None


class Event(Struct, frozen=True, rename="camel"):
    event: str
    user: Annotated[str, Meta(min_length=1)]
    standby: bool | None = None
    echoed_event: str | None = None
    text_content: Words | None = None
    image_content: Picture | None = None
    composite_content: dict[str, Any] | None = None
    file_content: File | None = None
    marketing_content: Campaign | None = None
    options: Options = Options()

    @property
    def way(self) -> str:
        """What of its kind it is."""
        return self.echoed_event or self.options.control or self.options.turned or self.options.result or ""

    @property
    def words(self) -> Words:
        return self.text_content or Words()


def identifier(request: Request) -> str:
    """What a delivery, and the message in it, is known by: its bytes, as far as they name the message themselves. Else
    also the second in which they came, because a customer may well say the same again."""
    digest = sha256(request.body).hexdigest()[:40]
    try:
        is_numbered = _body(request).get("messageId") is not None
    except Unparsable:
        is_numbered = False
    return digest if is_numbered else f"{digest}@{int(request.received_at.timestamp())}"


def dedupe_scope(config: TalkTalkConfig) -> str:
    return f"{IDENTITY}:{config.scope}"


def parse_event(request: Request, config: TalkTalkConfig) -> Sequence[Item]:
    """What is in a call. Raises `Unparsable` where it is no event at all."""
    body = _body(request)
    try:
        return list(_read(_event(body), body, request, config))
    except (msgspec.ValidationError, ValueError) as error:
        return [Unsupported(kind=str(body.get("event"))[:80], why=str(error)[:300])]


def _body(request: Request) -> dict[str, Any]:
    """Read by the standard library, which takes half an emoji (where a text was cut) for what it is."""
    try:
        body = loads(request.body.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise Unparsable(f"no JSON: {error}") from error
    if not isinstance(body, dict):
        raise Unparsable("no JSON object")
    return body


def _event(body: dict[str, Any]) -> Event:
    """What is null is left out; and no word of a customer is lost because something beside it is not as documented."""
    told = {name: value for name, value in body.items() if value is not None}
    try:
        return msgspec.convert(told, Event)
    except msgspec.ValidationError:
        return msgspec.convert({name: value for name, value in told.items() if name != "options"}, Event)


def _read(event: Event, body: dict[str, Any], request: Request, config: TalkTalkConfig) -> Iterator[Item]:
    customer, at = Address(kind=IDENTITY, scope=config.scope, value=event.user), request.received_at
    match event.event, event.way:
        case "send", _:
            yield _message(event, body, customer, request, config)
        case "echo", "send":
            yield _echo(event, body, customer, request, config)
        case "open", _:
            yield _opened(event.options, customer, at)
        case "leave", _:
            yield ThreadChange(sender=customer, change="left", at=at)
        case "friend", "on":
            yield ThreadChange(sender=customer, change="befriended", at=at)
        case "friend", "off":
            yield ThreadChange(sender=customer, change="unfriended", at=at)
        case "handover", "passThread":
            yield ThreadChange(sender=customer, change="returned", at=at)
        case "profile", "SUCCESS" if claims := _claims(event.options):
            yield InboundClaims(sender=customer, claims=claims, at=at)
        case "profile", "WITHDRAW":
            yield InboundWithdrawal(sender=customer, kinds=_withdrawn(event.options.withdrawals), at=at)
        case kind, way:
            yield Unsupported(kind=f"{kind} {way}".strip()[:80], why="not handled")


def _opened(options: Options, customer: Address, at: datetime) -> ThreadChange:
    facts = {"inflow": options.inflow, "referer": options.referer, "from": options.from_}
    return ThreadChange(
        sender=customer,
        change="opened",
        at=at,
        facts={name: value for name, value in facts.items() if value},
        under_14=bool(options.under14),
    )


def _message(
    event: Event, body: dict[str, Any], customer: Address, request: Request, config: TalkTalkConfig
) -> InboundMessage | Unsupported:
    text, content = _said(event)
    if not (text or content or _files(event)):
        return Unsupported(kind=f"send {_contents(body)}".strip(), why="nothing in it that is known")
    return InboundMessage(
        external_id=identifier(request),
        dedupe_scope=dedupe_scope(config),
        sender=customer,
        text=text,
        content=content,
        attachments=_files(event),
        authenticated=True,
        evidence="called from Naver's addresses",
        owner=_owner(event),
        under_14=bool(event.options.under14),
    )


def _said(event: Event) -> tuple[str, Content | None]:
    """The text of a message, and what it is more than text. Of a button of ours it is what the button says."""
    text, product = said_of(event.words.code) or event.words.text or "", event.options.product
    if event.words.input_type == "sticker":
        return text, Sticker()
    if event.words.input_type == "vphone":
        return text, Contact(name="", phones=(text.partition(",")[0],))
    if product and product.name:
        asked = _product(product, product.name)
        return with_text(text, asked), asked
    if event.composite_content:
        text, content = read_back(event.composite_content)
        return with_text(text, content), content
    return text or (event.marketing_content and event.marketing_content.marketing_text) or "", None


def _product(goods: Goods, name: str) -> Product:
    price, regular = goods.currency_price or "", goods.currency_original_price or ""
    return Product(
        name=name,
        price=price or regular,
        regular_price=regular if price and regular != price else "",
        picture=goods.thumb_url or "",
        url=goods.url or "",
    )


def _owner(event: Event) -> Owner | None:
    """`standby` stands where people in Naver's console have the thread; but whoever presses a button of ours is told
    to us without it even then (handover_v1.md)."""
    if event.standby:
        return "them"
    return None if event.words.input_type == "button" else "us"


def _echo(
    event: Event, body: dict[str, Any], customer: Address, request: Request, config: TalkTalkConfig
) -> InboundEcho | Unsupported:
    """Naver tells us also of what we sent, and not of the number it gave that. Only what somebody wrote in its console
    names its author (issue 102), so only that can be known by an id of its own."""
    text, content = _said(event)
    if not (text or content or _files(event)):
        return Unsupported(kind=f"echo {_contents(body)}".strip(), why="nothing in it that is known")
    return InboundEcho(
        to=customer,
        dedupe_scope=dedupe_scope(config),
        external_id=identifier(request) if event.options.manager_nickname else None,
        text=text,
        content=content,
        attachments=_files(event),
    )


def _files(event: Event) -> tuple[Attachment, ...]:
    picture, file = event.image_content or Picture(), event.file_content or File()
    named = [(picture.image_url, ""), (file.download_url, file.file_name or "")]
    return tuple(_file(url, name) for url, name in named if url)


def _file(url: str, name: str) -> Attachment:
    name = name or unquote(urlsplit(url).path.rpartition("/")[2])
    return Attachment(name=name[:255], content_type=guess_type(name)[0] or "application/octet-stream", ref=url)


def _contents(body: dict[str, Any]) -> str:
    return " ".join(sorted(name[:40] for name, value in body.items() if name.endswith("Content") and value))


def _claims(options: Options) -> dict[str, str]:
    address = options.address or {}
    lines = (address.get("roadAddr"), address.get("detAddr"), address.get("zipNo"))
    told = {
        "nickname": options.nickname,
        "cellphone": options.cellphone,
        "address": " ".join(str(line) for line in lines if line),
    }
    return {CLAIMS[field]: value for field, value in told.items() if value}


def _withdrawn(fields: Any) -> tuple[str, ...]:
    """The claims that have to go. Where Naver's answer is not understood, all of them."""
    named = [CLAIMS.get(field) for field in fields if isinstance(field, str)] if isinstance(fields, list) else []
    known = tuple(kind for kind in named if kind)
    return known if known and len(known) == len(fields) else tuple(CLAIMS.values())
