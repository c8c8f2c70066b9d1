"""The words an adapter and the core say to each other.

An adapter translates between one provider and these types and knows nothing else of Damso: no database, no
customers, no conversations. The core decides and knows no provider. Everything here is frozen and can be encoded
with msgspec, because parsing runs in a process of its own.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Protocol, runtime_checkable

from httpx import AsyncClient
from msgspec import Meta, Struct

from damso.kernel.i18n import Text

Secret = Annotated[str, Meta(extra_json_schema={"format": "password", "writeOnly": True})]
"""A value of an inbox's configuration that is encrypted at rest and never shown again."""


# --- What a channel can and may do ---------------------------------------------------------------------------------


class MediaRule(Struct, frozen=True, kw_only=True):
    """Files a channel takes.

    `types` are MIME patterns (`image/*`), `max_bytes` counts one file, `max_files` the files of one message.
    """

    types: tuple[str, ...]
    max_bytes: int
    max_files: int = 10


class ChannelPolicy(Struct, frozen=True, kw_only=True):
    """What a channel can and may do; composer, journeys, contract test and simulator obey it.

    `text_limit` is in characters. `window` is how long after the customer's last message an answer is allowed
    (None: always). Where the company `may_start`, it can write to any identity of the kind `reaches`. `undo` is how
    long a message waits before it leaves, `recall` whether it can be taken back after that.
    `authenticates` says what proves a sender: the channel itself for every message (`channel`), or a fact that
    differs by message (`message`, see `InboundMessage.authenticated`). `repeatable` means that sending again under
    the same send key cannot reach the customer twice. `night_exempt` means that advertising needs no consent of its own
    at night (Network Act decree art. 61(2)). `hosted` means that we keep the thread ourselves: a stored
    message is a sent one, and the adapter is never asked to send.
    """

    text_limit: int
    media: MediaRule | None
    window: timedelta | None = None
    may_start: bool = False
    reaches: str = ""
    subject: bool = False
    rich_text: bool = False
    copies: bool = False
    receipts: frozenset[str] = frozenset()
    typing: bool = False
    recall: bool = False
    undo: timedelta = timedelta(0)
    answer_within: timedelta | None = None
    authenticates: str = "channel"
    repeatable: bool = False
    hosted: bool = False
    reopen: timedelta = timedelta(days=14)
    night_exempt: bool = False


class InboxConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of an adapter's configuration; the settings form is made from the JSON Schema of the subclass.

    A field typed `Secret` is encrypted at rest. `msgspec.Meta` carries titles and descriptions; labels in Korean
    stand under `extra_json_schema={"ko": {"title": …, "description": …}}`.
    """

    def wrong_fields(self) -> Mapping[str, Text]:
        """What a schema cannot tell: fields that cannot be used, and why. Asked before a configuration is saved."""
        return {}

    def __repr__(self) -> str:
        """A configuration holds secrets, so a log line shows only what kind it is."""
        return f"{type(self).__name__}(…)"


# --- What arrives --------------------------------------------------------------------------------------------------


class Address(Struct, frozen=True, kw_only=True):
    """One address in one namespace, e.g. kind `email`, scope empty, value `mina@shop.example` in lower case."""

    kind: str
    value: str
    scope: str = ""
    name: str = ""


class Request(Struct, frozen=True, kw_only=True):
    """One thing received, raw: a webhook call, or a mail with its envelope in `headers`, whose names are lower case."""

    body: bytes
    headers: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    received_at: datetime


class Response(Struct, frozen=True, kw_only=True):
    """An HTTP answer an adapter wants given."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


class Blob(Struct, frozen=True, kw_only=True):
    """A file in memory with the name and the type its sender gave it."""

    name: str
    content_type: str
    data: bytes


class Attachment(Struct, frozen=True, kw_only=True):
    """A file that came with a message: its bytes in `data`, or a provider's `ref` to fetch later.

    `content_id` (without angle brackets) ties an inline picture to the `cid:` links of the HTML part. An adapter
    leaves `size`, `width` and `height` empty: the core fills them in when it stores the file, and puts into `ref`
    the blob's reference, or `media:<id>` for a file that has yet to be fetched.
    """

    name: str
    content_type: str
    data: bytes | None = None
    ref: str | None = None
    content_id: str | None = None
    inline: bool = False
    size: int = 0
    width: int | None = None
    height: int | None = None


