"""What of a customer is compared: pure, from names, addresses and traits to the columns that the model reads.

Nothing that is not compared is handed on, and an empty column is None: who has no phone differs from nobody by it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from unicodedata import normalize
from uuid import UUID

from msgspec import Struct

from damso.customers.likeness import Known
from damso.customers.matching.sounds import jamo, plain, sounds

BIRTHDAY_TRAITS = ("birthday", "birthdate", "birth_date", "dateofbirth", "date_of_birth", "dob", "생일", "생년월일")
ADDRESS_TRAITS = ("address", "street_address", "shipping_address", "주소", "배송지")
_ADDRESS_PARTS = ("postal_code", "postalcode", "zip", "country", "state", "city", "street", "line1", "line2")
ANYBODYS = frozenset(
    (
        *("info", "admin", "contact", "hello", "help", "support", "sales", "office", "mail", "email", "webmaster"),
        *("noreply", "no-reply", "team", "service", "marketing", "billing", "accounts", "master", "manager", "test"),
    )
)
"""Parts before the @ that name a desk and no person."""
SHORTEST_LOCAL = 5
SHORTEST_ADDRESS = 8
MOST_VALUES = 20
"""Numbers or addresses of one customer that are compared."""


class Features(Struct, frozen=True, kw_only=True):
    """A customer as the model compares them."""

    id: UUID
    plain: str | None
    jamo: str | None
    sounds: list[str] | None
    phones: list[str] | None
    tails: list[str] | None
    emails: list[str] | None
    locals: list[str] | None
    birthday: date | None
    address: str | None


def features_of(customer_id: UUID, name: str, known: Iterable[Known], traits: Mapping[str, Any]) -> Features:
    """`known` are their addresses and what they typed; `traits` have their keys in lower case."""
    phones = _some(one.digits for one in known)
    emails = _some(one.value for one in known if one.kind == "email")
    return Features(
        id=customer_id,
        plain=plain(name) or None,
        jamo=jamo(name) or None,
        sounds=sounds(name) or None,
        phones=phones,
        tails=_some(phone[-4:] for phone in phones or ()),
        emails=emails,
        locals=_some(_local(email) for email in emails or ()),
        birthday=next((day for key in BIRTHDAY_TRAITS if (day := _day(traits.get(key)))), None),
        address=next((said for key in ADDRESS_TRAITS if (said := _address(traits.get(key)))), None),
    )


def _some(values: Iterable[str]) -> list[str] | None:
    return sorted({value for value in values if value})[:MOST_VALUES] or None


def _local(email: str) -> str:
    """What somebody calls themselves, whoever gives the address: without dots and what stands behind a plus."""
    local = email.partition("@")[0].partition("+")[0].replace(".", "")
    return local if len(local) >= SHORTEST_LOCAL and local not in ANYBODYS else ""


_DAY = re.compile(r"(\d{4})[-./]?(\d{2})[-./]?(\d{2})(?:[T ].*)?")


def _day(said: Any) -> date | None:
    """Year, month and day in this order; anything else could be read in two ways."""
    found = _DAY.fullmatch(said.strip()) if isinstance(said, str) else None
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
    # What forms send where nobody filled them in.
    return day if day and day.year > 1900 and (day.month, day.day, day.year) != (1, 1, 1970) else None


def _address(said: Any) -> str | None:
    if isinstance(said, Mapping):
        parts = {str(key).casefold(): value for key, value in said.items()}
        said = " ".join(str(parts[part]) for part in _ADDRESS_PARTS if parts.get(part))
    if not isinstance(said, str):
        return None
    bare = "".join(re.findall(r"[^\W_]+", normalize("NFKC", said).casefold()))
    return bare if len(bare) >= SHORTEST_ADDRESS else None


COLUMNS: Sequence[str] = Features.__struct_fields__
