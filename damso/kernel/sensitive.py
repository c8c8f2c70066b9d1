"""Numbers that must not lie about: resident registration, cards, bank accounts, driving licences, passports.

What is found is replaced sign by sign, so that lengths and positions in the text stay. A shape alone is rarely enough:
checksums, dates and the words around decide, so that order, tracking and phone numbers stay as they are.
Sources: resident registration numbers, the rule to the Resident Registration Act (since October 2020 the last six
digits are random, so newer ones have no checksum); cards, ISO/IEC 7812 (Luhn, issuer ranges); licences, the region
codes 11 to 28 of the Korean National Police; passports, MOFA's series of 2021.
"""

import re
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime
from typing import Literal, get_args

from msgspec import Struct

SensitiveKind = Literal["resident_number", "card", "account", "licence", "passport"]
KINDS: frozenset[SensitiveKind] = frozenset(get_args(SensitiveKind))
IDENTIFYING: frozenset[SensitiveKind] = KINDS - {"account"}
"""Those that nobody writes to a customer; a company does tell its bank account."""

DOT = "•"
CARD_SHOWN = 4
"""Last digits of a card that stay: people tell their cards apart by them (PCI DSS 3.4.1 allows it)."""


class Found(Struct, frozen=True, order=True):
    """A number in a text."""

    start: int
    end: int
    kind: SensitiveKind


class Masked(Struct, frozen=True):
    """A text without its numbers, and what stood there, in order."""

    text: str
    numbers: tuple[tuple[SensitiveKind, str], ...] = ()


def mask(text: str, kinds: Collection[SensitiveKind] = KINDS) -> Masked:
    """Replace every number of these kinds."""
    found = find(text, kinds)
    if not found:
        return Masked(text)
    parts, at = [], 0
    for one in found:
        parts += [text[at : one.start], _dotted(text[one.start : one.end], one.kind)]
        at = one.end
    return Masked("".join([*parts, text[at:]]), tuple((one.kind, text[one.start : one.end]) for one in found))


def find(text: str, kinds: Collection[SensitiveKind] = KINDS) -> list[Found]:
    """In their order; where two overlap, the first rule wins."""
    if not _ANY.search(text):
        return []
    taken: list[Found] = []
    for one in _candidates(text):
        if all(one.end <= other.start or other.end <= one.start for other in taken):
            taken.append(one)
    return sorted(one for one in taken if one.kind in kinds)


def _dotted(number: str, kind: SensitiveKind) -> str:
    shown = CARD_SHOWN if kind == "card" else 0
    left = sum(sign.isdigit() for sign in number) - shown
    signs = []
    for sign in number:
        if sign.isdigit():
            signs.append(DOT if left > 0 else sign)
            left -= 1
        else:
            signs.append(sign)
    return "".join(signs)


_DASH = r"[-–—‐‑−]"
_GAP = r"[-–—‐‑−. ]"
_ANY = re.compile(rf"\d(?:{_GAP}?\d){{8}}|[A-Za-z]\d{{3}}[A-Za-z\d]\d{{4}}|\d{_GAP}{{1,3}}\d{{5}}")
_RESIDENT = re.compile(rf"(?<![\d-])(\d{{6}})( ?{_DASH} ?|[. ]?)([1-8]\d{{6}})(?![\d-]|{_DASH}\d)")
_CARD = re.compile(
    rf"(?<![\d.-])(?:\d{{4}}(?:{_GAP}\d{{4}}){{3}}|\d{{4}}{_GAP}\d{{6}}{_GAP}\d{{4,5}}|\d{{14,16}})(?![\d]|{_DASH}\d)"
)
_LICENCE = re.compile(rf"(?<![\d-])(?:1[1-9]|2[0-8]){_DASH}\d{{2}}{_DASH}\d{{6}}{_DASH}\d{{2}}(?![\d-])")
_LICENCE_BARE = re.compile(r"(?<![\d-])(?:1[1-9]|2[0-8])\d{10}(?![\d-])")
_PASSPORT = re.compile(r"(?<![A-Za-z\d])[MSRODGmsrodg](?:\d{8}|\d{3}[A-Za-z]\d{4})(?![A-Za-z\d])")
_ACCOUNT = re.compile(
    rf"(?<![\d.@-])(?:\d{{2,6}}(?:{_DASH}\d{{1,8}}){{1,3}}|\d{{3,4}}(?: \d{{2,6}}){{2,3}}|\d{{10,14}})"
    rf"(?![\d]|{_DASH}\d)"
)
_PHONE = re.compile(
    r"(?:82)?0?1[016789]\d{7,8}|0(?:2|[3-6]\d|70|50\d|80)\d{7,8}|1[568]\d{6}|(?:19|20)\d\d(?:0[1-9]|1[0-2])"
    r"(?:0[1-9]|[12]\d|3[01])\d{0,6}"
)
"""Phone numbers, service numbers and moments, as digits alone."""