class Automation(StrEnum):
    """Why no person wrote a message; each kind is kept, and none counts as a customer's answer."""

    NONE = "none"
    AUTO_REPLY = "auto_reply"
    BULK = "bulk"
    LOOP = "loop"


class InboundMessage(Struct, frozen=True, kw_only=True, tag="message"):
    """One message said by a customer.

    `external_id` is unique within `dedupe_scope`, whichever inbox it came through. `text` is the plain text as
    written, all of it; `fresh` is how many leading characters of it are new (what follows is quote or signature).
    `html` is the raw, untrusted HTML part. `authenticated` is whether *this* message proves its sender, with the
    `evidence` in words. `tokens` are signed references of ours found in it, `references` the provider's ids of
    earlier messages, nearest first. `thread` is the provider's own thread id. `claims` is what the sender is said to
    have (`email`, `phone`): kept as claims, never as identities.
    """

    external_id: str
    dedupe_scope: str
    sender: Address
    text: str
    html: str | None = None
    fresh: int | None = None
    subject: str = ""
    provider_at: datetime | None = None
    authenticated: bool = False
    evidence: str = ""
    reply_to: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    tokens: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    thread: str | None = None
    automation: Automation = Automation.NONE
    attachments: tuple[Attachment, ...] = ()
    claims: Mapping[str, str] = {}


class InboundReceipt(Struct, frozen=True, kw_only=True, tag="receipt"):
    """News of a message we sent, named by the provider's id or by our signed token.

    `status` is sent, delivered, read or failed. `permanent` on a failure says that the address is no good;
    `recipient` is that address where the provider names it.
    """

    status: str
    external_id: str | None = None
    token: str | None = None
    reason: str = ""
    permanent: bool = False
    recipient: Address | None = None
    provider_at: datetime | None = None


class InboundEdit(Struct, frozen=True, kw_only=True, tag="edit"):
    """The customer changed (`text`) or withdrew (`text` None) a message. `sender`, where known, keeps the order."""

    external_id: str
    dedupe_scope: str
    text: str | None
    provider_at: datetime
    sender: Address | None = None


class InboundReaction(Struct, frozen=True, kw_only=True, tag="reaction"):
    """The customer's reaction to a message; an empty `emoji` takes it back."""

    external_id: str
    dedupe_scope: str
    sender: Address
    emoji: str
    provider_at: datetime


class Unsupported(Struct, frozen=True, kw_only=True, tag="unsupported"):
    """Something known to come from this provider that we do not handle: stored and counted, never refused."""

    kind: str
    why: str = ""


Item = InboundMessage | InboundReceipt | InboundEdit | InboundReaction | Unsupported


# --- What leaves ---------------------------------------------------------------------------------------------------


class Brand(Struct, frozen=True, kw_only=True):
    """As much of a brand as a message shows."""

    name: str
    colour: str
    signature: str = ""


class OutboundMessage(Struct, frozen=True, kw_only=True):
    """One message to a customer.

    `send_key` is the same however often this message is tried. `token` is our signed reference, to be carried by
    whatever the provider gives back with an answer. `in_reply_to` and `references` are the provider's ids of
    earlier messages, oldest first.
    """

    send_key: str
    token: str
    to: Address
    text: str
    author: str
    brand: Brand
    locale: str
    subject: str = ""
    cc: tuple[Address, ...] = ()
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    attachments: tuple[Blob, ...] = ()
    created_at: datetime


class Thread(Struct, frozen=True, kw_only=True):
    """What a channel keeps between an inbox and an identity."""

    external_id: str | None = None
    handle: Mapping[str, Any] = {}
    last_inbound_at: datetime | None = None


