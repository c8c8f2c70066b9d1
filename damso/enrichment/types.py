"""The words of enrichment: a service, what it is asked, and what can be wrong with it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from damso.kernel.errors import AppError
from damso.kernel.i18n import Text

About = Literal["email", "phone", "user"]
"""The kind of address that a service is asked about."""
Consent = Literal["profiling", "third_party", "overseas"]
"""Consents that sending somebody's address elsewhere may need."""
State = Literal["done", "nothing", "refused", "failed"]
LANE = "enrichment"

VARIABLES: Mapping[About, tuple[str, ...]] = {
    "email": ("email", "domain"),
    "phone": ("phone", "country"),
    "user": ("user",),
}
"""What may stand in braces in a service's address."""
MOST_TRAITS = 50
NO_CONSENT = "NO_CONSENT"


class ServiceUrlInvalid(AppError):
    code = "SERVICE_URL_INVALID"
    status = 422
    text = Text(
        "https 주소에 {variables} 중 하나를 넣어 주세요. 도메인 자리에는 쓸 수 없어요.",
        "An https address that holds one of {variables}, and not in its host.",
    )


class MappingInvalid(AppError):
    code = "MAPPING_INVALID"
    status = 422
    text = Text(
        "‘{path}’ 경로를 읽을 수 없어요. 예: $.company.industry",
        "“{path}” is no path. For example: $.company.industry",
    )


class HeaderInvalid(AppError):
    code = "HEADER_INVALID"
    status = 422
    text = Text("‘{name}’ 헤더를 보낼 수 없어요.", "The header “{name}” cannot be sent.")


class ServiceNameTaken(AppError):
    code = "SERVICE_NAME_TAKEN"
    text = Text("같은 이름의 서비스가 있어요.", "There is a service of this name.")


class ConsentMissing(AppError):
    code = "CONSENT_MISSING"
    text = Text(
        "이 주소의 고객이 동의하지 않아서 보낼 수 없어요.", "The customer of this address has not consented to it."
    )


class AddressInvalid(AppError):
    code = "ADDRESS_INVALID"
    status = 422
    text = Text("시험할 주소를 확인해 주세요.", "Please check the address to try with.")


class Service(Struct, frozen=True, kw_only=True):
    """A service as it is asked; `headers` are sealed."""

    id: UUID
    name: str
    url: str
    about: About
    headers: str | None
    mapping: Mapping[str, str]
    purposes: Sequence[Consent]
    ttl_days: int
    per_minute: int
    enabled: bool
    changed_at: datetime
