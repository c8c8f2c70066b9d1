"""The public words of the team: what others may know of agents, teams and keys, and what a field may hold."""

import re
from datetime import datetime
from functools import cache
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import available_timezones

from msgspec import Meta, Struct

from damso.kernel.errors import FieldProblem, Invalid
from damso.kernel.i18n import Locale, Text
from damso.team.access import Limits, Permission, Role

Availability = Literal["online", "away", "offline"]
Theme = Literal["auto", "light", "dark"]

Name = Annotated[
    str, Meta(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$")
]
"""One line of text that is not blank."""

TIMEZONES: dict[Locale, str] = {"ko": "Asia/Seoul", "en": "UTC"}
"""The zone somebody has until they say otherwise."""


class Me(Struct, frozen=True, kw_only=True):
    """The agent who asks, what they may do (`permissions`), within which `limits`, and the roles they may give."""

    id: UUID
    name: str
    email: str
    role: Role
    limits: Limits
    permissions: list[Permission]
    grantable: list[Role]
    locale: Locale
    timezone: str
    theme: Theme
    availability: Availability
    team_ids: list[UUID]


class Agent(Struct, frozen=True, kw_only=True):
    """Somebody on the team. `invited`: they have not accepted their invitation yet."""

    id: UUID
    name: str
    email: str
    role: Role
    limits: Limits
    availability: Availability
    disabled: bool
    last_seen_at: datetime | None
    invited: bool


class Team(Struct, frozen=True, kw_only=True):
    """A group that conversations are assigned to."""

    id: UUID
    name: str
    member_ids: list[UUID]


class ApiKey(Struct, frozen=True, kw_only=True):
    """A program's key. `prefix` is how its secret begins, to tell keys apart."""

    id: UUID
    name: str
    scopes: list[Permission]
    limits: Limits
    prefix: str
    created_at: datetime
    used_at: datetime | None


_EMAIL = re.compile(r"[!-?A-~]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
"""ASCII only, so that this program and the database agree on what lower case is."""


def as_email(text: str, *, field: str = "email") -> str:
    """An address as it is stored: trimmed, lower case. Raises `Invalid`."""
    email = text.strip().lower()
    if not _EMAIL.fullmatch(email):
        raise _invalid(field, "EMAIL_INVALID", Text("이메일 주소를 확인해 주세요.", "Please check the e-mail address."))
    return email


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def as_timezone(name: str, *, field: str = "timezone") -> str:
    """The name of a zone of the IANA database. Raises `Invalid`."""
    if name not in _zones():
        raise _invalid(
            field,
            "TIMEZONE_UNKNOWN",
            Text("알 수 없는 시간대예요. 예: Asia/Seoul", "Unknown time zone; an example is Europe/London."),
        )
    return name


def _invalid(field: str, code: str, text: Text) -> Invalid:
    return Invalid(field=field, problems=(FieldProblem(field, code, text),))
