"""The words an adapter and the core say to each other.

An adapter translates between one provider and these types and knows nothing else of Damso: no database, no
customers, no conversations. The core decides and knows no provider. Everything here is frozen and can be encoded
with msgspec, because parsing runs in a process of its own.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal, Protocol

from httpx import AsyncClient
from msgspec import Meta, Struct

from damso.channels.content import Content, ContentKind
from damso.channels.items import Address, Item, Owner
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


class LengthStep(Struct, frozen=True, kw_only=True):
    """A text of up to `limit`, in the policy's measure, leaves as a `name` (SMS, LMS)."""

    name: str
    limit: int


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

    `kinds` are the contents the channel can show by itself, with at most `buttons` buttons whose labels have at most
    `button_length` characters; everything else is spelled as text. `measure` is in what `text_limit` counts
    (`euc-kr`: bytes of that encoding, as Korean carriers do), and `steps` names what a longer text turns into, each up
    to its limit. `quotes` is whether an answer can name the message that it answers. `media_by_url` means that the
    provider fetches files itself, so each is given an address that anybody can fetch for a day. `rate` is how many
    messages a second one inbox may hand over (None: as many as it takes).
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
    kinds: frozenset[ContentKind] = frozenset()
    buttons: int = 0
    button_length: int = 0
    measure: Literal["characters", "euc-kr"] = "characters"
    steps: tuple[LengthStep, ...] = ()
    quotes: bool = False
    media_by_url: bool = False
    rate: float | None = None


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


class Request(Struct, frozen=True, kw_only=True):
    """One thing received, raw: a webhook call, or a mail with its envelope in `headers`, whose names are lower case.

    `peer` is the IP address that a webhook call came from, known while it is verified and not kept.
    """

    body: bytes
    headers: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    received_at: datetime
    peer: str = ""


class Response(Struct, frozen=True, kw_only=True):
    """An HTTP answer an adapter wants given."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


class Blob(Struct, frozen=True, kw_only=True):
    """A file in memory with the name and the type its sender gave it.

    Of one that leaves, `url` is where the provider can fetch it (`ChannelPolicy.media_by_url`), and `ref` what the
    provider called it when it was uploaded (`Uploads`).
    """

    name: str
    content_type: str
    data: bytes
    url: str = ""
    ref: str = ""


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
    earlier messages, oldest first. `content` is of a kind that the channel shows by itself; any other is spelled in
    `text` already. `quotes` is the provider's id of the message that this one answers.
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
    content: Content | None = None
    quotes: str | None = None
    purpose: Literal["service", "transactional", "marketing"] = "service"
    created_at: datetime


class Thread(Struct, frozen=True, kw_only=True):
    """What a channel keeps between an inbox and an identity.

    `handle` is what the provider gave for an answer, good until `handle_until` (None: for ever); an adapter that
    spends it says so in its `Receipt`. `owner` is whose turn it is, `ended_at` when the thread was ended at the
    provider.
    """

    external_id: str | None = None
    handle: Mapping[str, Any] = {}
    handle_until: datetime | None = None
    owner: Owner | None = None
    ended_at: datetime | None = None
    last_inbound_at: datetime | None = None

    def handle_at(self, now: datetime) -> Mapping[str, Any]:
        """The handle while it is good, else an empty one."""
        return self.handle if self.handle_until is None or now < self.handle_until else {}


class Window(Struct, frozen=True, kw_only=True):
    """Whether the channel takes an answer now, and until when. `reason` says to an agent why not; `cost` what the
    provider asks for it, where it is not free."""

    open: bool
    closes_at: datetime | None = None
    reason: Text | None = None
    cost: Text | None = None


class Receipt(Struct, frozen=True, kw_only=True):
    """The provider took a message: its id there, and the scope in which that id is unique.

    `status_code` is the HTTP status it answered with, where it speaks HTTP. `spent` is that the thread's handle was
    used up by it.
    """

    external_id: str
    dedupe_scope: str
    status_code: int | None = None
    spent: bool = False


class Health(Struct, frozen=True, kw_only=True):
    """What a check of a connection found; `problems` are sentences a person can act on, `(ko, en)` each."""

    ok: bool
    problems: tuple[tuple[str, str], ...] = ()
    facts: Mapping[str, str] = {}


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
