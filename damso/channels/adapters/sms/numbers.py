"""Phone numbers as relays write them, and as the rest of Damso keeps them (E.164)."""

import phonenumbers
from msgspec import Struct

from damso.channels.failures import RecipientUnreachable
from damso.channels.items import Address

REGION = "KR"
HOME = "82"


class Number(Struct, frozen=True, kw_only=True):
    """`digits` is the number within its country: 01012345678 in 82."""

    country: str
    digits: str


def to_relay(e164: str) -> Number:
    """Raises `RecipientUnreachable` where it is no phone number."""
    try:
        number = phonenumbers.parse(e164, REGION)
    except phonenumbers.NumberParseException as error:
        raise RecipientUnreachable("not a phone number") from error
    country = str(number.country_code)
    abroad = phonenumbers.national_significant_number(number)
    return Number(country=country, digits=_domestic(number) if country == HOME else abroad)


def from_relay(digits: str, country: str = HOME) -> Address | None:
    """The identity behind a relay's number, or None where it is none."""
    if not digits:
        return None
    try:
        number = phonenumbers.parse(digits if digits.startswith("0") else f"+{country}{digits}", REGION)
    except phonenumbers.NumberParseException:
        return None
    return Address(kind="phone", value=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _domestic(number: phonenumbers.PhoneNumber) -> str:
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return "".join(sign for sign in shown if sign.isdigit())