class Receipt(Struct, frozen=True, kw_only=True):
    """The provider took a message: its id there, and the scope in which that id is unique.

    `status_code` is the HTTP status it answered with, where it speaks HTTP.
    """

    external_id: str
    dedupe_scope: str
    status_code: int | None = None


class Health(Struct, frozen=True, kw_only=True):
    """What a check of a connection found; `problems` are sentences a person can act on, `(ko, en)` each."""

    ok: bool
    problems: tuple[tuple[str, str], ...] = ()
    facts: Mapping[str, str] = {}


# --- What can go wrong ---------------------------------------------------------------------------------------------


class ChannelError(Exception):
    """Base of the facts an adapter reports; the text is for administrators and holds no personal data.

    `status_code` is the HTTP status the provider answered with, where it speaks HTTP.
    """

    status_code: int | None = None


class SignatureInvalid(ChannelError):
    """The request is not from the provider, or its secret is not set."""


class CredentialsRejected(ChannelError):
    """The provider no longer accepts our password, token or key."""


class RecipientUnreachable(ChannelError):
    """The provider says that this address takes no messages."""


class WindowClosed(ChannelError):
    """The channel does not allow an answer any more."""


class ContentRejected(ChannelError):
    """The provider refuses what the message says or carries."""


class Unparsable(ChannelError):
    """What arrived cannot be understood; it is parked for a person."""


class TryLater(ChannelError):
    """A fault that passes; certain that nothing was delivered. `after` is in seconds."""

    def __init__(self, why: str, after: float = 0) -> None:
        super().__init__(why)
        self.after = after


class OutcomeUnknown(ChannelError):
    """The message may or may not have been delivered (the line dropped after it was handed over)."""


# --- The protocols -------------------------------------------------------------------------------------------------


class Adapter(Protocol):
    """One channel. Pure translation: every method gets all it needs, and keeps nothing.

    `config` is always an instance of the class's own `config` type. `name` and `description` are what people see
    where they choose a channel.
    """

    channel: ClassVar[str]
    name: ClassVar[Text]
    description: ClassVar[Text]
    policy: ClassVar[ChannelPolicy]
    config: ClassVar[type[InboxConfig]]

    def handshake(self, request: Request, config: Any) -> Response | None:
        """Answer a provider's check of our address, or None where the request is not one."""

    def verify(self, request: Request, config: Any) -> None:
        """Raise `SignatureInvalid` unless the request is from the provider; an unset secret fails closed."""

    def delivery_key(self, request: Request) -> str:
        """The same for every repetition of one delivery, different for any other."""

    def parse(self, request: Request, config: Any) -> Sequence[Item]:
        """Every item of the delivery, in its order. Raises `Unparsable`. Runs in a process of its own."""

    async def send(self, message: OutboundMessage, thread: Thread, config: Any, http: AsyncClient) -> Receipt:
        """Hand a message over. Raises a `ChannelError`: `OutcomeUnknown` whenever it may have arrived."""

    async def check(self, config: Any, http: AsyncClient) -> Health:
        """Try the connection, before it is saved and at intervals."""


@runtime_checkable
class Fetches(Protocol):
    """The provider hands out files by reference."""

    async def fetch_media(self, ref: str, config: Any, http: AsyncClient) -> Blob: ...


class Polled(Struct, frozen=True, kw_only=True):
    """One thing a poll found, and the cursor to keep once it is stored."""

    request: Request
    cursor: Mapping[str, Any]


@runtime_checkable
class Settles(Protocol):
    """Something may still be under way when a message has been handed over, such as a copy for the Sent folder."""

    async def settle(self) -> None:
        """Wait for it, before the process ends."""


@runtime_checkable
class Polls(Protocol):
    """The provider has to be asked. Yields what came since `cursor`, oldest first, each with its new cursor.

    The core stores a request and its cursor in one transaction, so a poll may stop anywhere. `wait` returns when
    something may have come (IMAP IDLE) or after `timeout` seconds.
    """

    def poll(self, cursor: Mapping[str, Any], config: Any, http: AsyncClient) -> AsyncIterator[Polled]: ...

    async def wait(self, timeout: float, config: Any, http: AsyncClient) -> None: ...
