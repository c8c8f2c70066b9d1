"""How like two customers are: pure comparison of what is known of them, each hit with its reason."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal
from uuid import UUID

from msgspec import Struct

from damso.customers.types import INTERNAL, UNSEARCHED, VISITOR
from damso.kernel.i18n import Locale, Text
from damso.kernel.ngrams import normalise, query_grams

Reason = Literal[
    "typed_our_address", "their_address_typed", "same_typed", "same_phone", "name_and_digits", "name_and_host"
]

WEIGHTS: dict[Reason, int] = {
    "same_phone": 95,
    "typed_our_address": 90,
    "their_address_typed": 90,
    "same_typed": 70,
    "name_and_digits": 50,
    "name_and_host": 40,
}
TEXTS: dict[Reason, Text] = {
    "same_phone": Text("다른 채널에서 쓰는 전화번호가 같아요.", "The same phone number, on another channel."),
    "typed_our_address": Text(
        "이 고객이 직접 입력한 연락처가 저 고객의 것과 같아요.", "Typed in an address that is the other's."
    ),
    "their_address_typed": Text(
        "저 고객이 직접 입력한 연락처가 이 고객의 것과 같아요.", "The other typed in an address of this customer."
    ),
    "same_typed": Text("두 고객이 같은 연락처를 입력했어요.", "Both typed in the same address."),
    "name_and_digits": Text(
        "이름이 비슷하고 전화번호 끝 네 자리가 같아요. 이름만으로는 약한 근거예요.",
        "Similar names and the same last four digits. A name alone says little.",
    ),
    "name_and_host": Text(
        "이름이 비슷하고 같은 회사 메일을 써요. 이름만으로는 약한 근거예요.",
        "Similar names and mail of the same company. A name alone says little.",
    ),
}
SIMILAR = 0.5
"""Names whose n-grams overlap at least so much (Jaccard) are similar."""
DIGITS = 9
"""Digits of a number that are compared: a national number without its leading zero has at least so many."""

PUBLIC_HOSTS = frozenset(
    (
        *("gmail.com", "googlemail.com", "naver.com", "daum.net", "hanmail.net", "kakao.com", "nate.com"),
        *("outlook.com", "outlook.kr", "hotmail.com", "live.com", "msn.com", "yahoo.com", "yahoo.co.kr"),
        *("icloud.com", "me.com", "mac.com", "proton.me", "protonmail.com", "gmx.com", "gmx.net", "aol.com"),
    )
)
"""Hosts that give anybody an address, so that sharing one says nothing."""


class Known(Struct, frozen=True):
    """Something known of a customer: an address, or what they typed (`claimed`)."""

    customer_id: UUID
    kind: str
    value: str
    claimed: bool

    @property
    def digits(self) -> str:
        """The end of a phone number, or nothing. An id of numbers alone is no phone number."""
        bare = "".join(sign for sign in self.value if sign.isdigit())
        phone = self.kind == "phone" or (self.value.startswith("+") and self.kind not in UNSEARCHED)
        return bare[-DIGITS:] if phone and len(bare) >= DIGITS else ""

    @property
    def host(self) -> str:
        """The company's host of an e-mail address, or nothing."""
        host = self.value.rpartition("@")[2] if self.kind == "email" else ""
        return "" if host in PUBLIC_HOSTS else host


class Profile(Struct):
    """A customer as they are compared."""

    id: UUID
    name: str
    known: list[Known]

    def addresses(self, *, claimed: bool) -> set[tuple[str, str]]:
        return {
            (one.kind, one.digits or one.value)
            for one in self.known
            if one.claimed is claimed and one.kind not in (INTERNAL, VISITOR, "name", "user")
        }

    @property
    def phones(self) -> dict[str, set[str]]:
        """The kinds of address that each number has."""
        found: dict[str, set[str]] = {}
        for one in self.known:
            if one.digits and not one.claimed:
                found.setdefault(one.digits, set()).add(one.kind)
        return found

    def last_digits(self) -> set[str]:
        return {one.digits[-4:] for one in self.known if one.digits}

    def hosts(self) -> set[str]:
        return {one.host for one in self.known if one.host}


def reasons(this: Profile, other: Profile) -> list[Reason]:
    """Why the two may be one person, strongest first; none where there is nothing but a name."""
    found: list[Reason] = []
    if this.phones.keys() & other.phones.keys():
        found.append("same_phone")
    if this.addresses(claimed=True) & other.addresses(claimed=False):
        found.append("typed_our_address")
    if this.addresses(claimed=False) & other.addresses(claimed=True):
        found.append("their_address_typed")
    if this.addresses(claimed=True) & other.addresses(claimed=True):
        found.append("same_typed")
    if similarity(this.name, other.name) >= SIMILAR:
        if this.last_digits() & other.last_digits():
            found.append("name_and_digits")
        if this.hosts() & other.hosts():
            found.append("name_and_host")
    return sorted(found, key=lambda reason: -WEIGHTS[reason])


def similarity(one: str, other: str) -> float:
    """0 to 1: the share of pairs of letters that two names have in common, whatever the order of their words."""
    left, right = _pairs(one), _pairs(other)
    return len(left & right) / len(left | right) if left and right else 0.0


def _pairs(name: str) -> set[str]:
    """Pairs of neighbouring letters. A Korean name is also written with a space behind the family name."""
    words = normalise(name).split()
    joined = "".join(words) if not name.isascii() else ""
    return {pair for word in (joined, *words) for pair in map("".join, pairwise(word))}


def probes(profile: Profile) -> list[list[str]]:
    """What to look for in the index of customers: each a list of grams that somebody like this one has all of."""
    numbers = {one.digits for one in profile.known if one.digits}
    emails = {one.value for one in profile.known if one.kind == "email"}
    wanted = [query_grams(value) for value in sorted(numbers | emails)]
    name = _name_grams(profile.name)
    for clue in sorted(profile.last_digits() | profile.hosts()):
        wanted += [[*query_grams(clue), gram] for gram in name]
    return [probe for probe in wanted if probe]


def _name_grams(name: str) -> Sequence[str]:
    """A few grams of a name, of which a similar one has at least one."""
    return [gram for gram in query_grams(name) if len(gram) > 1][:3]


def say(codes: Iterable[Reason], locale: Locale) -> list[str]:
    """The reasons as people read them."""
    return [TEXTS[code].say(locale) for code in codes]
