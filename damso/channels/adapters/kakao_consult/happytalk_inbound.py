"""What HappyTalk posts: a message, the end of a session, or with what words a consultation was asked for.

It appends `/message`, `/expired_session` or `/reference` to the address it was given; what a call is about is told by
its fields here. The first form of a message (`content`) is that of the dealer's published copy from 2022; the later one
(`contents`) is as implementers of its third version describe it. Both are taken, and neither is proven.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from mimetypes import guess_type
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from damso.channels.adapters.kakao_consult.config import ConsultConfig
from damso.channels.failures import SignatureInvalid, Unparsable
from damso.channels.items import Address, Attachment, InboundMessage, Item, ThreadChange, Unsupported
from damso.channels.types import Request

USER = "kakao_consult_user"
"""Identity by `user_key`: a person as the sender profile knows them. Its scope is the channel."""

_FILE_TYPES = {"photo": "image/jpeg", "video": "video/mp4", "audio": "audio/mp4", "file": "application/octet-stream"}
_DOMAINS = ("kakao.com", "kakaocdn.net")


class _File(Struct, frozen=True):
    url: str
    comment: str | None = None


class _Message(Struct, frozen=True):
    """`time` is in milliseconds, when the relay passed it on; `attachment` the whole of a text over 1,000 characters,
    of which `content` then holds the beginning."""

    user_key: str
    serial_number: int | str
    type: str
    time: int
    content: str | None = None
    contents: tuple[str | _File, ...] = ()
    attachment: str | _File | None = None

    @property
    def parts(self) -> tuple[str | _File, ...]:
        return self.contents or ((self.content,) if self.content else ())

    @property
    def id(self) -> str:
        """Its number and a digest of what it says: in the dealer's own examples two messages have one number, as if
        it had been rounded on its way."""
        said = hashlib.sha256(msgspec.json.encode(self.parts)).hexdigest()
        return f"{self.serial_number}.{said[:8]}"


class _Ended(Struct, frozen=True):
    user_key: str
    session_id: str | int
    time: int | None = None
    end_type: str | None = None


class _Asked(Struct, frozen=True):
    user_key: str
    session_id: str | int
    time: int | None = None
    app_user_id: str | int | None = None
    reference: dict[str, Any] | None = None
    last_reference: dict[str, Any] | None = None


def verify(request: Request, config: ConsultConfig) -> None:
    """The dealer signs nothing: the call names the profile's key, comes to the inbox's secret address, and, where the
    company has them, from the dealer's own."""
    try:
        shown = str(_read(request).get("sender_key", ""))
    except Unparsable as error:
        raise SignatureInvalid("no sender profile is named") from error
    if not config.sender_key or not hmac.compare_digest(
        shown.encode("utf-8", "replace"), config.sender_key.encode("utf-8")
    ):
        raise SignatureInvalid("another sender profile, or none is set")
    if config.sources and not _comes_from(request.peer, config.sources):
        raise SignatureInvalid("not from the dealer's addresses")


def parse(request: Request, config: ConsultConfig) -> Sequence[Item]:
    """Raises `Unparsable`."""
    fields = _read(request)
    kind = _kind(fields)
    try:
        match kind:
            case "message":
                return list(_said(msgspec.convert(fields, _Message), config))
            case "ended":
                return [_ended(msgspec.convert(fields, _Ended), request, config)]
            case "reference":
                return [_asked(msgspec.convert(fields, _Asked), request, config)]
    except msgspec.ValidationError as error:
        return [Unsupported(kind=kind, why=str(error)[:300])]
    return [Unsupported(kind=kind, why="in no documented form")]


def _read(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.body.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise Unparsable(f"no JSON: {error}") from error
    return body if isinstance(body, dict) else {}


def _kind(fields: dict[str, Any]) -> str:
    if "serial_number" in fields:
        return "message"
    if "reference" in fields or "last_reference" in fields:
        return "reference"
    return "ended" if "session_id" in fields else "unknown"


def _comes_from(peer: str, networks: Sequence[str]) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in ip_network(network, strict=False) for network in networks)


def _said(message: _Message, config: ConsultConfig) -> Iterator[Item]:
    if message.type not in ("text", *_FILE_TYPES):
        yield Unsupported(kind=message.type[:80], why="no such type")
        return
    texts, files = _split(message)
    yield from (Unsupported(kind="file", why="not at Kakao") for file in files if not is_file(file.ref or ""))
    files = [file for file in files if is_file(file.ref or "")]
    if not texts and not files:
        yield Unsupported(kind=message.type, why="nothing was said")
        return
    yield InboundMessage(
        external_id=message.id,
        dedupe_scope=f"kakao_consult:{config.channel_id}",
        sender=_sender(message.user_key, config),
        text="\n".join(texts),
        provider_at=_moment(message.time),
        authenticated=True,
        evidence="came to the secret address with the profile's key; nothing is signed",
        attachments=tuple(files),
    )


def _split(message: _Message) -> tuple[list[str], list[Attachment]]:
    """What was said, and the files: of a text that was too long, its whole."""
    if message.type == "text":
        texts = [part for part in message.parts if isinstance(part, str) and part]
        whole = message.attachment.url if isinstance(message.attachment, _File) else message.attachment
        return texts, [Attachment(name="message.txt", content_type="text/plain", ref=whole)] if whole else []
    files = [_File(url=part) if isinstance(part, str) else part for part in message.parts]
    return [file.comment for file in files if file.comment], [_attachment(file.url, message.type) for file in files]


def _attachment(url: str, kind: str) -> Attachment:
    name = urlsplit(url).path.rpartition("/")[2] or kind
    return Attachment(name=name, content_type=guess_type(name)[0] or _FILE_TYPES.get(kind, ""), ref=url)


def _ended(told: _Ended, request: Request, config: ConsultConfig) -> ThreadChange:
    facts = {"session": str(told.session_id)} | ({"end_type": told.end_type} if told.end_type else {})
    return ThreadChange(
        sender=_sender(told.user_key, config),
        change="ended",
        at=_moment(told.time) or request.received_at,
        facts=facts,
    )


def _asked(told: _Asked, request: Request, config: ConsultConfig) -> ThreadChange:
    """With what a button of the company's site or a bot sent the customer here."""
    reference = {**(told.last_reference or {}), **{k: v for k, v in (told.reference or {}).items() if v}}
    named = {"session": told.session_id, "app_user_id": told.app_user_id, **reference}
    return ThreadChange(
        sender=_sender(told.user_key, config),
        change="opened",
        at=_moment(told.time) or request.received_at,
        facts={name: str(value) for name, value in named.items() if value},
    )


def _sender(user_key: str, config: ConsultConfig) -> Address:
    if not user_key:
        raise msgspec.ValidationError("nobody is named")
    return Address(kind=USER, scope=config.channel_id, value=user_key)


def _moment(milliseconds: int | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None
    except (OverflowError, OSError, ValueError):
        return None


def is_file(url: str) -> bool:
    """Whether a file is at Kakao, whose addresses of files are without TLS, too."""
    try:
        parts = urlsplit(url)
        odd = parts.port is not None or parts.username is not None or "\\" in url or not url.isascii()
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and not odd
        and (parts.hostname or "").endswith(tuple(f".{domain}" for domain in _DOMAINS))
    )
