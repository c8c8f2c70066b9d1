"""The words of consents."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from damso.kernel.i18n import Text

Purpose = Literal["service", "marketing", "night_marketing", "profiling", "overseas", "third_party"]
PURPOSES: tuple[Purpose, ...] = ("service", "marketing", "night_marketing", "profiling", "overseas", "third_party")
BY_CHANNEL: frozenset[Purpose] = frozenset({"service", "marketing", "night_marketing"})
"""Purposes that are about being written to; the others are given for `all` channels at once."""
ADVERTISING: frozenset[Purpose] = frozenset({"marketing", "night_marketing"})
"""Purposes whose consents the Network Act has told to the customer within 14 days and confirmed every two years."""

Method = Literal[
    "web_form", "app", "chat", "phone", "paper", "message", "preference_page", "one_click", "import", "api", "other"
]
BY_HAND: tuple[Method, ...] = ("phone", "paper", "chat", "message", "web_form", "app", "other")
"""How an agent may say that it was given; the others are written by what they name."""

ALL = "all"
"""In the place of a channel: every one."""

PURPOSE_NAMES: Mapping[Purpose, Text] = {
    "service": Text("서비스 안내", "Service messages"),
    "marketing": Text("광고성 정보 수신", "Advertising"),
    "night_marketing": Text("야간(21시~8시) 광고성 정보 수신", "Advertising at night (9 pm to 8 am)"),
    "profiling": Text("맞춤 추천을 위한 이용 분석", "Analysis for personal recommendations"),
    "overseas": Text("개인정보 국외 이전", "Transfer of personal data abroad"),
    "third_party": Text("개인정보 제3자 제공", "Sharing of personal data with others"),
}
ALL_CHANNELS = Text("모든 채널", "All channels")


class Way(Struct, frozen=True, kw_only=True):
    """A channel that a consent can be for. `reaches` is the kind of address it writes to; `night_exempt` that it needs
    no consent of its own at night (Network Act decree art. 61(2): e-mail)."""

    channel: str
    name: Text
    reaches: str = ""
    night_exempt: bool = False


Ways = Mapping[str, Way]


class Said(Struct, frozen=True, kw_only=True):
    """That somebody consents or withdraws. `at` is when they said so (None: now), `confirmed_at` when they were last
    reminded of it, `proof` holds ids and a short note, `external_key` makes a repeat the same entry."""

    identity_id: int
    purpose: Purpose
    channel: str
    given: bool
    method: Method
    at: datetime | None = None
    confirmed_at: datetime | None = None
    text_id: UUID | None = None
    proof: Mapping[str, Any] = {}
    ip: str | None = None
    external_key: str | None = None


class Entry(Struct, frozen=True, kw_only=True):
    """An entry of the ledger."""

    id: int
    identity_id: int
    purpose: Purpose
    channel: str
    given: bool
    method: Method
    at: datetime
    recorded_at: datetime
    text_id: UUID | None
    proof: dict[str, Any]
    ip: str | None
    actor_kind: str
    actor_id: str | None
