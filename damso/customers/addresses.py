"""What people type as a name, an e-mail address or a phone number: checked, and brought to one form."""

import re
from typing import ClassVar
from unicodedata import category, normalize

import phonenumbers

from damso.customers.types import IdentityKey
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.masking import mask_name

REGION = "KR"
"""Numbers without a country code are of this country."""
MAX_NAME = 100
MAX_EMAIL = 254
"""RFC 5321 section 4.5.3.1.3, less the angle brackets."""
MAX_LOCAL = 64

# The practical core of RFC 5322 section 3.4.1: a dot-atom (letters of any script, RFC 6532) and a host with a dot.
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]")


class NameInvalid(AppError):
    code = "NAME_INVALID"
    status = 422
    text = Text("이름은 {limit}자까지 쓸 수 있어요.", "A name has 1 to {limit} characters.")


class EmailInvalid(AppError):
    code = "EMAIL_INVALID"
    status = 422
    text = Text(
        "이메일 주소를 확인해 주세요. 예: mina@example.com", "Please check the e-mail address, e.g. mina@example.com."
    )


class PhoneInvalid(AppError):
    code = "PHONE_INVALID"
    status = 422
    text = Text("전화번호를 확인해 주세요. 예: 010-1234-5678", "Please check the phone number, e.g. +82 10-1234-5678.")


class KindUnknown(AppError):
    code = "KIND_UNKNOWN"
    status = 422
    text = Text("이름, 이메일, 전화번호만 받을 수 있어요.", "Only a name, an e-mail address or a phone number will do.")
    kinds: ClassVar[tuple[str, ...]] = ("name", "email", "phone")


def canonical_name(typed: str) -> str:
    """A name on one line, without numbers that must not lie about. Raises `NameInvalid`."""
    name = " ".join("".join(sign for sign in normalize("NFC", typed) if category(sign) not in _UNSEEN).split())
    if not 0 < len(name) <= MAX_NAME:
        raise NameInvalid(field="name", limit=MAX_NAME)
    return mask_name(name)


_UNSEEN = frozenset({"Cf", "Co", "Cs"})
"""Signs that nobody sees and that can turn the text around them."""


def canonical_email(typed: str) -> str:
    """An address in lower case. Raises `EmailInvalid`."""
    address = normalize("NFC", typed.strip()).lower()
    local, _, host = address.rpartition("@")
    if len(address) > MAX_EMAIL or len(local) > MAX_LOCAL or not _LOCAL.fullmatch(local) or not _HOST.fullmatch(host):
        raise EmailInvalid(field="email")
    return address


def canonical_phone(typed: str, region: str = REGION) -> str:
    """A number in E.164 form, `+821012345678`. Raises `PhoneInvalid`."""
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException as error:
        raise PhoneInvalid(field="phone") from error
    if len(typed) > 40 or number.extension or not phonenumbers.is_valid_number(number):
        raise PhoneInvalid(field="phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def canonical(kind: str, typed: str) -> str:
    """What was typed, in the form it is kept in. Raises the error of its kind, or `KindUnknown`."""
    match kind:
        case "name":
            return canonical_name(typed)
        case "email":
            return canonical_email(typed)
        case "phone":
            return canonical_phone(typed)
    raise KindUnknown(field="kind")


def email_key(address: str) -> IdentityKey:
    """The identity an e-mail address names. Raises `EmailInvalid`."""
    return IdentityKey("email", canonical_email(address))


def phone_key(number: str) -> IdentityKey:
    """The identity a phone number names. Raises `PhoneInvalid`."""
    return IdentityKey("phone", canonical_phone(number))