_ABOUT_ACCOUNT = re.compile(
    r"계좌|통장|입금|환불받|이체|송금|은행|뱅크|농협|신협|수협|우체국|새마을|예금주|국민|신한|우리은|하나은|기업은|account|\bbank|\biban",
    re.IGNORECASE,
)
_ABOUT_OTHER = re.compile(
    r"주문|송장|운송장|배송|택배|예약|접수|문의\s?번호|전화|연락처|휴대폰|핸드폰|팩스|사업자|상품|바코드|모델|시리얼|등기|쿠폰"
    r"|order|track|parcel|invoice|booking|phone|mobile|\btel|\bfax|serial|imei|\bsku|coupon|ticket",
    re.IGNORECASE,
)
_ABOUT_RESIDENT = re.compile(r"주민|외국인\s?등록|등록\s?번호|민번|resident|\brrn|\barc\b|foreigner", re.IGNORECASE)
_ABOUT_CARD = re.compile(r"카드|card|visa|master|비자|마스터|amex|cvc|유효", re.IGNORECASE)
_ABOUT_LICENCE = re.compile(r"면허|licen[cs]e", re.IGNORECASE)
_ABOUT_PASSPORT = re.compile(r"여권|passport", re.IGNORECASE)
BEFORE, AFTER = 30, 14
"""Characters around a number that tell what it is."""


def _candidates(text: str) -> Iterator[Found]:
    for match in _LICENCE.finditer(text):
        yield Found(*match.span(), "licence")
    for match in _RESIDENT.finditer(text):
        if _is_resident(text, match):
            yield Found(*match.span(), "resident_number")
    for match in _CARD.finditer(text):
        if _is_card(text, match):
            yield Found(*match.span(), "card")
    for match in _LICENCE_BARE.finditer(text):
        if _told(text, match, _ABOUT_LICENCE, _ABOUT_OTHER):
            yield Found(*match.span(), "licence")
    for match in _PASSPORT.finditer(text):
        if _told(text, match, _ABOUT_PASSPORT, _ABOUT_OTHER):
            yield Found(*match.span(), "passport")
    for match in _ACCOUNT.finditer(text):
        if _is_account(text, match):
            yield Found(*match.span(), "account")


def _is_resident(text: str, match: "re.Match[str]") -> bool:
    born = _birth(match[1], match[3][0])
    if born is None:
        return False
    if _told(text, match, _ABOUT_RESIDENT, _ABOUT_OTHER):
        return True
    if _about(text, match, _ABOUT_OTHER):
        return False
    dashed = match[2].strip(" .") != ""
    return _resident_checksum(match[1] + match[3]) or (dashed and born >= date(2020, 10, 1))


def _birth(digits: str, century: str) -> date | None:
    """The day that the first seven digits tell; None where there is none, or it is still to come."""
    year = {"1": 1900, "2": 1900, "5": 1900, "6": 1900}.get(century, 2000) + int(digits[:2])
    try:
        born = date(year, int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return None
    return born if born <= datetime.now(UTC).date() else None


_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)


def _resident_checksum(digits: str) -> bool:
    """Weights 2 to 9, then 2 to 5, modulo 11; numbers of foreigners end two higher."""
    total = sum(
        int(digit) * weight for digit, weight in zip(digits, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), strict=False)
    )
    check = (11 - total % 11) % 10
    return int(digits[12]) in ((check + 2) % 10, check) if digits[6] in "5678" else int(digits[12]) == check


def _is_card(text: str, match: "re.Match[str]") -> bool:
    digits = "".join(sign for sign in match[0] if sign.isdigit())
    if not (_issued(digits) and _luhn(digits)):
        return False
    return not _about(text, match, _ABOUT_OTHER) or _told(text, match, _ABOUT_CARD, _ABOUT_OTHER)


def _issued(digits: str) -> bool:
    head = int(digits[:4])
    match len(digits):
        case 14:
            return digits[:2] in ("36", "38", "39") or 3000 <= head <= 3059
        case 15:
            return digits[:2] in ("34", "37")
        case 16:
            return (
                digits[0] == "4"
                or 5100 <= head <= 5599
                or 2221 <= head <= 2720
                or 3528 <= head <= 3589
                or head == 6011
                or digits[:2] in ("62", "65")
                or 6440 <= head <= 6499
                or 9400 <= head <= 9799
            )
    return False


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_account(text: str, match: "re.Match[str]") -> bool:
    digits = "".join(sign for sign in match[0] if sign.isdigit())
    if not 10 <= len(digits) <= 14 or _PHONE.fullmatch(digits):
        return False
    return _told(text, match, _ABOUT_ACCOUNT, _ABOUT_OTHER)


def _about(text: str, match: "re.Match[str]", words: "re.Pattern[str]") -> bool:
    """Whether one of the words stands shortly before."""
    return words.search(text, max(0, match.start() - BEFORE), match.start()) is not None


def _told(text: str, match: "re.Match[str]", words: "re.Pattern[str]", others: "re.Pattern[str]") -> bool:
    """Whether the words around say that this is it: the nearest one before counts, else one right behind."""
    start = max(0, match.start() - BEFORE)
    own = _last(words, text, start, match.start())
    if own >= 0 or _last(others, text, start, match.start()) >= 0:
        return own > _last(others, text, start, match.start())
    return words.search(text, match.end(), match.end() + AFTER) is not None


def _last(words: "re.Pattern[str]", text: str, start: int, end: int) -> int:
    return max((found.start() for found in words.finditer(text, start, end)), default=-1)
