"""What an adapter finds in a delivery: things a customer said, and news of what we said."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from msgspec import Struct

from damso.channels.content import Content


class Address(Struct, frozen=True, kw_only=True):
    """One address in one namespace, e.g. kind `email`, scope empty, value `mina@shop.example` in lower case."""

    kind: str
    value: str
    scope: str = ""
    name: str = ""


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


Owner = Literal["us", "them"]


class InboundMessage(Struct, frozen=True, kw_only=True, tag="message"):
    """One message said by a customer.

    `external_id` is unique within `dedupe_scope`, whichever inbox it came through. `text` is the plain text as
    written, all of it; `fresh` is how many leading characters of it are new (what follows is quote or signature).
    `html` is the raw, untrusted HTML part. `authenticated` is whether *this* message proves its sender, with the
    `evidence` in words. `tokens` are signed references of ours found in it, `references` the provider's ids of
    earlier messages, nearest first. `thread` is the provider's own thread id. `claims` is what the sender is said to
    have (`email`, `phone`): kept as claims, never as identities.

    `content` is what it holds besides text and files; `text` says the same for who cannot see it. `quotes` is the
    provider's id of the message that it answers. `handle` is what an answer needs (a reply token), good until
    `handle_until`. `owner` tells whose turn it is, where the provider says so: ours, or that of people who work in the
    provider's own console (`them`). `under_14` is that the provider knows the sender to be a child.
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
    content: Content | None = None
    quotes: str | None = None
    handle: Mapping[str, Any] = {}
    handle_until: datetime | None = None
    owner: Owner | None = None
    under_14: bool = False


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


class InboundEcho(Struct, frozen=True, kw_only=True, tag="echo"):
    """Something the company said that came back to us: written in the provider's own console, or sent by ourselves.

    Where the provider tells no `external_id`, what we sent is recognised by its words.
    """

    to: Address
    dedupe_scope: str
    text: str
    external_id: str | None = None
    content: Content | None = None
    attachments: tuple[Attachment, ...] = ()
    provider_at: datetime | None = None


Change = Literal["opened", "left", "blocked", "unblocked", "befriended", "unfriended", "given", "returned", "ended"]


class ThreadChange(Struct, frozen=True, kw_only=True, tag="thread"):
    """Something happened to the thread of a customer: they opened or left it, blocked the company or let it in again,
    became its friend (where that only means that they want its news, an answer never depends on it) or stopped being
    one; it was given to people in the provider's console, or returned to us; or it `ended`, and nothing can be
    answered any more until they write again. `facts` are for the desk (from where it was opened)."""

    sender: Address
    change: Change
    at: datetime
    facts: Mapping[str, str] = {}
    under_14: bool = False


class InboundClaims(Struct, frozen=True, kw_only=True, tag="claims"):
    """The provider told us something of the customer, who has agreed to that: kept as claims, as those of a message
    are, until an `InboundWithdrawal`."""

    sender: Address
    claims: Mapping[str, str]
    at: datetime


class InboundWithdrawal(Struct, frozen=True, kw_only=True, tag="withdrawal"):
    """The customer took back from the provider the consent by which it told us something of them: the claims of these
    `kinds` have to go."""

    sender: Address
    kinds: tuple[str, ...]
    at: datetime


class Unsupported(Struct, frozen=True, kw_only=True, tag="unsupported"):
    """Something known to come from this provider that we do not handle: stored and counted, never refused."""

    kind: str
    why: str = ""


Item = (
    InboundMessage
    | InboundReceipt
    | InboundEdit
    | InboundReaction
    | InboundEcho
    | ThreadChange
    | InboundClaims
    | InboundWithdrawal
    | Unsupported
)
