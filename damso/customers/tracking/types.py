"""The words of tracking: a source, what it sent, and what became of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from damso.customers.types import IdentityKey

CallType = Literal["identify", "track", "page", "screen", "group", "alias"]
"""The six calls of the protocol."""
SourceKind = Literal["browser", "server"]
"""Who holds the key: everybody (a page, an app), or only the company's own systems. The first can only claim."""
Unplanned = Literal["allow", "report", "block"]
"""What happens to an event that a source's plan does not name."""
Mode = Literal["report", "block"]
"""What happens to an event that does not fit its schema."""

USER = "user"
"""The kind of somebody whom the company's own systems know by an id."""

MAX_EVENT, MAX_BODY = 32 * 1024, 500 * 1024
"""Bytes of one event, and of a request once it is unpacked (the protocol's own limits)."""
MAX_NAME, MAX_ID, MAX_MESSAGE_ID = 200, 200, 500
"""Characters of an event's name, of an id of a person, and of a message id."""


class Source(Struct, frozen=True, kw_only=True):
    """A site, an app or a system that sends events."""

    id: UUID
    number: int
    name: str
    kind: SourceKind
    namespace: str
    origins: Sequence[str]
    events_per_second: int
    unplanned: Unplanned
    enabled: bool

    @property
    def asserts(self) -> bool:
        """Whether what it says about people is the company's own word."""
        return self.kind == "server"


class Parcel(Struct, frozen=True, kw_only=True):
    """One event as it came, not looked at yet; `call` is None where the event itself says which it is."""

    body: bytes
    received_at: datetime
    sent_at: datetime | None = None
    call: CallType | None = None
    historical: bool = False
    """It came through `/v1/import`, which takes the past as well."""
    context: Mapping[str, Any] | None = None
    integrations: Mapping[str, Any] | None = None
    """What its batch says for all of its events."""


class Contacts(Struct, frozen=True):
    """Addresses and a name that an event's traits hold, in canonical form."""

    email: str | None = None
    phone: str | None = None
    name: str = ""


class Call(Struct, frozen=True, kw_only=True):
    """An event that can be stored. `stored` is what the log keeps of it, as JSON."""

    source: Source
    parcel: Parcel
    type: CallType
    name: str
    message_id: str
    key: UUID
    occurred_at: datetime
    stored: str
    anonymous: IdentityKey | None
    user: IdentityKey | None
    proven: bool = False
    """The user is proven by a token that the company's server signed."""
    previous: IdentityKey | None = None
    traits: Mapping[str, Any] = {}
    contacts: Contacts = Contacts()

    @property
    def vouched(self) -> bool:
        """Whether the user is more than a claim."""
        return self.source.asserts or self.proven

    @property
    def actor(self) -> IdentityKey:
        """Whose event it is: the user where we may believe it, else the browser."""
        identity = self.user if self.vouched and self.user else self.anonymous
        assert identity is not None, "a call without anybody is refused"
        return identity


class Refused(Struct, frozen=True, kw_only=True):
    """An event that goes to quarantine. `code` is one of `damso.customers.tracking.refusals.REASONS`."""

    source: Source
    parcel: Parcel
    key: UUID
    code: str
    detail: str = ""
    name: str = ""
    message_id: str = ""
    call: CallType | None = None
    subjects: Sequence[str] = ()


class Verdict(Struct, frozen=True):
    """What became of one event: `taken`, `repeated` (it had come before), or refused with a code."""

    outcome: Literal["taken", "repeated", "refused"]
    code: str = ""
    detail: str = ""
    message_id: str = ""
