"""What an export says, in our words: what every reader of `damso.channels.imports` turns its product's records into.

Ids are the other product's, as text. `place` is where a record stands: a file and the number of its line or record.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

Vendor = Literal["zendesk", "intercom", "chatwoot", "freshdesk"]
VENDORS: tuple[Vendor, ...] = ("zendesk", "intercom", "chatwoot", "freshdesk")
Status = Literal["open", "pending", "resolved"]
"""Nothing that is brought in sleeps: what was snoozed there is pending here, so that nothing wakes by itself."""
Priority = Literal["low", "normal", "high", "urgent"]
AuthorKind = Literal["customer", "agent", "bot", "system"]
KeptKind = Literal["company", "article", "rating"]


class Colleague(Struct, frozen=True, kw_only=True):
    """Somebody who answered there. Found here by the e-mail address."""

    external_id: str
    name: str = ""
    email: str = ""
    place: str


class Team(Struct, frozen=True, kw_only=True):
    """A group that cases were given to. Found here by its name."""

    external_id: str
    name: str
    place: str


class Person(Struct, frozen=True, kw_only=True):
    """A customer with all addresses. `bare`: mentioned in passing by a case, so it changes nobody who is known."""

    external_id: str
    name: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    locale: str | None = None
    timezone: str | None = None
    traits: Mapping[str, Any] = {}
    seen_at: datetime | None = None
    bare: bool = False
    place: str


class Author(Struct, frozen=True, kw_only=True):
    """Who said something: a person or a colleague by their id, with the name where the export has it."""

    kind: AuthorKind
    external_id: str = ""
    name: str = ""


class Case(Struct, frozen=True, kw_only=True):
    """A conversation as it stands there. What was said in it follows as `Said`."""

    external_id: str
    person: str
    subject: str = ""
    status: Status = "resolved"
    priority: Priority = "normal"
    channel: str = "other"
    assignee: str = ""
    assignee_name: str = ""
    team: str = ""
    team_name: str = ""
    tags: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    created_at: datetime
    updated_at: datetime | None = None
    place: str


class Said(Struct, frozen=True, kw_only=True):
    """A message, or a note among colleagues (`internal`). Links to its files are the last lines of `text`."""

    external_id: str
    case: str
    author: Author
    at: datetime
    text: str
    internal: bool = False
    place: str


class Kept(Struct, frozen=True, kw_only=True):
    """What we have no room for yet, as it stood in the export. A rating names its case."""

    kind: KeptKind
    external_id: str
    content: Mapping[str, Any]
    case: str = ""
    place: str


class Refused(Struct, frozen=True, kw_only=True):
    """A record that cannot be brought in, and why (`damso.channels.imports.reasons`)."""

    kind: str
    external_id: str = ""
    code: str
    place: str


Item = Colleague | Team | Person | Case | Said | Kept | Refused
