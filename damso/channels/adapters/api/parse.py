"""What a system of one's own sends: one event or a list of them, as docs/channels/api.md says.

Every event is read alone: one that is broken becomes `Unsupported` with the reason, and its neighbours go through.
"""

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from damso.channels.adapters.api.config import ApiConfig
from damso.channels.failures import Unparsable
from damso.channels.items import (
    Address,
    Attachment,
    InboundEdit,
    InboundMessage,
    InboundReaction,
    InboundReceipt,
    Item,
    Unsupported,
)
from damso.channels.types import Request

T = TypeVar("T")

IDENTITY = "user"
"""Kind of a sender's identity; its scope is the system's name."""
MAX_FILE = 5 * 1024 * 1024
"""Bytes of a file that comes inside the event; larger ones come by `url`."""

Id = Annotated[str, Meta(min_length=1, max_length=300)]
Moment = Annotated[datetime, Meta(tz=True)]


class Sender(Struct, frozen=True, kw_only=True):
    """A user of the system. `email` and `phone` are kept as claims: the system says so, nobody proved it."""

    id: Id
    name: Annotated[str, Meta(max_length=200)] = ""
    email: Annotated[str, Meta(max_length=320)] = ""
    phone: Annotated[str, Meta(max_length=40)] = ""


class File(Struct, frozen=True, kw_only=True):
    """A file, by `url` to be fetched, or in base64 in `data`."""

    name: Annotated[str, Meta(min_length=1, max_length=255)]
    content_type: str = "application/octet-stream"
    url: Annotated[str, Meta(pattern=r"^https?://\S+$", max_length=4000)] | None = None
    data: str | None = None


class Received(Struct, frozen=True, kw_only=True):
    """`message.received`: a user said something."""

    id: Id
    sender: Sender
    text: Annotated[str, Meta(max_length=100_000)] = ""
    subject: Annotated[str, Meta(max_length=500)] = ""
    thread: Id | None = None
    reply_to: Id | None = None
    sent_at: Moment | None = None
    attachments: Annotated[tuple[File, ...], Meta(max_length=20)] = ()


class Edited(Struct, frozen=True, kw_only=True):
    """`message.edited`: a user changed a message."""

    id: Id
    text: Annotated[str, Meta(max_length=100_000)]
    edited_at: Moment | None = None
    sender: Sender | None = None


class Deleted(Struct, frozen=True, kw_only=True):
    """`message.deleted`: a user withdrew a message."""

    id: Id
    deleted_at: Moment | None = None
    sender: Sender | None = None


class Receipt(Struct, frozen=True, kw_only=True):
    """`receipt`: what became of an answer of ours; `id` is the one the system returned for it, else ours."""

    id: Id
    status: Literal["delivered", "read", "failed"]
    reason: Annotated[str, Meta(max_length=500)] = ""
    permanent: bool = False
    at: Moment | None = None


class Reaction(Struct, frozen=True, kw_only=True):
    """`reaction`: a user reacted to a message, of theirs or of ours; an empty `emoji` takes it back."""

    message_id: Id
    sender: Sender
    emoji: Annotated[str, Meta(max_length=32)]
    at: Moment | None = None


class _Envelope(Struct, frozen=True, kw_only=True):
    type: str
    data: dict[str, Any] = {}


def dedupe_scope(config: ApiConfig) -> str:
    """Where the system's message ids are unique."""
    return f"api:{config.system}"


def parse_events(request: Request, config: ApiConfig) -> Sequence[Item]:
    """Every event of the body. Raises `Unparsable` where it is no JSON.

    The standard library reads it because it takes half an emoji (`\\ud83d`, which JavaScript writes where a text was
    cut) for what it is; msgspec refuses the whole body for it.
    """
    try:
        body = json.loads(request.body.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise Unparsable(f"no JSON: {error}") from error
    events = body if isinstance(body, list) else [body]
    return [item for event in events for item in _read_safely(event, request, config)]


def _read_safely(event: Any, request: Request, config: ApiConfig) -> Sequence[Item]:
    kind = "unknown"
    try:
        envelope = msgspec.convert(event, _Envelope)
        kind = envelope.type[:80]
        return list(_read(kind, envelope.data, request, config))
    except (msgspec.ValidationError, UnicodeError) as error:
        return [Unsupported(kind=kind, why=str(error)[:300])]


def _read(kind: str, data: dict[str, Any], request: Request, config: ApiConfig) -> Iterator[Item]:
    match kind:
        case "message.received":
            yield from _message(_as(Received, data), config)
        case "message.edited":
            edited = _as(Edited, data)
            yield _edit(edited.id, edited.text, edited.sender, edited.edited_at or request.received_at, config)
        case "message.deleted":
            deleted = _as(Deleted, data)
            yield _edit(deleted.id, None, deleted.sender, deleted.deleted_at or request.received_at, config)
        case "receipt":
            yield _receipt(_as(Receipt, data), request)
        case "reaction":
            yield _reaction(_as(Reaction, data), request, config)
        case _:
            yield Unsupported(kind=kind, why="no such type")


def _as(kind: type[T], data: dict[str, Any]) -> T:
    return msgspec.convert(data, kind)


def _message(message: Received, config: ApiConfig) -> Iterator[Item]:
    files = [_file(file) for file in message.attachments]
    yield from (file for file in files if isinstance(file, Unsupported))
    yield InboundMessage(
        external_id=message.id,
        dedupe_scope=dedupe_scope(config),
        sender=_address(message.sender, config),
        text=message.text,
        subject=message.subject,
        provider_at=message.sent_at,
        authenticated=True,
        evidence="signed by the system",
        references=(message.reply_to,) if message.reply_to else (),
        thread=message.thread,
        attachments=tuple(file for file in files if isinstance(file, Attachment)),
        claims=_claims(message.sender),
    )


def _file(file: File) -> Attachment | Unsupported:
    if file.url is not None:
        return Attachment(name=file.name, content_type=file.content_type, ref=file.url)
    encoded = file.data or ""
    if len(encoded) > MAX_FILE * 4 // 3 + 4:
        return Unsupported(kind="attachment", why=f"more than {MAX_FILE // 1024 // 1024} MB; send it by url")
    try:
        return Attachment(name=file.name, content_type=file.content_type, data=base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError):
        return Unsupported(kind="attachment", why="data is not base64")


def _edit(identifier: str, text: str | None, sender: Sender | None, at: datetime, config: ApiConfig) -> InboundEdit:
    return InboundEdit(
        external_id=identifier,
        dedupe_scope=dedupe_scope(config),
        text=text,
        provider_at=at,
        sender=_address(sender, config) if sender else None,
    )


def _receipt(receipt: Receipt, request: Request) -> InboundReceipt:
    return InboundReceipt(
        status=receipt.status,
        external_id=receipt.id,
        reason=receipt.reason,
        permanent=receipt.permanent,
        provider_at=receipt.at or request.received_at,
    )


def _reaction(reaction: Reaction, request: Request, config: ApiConfig) -> InboundReaction:
    return InboundReaction(
        external_id=reaction.message_id,
        dedupe_scope=dedupe_scope(config),
        sender=_address(reaction.sender, config),
        emoji=reaction.emoji,
        provider_at=reaction.at or request.received_at,
    )


def _address(sender: Sender, config: ApiConfig) -> Address:
    return Address(kind=IDENTITY, scope=config.system, value=sender.id, name=sender.name)


def _claims(sender: Sender) -> dict[str, Any]:
    return {kind: value for kind, value in (("email", sender.email), ("phone", sender.phone)) if value}
