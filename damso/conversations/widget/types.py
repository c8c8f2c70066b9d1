"""What the chat and the server tell each other."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from damso.channels.types import MediaRule
from damso.conversations.widget.entries import WidgetAuthor
from damso.conversations.widget.say import Page
from damso.kernel.i18n import Locale


class WidgetBrand(Struct, frozen=True):
    name: str
    colour: str
    greeting: str
    logo_url: str | None


class WidgetConfig(Struct, frozen=True, kw_only=True):
    """What the loader on the shop's page needs before anybody opens the chat."""

    enabled: bool
    brand: WidgetBrand
    side: str
    locale: Locale


class WidgetCustomer(Struct, frozen=True):
    """Who the visitor is to us; the e-mail only where they proved it."""

    name: str | None
    email: str | None
    proven: bool


class WidgetAvailability(Struct, frozen=True):
    open: bool
    text: str
    opens_at: datetime | None


class WidgetPolicy(Struct, frozen=True):
    text_limit: int
    media: MediaRule | None


class CaseState(Struct, frozen=True):
    id: UUID
    status: str


class SessionRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`visitor` is the token this browser kept, `identity_token` what the shop's server signed for its customer."""

    visitor: str | None = None
    identity_token: str | None = None
    page: Page | None = None
    locale: str = "ko"
    timezone: str = ""


class WidgetSession(Struct, frozen=True, kw_only=True):
    visitor: str
    customer: WidgetCustomer
    brand: WidgetBrand
    agents: list[WidgetAuthor]
    availability: WidgetAvailability
    unread: int
    policy: WidgetPolicy
    conversation: CaseState | None
    can_prove: bool
    cursor: None = None


class NewVisitorMessage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    client_id: UUID
    text: str
    attachment_ids: list[UUID] = []
    page: Page | None = None


class UpTo(Struct, frozen=True, forbid_unknown_fields=True):
    message_id: UUID


class Claims(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the visitor says about themselves; it identifies nobody."""

    name: Annotated[str, Meta(max_length=100)] = ""
    email: Annotated[str, Meta(max_length=320)] = ""
    phone: Annotated[str, Meta(max_length=40)] = ""


class ProofRequest(Struct, frozen=True, forbid_unknown_fields=True):
    email: Annotated[str, Meta(min_length=3, max_length=320)]


class ProofStarted(Struct, frozen=True):
    """Both in seconds."""

    expires_in: int
    resend_after: int


class ProofAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    email: Annotated[str, Meta(max_length=320)]
    code: Annotated[str, Meta(max_length=12)]


class Proven(Struct, frozen=True):
    visitor: str
    customer: WidgetCustomer


class TrackedFact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    properties: dict[str, Any] = {}
    page: Page | None = None
